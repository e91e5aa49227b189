"""What is stamped on a letterhead: when it arrived, how urgent and how secret it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..document import Arrival
from ..grammar import match_date
from ..vietnamese import canonical
from .cells import upper

# Decree 30/2020/NĐ-CP, Appendix IV: the stamp says "ĐẾN", then Số, Ngày, Chuyển, Số và ký hiệu HS.
_ARRIVAL = re.compile(
    r"[\W_]*(?:(?:CÔNG\s{1,3}VĂN|VĂN\s{1,3}BẢN)\s{1,3})?ĐẾN"
    r"(?=[\W\d_]*\Z|[\W\d_]*(?:l?[0-9.…]{3,}|[Ss][ốỐ](?!\w)|Ngày|NGÀY|G[iI][ờỜểỂ]|Chuyển))"
)
_FIELD = re.compile(
    r"[\W_]*(?P<what>Số|SỐ|Sô|Ngày|NGÀY|Giờ|GIỜ|GIỂ|Chuyển|CHUYỂN|Lưu\s{1,3}hồ\s{1,3}sơ)"
    r"(?:\s{1,3}(?:ĐẾN|đến))?\s*[:.…]*(?P<rest>.*)$"
)
_DATE = re.compile(r"[0-9]{1,2}\s?[/.-]\s?[0-9]{1,2}\s?[/.-]\s?(?:19|20)[0-9]{2}")
_STAMP_LINES = 5
_MARKS = re.compile(
    r"[\W_]*(?P<mark>(?P<secret>TUYỆT MẬT|TỐI MẬT|MẬT)"
    r"|H[ỎO][ẢA]? TỐC(?: HẸN GIỜ)?|THƯỢNG KHẨN|KHẨN)[\W_]*"
    r"(?P<hour>(?:trước|đến)?\s?[0-9]{1,2}\s?(?:giờ|h|:).*)?"
)


def take_arrival(cells: Sequence[str]) -> tuple[list[str], Arrival | None]:
    """Return the cells without those of an arrival stamp, and what the stamp says."""
    at = next((i for i, cell in enumerate(cells) if _ARRIVAL.match(cell)), None)
    if at is None:
        return list(cells), None
    gone = {at}
    number = date = None
    apart = False  # lines of the left block stand between the stamp's
    for index in range(at, min(at + _STAMP_LINES, len(cells))):
        cell = cells[index]
        if index == at:
            cell = cell[_end(cell) :]
        if not cell.strip():
            gone.add(index)
            continue
        field = _FIELD.match(cell)
        if field is None or (field["what"] in ("Số", "SỐ") and re.search("/[A-ZĐ]", cell)):
            apart = apart or index > at
            continue
        if apart and not re.match(r"\W*\w+\s*(?::|[.…]{2})", cell):
            break
        gone.add(index)
        for what, rest in re.findall(r"(Số|SỐ|Ngày|NGÀY)\s*:?[\s.…]*([^SNC]*)", cell):
            digits = re.match(r"[0-9]{1,6}(?![/.0-9])", rest)
            printed = _DATE.search(rest)
            if what.lower() == "số" and digits is not None:
                number = number or digits[0]
            elif what.lower() == "ngày" and printed is not None:
                reading = match_date(printed[0], 0)
                date = date or (reading.iso if reading is not None else None)
    body = _body(cells, at)
    if body is not None:
        gone.add(body)
    kept = [cell for index, cell in enumerate(cells) if index not in gone]
    name = " ".join(cells[body].split()) if body is not None else None
    return kept, Arrival(name, number, date)


def _end(cell: str) -> int:
    match = _ARRIVAL.match(cell)
    return match.end() if match is not None else 0


def _body(cells: Sequence[str], at: int) -> int | None:
    """The line over "ĐẾN" that names who received it: in capitals, behind the number or alone."""
    for above in range(at - 1, max(-1, at - 4), -1):
        if not upper(cells[above]) or len(cells[above].split()) < 2:
            continue
        numbered = any(re.match(r"[\W_]*S[ốỐ]\W", cell) for cell in cells[:above])
        behind = any(upper(cell) and len(cell.split()) > 1 for cell in cells[at + 1 : at + 8])
        return above if numbered or (behind and above == at - 1) else None
    return None


def marks(cells: Sequence[str]) -> tuple[str | None, str | None]:
    """The marks of urgency ("HỎA TỐC", "KHẨN") and secrecy ("MẬT") that stand on their own."""
    urgency = secrecy = None
    for cell in cells:
        match = _MARKS.fullmatch(" ".join(cell.split()))
        if match is None:
            continue
        mark = canonical(match["mark"]).upper()
        if match["secret"]:
            secrecy = secrecy or mark
        else:
            urgency = urgency or mark
    return urgency, secrecy

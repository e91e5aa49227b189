"""What a document says of itself: letterhead, number, date, type; the other rooms have the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from ..document import Header
from ..grammar import match_date, parse_number, symbol_issuers, symbol_types
from ..grammar.dates import match_blank_date
from ..grammar.divisions import provinces
from ..grammar.numbers import roles, symbol_known
from ..grammar.tables import types_by_name
from ..vietnamese import canonical
from .cells import (
    HEAD_CELLS,
    MOTTO,
    PLACE_DATE,
    RULE,
    URGENT,
    body_line,
    plain,
    split_cells,
    upper,
)
from .close import close
from .stamps import marks, take_arrival
from .subject import addressees, subject

_LETTERHEAD_CELLS = 12
_NUMBER = re.compile(
    r"[\s:;.,`'*~]*(?:Số|SỐ|Sô|số(?=\s*:)|(?:Bộ luật|Luật|Pháp lệnh|Nghị quyết|Lệnh|Sắc lệnh)\s+số)"
    r"\s*[:.]?\s*(?P<rest>.*)$"
)
# A day or month left blank, or filled in by hand and misread, in a date whose rest is printed.
_PARTLY = re.compile(
    r"[Nn]g[àa]y(?P<day>[^\n,;]{0,8}?)tháng(?P<month>[^\n,;]{0,8}?)năm(?P<year>.{0,8})"
    r"|[Nn]g[àa]y(?P<unread>[^\n,;]{0,24}?)năm\s{0,3}(?:19|20)[0-9]{2}"
)
_SYMBOL = re.compile(
    r"/\s?(?P<symbol>[A-ZĐ][A-Za-zĐđ0-9&]{0,15}(?:[-/][A-ZĐ][A-Za-zĐđ0-9&]{0,15}){0,5})\W*\Z"
)
_PLACE_WORDS = ("phố", "xã", "trấn", "-", "–")
_AFTER_DATE = 16  # characters of noise behind a date that ends its line
_BODIES = (
    "uy ban|ubnd|hoi dong|hdnd|so |bo |ban |van phong|cuc|tong|phong|trung tam|truong|thanh tra"
    "|chi cuc|chinh phu|quoc hoi|tinh uy|thanh uy|huyen uy|quan uy|thi uy|dang uy|dang bo|vien"
    "|toa an|cong an|lien doan|hoi |doan|mat tran|bao hiem|kho bac|ngan hang|thu tuong|chu tich"
    "|chi bo|dang doan|quan khu|hoc vien|dai hoc|tap doan|doan thanh nien"
).split("|")
# A first line that is only half of a body's name.
_HALVES = {
    "van phong", "ban to chuc", "ban thuong vu", "ban chap hanh", "ban tuyen giao", "uy ban",
    "ban dan van", "uy ban kiem tra", "ban thuong truc", "thuong truc", "ban noi chinh",
    "doan chu tich", "hoi dong tham phan", "ban quan ly",
}  # fmt: skip


def header(text: str) -> Header:
    """Read the letterhead and close of the document `text` begins with.

    Lines are taken as they come, the left block before the right one; where both blocks stand on
    one line they are told apart by the gap between them. Fields not printed are `None`.
    """
    cells, arrival = take_arrival(split_cells(text))
    number_at = _find_number(cells)
    number, symbol = _number(cells, number_at) if number_at is not None else (None, None)
    type_at, kind = _type(cells)
    place, date, by_hand = _place_date(cells)
    if by_hand:
        number = None
    bodies = _issuers(cells, number_at, type_at)
    place = _known_place(place, bodies)
    bodies = [_at_home(body, place) for body in bodies]
    if symbol is not None and len(symbol_issuers(symbol)) > 1 and bodies:
        bodies = [re.sub(r"\s?[-–]\s?", " - ", "-".join(b.strip(" -–") for b in bodies))]  # joint
    urgency, secrecy = marks(cells[:HEAD_CELLS])
    about = subject(cells, number_at, type_at)
    dear = addressees(cells)
    letterhead = number_at is not None or bool(dear)
    if kind is None and letterhead:
        kind = _type_in_number(cells[number_at] if number_at is not None else "", symbol)
    if not bodies and type_at is not None:
        bodies = _authority(cells, type_at)
    issuer = bodies[-1] if bodies else None
    parent = bodies[-2] if len(bodies) > 1 else None
    signers, recipients = close(cells)
    confidence = {
        "issuer": 0.9 if issuer else 0.0,
        "number": 0.95 if number else 0.0,
        "date": 0.95 if date else 0.0,
        "type": 0.95 if type_at is not None else (0.7 if kind else 0.0),
        "subject": 0.85 if about else 0.0,
    }
    return Header(
        issuer=issuer,
        parent_issuer=parent,
        number=number,
        symbol=symbol,
        place=place,
        date=date,
        type=kind,
        subject=about,
        addressees=dear,
        signers=signers,
        recipients=recipients,
        urgency=urgency,
        secrecy=secrecy,
        arrival=arrival,
        confidence=confidence,
    )


def _find_number(cells: Sequence[str]) -> int | None:
    for index, cell in enumerate(cells[:HEAD_CELLS]):
        match = _NUMBER.match(cell)
        if match is None or body_line(cells, index):
            continue
        rest = match["rest"].split(" ngày")[0]
        if parse_number(rest) is not None or _SYMBOL.search(rest):
            return index
        if re.match(r"[\s.…_]*[/-]\s*[A-ZĐ]", match["rest"]):
            return index
    for index, cell in enumerate(cells[:_LETTERHEAD_CELLS]):  # "Số:" and what can't be read
        if re.match(r"\W*S[ốỐ]\s*:\s*\w", cell) and not body_line(cells, index):
            return index
    # The serial, written by hand, was read as nothing, and "Số:" with it.
    for index, cell in enumerate(cells[:HEAD_CELLS]):
        if cell.isascii() and "-" in cell and symbol_known(cell) and not body_line(cells, index):
            return index
    return None


def _number(cells: Sequence[str], index: int) -> tuple[str | None, str | None]:
    cell = cells[index]
    if cell.endswith(("-", "/")):  # it goes on under itself, in the left block
        rest = (c for c in cells[index + 1 : index + 4] if re.fullmatch(r"[A-ZĐ&0-9/-]{2,30}", c))
        cell += next(rest, "")
    match = _NUMBER.match(cell)
    parsed = parse_number(match["rest"]) if match else None
    if parsed is None:
        symbol = _SYMBOL.search(cell)  # the serial can't be read
        return None, symbol["symbol"] if symbol else cell if symbol_known(cell) else None
    return (parsed.text if parsed.serial is not None else None), parsed.symbol


def _type(cells: Sequence[str]) -> tuple[int | None, str | None]:
    names = types_by_name()
    for index, cell in enumerate(cells[:HEAD_CELLS]):
        if not cell or not upper(cell) or body_line(cells, index):
            continue
        key = canonical(" ".join(cell.strip(" *.:-–").split()))
        spaced = key.replace(" ", "")
        if key in names and key != "luật":
            return index, names[key]
        if re.fullmatch(r"(?:\w ){4,}\w", key):  # letters set apart: "C H Ỉ T H Ị"
            for name, full in names.items():
                if name.replace(" ", "") == spaced:
                    return index, full
    for index, cell in enumerate(cells[:HEAD_CELLS]):
        if canonical(cell.strip()) in ("luật", "bộ luật") and upper(cell):
            return index, names[canonical(cell.strip())]
    return None, None


def _type_in_number(cell: str, symbol: str | None) -> str:
    """The type where no title prints it: of "Luật số", of "TT-BTC", else a letter's."""
    word = re.match(r"\W*(Bộ luật|Luật|Pháp lệnh|Nghị quyết|Lệnh|Sắc lệnh)\s+số", cell)
    if word is not None:
        return word[1]
    if symbol is not None and roles(symbol)[0] == "type":
        return symbol_types(symbol)[0]
    return "Công văn"


def _place_date(cells: Sequence[str]) -> tuple[str | None, str | None, bool]:
    """Place, date, and whether the date's day was filled in by hand, which can't be read."""
    for index, cell in enumerate(cells[:HEAD_CELLS]):
        match = PLACE_DATE.match(cell)
        if match is None or body_line(cells, index) or not _is_place(match["place"]):
            continue
        rest = " ".join([cell[match.end() :], *cells[index + 1 : index + 2]])
        reading = match_date(rest, 0)
        if reading is not None and len(cell) - match.end() - reading.end > _AFTER_DATE:
            continue  # a sentence
        if reading is not None and not reading.impossible:
            return match["place"], reading.iso, False
        partly = _PARTLY.match(rest)
        if partly is not None:
            filled = partly["unread"] or f"{partly['day']}{partly['month']}"
            return match["place"], None, re.search(r"\w", filled) is not None
        if reading is not None or match_blank_date(rest, 0) is not None:
            return match["place"], None, False
    return None, None, False


def _is_place(name: str) -> bool:
    words = name.split()
    return len(words) <= 7 and all(w[0].isupper() or w in _PLACE_WORDS for w in words)


def _known_place(place: str | None, bodies: Sequence[str]) -> str | None:
    """The place as the issuer's name has it, where OCR left it no province's name but the marks."""
    if place is None or canonical(place) in provinces():
        return place
    for body in bodies:
        words = body.split()
        name = canonical(" ".join(words[-len(place.split()) :]))
        if name in provinces() and plain(name) == plain(place):
            return provinces()[name][0].name
    return place


_UNIT_ENDS = ("tinh", "pho", "huyen", "quan", "xa", "phuong", "uy")


def _at_home(body: str, place: str | None) -> str:
    """The body with its home as the place line spells it, where OCR has a letter or two wrong."""
    words = body.split()
    for start in range(max(1, len(words) - 6), len(words)):
        unit, name = plain(words[start - 1]), " ".join(words[start:])
        if unit not in _UNIT_ENDS or place is None or canonical(name) == canonical(place):
            continue
        printed, known = plain(name).replace(" ", ""), plain(place).replace(" ", "")
        if canonical(name) not in provinces() and Levenshtein.distance(printed, known) <= min(
            2, len(known) // 4
        ):
            head = words[: start - 1] + (["TỈNH"] if unit == "tinh" else [words[start - 1]])
            return " ".join([*head, place.upper()])
    return body


def _issuers(cells: Sequence[str], number_at: int | None, type_at: int | None) -> list[str]:
    end = number_at
    if end is None:
        mottos = [i for i, c in enumerate(cells[:HEAD_CELLS]) if MOTTO.search(plain(c))]
        if not mottos:
            return []
        end = type_at if type_at is not None else mottos[-1]
    bodies: list[str] = []
    for cell in cells[:end]:
        words = plain(cell)
        if RULE.fullmatch(cell) or MOTTO.search(words) or URGENT.search(cell):
            continue
        if not upper(cell) or PLACE_DATE.match(cell):
            continue
        cell = " ".join(re.sub(r"(?<=\w)[:;'`\"]+(?=\w)", " ", cell).strip(" *").split())
        starts = words.startswith(tuple(_BODIES)) or words in ("so", "bo", "ban")
        if not bodies or (starts and plain(bodies[-1]) not in _HALVES and not _open(bodies[-1])):
            if not bodies and not starts:
                continue
            bodies.append(cell)
        else:
            bodies[-1] += " " + cell
    return bodies


_HEAD_OF = re.compile(
    r"(?:(?:QUYỀN |PHÓ )?CHỦ TỊCH(?= ỦY| HỘI)|GIÁM ĐỐC|BỘ TRƯỞNG(?:, CHỦ NHIỆM)?|CHÁNH ÁN"
    r"|VIỆN TRƯỞNG|TỔNG GIÁM ĐỐC|CỤC TRƯỞNG|HIỆU TRƯỞNG) "
)


def _authority(cells: Sequence[str], type_at: int) -> list[str]:
    """The body named in capitals between the subject and "Căn cứ", its head's position left out."""
    for cell in cells[type_at + 1 : type_at + 16]:
        if cell.startswith("Căn cứ"):
            break
        name = _HEAD_OF.sub("", " ".join(cell.split()), count=1)
        if upper(cell) and plain(name).startswith(tuple(_BODIES)):
            return [name]
    return []


def _open(body: str) -> bool:
    return body.endswith((",", "-", "–", " VÀ"))

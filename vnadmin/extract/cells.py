"""The lines of a paper, each cut where a left block and a right one stand side by side.

A letterhead has two blocks: the issuer, number and subject on the left, the motto, place and date
on the right. Read by an engine that knows no columns, they share lines, parted by a gap, a mark
or a single space; an arrival stamp may stand in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..grammar.tables import types_by_name
from ..vietnamese import canonical, fold

_RIGHT_BLOCK = re.compile(
    r"(?<=\w)(?P<dash>\s?[-–])?[ \xa0]?[^\w\n]{1,4}"
    r"(?=(?:CỘNG\s{1,3}H[ÒO][ÀA]\s{1,3}XÃ\s{1,3}HỘI|ĐẢNG\s{1,3}CỘNG\s{1,3}SẢN)\s[^\n]{0,30}?NAM\s*\Z"
    r"|VIỆT\s{1,3}NAM\s{1,3}DÂN\s{1,3}CHỦ\s{1,3}CỘNG|ĐOÀN\s{1,3}(?:TNCS|THANH\s{1,3}NIÊN\s{1,3}CỘNG)\s"
    r"|Độc\s{1,3}lập\s{0,3}[-–]?\s{0,3}Tự\s{1,3}do)"
)
_DAY = re.compile(r"\s?[,.;]\s{0,4}(?=[Nn]g[àa]y)")
_STAMP_WITHIN = re.compile(r"\s(?=ĐẾN\s+(?:Số|Ngày|Giờ)|(?:Ngày|Giờ)\s*:?\s*[.…]{2}|Kính gửi\s*:)")
_SPECK = re.compile(r"[\s'`\"“”‘’:;.,|~*_]+(?=\w)")
_LISTED = re.compile(r"(?<=\S)\s+(?:[-–]\s?){1,2}(?=[A-ZĐỦ][^\W\d_]*\s)")
_BODY = re.compile(r"[\W_]*(?:Căn cứ|Kính gửi|Điều 1|Xét|Thực hiện|Nơi nhận)")
_ZONE = 40
_ADDRESSEES = 16
_MAX_LINE = 200

HEAD_CELLS = 48
"""How many cells a letterhead takes at most, the subject's lines included."""
MOTTO = re.compile(
    r"cong hoa xa hoi|^cong hoa(?: xa)?$|doc lap\s*[-–]\s*tu do|^dang cong san viet nam$"
    r"|dan chu cong hoa"
    r"|^doan (?:tncs|thanh nien cong san) ho chi minh$"
)
# "ngày", or what a day written over it has left of it.
PLACE_DATE = re.compile(
    r"\s*(?P<place>[^\W\d_][^,:;0-9]{1,40}?)\s*[,.;]\s*(?=[Nn]g[àa]y|ng[àa]\S{1,6}\s+tháng\s)"
)
URGENT = re.compile(r"(?:HỎA|HOẢ)\s+TỐC|KHẨN|THƯỢNG KHẨN|(?:TUYỆT |TỐI )?MẬT|HẸN GIỜ")
RULE = re.compile(r"[\W_]*")


def split_cells(text: str) -> list[str]:
    """Return the lines of `text`, each cut where a wide gap parts a left block from a right one.

    In the letterhead single spaces are seen through, too. A blank line within a sentence (the
    next one goes on in lower case) is left out.
    """
    found: list[str] = []
    letterhead = True
    dear = -_ADDRESSEES
    for index, line in enumerate(re.split("[\n\f]", text)):
        if letterhead and (index >= _ZONE or (index > 3 and _BODY.match(line))):
            letterhead = False
        if letterhead and len(line) < _MAX_LINE:
            line = _cut_blocks(line)
        if index - dear < _ADDRESSEES and len(line) < _MAX_LINE and "\t" not in line:
            line = _cut_stamp(line)
        if "Kính gửi" in line and len(line) < _MAX_LINE:
            dear = index
        found += _pieces(line) or [""]
    return [
        cell
        for index, cell in enumerate(found)
        if cell or not _goes_on(next((c for c in found[index + 1 : index + 3] if c), ""))
    ]


def _goes_on(cell: str) -> bool:
    return cell[:1].islower() and len(cell) > 3


def _cut_blocks(line: str) -> str:
    """Put a tab between the blocks of a letterhead's line."""
    speck = _SPECK.match(line)
    if speck is not None and speck[0].strip():
        line = line[speck.end() :]
    line = _RIGHT_BLOCK.sub(lambda match: (match["dash"] or "") + "\t", line, count=1)
    line = _STAMP_WITHIN.sub("\t", line)
    for at in (_place_start(line), _capitals_start(line)):
        if at:
            line = line[:at].rstrip(" '`*~") + "\t" + line[at:]
    return line


def _cut_stamp(line: str) -> str:
    """Put a tab between a stamp and the addressee it stands before."""
    listed = _LISTED.search(line)
    left = line[: listed.start()] if listed is not None else ""
    if listed is None or upper(line) or not (upper(left) or re.search(r"[.…]{2}|[\"“”'|]", left)):
        return line
    return f"{left}\t- {line[listed.end() :]}"


def _place_start(line: str) -> int | None:
    """Where "Hà Nội, ngày …" starts behind a number or other code."""
    day = _DAY.search(line)
    if day is None:
        return None
    start = None
    for word in reversed(list(re.finditer(r"\S+", line[: day.start()]))[-6:]):
        piece = word[0]
        if piece in ("-", "–") and start is not None:
            continue
        if piece == "phố" and line[: word.start()].endswith("Thành "):
            start = word.start() - len("Thành ")
            break
        if not (piece.isalpha() and piece[0].isupper()) and piece not in ("TP.", "Tp."):
            break
        start = word.start()
    left = line[:start].strip() if start is not None else ""
    return start if re.search("[/-]|[Ss][ốô]", left) or upper(left) else None


def _capitals_start(line: str) -> int | None:
    """Where a title or a body's name in capitals starts behind other text (a stamp, a subject)."""
    start, count = None, 0
    pieces = list(re.finditer(r"[^\s\t]+", line))
    for piece in reversed(pieces):
        letters = [c for c in piece[0] if c.isalpha()]
        if not letters or not all(c.isupper() for c in letters) or re.search("[0-9/]", piece[0]):
            break
        start, count = piece.start(), count + (len(letters) > 1)
    if not start or line[start - 1] == "\t":
        return None
    left = line[:start]
    named = canonical(" ".join(line[start:].split())) in types_by_name()
    if not re.search(r"[0-9.…]", left) if named else count < 4:
        return None
    return start if any(c.islower() or c.isdigit() for c in left) and "\t" not in left else None


def _pieces(line: str) -> list[str]:
    if not any(gap in line for gap in ("    ", "\t", "\xa0")):  # as in most lines
        line = line.strip()
        return [line] if line else []
    # A blank to be filled in leaves a gap too: "Số:      /TB-UBND", "ngày      tháng".
    joined: list[str] = []
    for piece in (piece.strip() for piece in re.split(r"[ \xa0]{4,}|\t+", line)):
        blank = joined and (
            re.fullmatch(r"(?:Số|SỐ)\s*:?", joined[-1]) or piece.startswith(("tháng", "năm"))
        )
        if blank:
            joined[-1] += " " + piece
        elif piece:
            joined.append(piece)
    return joined


def plain(cell: str) -> str:
    """Return `cell` in lower case, without accents, its spaces single."""
    return " ".join(fold(cell).lower().split())


def upper(cell: str) -> bool:
    """Whether `cell` is printed in capitals."""
    small = 0
    for char in cell:
        if char.islower():
            small += 1
            if small > len(cell) // 10:
                return False  # most lines are: told by their first words
    letters = [c for c in cell if c.isalpha()]
    return len(letters) > 1 and sum(c.isupper() for c in letters) >= 0.9 * len(letters)


def body_line(cells: Sequence[str], index: int) -> bool:
    """Whether the document's body has begun before `index`."""
    return any(
        cell.startswith(("Căn cứ", "Kính gửi", "Điều 1"))
        for cell in cells[max(0, index - 30) : index]
    )


_SPECK_BEFORE = re.compile(r"\A(?:[`´'‘~:;.,|*]|[“\"](?!.*[”\"]))+\s*")


def entries(found: Iterable[str]) -> tuple[str, ...]:
    """A list's entries without the signs that end them or that specks put before them."""
    bare = (_SPECK_BEFORE.sub("", each).rstrip(" ;.,:") for each in found)
    return tuple(each for each in bare if each)

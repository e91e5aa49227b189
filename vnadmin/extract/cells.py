"""The lines of a paper, each cut where a wide gap parts a left block from a right one."""

from __future__ import annotations

import re

from ..vietnamese import fold

_NUMBER_AND_DATE = re.compile(
    r"^(\s{0,12}(?:Số|SỐ)\s{0,4}:?[^,\n]{0,40}[A-ZĐ&])(?:\s{1,80}|\s[`'*.~-]{1,3}\s)([^\W\d_][^,:;0-9/\n]{1,30},\s{1,4}ngày\s)"
)
# Two blocks read as one line, a single space between them.
_RIGHT_BLOCK = re.compile(
    r"(?<=\w)[ \xa0]?[^\w\n]{1,4}(?=(?:CỘNG\s{1,3}H[ÒO][ÀA]\s{1,3}XÃ\s{1,3}HỘI|ĐẢNG\s{1,3}CỘNG"
    r"\s{1,3}SẢN)\s[^\n]{0,30}?NAM\s*\Z|Độc\s{1,3}lập\s{0,3}[-–]\s{0,3}Tự\s{1,3}do)"
)
_LETTERHEAD_LINES = 12


def split_cells(text: str) -> list[str]:
    """Return the lines of `text`, each cut where a wide gap parts a left block from a right one."""
    found = []
    for index, line in enumerate(re.split("[\n\f]", text)):
        if index < _LETTERHEAD_LINES and len(line) < 200:
            line = _RIGHT_BLOCK.sub("\t", line, count=1)
        line = _NUMBER_AND_DATE.sub(r"\1\t\2", line, count=1)
        pieces = [piece.strip() for piece in re.split(r"[ \xa0]{4,}|\t+", line)]
        # A blank to be filled in leaves a gap too: "Số:      /TB-UBND", "ngày      tháng".
        joined: list[str] = []
        for piece in pieces:
            blank = joined and (
                re.fullmatch(r"(?:Số|SỐ)\s*:?", joined[-1]) or piece.startswith(("tháng", "năm"))
            )
            if blank:
                joined[-1] += " " + piece
            elif piece:
                joined.append(piece)
        found += joined or [""]
    return found


def plain(cell: str) -> str:
    """Return `cell` in lower case, without accents, its spaces single."""
    return " ".join(fold(cell).lower().split())


def upper(cell: str) -> bool:
    """Whether `cell` is printed in capitals."""
    letters = [c for c in cell if c.isalpha()]
    return len(letters) > 1 and sum(c.isupper() for c in letters) >= 0.9 * len(letters)

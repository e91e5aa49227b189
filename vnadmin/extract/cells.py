"""The lines of a paper, each cut where a wide gap parts a left block from a right one."""

from __future__ import annotations

import re

from ..vietnamese import fold

_NUMBER_AND_DATE = re.compile(
    r"^(\s{0,12}(?:Số|SỐ)\s{0,4}:?[^,\n]{0,40}[A-ZĐ&])\s{1,80}([^\W\d_][^,:;0-9/\n]{1,30},\s{1,4}ngày\s)"
)


def split_cells(text: str) -> list[str]:
    """Return the lines of `text`, each cut where a wide gap parts a left block from a right one."""
    found = []
    for line in re.split("[\n\f]", text):
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

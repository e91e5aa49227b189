"""The close of a document: who signed, by what authority, and who gets copies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from ..document import Signer
from ..grammar.tables import types_by_name
from ..vietnamese import canonical
from .cells import entries, upper
from .signers import authority_in, family, name_in, position_in, signers_in, signs

_COPIES = re.compile(r"[\W_]*Nơi\s+nhận\s*:?\s*", re.IGNORECASE)
# The last who gets a copy: the files.
_KEPT = re.compile(r"[\W_]*L[ưu]u\s*:?\s+(?:VT|VP|HC|HS|Văn)|[\W_]*[-–]\s?L[ưu]u(?!\w)")
_FILES = re.compile(r"(?<!\w)L[ưu]u\s?[;.,:]\s*(?=\w)")
_FILES_GARBLED = re.compile(r"\A\W*\w{0,3}[uưũùúû]\s?[:;.,]?\s*(?:V[TIlỊ1]|MT)(?!\w)")
_REPORT = re.compile(
    r"\((?P<lead>(?:[đd][ểêeé]|thay)\s)?b(?:\s?[/íìỉĩịlI1|i!]\s?[cCeC¢]|ác|ích|ic)\)"
)
_FULL_STOP = re.compile(r".*(?:\./\.|\./|/\.)\W*\Z")
_CLOSE_CELLS = 80
_SIGNATURE_CELLS = 30
_MAX_CELL = 300  # characters: a longer line is no line of a close
_DASHES = ("-", "–", "•", "+", "~")


def close(cells: Sequence[str]) -> tuple[tuple[Signer, ...], tuple[str, ...]]:
    """Read the signers and the recipients (Nơi nhận) out of a document's lines.

    The recipients stand left of the signature: where both share lines these are cut first. Joint
    signatures may stand over them.
    """
    copies = _copies(cells)
    start = copies if copies is not None else _closing(cells)
    if start is None:
        return (), ()
    left: list[str] = []
    right: list[str] = []
    for cell in cells[start : start + _CLOSE_CELLS]:
        if len(cell) > 4 * _MAX_CELL:
            continue
        if canonical(cell) in _type_names():
            break  # an appendix or the next document
        beside = _beside(cell)
        if right and beside and upper(cell) and not cell.startswith(_DASHES):
            beside = 0  # a line of the signature that can't be read
        left.append(cell[:beside].rstrip())
        if beside < len(cell):
            right.append(cell[beside:])
    last = next((i for i, cell in enumerate(left) if _KEPT.match(cell)), None)
    headed = copies is not None and _COPIES.match(cells[copies]) is not None
    recipients = _recipients(left if last is None else left[: last + 1], headed=headed)
    signers = signers_in(right)
    if not any(signer.name for signer in signers) and copies is not None:
        signers = signers_in(_over(cells, copies)) or signers
    if not signers and last is not None:
        names = [name for cell in right if (name := name_in(cell)) and family(name)]
        signers = tuple(Signer(name) for name in names[:1])
    return signers, recipients if copies is not None else ()


@lru_cache(maxsize=1)
def _type_names() -> frozenset[str]:
    return frozenset(canonical(name) for name in types_by_name())


def _copies(cells: Sequence[str]) -> int | None:
    """The line of "Nơi nhận", or the first of the list that ends in "Lưu: VT"."""
    for index, cell in enumerate(cells):
        if _COPIES.match(cell):
            return index
    kept = next((index for index, cell in enumerate(cells) if _KEPT.match(cell)), None)
    if kept is None:
        return None
    first = kept
    for index in range(kept, max(0, kept - 40), -1):
        if cells[index].startswith(_DASHES):
            first = index
        elif len(cells[index]) > 60:
            break
    return max(0, first - 1)


def _over(cells: Sequence[str], copies: int) -> Sequence[str]:
    """The lines between the body's end and the recipients."""
    first = max(0, copies - _SIGNATURE_CELLS)
    ends = [index for index in range(first, copies) if _FULL_STOP.match(cells[index][-8:])]
    return cells[ends[-1] + 1 if ends else first : copies]


def _closing(cells: Sequence[str]) -> int | None:
    for index, cell in enumerate(cells):
        if cell.rstrip().endswith(("./.", "./", "/.")):
            return index
    for index, cell in enumerate(cells):
        if index > 3 and authority_in(cell):
            return max(0, index - 1)
    for index in range(len(cells) - 1, max(3, len(cells) - 16), -1):
        if position_in(cells[index]) is not None:
            return index - 1
    return None


def _beside(cell: str) -> int:
    """Where the signature's block begins in a line of the close; its length if it doesn't."""
    if signs(cell):
        return 0
    if len(cell) > _MAX_CELL:
        return len(cell)
    for space in re.finditer(r"\s+", cell):
        left, right = cell[: space.start()], cell[space.end() :]
        authority = authority_in(right)
        sure = authority is not None and (
            "." in right[: authority.start("rest")] or position_in(authority["rest"]) is not None
        )
        if sure or (" " in right and upper(right) and position_in(right) is not None):
            return space.end()
        if _COPIES.fullmatch(left) and signs(right):
            return space.end()
        listed = left.endswith(";") or (
            left.startswith(_DASHES) and (left.endswith((",", ".", ":")) or _KEPT.match(left))
        )
        name = name_in(right) if listed and 2 <= right.count(" ") + 1 <= 5 else None
        if name is not None and family(name) and name.count(" ") == right.count(" "):
            return space.end()
    return len(cell)


def _recipients(cells: Sequence[str], *, headed: bool) -> tuple[str, ...]:
    """The entries of a list, one to a dash; `headed` tells whether "Nơi nhận" is over it."""
    found: list[str] = []
    whole = [cell for cell, after in pairwise(cells) if after.startswith(_DASHES)]
    commas = sum(cell.endswith(",") for cell in whole)  # as the Party ends its entries
    by_commas = commas > sum(cell.endswith(";") for cell in whole)
    ends = (";", ".", ")", "}", ",") if by_commas else (";", ".", ")", "}")
    for cell in cells:
        text = _COPIES.sub("", cell, count=1).strip()
        text = _FILES.sub("Lưu: ", text, count=1)
        text = re.sub(r"(?<=;)\W*(?:\b\w{1,2}\b\W*){0,3}\Z", "", text)  # specks, initials
        if not re.search(r"[^\W\d_]{2}", text):
            continue
        capital = text[0].isupper()
        ended = not found or (found[-1].endswith(ends) and (capital or found[-1][-1] in ";."))
        if text.startswith(_DASHES):
            found.append(text.lstrip("-–•+~ "))
        elif found and _KEPT.match(text):
            found.append(text)
        elif found and (not ended or text.startswith("(")):
            found[-1] += " " + text
        elif (text.endswith(";") and (found or text.startswith("Như "))) or (
            headed and capital and re.search(r"\w.{4,}[;:,.)]\Z", text)
        ):  # its dash unread
            found.append(text)
    return entries(_mended(each, last=each is found[-1]) for each in found)


def _mended(entry: str, *, last: bool) -> str:
    """An entry whose standing parts, "(để b/c)" and "Lưu: VT", are misread as they mostly are."""
    entry = _REPORT.sub(_report, entry)
    entry = re.sub(r"\((để\s)?[tl]h\)", r"(\1t/h)", entry)
    if last and not entry.startswith("Lưu"):
        entry = _FILES_GARBLED.sub("Lưu: VT", entry, count=1)
    entry = re.sub(r"(?<=\ALưu: )V[IlịỊĨ1](?!\w)", "VT", entry)
    return re.sub(r"\(([1-9][0-9]{0,2})\s?[ÙỦÒ]\)", r"(\1b)", entry)  # "(5b)": copies


def _report(match: re.Match[str]) -> str:
    lead = match["lead"] or ""
    return f"({'thay ' if lead.startswith('thay') else 'để ' if lead else ''}b/c)"

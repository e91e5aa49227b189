"""Codes, dates and unsure figures of a page read once more, by a model that reads figures better.

Tesseract's `vie` spends its doubts on marks; `eng`, which knows none, is more often right about
figures and capitals. What it reads goes along with the words; restoring weighs both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from PIL import Image

from vnadmin.document import Word
from vnadmin.formats.raw import Box, RawPage, ReadWord, union
from vnadmin.grammar import find_codes
from vnadmin.scan.engine import Engine, ReadText

LANGUAGE = "eng"
_GOES_ON = re.compile(r".?\d\w*/.*[/-]$")  # a code whose rest stands on the next line
_UNSURE = 0.85
"""Confidence below which figures are read again."""
_MOST = 40  # pieces of a page; more is no text but a table of figures
_GAP = 0.15  # inches between the pieces on the strip
_PAD_X, _PAD_Y = 0.05, 0.03  # inches of paper about a piece


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words beside each other on one line, and where their picture lies on the strip."""

    words: tuple[int, ...]
    box: Box
    top: int
    bottom: int


def read_again(
    page: RawPage, picture: Image.Image, engine: Engine, *, dpi: float, timeout: float
) -> RawPage:
    """Return the page with a second reading of its codes, dates and unsure figures.

    Args:
        page: as first read.
        picture: what was read, of mode "L".
        engine: what reads it.
        dpi: resolution of the picture.
        timeout: seconds it may take.

    Raises:
        EngineError: the engine failed.
        MissingProgramError: the engine or its English data isn't installed.
    """
    groups = list(_groups(page))[:_MOST]
    if not groups:
        return page
    strip, pieces = _strip(page.words, groups, picture, dpi)
    read = engine.read(strip, language=LANGUAGE, layout="block", timeout=timeout)
    others = _matched(page.words, pieces, read, left=round(_GAP * dpi))
    words = [
        ReadWord(word.start, word.end, word.box, word.confidence, *others[number])
        if number in others
        else word
        for number, word in enumerate(page.words)
    ]
    return replace(page, words=tuple(words))


def _groups(page: RawPage) -> Iterator[tuple[int, ...]]:
    """Numbers of the words to be read again, those of a code on one line together."""
    code_of: dict[int, int] = {}
    goes_on = False
    codes = find_codes(page.text)
    place = 0
    for number, word in enumerate(page.words):
        while place < len(codes) and codes[place].end <= word.start:
            place += 1
        if place < len(codes) and codes[place].start < word.end:
            code_of[number] = place
            continue
        text = page.text[word.start : word.end]
        if (
            goes_on
            or _GOES_ON.match(text)
            or (word.confidence < _UNSURE and any(map(str.isdigit, text)))
        ):
            code_of[number] = -number - 1
        goes_on = _GOES_ON.match(text) is not None
    line = 0
    keys: list[tuple[int, int, int]] = []
    for number, word in enumerate(page.words):
        if number:
            line += "\n" in page.text[page.words[number - 1].end : word.start]
        if number in code_of:
            keys.append((line, code_of[number], number))
    for _, group in groupby(keys, key=lambda key: key[:2]):
        yield tuple(number for _, _, number in group)


def _strip(
    words: Sequence[Word], groups: Sequence[tuple[int, ...]], picture: Image.Image, dpi: float
) -> tuple[Image.Image, list[_Piece]]:
    """Put the pictures of the groups under each other."""
    gap, pad_x, pad_y = (round(inches * dpi) for inches in (_GAP, _PAD_X, _PAD_Y))
    boxes = [union([words[n].box for n in group]) for group in groups]
    boxes = [
        (
            max(x0 - pad_x, 0),
            max(y0 - pad_y, 0),
            min(x1 + pad_x, picture.width),
            min(y1 + pad_y, picture.height),
        )
        for x0, y0, x1, y1 in boxes
    ]
    width = max(x1 - x0 for x0, _, x1, _ in boxes) + 2 * gap
    height = sum(y1 - y0 + gap for _, y0, _, y1 in boxes) + gap
    strip = Image.new("L", (width, height), int(np.median(np.asarray(picture)[::16, ::16])))
    pieces = []
    top = gap
    for group, box in zip(groups, boxes, strict=True):
        strip.paste(picture.crop(box), (gap, top))
        bottom = top + box[3] - box[1]
        pieces.append(_Piece(group, box, top, bottom))
        top = bottom + gap
    return strip, pieces


def _matched(
    words: Sequence[Word], pieces: Sequence[_Piece], read: ReadText, *, left: int
) -> dict[int, tuple[str, float]]:
    """What was read at each word's place, and how sure it is; "" where nothing begins."""
    found: dict[int, list[tuple[str, float]]] = {n: [] for piece in pieces for n in piece.words}
    for word in read.words:
        y = (word.box[1] + word.box[3]) / 2
        piece = next((p for p in pieces if p.top - left / 2 < y < p.bottom + left / 2), None)
        if piece is None:
            continue
        x0, x1 = (x - left + piece.box[0] for x in (word.box[0], word.box[2]))
        # It belongs to the word in whose stretch it begins.
        shares = [(min(x1, words[n].box[2]) - max(x0, words[n].box[0]), -n) for n in piece.words]
        best, number = max((min(share, 1), n) for share, n in shares)
        if best > 0:
            text = read.text[word.start : word.end]
            found[-number].append((text, word.confidence))
    return {
        number: (" ".join(text for text, _ in parts), min((c for _, c in parts), default=0.0))
        for number, parts in found.items()
    }

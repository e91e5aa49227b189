"""Codes, dates and unsure figures of a page read once more, by a model that reads figures better.

Tesseract's `vie` spends its doubts on marks; `eng`, which knows none, is more often right about
figures and capitals. What it reads goes along with the words; restoring weighs both. Where they
have one figure for another, `eng` reads the place at two more sizes: it is often wrong once, but
hardly ever in the same way three times. Where one has more figures, which `eng` makes of the end of
"số" before them, the page's own language decides. Such further readings make the second surer or
less sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
# The halves of a code with a space read into it: "61/201" and "8/NĐ-CP".
_BEGUN = re.compile(r"\W?\d{1,5}[/-]\d{0,4}$")
_REST = re.compile(r"\S{0,4}[/-]\S{0,8}?[A-ZĐ]{2}")
_CODE = re.compile(r"\d.*/.*[A-ZĐ]|\d[/.-]\d+[/.-]\d")  # or a date
_UNSURE = 0.85
"""Confidence below which figures are read again."""
_MOST = 40  # pieces of a page; more is no text but a table of figures
_LARGER, _SMALLER = 1.5, 0.7  # scales of further readings
_OUTVOTED = 0.5  # of the second reading's confidence, where a further one is the first
_GAP = 0.15  # inches between the pieces on the strip
_ENOUGH = 1_000_000
_PAD_X, _PAD_Y = 0.05, 0.03  # inches of paper about a piece


_Readings = dict[int, tuple[str, float]]
"""By the number of a word, what a further reading has there and how sure it is."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words beside each other on one line, and where their picture lies on the strip."""

    words: tuple[int, ...]
    box: Box
    top: int
    bottom: int


def read_again(
    page: RawPage,
    picture: Image.Image,
    engine: Engine,
    *,
    language: str,
    dpi: float,
    timeout: float,
) -> RawPage:
    """Return the page with a second reading of its codes, dates and unsure figures.

    Args:
        page: as first read.
        picture: what was read, of mode "L".
        engine: what reads it.
        language: what it was read in first.
        dpi: resolution of the picture.
        timeout: seconds it may take.

    Raises:
        EngineError: the engine failed.
        MissingProgramError: the engine or its English data isn't installed.
    """
    groups = list(_groups(page))[:_MOST]
    if not groups:
        return page
    reader = _Reader(page.words, picture, engine, dpi, timeout)
    others = reader.read(groups, LANGUAGE)
    disputed = [group for group in groups if _differ(page, group, others)]
    figures = [group for group in disputed if _as_many(page, group, others)]
    number = [group for group in disputed if group not in figures]
    for chosen, model, scale in (
        (number, language, _LARGER),
        (figures, LANGUAGE, _LARGER),
        (figures, LANGUAGE, _SMALLER),
    ):
        if chosen:
            again = reader.read(chosen, model, scale=scale)
            for group in chosen:
                others.update(_weighed(page, group, others, again))
    words = [
        ReadWord(word.start, word.end, word.box, word.confidence, *others[number])
        if number in others
        else word
        for number, word in enumerate(page.words)
    ]
    return replace(page, words=tuple(words))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads groups of a page's words again."""

    words: Sequence[Word]
    picture: Image.Image
    engine: Engine
    dpi: float
    timeout: float

    def read(
        self, groups: Sequence[tuple[int, ...]], language: str, *, scale: float = 1.0
    ) -> _Readings:
        """Read groups, their picture enlarged by `scale`."""
        strip, pieces = _strip(self.words, groups, self.picture, self.dpi)
        if scale != 1:
            size = round(strip.width * scale), round(strip.height * scale)
            strip = strip.resize(size, Image.Resampling.LANCZOS)
        read = self.engine.read(strip, language=language, layout="block", timeout=self.timeout)
        return _matched(self.words, pieces, read, left=round(_GAP * self.dpi), scale=scale)


def _figures(readings: Iterable[str]) -> str:
    return "".join(char for text in readings for char in text if char.isdecimal())


def _differ(page: RawPage, group: Sequence[int], others: _Readings) -> bool:
    """Whether the second reading of a code or date has figures, and others than the first."""
    read = "".join(page.text[page.words[n].start : page.words[n].end] for n in group)
    second = _figures(others[n][0] for n in group)
    return _CODE.search(read) is not None and bool(second) and _first(page, group) != second


def _as_many(page: RawPage, group: Sequence[int], others: _Readings) -> bool:
    """Whether both readings have as many figures."""
    return len(_first(page, group)) == len(_figures(others[n][0] for n in group))


def _first(page: RawPage, group: Sequence[int]) -> str:
    """The figures of the first reading."""
    return _figures(page.text[page.words[n].start : page.words[n].end] for n in group)


def _weighed(
    page: RawPage, group: Sequence[int], others: _Readings, again: _Readings
) -> Iterator[tuple[int, tuple[str, float]]]:
    """Return the second reading of a group, surer or less sure by what another one has."""
    second, further = (_figures(readings[n][0] for n in group) for readings in (others, again))
    sure = min((again[n][1] for n in group if again[n][0]), default=0.0)
    for number in group:
        text, confidence = others[number]
        if further == second:
            yield number, (text, 1 - (1 - confidence) * (1 - sure))
        elif further == _first(page, group):
            yield number, (text, confidence * (1 - max(sure, _OUTVOTED)))


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
    for number in range(1, len(page.words)):
        before, word = page.words[number - 1 : number + 1]
        if (
            (number in code_of or number - 1 in code_of)
            and page.text[before.end : word.start] == " "
            and _BEGUN.match(page.text[before.start : before.end])
            and _REST.match(page.text[word.start : word.end])
        ):
            code_of[number - 1] = code_of.setdefault(number, code_of.get(number - 1, 0))
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
    boxes: list[Box] = [
        (
            max(x0 - min(pad_x, left), 0),
            max(y0 - pad_y, 0),
            min(x1 + min(pad_x, right), picture.width),
            min(y1 + pad_y, picture.height),
        )
        for group, (left, right) in zip(groups, _room(words, groups), strict=True)
        for x0, y0, x1, y1 in [union([words[n].box for n in group])]
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


def _room(words: Sequence[Word], groups: Sequence[tuple[int, ...]]) -> Iterator[tuple[int, int]]:
    """Yield the pixels left and right of each group that its neighbours leave it."""
    for group in groups:
        first, last = words[group[0]].box, words[group[-1]].box
        left = first[0] - words[group[0] - 1].box[2] if group[0] else _ENOUGH
        right = words[group[-1] + 1].box[0] - last[2] if group[-1] + 1 < len(words) else _ENOUGH
        # A neighbour in the text that isn't one on the paper takes no room.
        yield (left if left >= 0 else _ENOUGH), (right if right >= 0 else _ENOUGH)


def _matched(
    words: Sequence[Word], pieces: Sequence[_Piece], read: ReadText, *, left: int, scale: float
) -> _Readings:
    """What was read at each word's place, and how sure it is; "" where nothing begins."""
    found: dict[int, list[tuple[str, float]]] = {n: [] for piece in pieces for n in piece.words}
    for word in read.words:
        box = [value / scale for value in word.box]
        y = (box[1] + box[3]) / 2
        piece = next((p for p in pieces if p.top - left / 2 < y < p.bottom + left / 2), None)
        if piece is None:
            continue
        x0, x1 = (x - left + piece.box[0] for x in (box[0], box[2]))
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

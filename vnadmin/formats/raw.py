"""A page as first read, and a builder that lays an engine's words out as its text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from vnadmin.document import Reading, Region, Word

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels."""

_SPACE, _LINE, _PARAGRAPH = " ", "\n", "\n\n"
# What XML 1.0 forbids.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ReadWord(Word):
    """A word that was read twice.

    `other` is what the second reading has at its place, "" where that begins within the word
    before; `other_confidence` is how sure it is.
    """

    other: str = ""
    other_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class RawPage:
    """One page as first read: the text, and its words with offsets into that text.

    `regions` are what layout took out of the text, `warnings` codes and what they say of this page;
    `reading` as in `document.Page`.
    `failure` is the message of the error for which the page couldn't be read, or not all of it;
    `rival` another reading of the page that may be the better one once both are restored.
    `turned` is by how many degrees clockwise the page must be turned to stand upright. While it is
    read, size and boxes are those of the upright page; `turned_back` gives those of its file.
    `skew` is by how many degrees its lines rose before it was set straight to be read.

    `number` counts from 1 in the file; `width`, `height` and the boxes are pixels (a PDF's at
    300 dpi, unless the page is so large that it was rasterised at less).
    """

    number: int
    width: int
    height: int
    text: str
    words: tuple[Word, ...]
    regions: tuple[Region, ...] = ()
    reading: Reading | None = None
    warnings: tuple[tuple[str, str], ...] = ()
    failure: str | None = None
    rival: RawPage | None = None
    turned: int = 0
    skew: float = 0.0


_LOOKS = str.maketrans("iIl|Oo", "111100")


def as_figures(text: str) -> str:
    """Return what was read of a figure with letters that look like its digits read as these."""
    return text.translate(_LOOKS)


class PageBuilder:
    """Collects words, line ends and paragraph ends in reading order.

    Breaks may be told as often as it is convenient: the strongest of those between two words
    counts. A confidence of None (the engine states none) becomes 1; a word without a box is text
    only.
    """

    def __init__(self) -> None:
        """Start an empty page."""
        self._parts: list[str] = []
        self._words: list[Word] = []
        self._length = 0
        self._gap = _SPACE

    def break_line(self) -> None:
        """End the line, if it has words."""
        if self._gap == _SPACE:
            self._gap = _LINE

    def break_paragraph(self) -> None:
        """End the paragraph, if it has words."""
        self._gap = _PARAGRAPH

    def add(self, text: str, box: Box | None, confidence: float | None = None) -> None:
        """Add a word, or several in one box, which is then shared out by their lengths."""
        text = " ".join(legal(text).split())
        position = 0
        for token in text.split():
            end = position + len(token)
            part = box and part_of(box, position, end, len(text))
            self.add_pieces([(token, part)], confidence)
            position = end + 1

    def add_pieces(
        self, pieces: Iterable[tuple[str, Box | None]], confidence: float | None = None
    ) -> None:
        """Add one word whose pieces (non-empty, without white space) have boxes of their own."""
        gap = self._gap if self._parts else ""
        self._gap = _SPACE
        self._append(gap)
        for text, box in pieces:
            start = self._length
            self._append(text)
            if box:
                sure = 1.0 if confidence is None else min(max(confidence, 0.0), 1.0)
                self._words.append(Word(start, self._length, box, sure))

    def extend(self, text: str, box: Box | None) -> None:
        """Add `text` (a hyphen) to the word that ends here, if one does."""
        text = "".join(legal(text).split())
        if not self._parts or self._gap != _SPACE or not text:
            return
        last = self._words[-1] if self._words else None
        self._append(text)
        if last is not None and last.end == self._length - len(text):
            whole = union([last.box, box]) if box else last.box
            self._words[-1] = replace(last, end=self._length, box=whole)

    def page(self, number: int, width: int | None, height: int | None) -> RawPage:
        """Return the page; a size that isn't known is that of what stands on the page."""
        if not width or not height:
            width = max((word.box[2] for word in self._words), default=1) or 1
            height = max((word.box[3] for word in self._words), default=1) or 1
        return RawPage(number, width, height, "".join(self._parts), tuple(self._words))

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def make_box(x0: float, y0: float, x1: float, y1: float) -> Box:
    """Round to whole pixels, corners in order, none negative."""
    left, right = sorted((max(round(x0), 0), max(round(x1), 0)))
    top, bottom = sorted((max(round(y0), 0), max(round(y1), 0)))
    return left, top, right, bottom


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box around `boxes`, of which there must be one."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def part_of(box: Box, start: int, end: int, length: int) -> Box:
    """The share that the characters from `start` to `end`, of `length`, have of a line's box."""
    if (start, end) == (0, length) or length <= 0:
        return box
    x0, y0, x1, y1 = box
    pitch = (x1 - x0) / length
    return x0 + round(pitch * start), y0, x0 + round(pitch * end), y1


def turned_box(box: Box, degrees: int, width: int, height: int) -> Box:
    """Where a box is once its page, so wide and high, was turned clockwise by a multiple of 90°."""
    x0, y0, x1, y1 = box
    match degrees % 360:
        case 90:
            return height - y1, x0, height - y0, x1
        case 180:
            return width - x1, height - y1, width - x0, height - y0
        case 270:
            return y0, width - x1, y1, width - x0
    return box


def turned_upright(page: RawPage, degrees: int) -> RawPage:
    """Return a page as it is in its file, turned clockwise by a multiple of 90° to be upright."""
    return replace(_turned(page, degrees), turned=degrees) if degrees else page


def turned_back(page: RawPage) -> RawPage:
    """Return a page that was read upright and straight as it is in its file."""
    page = _turned(page, -page.turned) if page.turned else page
    return _askew(page) if page.skew else page


def _askew(page: RawPage) -> RawPage:
    """The page with boxes where they were before it was set straight, about the same middles."""
    width, height = page.width, page.height
    cos, sin = math.cos(math.radians(page.skew)), math.sin(math.radians(page.skew))

    def back(box: Box) -> Box:
        x0, y0, x1, y1 = box
        x, y = (x0 + x1 - width) / 2, (y0 + y1 - height) / 2
        dx, dy = round(x * cos + y * sin - x), round(y * cos - x * sin - y)
        left, top = max(x0 + dx, 0), max(y0 + dy, 0)
        return left, top, max(min(x1 + dx, width), left + 1), max(min(y1 + dy, height), top + 1)

    words = tuple(replace(word, box=back(word.box)) for word in page.words)
    regions = tuple(replace(region, box=back(region.box)) for region in page.regions)
    return replace(page, words=words, regions=regions, skew=0.0)


def _turned(page: RawPage, degrees: int) -> RawPage:
    size = page.width, page.height
    width, height = size if degrees % 180 == 0 else size[::-1]
    words = tuple(replace(w, box=turned_box(w.box, degrees, *size)) for w in page.words)
    regions = tuple(replace(r, box=turned_box(r.box, degrees, *size)) for r in page.regions)
    return replace(page, width=width, height=height, words=words, regions=regions)


def legal(text: str) -> str:
    """Replace what XML can't hold (control characters, lone surrogates) by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)

"""The restored text of a document's pages set back into the boxes of the words it was read from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from vnadmin.document import Document, Page, Word
from vnadmin.errors import UsageError
from vnadmin.formats.raw import Box, legal, part_of, turned_box, union

_TOKEN = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word of the restored text (XML can hold all its characters), and where it stands."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line: its words, at least one, and the box around them."""

    words: tuple[PlacedWord, ...]
    box: Box


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """A page: its paragraphs, each of one line or more; boxes are those of the page upright.

    `turned` is by how many degrees clockwise the page in the file must be turned for that.
    """

    number: int
    width: int
    height: int
    paragraphs: tuple[tuple[PlacedLine, ...], ...]
    turned: int = 0

    def turned_back(self) -> PlacedPage:
        """Return it with size and boxes as they are in the file."""
        if not self.turned:
            return self
        size, back = (self.width, self.height), 360 - self.turned

        def word_back(word: PlacedWord) -> PlacedWord:
            return replace(word, box=turned_box(word.box, back, *size))

        upright = self.paragraphs
        paragraphs = (tuple(_line(map(word_back, line.words)) for line in p) for p in upright)
        width, height = size if self.turned == 180 else size[::-1]
        return replace(self, width=width, height=height, paragraphs=tuple(paragraphs))


def placed_pages(documents: Iterable[Document], form: str) -> Iterator[tuple[str, PlacedPage]]:
    """Iterate the pages of `documents`, upright, each with its source's name.

    `form` is the one that is written.

    Lines are those of the paper, also where joining a broken word took the text's line end away.
    A word that restoring split has its box shared out, with a gap; words that it joined have the
    box around theirs, as far as they stand on one line. A word whose box isn't known gets that of
    its neighbour, or else the whole page.

    Raises:
        UsageError: a document has no pages (it was made from plain text), or there is none.
    """
    name = None
    for document in documents:
        name = document.source.name
        if not document.pages:
            raise UsageError(f"{name}: plain text has no pages with boxes to write as {form}")
        for page in document.pages:
            yield name, _place(document.text[page.start : page.end], page)
    if name is None:
        raise UsageError(f"no document to write as {form}")


def _upright(page: Page) -> Page:
    size = page.width, page.height
    words = (replace(w, box=turned_box(w.box, page.turned, *size)) for w in page.words)
    width, height = size[::-1] if page.turned in (90, 270) else size
    return replace(page, width=width, height=height, words=tuple(words))


def _place(text: str, page: Page) -> PlacedPage:
    page = _upright(page) if page.turned else page
    words = _disjoint(page.words)
    starts = [word.start - page.start for word in words]
    whole = (0, 0, page.width, page.height)
    paragraphs: list[list[PlacedLine]] = [[]]
    position = 0
    for line in text.split("\n"):
        tokens: list[tuple[str, Box | None, float]] = []
        for match in _TOKEN.finditer(line):
            start, end = position + match.start(), position + match.end()
            first = max(bisect_right(starts, start) - 1, 0)
            over = []
            for word in words[first:]:
                if word.start - page.start >= end:
                    break
                if word.end - page.start > start:
                    over.append(word)
            boxes = [_cut(word, start + page.start, end + page.start) for word in over]
            sure = min((word.confidence for word in over), default=0.0)
            tokens.append((legal(match[0]), _joined(boxes), sure))
        position += len(line) + 1
        if tokens:
            paragraphs[-1].extend(_lines(tokens, whole))
        elif paragraphs[-1]:
            paragraphs.append([])
    kept = tuple(tuple(paragraph) for paragraph in paragraphs if paragraph)
    return PlacedPage(page.number, page.width, page.height, kept, page.turned)


def _disjoint(words: Iterable[Word]) -> list[Word]:
    """The words in text order; those that became one restored word together are one."""
    result: list[Word] = []
    for word in sorted(words, key=lambda word: (word.start, word.end)):
        if word.start >= word.end:
            continue
        if result and word.start < result[-1].end:
            last = result[-1]
            box = _joined([last.box, word.box]) or last.box
            sure = min(last.confidence, word.confidence)
            result[-1] = Word(last.start, max(last.end, word.end), box, sure)
        else:
            result.append(word)
    return result


def _cut(word: Word, start: int, end: int) -> Box:
    """The part of the word's box that its characters between `start` and `end` have."""
    first, last = max(start, word.start) - word.start, min(end, word.end) - word.start
    return part_of(word.box, first, last, word.end - word.start)


def _joined(boxes: list[Box]) -> Box | None:
    """The box around those that stand on one line with the first."""
    if not boxes:
        return None
    _, top, _, bottom = boxes[0]
    return union([boxes[0], *(b for b in boxes[1:] if 2 * top <= b[1] + b[3] <= 2 * bottom)])


def _lines(tokens: list[tuple[str, Box | None, float]], whole: Box) -> Iterator[PlacedLine]:
    """The text's line as lines of the page: joining a broken word may have joined two."""
    known = [box for _, box, _ in tokens if box]
    last = known[0] if known else whole
    words: list[PlacedWord] = []
    for text, box, sure in tokens:
        box = box or last
        if words and box[0] < last[0] and box[1] + box[3] > 2 * last[3]:  # back left, and below
            yield _line(words)
            words = []
        words.append(PlacedWord(text, box, sure))
        last = box
    yield _line(words)


def _line(words: Iterable[PlacedWord]) -> PlacedLine:
    words = tuple(words)
    return PlacedLine(words, union([word.box for word in words]))

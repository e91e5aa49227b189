"""What a reviewer points at: words with the boxes they were read from, and what was left out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from vnadmin.document import Document, Edit, OffsetMap, Page, Word, undo_edits
from vnadmin.formats.raw import Box, turned_box


@dataclass(frozen=True, slots=True)
class Unit:
    """A word of the text, or (`start == end`) the place where something was left out.

    Attributes:
        start, end: in the restored text.
        page: number of the page; `None` for text that has none.
        boxes: of the words it was read from, in pixels of the page as it is in its file.
        confidence: P(it is right), 0 to 1.
        read: what stood there before restoring.
        source_start: where that starts in the text as it was read.
        edits: the changes that made it.
    """

    start: int
    end: int
    page: int | None
    boxes: tuple[Box, ...]
    confidence: float
    read: str
    source_start: int
    edits: tuple[Edit, ...]


def units_of(document: Document) -> list[Unit]:
    """Return what can be pointed at, in text order.

    Words of pages that were joined (or whose boxes share characters) are one. Of text without
    boxes it is what restoring changed.
    """
    source = undo_edits(document.text, document.edits)
    to_source = OffsetMap.to_source(document.edits)
    edits = [edit for edit in document.edits if edit.source.strip() or edit.restored.strip()]
    starts = [edit.start for edit in edits]
    taken: set[int] = set()
    found: list[Unit] = []
    for page in document.pages:
        for words in _joined(page):
            start, end = words[0].start, max(word.end for word in words)
            first = bisect_right(starts, start) - 1
            while first > 0 and edits[first - 1].end > start:
                first -= 1
            over = [
                number
                for number in range(max(first, 0), bisect_right(starts, end))
                if edits[number].start < end and edits[number].end > start
            ]
            taken.update(over)
            alone = len(words) == 1
            source_start, source_end = to_source.start(start), to_source.end(end)
            found.append(
                Unit(
                    start,
                    end,
                    page.number,
                    (words[0].box,) if alone else tuple(dict.fromkeys(w.box for w in words)),
                    words[0].confidence if alone else min(w.confidence for w in words),
                    source[source_start:source_end],
                    source_start,
                    tuple(edits[number] for number in over),
                )
            )
    numbers = _page_numbers(document)
    found += [
        Unit(
            edit.start,
            edit.end,
            numbers(edit.start),
            (),
            edit.confidence,
            edit.source,
            edit.source_start,
            (edit,),
        )
        for number, edit in enumerate(edits)
        if number not in taken
    ]
    return sorted(_disjoint(found), key=lambda unit: (unit.start, unit.end))


def upright_boxes(boxes: Iterable[Box], page: Page) -> list[Box]:
    """Return boxes as they are on the page once it stands upright."""
    return [turned_box(box, page.turned, page.width, page.height) for box in boxes]


def _joined(page: Page) -> Iterator[Sequence[Word]]:
    """The words of a page, those that share characters together."""
    group: list[Word] = []
    end = -1
    for word in sorted(page.words, key=lambda each: (each.start, each.end)):
        if word.start >= end and group:
            yield group
            group = []
        group.append(word)
        end = word.end if len(group) == 1 else max(end, word.end)
    if group:
        yield group


def _disjoint(units: Iterable[Unit]) -> Iterator[Unit]:
    """Leave out what overlaps one that has boxes, or comes first."""
    end = 0
    for unit in sorted(units, key=lambda each: (each.start, not each.boxes, each.end)):
        if unit.start >= end:
            yield unit
            end = max(end, unit.end)


def _page_numbers(document: Document) -> Callable[[int], int | None]:
    starts = [page.start for page in document.pages]

    def number(offset: int) -> int | None:
        at = bisect_right(starts, offset) - 1
        return document.pages[at].number if at >= 0 else None

    return number

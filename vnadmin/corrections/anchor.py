"""Where in a document, as it is now, a correction belongs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from vnadmin.corrections.record import Correction
from vnadmin.corrections.units import Unit
from vnadmin.document import Citation, Document, OffsetMap, undo_edits
from vnadmin.formats.raw import Box, union

_SAME_PLACE = 0.5
"""Share of two boxes' union that both cover: one engine's boxes of a word, in two versions, share
more; those of neighbours share nothing."""
_SAME_TEXT = 0.8
"""Likeness of what was read of a citation, then and now."""


class Places:
    """The words and citations of a document, to find those that corrections are about."""

    def __init__(self, document: Document, units: Sequence[Unit]) -> None:
        """Take a document and its `units_of`."""
        self._document = document
        self._units = units
        self._pages: dict[int | None, list[Unit]] = {}
        self._by_start: dict[int, Unit] = {}
        for unit in units:
            self._pages.setdefault(unit.page, []).append(unit)
            self._by_start.setdefault(unit.source_start, unit)
        self._source = undo_edits(document.text, document.edits)

    def word(self, correction: Correction) -> Unit | None:
        """Return what a word's correction is about: by its box, or else by what was read."""
        if correction.boxes and (unit := self._by_box(correction)):
            return unit
        unit = self._by_start.get(-1 if correction.start is None else correction.start)
        if unit is not None and unit.read == correction.read and not unit.boxes:
            return unit
        return None if correction.boxes else self._in_text(correction)

    def _by_box(self, correction: Correction) -> Unit | None:
        wanted = _around(correction.boxes)
        here = [unit for unit in self._pages.get(correction.page, ()) if unit.boxes]
        best = max(here, key=lambda unit: _shared(wanted, _around(unit.boxes)), default=None)
        if best is not None and _shared(wanted, _around(best.boxes)) >= _SAME_PLACE:
            return best
        return None

    def _in_text(self, correction: Correction) -> Unit | None:
        """A stretch that restoring left as it was, or that has no box."""
        start, read = correction.start, correction.read
        if start is None or not read.strip() or self._source[start : start + len(read)] != read:
            return None
        to_restored = OffsetMap.to_restored(self._document.edits)
        first, last = to_restored.start(start), to_restored.end(start + len(read))
        if any(unit.start < last and first < unit.end for unit in self._units):
            return None
        return Unit(first, last, correction.page, (), 1.0, read, start, ())

    def citation(self, correction: Correction) -> Citation | None:
        """Return what a citation's correction is about: at its place, or else by its text."""
        here = [c for c in self._document.citations if c.page == correction.page]
        for citation in here:
            same_place = citation.source_start == correction.start
            if same_place and _alike(citation.source_text, correction.read):
                return citation
        alike = [c for c in here if _alike(c.source_text, correction.read)]
        if correction.boxes:
            wanted = _around(correction.boxes)
            alike = [c for c in alike if _shared(wanted, _around(self.boxes(c))) >= _SAME_PLACE]
        return alike[0] if len(alike) == 1 else None

    def boxes(self, citation: Citation) -> tuple[Box, ...]:
        """Return the boxes of a citation's words."""
        return tuple(
            box
            for unit in self._pages.get(citation.page, ())
            if unit.start < citation.end and citation.start < unit.end
            for box in unit.boxes
        )


def _around(boxes: Iterable[Box]) -> Box:
    every = list(boxes)
    return union(every) if every else (0, 0, 0, 0)


def _shared(one: Box, two: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (_area(one) + _area(two) - both)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _alike(one: str, two: str) -> bool:
    one, two = " ".join(one.split()), " ".join(two.split())
    return one == two or SequenceMatcher(None, one, two, autojunk=False).ratio() >= _SAME_TEXT

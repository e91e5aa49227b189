"""What is known of a text besides its characters: that an engine read it, and how sure it was."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vnadmin.document import Edit, OffsetMap

if TYPE_CHECKING:
    from vnadmin.formats.raw import RawPage, ReadWord

_SURE = 0.8
"""Confidence from which a word of two letters is print: on 22 scans specks and strokes that were
taken for letters have 0.79 at most, abbreviations that were taken for junk 0.82 to 0.96."""
_SHORT = 10  # characters: nothing longer is taken for junk


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one text; offsets are code points of it.

    Attributes:
        recognised: stretches that an engine read from a picture, in order. Their noise is that
            engine's: they are never taken for correct text that is to be left alone.
        twice: words that were read twice, in order.
        sure: words short enough to be taken for specks that the engine was sure of, in order.
    """

    recognised: tuple[tuple[int, int], ...] = ()
    twice: tuple[ReadWord, ...] = ()
    sure: tuple[tuple[int, int], ...] = ()

    def was_recognised(self, start: int, end: int) -> bool:
        """Whether all of `start:end` was read from a picture."""
        return any(first <= start and end <= last for first, last in self.recognised)

    def within(self, start: int, end: int) -> tuple[ReadWord, ...]:
        """Return the words in `start:end` that were read twice."""
        first = bisect_left(self.twice, start, key=lambda word: word.start)
        last = bisect_left(self.twice, end, key=lambda word: word.start)
        return self.twice[first:last]

    def is_sure(self, start: int, end: int) -> bool:
        """Whether a word that the engine was sure of lies in `start:end`."""
        at = bisect_left(self.sure, (start, start))
        return at < len(self.sure) and self.sure[at][1] <= end

    def after(self, edits: Sequence[Edit]) -> Evidence:
        """Return the same of the text that `edits` make of this one."""
        if not edits:
            return self
        moved = OffsetMap.to_restored(edits)
        stretches = tuple((moved.start(a), moved.end(b)) for a, b in self.recognised)
        words = (replace(w, start=moved.start(w.start), end=moved.end(w.end)) for w in self.twice)
        sure = ((moved.start(a), moved.end(b)) for a, b in self.sure)
        return Evidence(
            stretches,
            tuple(word for word in words if word.start < word.end),
            tuple((a, b) for a, b in sure if a < b),
        )


NONE = Evidence()
"""A text of which nothing else is known."""


def evidence_of(pages: Iterable[RawPage]) -> Evidence:
    """Return what is known of the text of pages that follow each other."""
    from vnadmin.formats.raw import ReadWord

    stretches: list[tuple[int, int]] = []
    twice: list[ReadWord] = []
    sure: list[tuple[int, int]] = []
    position = 0
    for page in pages:
        end = position + len(page.text)
        if page.reading == "ocr":
            stretches.append((position, end))
        if page.reading in ("ocr", None):  # an engine's words, read here or by others
            sure += (
                (position + word.start, position + word.end)
                for word in page.words
                if _SURE <= word.confidence < 1.0  # where it isn't told, it is 1
                and word.end - word.start <= _SHORT
                and sum(map(str.isalpha, page.text[word.start : word.end])) > 1
            )
        twice += (
            replace(word, start=position + word.start, end=position + word.end)
            for word in page.words
            if isinstance(word, ReadWord)
        )
        position = end
    return Evidence(tuple(stretches), tuple(twice), tuple(sure))

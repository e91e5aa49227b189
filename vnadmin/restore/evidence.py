"""What is known of a text besides its characters: that an engine read it, and how sure it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vnadmin.document import Edit, OffsetMap

if TYPE_CHECKING:
    from vnadmin.formats.raw import RawPage


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one text; offsets are code points of it.

    Attributes:
        recognised: stretches that an engine read from a picture, in order. Their noise is that
            engine's: they are never taken for correct text that is to be left alone.
    """

    recognised: tuple[tuple[int, int], ...] = ()

    def was_recognised(self, start: int, end: int) -> bool:
        """Whether all of `start:end` was read from a picture."""
        return any(first <= start and end <= last for first, last in self.recognised)

    def after(self, edits: Sequence[Edit]) -> Evidence:
        """Return the same of the text that `edits` make of this one."""
        if not edits:
            return self
        moved = OffsetMap.to_restored(edits)
        stretches = tuple((moved.start(a), moved.end(b)) for a, b in self.recognised)
        return replace(self, recognised=stretches)


NONE = Evidence()
"""A text of which nothing else is known."""


def evidence_of(pages: Iterable[RawPage]) -> Evidence:
    """Return what is known of the text of pages that follow each other."""
    stretches: list[tuple[int, int]] = []
    position = 0
    for page in pages:
        end = position + len(page.text)
        if page.reading == "ocr":
            stretches.append((position, end))
        position = end
    return Evidence(tuple(stretches))

"""A seeded sample of running text and every citation found in it, to be read by a person."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..document import Citation
from ..extract import extract_all
from .files import lines

_CONTEXT = 70  # characters shown on each side of a hit


@dataclass(frozen=True, slots=True)
class Hit:
    """A citation found: what was read, and its place between the words around it."""

    read: str
    before: str
    text: str
    after: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.read}: {self.before}⟦{self.text}⟧{self.after}"


@dataclass(slots=True)
class Sample:
    """How much text was drawn, and every citation in it."""

    paragraphs: int = 0
    syllables: int = 0
    hits: list[Hit] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self)

    def report(self) -> str:
        """Return the hits as lines for people to read, and how many there are."""
        total = f"{len(self.hits)} citations in {self.syllables:,} syllables"
        return "\n".join([*map(str, self.hits), f"{total} ({self.paragraphs} paragraphs)"])


def sample_citations(path: Path, *, syllables: int, seed: int) -> Sample:
    """Draw paragraphs at random and list every citation in them, nothing restored.

    Args:
        path: UTF-8 text (.gz and .xz too), a paragraph a line.
        syllables: draw paragraphs until they hold so many (all, where the file has fewer).
        seed: of the drawing: the same seed draws the same paragraphs.

    Raises:
        InputError: the file can't be read.
    """
    sample = Sample()
    for paragraph in _drawn(lines(path), syllables, random.Random(seed)):
        sample.paragraphs += 1
        sample.syllables += len(paragraph.split())
        sample.hits += [_hit(paragraph, found) for found in extract_all(paragraph).citations]
    return sample


def _drawn(paragraphs: Iterable[str], syllables: int, rng: random.Random) -> list[str]:
    """The paragraphs of the smallest random keys that together hold `syllables`, in one pass."""
    kept: list[tuple[float, int, str]] = []  # the largest key first
    total = 0
    for paragraph in paragraphs:
        key = -rng.random()
        if total >= syllables and key < kept[0][0]:
            continue
        size = len(paragraph.split())
        heapq.heappush(kept, (key, size, paragraph))
        total += size
        while total - kept[0][1] >= syllables:
            total -= heapq.heappop(kept)[1]
    return [paragraph for _, _, paragraph in sorted(kept, reverse=True)]


def _hit(text: str, citation: Citation) -> Hit:
    parts = (citation.type, citation.number or citation.name or citation.symbol, citation.date)
    before = text[max(0, citation.start - _CONTEXT) : citation.start]
    after = text[citation.end : citation.end + _CONTEXT]
    pieces = (" ".join(part.split()) for part in (before, citation.text, after))
    return Hit(", ".join(part for part in parts if part), *pieces)

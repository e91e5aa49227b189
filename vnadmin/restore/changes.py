"""What the decoder decided, put together: changes → edits, words and the restored text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from vnadmin.document import Edit, EditKind, OffsetMap, Span, apply_edits
from vnadmin.restore.confidence import EDITED, REJECTED
from vnadmin.restore.items import Item
from vnadmin.restore.unicode import chain


@dataclass(frozen=True, slots=True)
class RestoredWord:
    """A word of the restored text, where it came from, and P(it is right), 0 to 1.

    `rival` tells whether another reading was possible at all.
    """

    start: int
    end: int
    source_start: int
    source_end: int
    confidence: float
    rival: bool = False


@dataclass(frozen=True, slots=True)
class Restoration:
    """A restored text with its edits (in text order) and words."""

    text: str
    edits: tuple[Edit, ...]
    words: tuple[RestoredWord, ...]


@dataclass(slots=True)
class Change:
    """What the decoder decided for `source[start:end]`; unchanged where `text` is `None`.

    Attributes:
        confidence: P(it is right), 0 to 1: the posterior at first, then what it is worth.
        is_word: whether a word stands there afterwards.
        arc: of the lattice.
        traits: bits, see confidence.py.
        rival: whether another reading was possible at all.
    """

    start: int
    end: int
    text: str | None
    kind: EditKind
    confidence: float
    is_word: bool = True
    arc: int = -1
    traits: int = 0
    rival: bool = False

    def reject(self) -> None:
        """Keep the source."""
        if self.text is None:
            return
        self.text = None
        self.confidence = 1.0 - self.confidence
        self.is_word = True
        self.traits = self.traits & ~EDITED | REJECTED


def drop(source: str, item: Item, confidence: float, arc: int, traits: int) -> Change:
    """Drop an item with the spaces that set it apart on its line."""
    start, end = item.start, item.end
    while start > 0 and source[start - 1] in " \t":
        start -= 1
    if start == 0 or source[start - 1] in "\n\f":
        start = item.start
        while end < len(source) and source[end] in " \t":
            end += 1
    return Change(start, end, "", "junk", confidence, False, arc, traits)


def assemble(source: str, changes: Sequence[Change], min_confidence: float) -> Restoration:
    edits: list[Edit] = []
    words: list[RestoredWord] = []
    shift = 0
    position = 0
    for change in changes:
        if change.start < position:  # dropped junk next to dropped junk: the space went already
            change = replace(change, start=position)
            if change.start >= change.end:
                continue
        position = change.end
        text = change.text
        confidence = change.confidence
        if text is not None and confidence < min_confidence:
            text, confidence = None, 1.0 - confidence
        read = source[change.start : change.end]
        start = change.start + shift
        end = start + len(read if text is None else text)
        if text is not None:
            edits.append(
                Edit(
                    start,
                    end,
                    change.start,
                    change.end,
                    read,
                    text,
                    change.kind,
                    round(confidence, 4),
                )
            )
            shift += len(text) - len(read)
        if change.is_word and end > start:
            words.append(
                RestoredWord(
                    start, end, change.start, change.end, round(confidence, 4), change.rival
                )
            )
    return Restoration(apply_edits(source, edits), tuple(edits), tuple(words))


def in_place(source: str, parts: Iterable[tuple[Span, Restoration]]) -> Restoration:
    """Return the restoration of a text of which only some stretches, in order, were restored."""
    edits: list[Edit] = []
    words: list[RestoredWord] = []
    texts: list[str] = []
    position = shift = 0
    for (start, end), part in parts:
        texts += [source[position:start], part.text]
        edits += (_moved(edit, start, start + shift) for edit in part.edits)
        words += (_moved(word, start, start + shift) for word in part.words)
        shift += len(part.text) - (end - start)
        position = end
    return Restoration("".join([*texts, source[position:]]), tuple(edits), tuple(words))


_Placed = TypeVar("_Placed", Edit, RestoredWord)


def _moved(what: _Placed, in_source: int, in_text: int) -> _Placed:
    return replace(
        what,
        start=what.start + in_text,
        end=what.end + in_text,
        source_start=what.source_start + in_source,
        source_end=what.source_end + in_source,
    )


def before_nfc(source: str, first: Sequence[Edit], restored: Restoration) -> Restoration:
    """Make a restoration of the composed text one of `source`; `first` composed it."""
    if not first:
        return restored
    middle = apply_edits(source, first)
    to_source = OffsetMap.to_source(first)
    words = tuple(
        replace(
            word,
            source_start=to_source.start(word.source_start),
            source_end=to_source.end(word.source_end),
        )
        for word in restored.words
    )
    return Restoration(restored.text, tuple(chain(source, first, middle, restored.edits)), words)

"""Words of a document replaced, with all that points into its text moved along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from vnadmin.corrections.units import Unit
from vnadmin.document import Document, Edit, EditKind, OffsetMap, Page, Word, undo_edits
from vnadmin.formats.raw import Box


@dataclass(frozen=True, slots=True)
class NewWord:
    """What stands in place of a unit from now on.

    Attributes:
        unit: what is replaced.
        text: by what; "" leaves it out.
        confidence: P(it is right), 0 to 1.
        kind: of the edit, where the text is another one than was read.
        boxes: of the word, if the unit has lost its own.
    """

    unit: Unit
    text: str
    confidence: float
    kind: EditKind
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The restored text from `start` to `end`, which becomes `text`."""

    start: int
    end: int
    source_start: int
    source_end: int
    text: str
    new: NewWord


def with_words(document: Document, words: Iterable[NewWord]) -> Document:
    """Return the document with other words; its header and citations are those of before."""
    source = undo_edits(document.text, document.edits)
    stretches = list(_stretches(document, words))
    if not stretches:
        return document
    moved = OffsetMap([(s.start, s.end, *_target(s, stretches)) for s in stretches])
    parts: list[str] = []
    position = 0
    for each in stretches:
        parts += [document.text[position : each.start], each.text]
        position = each.end
    parts.append(document.text[position:])
    return replace(
        document,
        text="".join(parts),
        edits=tuple(_edits(document, stretches, moved, source)),
        pages=tuple(_page(page, stretches, moved) for page in document.pages),
    )


def _stretches(document: Document, words: Iterable[NewWord]) -> Iterable[_Stretch]:
    to_source = OffsetMap.to_source(document.edits)
    end = -1
    for new in sorted(words, key=lambda each: (each.unit.start, each.unit.end)):
        unit = new.unit
        first = min([unit.start, *(edit.start for edit in unit.edits)])
        last = max([unit.end, *(edit.end for edit in unit.edits)])
        if first < end:
            continue  # two say of one place what it is: the first
        end = last
        text = document.text[first : unit.start] + new.text + document.text[unit.end : last]
        if unit.start == unit.end:
            at = unit.source_start, unit.source_start + len(unit.read)
        else:
            at = to_source.start(first), to_source.end(last)
        yield _Stretch(first, last, *at, text, new)


def _target(stretch: _Stretch, stretches: Sequence[_Stretch]) -> tuple[int, int]:
    grown = sum(
        len(each.text) - (each.end - each.start)
        for each in stretches
        if each.start < stretch.start or (each.start == stretch.start and each.end < stretch.end)
    )
    return stretch.start + grown, stretch.start + grown + len(stretch.text)


def _edits(
    document: Document, stretches: Sequence[_Stretch], moved: OffsetMap, source: str
) -> Iterable[Edit]:
    ours: list[Edit] = []
    replaced: set[int] = set()
    for each in stretches:
        same = each.text == document.text[each.start : each.end]
        own = [edit for edit in document.edits if edit in each.new.unit.edits]
        replaced.update(id(edit) for edit in own)
        start, end = _target(each, stretches)
        read = source[each.source_start : each.source_end]
        if same and own:
            shift = start - each.start
            ours += [
                replace(
                    edit,
                    start=edit.start + shift,
                    end=edit.end + shift,
                    confidence=each.new.confidence,
                )
                for edit in own
            ]
        elif read != each.text:
            ours.append(
                Edit(
                    start, end, each.source_start, each.source_end, read, each.text,
                    each.new.kind, each.new.confidence,
                )
            )  # fmt: skip
            # What restoring did there beyond words (spaces, line ends) is in it.
            replaced.update(
                id(edit)
                for edit in document.edits
                if each.source_start <= edit.source_start and edit.source_end <= each.source_end
            )
    kept = [
        replace(edit, start=moved.start(edit.start), end=moved.end(edit.end))
        for edit in document.edits
        if id(edit) not in replaced
    ]
    return sorted([*kept, *ours], key=lambda edit: (edit.source_start, edit.source_end))


def _page(page: Page, stretches: Sequence[_Stretch], moved: OffsetMap) -> Page:
    here = [each for each in stretches if each.new.unit.page == page.number]
    words: list[Word] = []
    by_start = {each.new.unit.start: each for each in here}
    inside = {
        (each.new.unit.start, each.new.unit.end): each for each in here if each.new.unit.boxes
    }
    spans = sorted(inside)
    for word in page.words:
        own = next((inside[s] for s in spans if s[0] <= word.start and word.end <= s[1]), None)
        if own is None:
            words.append(replace(word, start=moved.start(word.start), end=moved.end(word.end)))
            continue
        start, end = _inner(own, stretches)
        if start < end:
            words.append(replace(word, start=start, end=end, confidence=own.new.confidence))
    for each in by_start.values():
        if not each.new.unit.boxes and each.new.text.strip():
            start, end = _inner(each, stretches)
            words += [Word(start, end, box, each.new.confidence) for box in each.new.boxes]
    words.sort(key=lambda word: (word.start, word.end))
    return replace(
        page, start=moved.start(page.start), end=max(moved.end(page.end), 0), words=tuple(words)
    )


def _inner(stretch: _Stretch, stretches: Sequence[_Stretch]) -> tuple[int, int]:
    """Where the word itself stands in what the stretch becomes."""
    start = _target(stretch, stretches)[0] + stretch.new.unit.start - stretch.start
    return start, start + len(stretch.new.text)

"""Corrected words and the sure ones around them, as pairs that a channel can learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vnadmin.corrections.anchor import Places
from vnadmin.corrections.store import Corrections
from vnadmin.corrections.units import Unit, units_of
from vnadmin.document import Document, OffsetMap, undo_edits

_SURE = 0.95
"""A word that nobody looked at counts as right from here on: it shows what is read well, without
which every word would seem to be garbled."""


@dataclass(frozen=True, slots=True)
class TruthPair:
    """Some words of a line: what the paper says, and what was read there."""

    truth: str
    read: str
    page: int | None


def pairs_of(document: Document, corrections: Corrections) -> Iterator[TruthPair]:
    """Yield stretches of lines that hold a corrected word, and otherwise only words that are sure.

    Args:
        document: as converted, corrections applied or not.
        corrections: of the document; those that don't fit are left out.
    """
    document = corrections.apply(document).document
    units = units_of(document)
    places = Places(document, units)
    seen = {
        unit.source_start
        for record in corrections.in_force
        if record.target == "word" and record.source == document.source.sha256
        if (unit := places.word(record)) is not None
    }
    source = undo_edits(document.text, document.edits)
    to_source = OffsetMap.to_source(document.edits)
    for run in _runs(document.text, units, seen):
        start, end = run[0].start, run[-1].end
        truth = " ".join(document.text[start:end].split())
        read = " ".join(source[to_source.start(start) : to_source.end(end)].split())
        if truth and read:
            yield TruthPair(truth, read, run[0].page)


def _runs(text: str, units: Sequence[Unit], seen: set[int]) -> Iterator[list[Unit]]:
    """Neighbouring units of a line that were seen or are sure, where one at least was seen."""
    run: list[Unit] = []
    for unit in units:
        is_known = unit.source_start in seen or (unit.confidence >= _SURE and bool(unit.boxes))
        if run and (not is_known or "\n" in text[run[-1].end : unit.start]):
            if any(each.source_start in seen for each in run):
                yield run
            run = []
        if is_known and unit.start < unit.end:
            run.append(unit)
    if any(each.source_start in seen for each in run):
        yield run

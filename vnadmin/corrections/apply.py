"""Corrections applied to a document, whichever version of vnadmin made it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from vnadmin.corrections.anchor import Places
from vnadmin.corrections.fields import field_value, with_citation_field, with_field
from vnadmin.corrections.record import Correction
from vnadmin.corrections.units import units_of
from vnadmin.corrections.words import NewWord, with_words
from vnadmin.document import Citation, Document
from vnadmin.pipeline import extract_again


@dataclass(frozen=True, slots=True)
class Applied:
    """A document as people corrected it.

    Attributes:
        document: with what they say.
        unfit: the corrections that belong nowhere in it any more.
    """

    document: Document
    unfit: tuple[Correction, ...]


def machine_document(document: Document, records: Sequence[Correction]) -> Document:
    """Return the document as the machine had it, if corrections have been applied to it.

    Args:
        document: applied to or not.
        records: all there are, undone ones too, the oldest first.
    """
    if not any(record.target == "word" for record in records):
        return extract_again(document) if records else document
    places = Places(document, units_of(document))
    first: dict[int, NewWord] = {}
    for record in records:
        if record.target != "word" or record.action == "undo":
            continue
        if record.source != document.source.sha256 or record.confidence is None:
            continue
        unit = places.word(record)
        if unit is None or unit.source_start in first:
            continue
        by_person = any(edit.kind == "human" for edit in unit.edits)
        text = document.text[unit.start : unit.end]
        if unit.read == record.read and (by_person or text in (record.new, record.old)):
            first[unit.source_start] = NewWord(
                unit, record.old, record.confidence, record.kind or "word", record.boxes
            )
    return extract_again(with_words(document, first.values()))


def apply_words(
    document: Document, records: Sequence[Correction], in_force: Iterable[Correction]
) -> Applied:
    """Apply those of words: what is extracted from the text follows (see `apply_corrections`)."""
    if not records:
        return Applied(document, ())
    document = machine_document(document, records)
    places = Places(document, units_of(document))
    unfit: list[Correction] = []
    words: dict[int, NewWord] = {}
    for record in (record for record in in_force if record.target == "word"):
        same = record.source == document.source.sha256
        unit = places.word(record) if same else None
        if unit is None:
            unfit.append(record)
        else:
            words[unit.source_start] = NewWord(unit, record.new or "", 1.0, "human", record.boxes)
    if words:
        document = extract_again(with_words(document, words.values()))
    return Applied(document, tuple(unfit))


def apply_corrections(
    document: Document, records: Sequence[Correction], in_force: Iterable[Correction]
) -> Applied:
    """Apply corrections; the document may be one that some were applied to before.

    Words come first: header and citations are extracted anew from what they make. Of two
    corrections of one thing the later one holds.

    Args:
        document: as converted, now or then.
        records: all there are, the oldest first.
        in_force: those of them that weren't undone, the oldest first.
    """
    in_force = list(in_force)
    applied = apply_words(document, records, in_force)
    document = applied.document
    unfit = list(applied.unfit)
    fit: list[Correction] = []
    for record in (record for record in in_force if record.target != "word"):
        (fit if record.source == document.source.sha256 else unfit).append(record)
    places = Places(document, units_of(document)) if fit else None
    fields: list[Correction] = []
    for record in (record for record in fit if record.target == "field"):
        known = record.field is not None and field_value(document, record.field) is not None
        (fields if known else unfit).append(record)
    # From the last entry of a list: one that goes moves those behind it.
    for record in sorted(fields, key=lambda each: each.field or "", reverse=True):
        document = with_field(document, record.field or "", record.new)
    changed: dict[int, Citation | None] = {}
    for record in fit:
        if record.target != "citation" or places is None:
            continue
        citation = places.citation(record)
        if citation is None:
            unfit.append(record)
            continue
        now = changed.get(citation.start, citation)
        changed[citation.start] = None if now is None else _corrected(now, record)
    if changed:
        found = (changed.get(citation.start, citation) for citation in document.citations)
        document = replace(document, citations=tuple(c for c in found if c is not None))
    return Applied(document, tuple(record for record in records if record in unfit))


def _corrected(citation: Citation, record: Correction) -> Citation | None:
    if record.field is not None:
        return with_citation_field(citation, record.field, record.new)
    if record.action == "reject":
        return None
    return replace(citation, confidence=dict.fromkeys(citation.confidence, 1.0))

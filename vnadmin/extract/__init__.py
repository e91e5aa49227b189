"""Extraction: which documents a text cites, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..document import Citation, Header, Part, Reference
from ..vietnamese import canonical
from .bodies import home_of
from .citations import citations
from .furniture import moved, read_through
from .header import header
from .identity import own_identity
from .own_checks import own_warnings
from .parts import boundaries, shifted
from .references import references

__all__ = ["Extraction", "citations", "extract_all", "extract_from_text", "header", "references"]


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a text says of itself and of others; `parts` where it holds several documents."""

    header: Header
    citations: tuple[Citation, ...]
    references: tuple[Reference, ...]
    parts: tuple[Part, ...] = ()


def extract_from_text(text: str) -> tuple[Header, tuple[Citation, ...], tuple[Reference, ...]]:
    """Read header, citations and references out of clean or restored `text`.

    The document's own number, where its text repeats it, is neither citation nor reference.
    """
    found = extract_all(text)
    return found.header, found.citations, found.references


def extract_all(text: str) -> Extraction:
    """Do what `extract_from_text` does, each document of several in `text` for itself."""
    starts = boundaries(text)
    if len(starts) == 1:
        return _one(text)
    parts: list[Part] = []
    found: list[Citation] = []
    pointers: list[Reference] = []
    paged = "\f" in text
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        one = _one(text[start:end])
        parts.append(Part(start, end, one.header))
        pages = text.count("\f", 0, start) if paged else None
        moved, moved_pointers = shifted(one.citations, one.references, start, pages)
        found += moved
        pointers += moved_pointers
    return Extraction(parts[0].header, tuple(found), tuple(pointers), tuple(parts))


def _one(text: str) -> Extraction:
    own = header(text)
    key, work = own_identity(own)
    own = replace(own, id=key, uri=work, warnings=own_warnings(own))
    home = home_of(own, text)

    def cited(text: str) -> tuple[Citation, ...]:
        found = citations(text, citing_date=own.date, home=home)
        return tuple(citation for citation in found if not _is_own(citation, own))

    if "\f" not in text:
        found = cited(text)
        return Extraction(own, found, references(text, found, own_type=own.type))
    through = read_through(text)
    found = cited(through.text)
    pointers = references(through.text, found, own_type=own.type)
    whole, moved_pointers = moved(found, pointers, text, through.to_original)
    for start, end in through.notes:
        page = text.count("\f", 0, start)
        whole += shifted(cited(text[start:end]), (), start, page)[0]
    whole.sort(key=lambda citation: citation.start)
    return Extraction(own, tuple(whole), tuple(moved_pointers))


def _is_own(citation: Citation, own: Header) -> bool:
    """Whether a citation is the document itself: its number, or its blank, repeated."""
    if citation.name is not None and citation.number is None and own.subject is not None:
        return canonical(citation.name) == canonical(f"{own.type} {own.subject}")
    if own.symbol is None or citation.symbol != own.symbol:
        return False
    if own.number is None:
        return citation.number is None and citation.type == own.type
    return citation.number == own.number and citation.date in (None, own.date)

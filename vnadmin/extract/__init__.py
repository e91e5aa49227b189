"""Extraction: which documents a text cites, and what it says of itself."""

from __future__ import annotations

from dataclasses import replace

from ..document import Citation, Header, Reference
from ..vietnamese import canonical
from .bodies import home_of
from .citations import citations
from .header import header
from .identity import own_identity
from .references import references

__all__ = ["citations", "extract_from_text", "header", "references"]


def extract_from_text(text: str) -> tuple[Header, tuple[Citation, ...], tuple[Reference, ...]]:
    """Read header, citations and references out of clean or restored `text`.

    The document's own number, where its text repeats it, is neither citation nor reference.
    """
    own = header(text)
    key, work = own_identity(own)
    own = replace(own, id=key, uri=work)
    found = citations(text, citing_date=own.date, home=home_of(own))
    found = tuple(citation for citation in found if not _is_own(citation, own))
    return own, found, references(text, found, own_type=own.type)


def _is_own(citation: Citation, own: Header) -> bool:
    """Whether a citation is the document itself: its number, or its blank, repeated."""
    if citation.name is not None and citation.number is None and own.subject is not None:
        return canonical(citation.name) == canonical(f"{own.type} {own.subject}")
    if own.symbol is None or citation.symbol != own.symbol:
        return False
    if own.number is None:
        return citation.number is None and citation.type == own.type
    return citation.number == own.number and citation.date in (None, own.date)

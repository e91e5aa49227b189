"""Extraction: which documents a text cites, and what it says of itself."""

from __future__ import annotations

from ..document import Citation, Header, Reference
from .citations import citations
from .header import header
from .references import references

__all__ = ["citations", "extract_from_text", "header", "references"]


def extract_from_text(text: str) -> tuple[Header, tuple[Citation, ...], tuple[Reference, ...]]:
    """Read header, citations and references out of clean or restored `text`.

    The document's own number, where its text repeats it, is neither citation nor reference.
    """
    own = header(text)
    found = citations(text, citing_date=own.date)
    if own.number is not None:
        found = tuple(c for c in found if c.number != own.number or c.date not in (None, own.date))
    return own, found, references(text, found)

"""Cross-checks of what a document says of itself: number against type, issuer, date and term."""

from __future__ import annotations

from ..document import Header
from .citations import citations

_OWN = "own-"


def own_warnings(own: Header) -> tuple[str, ...]:
    """Warnings about the parts of a header that contradict each other, as about a citation's.

    The header is checked as if another document cited it; the codes are a citation's behind
    "own-". An office's own issuer stands under its parent, whose symbol it may bear: it isn't
    checked.
    """
    if own.type is None or own.number is None:
        return ()
    text = f"{own.type} số {own.number}"
    if own.date is not None:
        year, month, day = own.date.split("-")
        text += f" ngày {day}/{month}/{year}"
    if own.issuer is not None and own.parent_issuer is None and " - " not in own.issuer:
        text += f" của {own.issuer}"
    found = citations(text)
    return tuple(_OWN + warning for warning in found[0].warnings) if found else ()

"""What documents are called on the pages, and how dates, numbers and unseen letters are shown."""

from __future__ import annotations

import re
from urllib.parse import quote

from markupsafe import Markup, escape

from vnadmin.index.rows import Entry, Mention, Work

PART = "~"
"""Between the id of a document and its part of the file, in addresses."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def day(date: str | None) -> str:
    """2022-06-18 → 18/06/2022."""
    return "/".join(reversed(date.split("-"))) if date else ""


def plain(text: object) -> str:
    """One line without characters that aren't seen or turn what stands around them."""
    return _UNSEEN.sub("\ufffd", " ".join(str(text or "").split()))


def marked(snippet: str) -> Markup:
    """A snippet's [found words] as marks; all else escaped."""
    pieces = re.split(r"\[([^\[\]]*)\]", _UNSEEN.sub("\ufffd", snippet))
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if i % 2 else escape(piece)
        for i, piece in enumerate(pieces)
    )


def number(value: int) -> str:
    """1234567 → 1 234 567, with spaces that don't break."""
    return f"{value:,}".replace(",", "\u202f")


def work_name(work: Work) -> str:
    """Its type and number, or its name and year."""
    kind = work.name or work.type
    code = work.number or (str(work.year) if work.name and work.year else None)
    return plain(" ".join(filter(None, (kind, code or (None if work.name else work.key)))))


def document_name(entry: Entry) -> str:
    """Its type and number, else its source's name."""
    named = " ".join(filter(None, (entry.type, entry.number)))
    return plain(named if entry.number else f"{named} {entry.source.rpartition('/')[2]}")


def cited_as(mention: Mention) -> str:
    """What a mention calls the document it cites."""
    return plain(" ".join(filter(None, (mention.name or mention.type, mention.number))))


def address(entry: Entry) -> str:
    """Where a document is shown: its id and, of a file with several, its part."""
    own = quote(entry.document_id, safe="")
    return f"/document/{own}" + (f"{PART}{entry.part}" if entry.part else "")

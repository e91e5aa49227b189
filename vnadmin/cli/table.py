"""A document's header and citations as a table that fits the terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

from vnadmin.document import Citation, Document

_BOLD, _DIM, _RED, _GREEN, _YELLOW = "1", "2", "31", "32", "33"
_HEADINGS = ("#", "document", "date", "issuer", "title", "page")
_NARROWEST = 6  # columns; a narrower one isn't readable
_GAP = 2
_SURE, _LIKELY = 0.95, 0.8  # number's confidence for green and yellow; below it is red


def document_table(document: Document, *, width: int, colour: bool) -> str:
    """Return the header's fields and the citations, `width` columns wide, ending in a newline."""
    paint = _paint if colour else _plain
    count = len(document.citations)
    lines = [paint(clean(document.source.name), _BOLD)]
    lines += [
        line for label, text in _header(document) for line in _field(label, text, width, paint)
    ]
    warnings = [*document.warnings, *document.header.warnings]
    lines += [paint(f"  ! {clean(warning)}", _YELLOW) for warning in warnings]
    lines.append(f"{count} citation{'' if count == 1 else 's'}")
    if count:
        lines += citation_table(document.citations, width=width, colour=colour)
    return "\n".join(lines) + "\n"


def citation_table(citations: Sequence[Citation], *, width: int, colour: bool) -> list[str]:
    """Return the lines of the table of `citations`."""
    paint = _paint if colour else _plain
    rows = [_cells(number, citation) for number, citation in enumerate(citations, 1)]
    kept = [
        i for i, heading in enumerate(_HEADINGS) if heading != "page" or any(r[i] for r in rows)
    ]
    widths = _fit([[row[i] for row in [_HEADINGS, *rows]] for i in kept], width)
    lines = [paint(line, _DIM) for line in _row([_HEADINGS[i] for i in kept], widths, {}, paint)]
    for row, citation in zip(rows, citations, strict=True):
        sure = citation.confidence.get("number", citation.confidence.get("type", 1.0))
        code = _GREEN if sure >= _SURE else _YELLOW if sure >= _LIKELY else _RED
        lines += _row([row[i] for i in kept], widths, {1: code}, paint)
        indent = " " * (widths[0] + _GAP)
        for warning in citation.warnings:
            wrapped = _wrap(f"! {clean(warning)}", max(width - len(indent), 20))
            lines += [indent + paint(line, _YELLOW) for line in wrapped]
    return lines


def rows_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, width: int) -> list[str]:
    """Return the lines of a plain table `width` columns wide."""
    columns = [[row[i] for row in [headings, *rows]] for i in range(len(headings))]
    widths = _fit(columns, width)
    return [line for row in [headings, *rows] for line in _row(row, widths, {}, _plain)]


def clean(text: str) -> str:
    """White space to single spaces, control characters out: a document can't drive the terminal."""
    joined = " ".join(text.split())
    return "".join(c for c in joined if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def display_width(text: str) -> int:
    """Columns `text` takes on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _header(document: Document) -> list[tuple[str, str]]:
    header = document.header
    signers = "; ".join(
        " ".join(part for part in (s.authority, s.position, s.name) if part) for s in header.signers
    )
    fields = [
        ("issuer", " / ".join(x for x in (header.parent_issuer, header.issuer) if x)),
        ("document", " ".join(x for x in (header.type, header.number or header.symbol) if x)),
        ("date", ", ".join(x for x in (header.place, header.date) if x)),
        ("subject", header.subject or ""),
        ("signed", signers),
    ]
    return [(label, clean(text)) for label, text in fields if text]


def _field(label: str, text: str, width: int, paint: _Painter) -> list[str]:
    wrapped = _wrap(text, max(width - 12, 20))
    first = f"  {paint(f'{label:<9}', _DIM)} {wrapped[0]}"
    return [first, *(" " * 12 + line for line in wrapped[1:])]


def _cells(number: int, citation: Citation) -> tuple[str, ...]:
    name = citation.name or " ".join(
        x for x in (citation.type, citation.number or citation.symbol) if x
    )
    if citation.name and citation.number:
        name += f" {citation.number}"
    return tuple(
        clean(str(cell or ""))
        for cell in (
            number,
            name,
            citation.date,
            citation.issuer,
            citation.title,
            citation.page,
        )
    )


def _fit(columns: list[list[str]], width: int) -> list[int]:
    """Column widths: as wide as the text; the widest are cut until all fit, inside words last."""
    widths = [max(display_width(cell) for cell in column) for column in columns]
    longest = [
        max(display_width(w) for cell in column for w in ["", *cell.split()]) for column in columns
    ]
    room = width - _GAP * (len(widths) - 1)
    for floors in (longest, [_NARROWEST] * len(widths)):
        while sum(widths) > room:
            spare = [w if w > floor else 0 for w, floor in zip(widths, floors, strict=True)]
            if not any(spare):
                break
            widths[spare.index(max(spare))] -= 1
    return widths


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _row(
    cells: Sequence[str], widths: Sequence[int], codes: dict[int, str], paint: _Painter
) -> list[str]:
    wrapped = [_wrap(c, w) or [""] for c, w in zip(cells, widths, strict=True)]
    lines = []
    for i in range(max(map(len, wrapped))):
        parts = []
        for column, (cell, width) in enumerate(zip(wrapped, widths, strict=True)):
            text = cell[i] if i < len(cell) else ""
            padding = " " * max(width - display_width(text), 0)
            code = codes.get(column)
            parts.append((paint(text, code) if code and text else text) + padding)
        lines.append((" " * _GAP).join(parts).rstrip())
    return lines


class _Painter:
    """Colours text, or leaves it."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text


_paint, _plain = _Painter(colour=True), _Painter(colour=False)

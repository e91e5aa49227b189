"""Several documents in one file: where each begins."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from ..document import Citation, Reference, Span, Spans
from ..grammar import parse_number
from .cells import upper

_MOTTO = re.compile(
    r"(?:CỘNG\s{1,3}H(?:ÒA|OÀ)\s{1,3}XÃ\s{1,3}HỘI\s{1,3}CHỦ\s{1,3}NGHĨA\s{1,3}VIỆT\s{1,3}NAM"
    r"|ĐẢNG\s{1,3}CỘNG\s{1,3}SẢN\s{1,3}VIỆT\s{1,3}NAM)(?=[^\n]{0,30}$)",
    re.MULTILINE,
)
_NUMBER = re.compile(
    r"^\W{0,4}(?:Số|SỐ)\s?:?\s{0,3}(?P<number>[0-9]{1,5}[^\n]{2,60}?)"
    r"(?=\s{2}|\t|$|\s[^\W\d_]+[^\n]{0,30}, ngày)",
    re.MULTILINE,
)
_CLOSED = re.compile(r"Nơi\s{1,3}nhận|\./\.|(?m:^\W{0,3}L[ưu]u\s?:)")
_TEMPLATE = re.compile(r"(?i:\bmẫu\b|\bphụ lục\b|\bbiểu\b|kèm theo)")
_LEFT_BLOCK = 90  # characters a left block may put before the motto on its line
_ABOVE, _BELOW = 14, 12  # lines of a letterhead over and under its motto


def boundaries(text: str) -> list[int]:
    """Where each document of `text` begins; the first at 0.

    A new one begins with a letterhead of its own: motto and number filled in, behind the close of
    the one before. Forms and appendices bear the motto, too, but no such number.
    """
    closes = [match.start() for match in _CLOSED.finditer(text)]
    starts = [0]
    for motto in list(_MOTTO.finditer(text))[1:]:
        line = text.rfind("\n", 0, motto.start()) + 1
        if motto.start() - line > _LEFT_BLOCK:
            continue
        closed = bisect_left(closes, line)
        start = _block_start(text, line, closes[closed - 1] if closed else 0)
        if bisect_left(closes, start) == bisect_left(closes, starts[-1]):
            continue
        end = _line_after(text, motto.end(), _BELOW)
        numbers = (parse_number(match["number"]) for match in _NUMBER.finditer(text, start, end))
        filled = any(number is not None and number.serial is not None for number in numbers)
        if filled and not _TEMPLATE.search(text, _line_before(text, start, 4), motto.start()):
            starts.append(start)
    return starts


def _line_before(text: str, position: int, lines: int) -> int:
    for _ in range(lines):
        position = text.rfind("\n", 0, max(0, position - 1)) + 1
    return position


def _line_after(text: str, position: int, lines: int) -> int:
    for _ in range(lines):
        position = text.find("\n", position) + 1
        if position == 0:
            return len(text)
    return position


def _block_start(text: str, motto: int, floor: int) -> int:
    """The first line of the letterhead whose motto's line begins at `motto`."""
    if text[motto] == "\f":
        return motto + 1
    top = max(floor, _line_before(text, motto, _ABOVE))
    top = max(top, text.rfind("\f", top, motto) + 1)
    number = max((m.start() for m in _NUMBER.finditer(text, top, motto)), default=motto)
    lines = [(m.start(), m[0]) for m in re.finditer(r"(?m)^[^\n]*$", text[top:number])]
    start = number
    for offset, line in reversed(lines):
        bare = line.strip()
        if bare and not (upper(bare) and len(bare.split()) > 1):
            break
        if bare:
            start = top + offset
    return start


def shifted(
    found: Sequence[Citation], pointers: Sequence[Reference], by: int, pages: int | None
) -> tuple[list[Citation], list[Reference]]:
    """The citations and references of a part, their offsets in the whole text.

    Args:
        found: the citations.
        pointers: the references.
        by: where the part begins.
        pages: how many pages end before it; `None` where the text has no form feed.
    """

    def move(span: Span | None) -> Span | None:
        return (span[0] + by, span[1] + by) if span is not None else None

    citations = [
        replace(
            c,
            start=c.start + by,
            end=c.end + by,
            source_start=c.source_start + by,
            source_end=c.source_end + by,
            page=None if pages is None else (c.page or 1) + pages,
            spans=Spans(
                move(c.spans.type), move(c.spans.number), move(c.spans.name),
                move(c.spans.date), move(c.spans.issuer), move(c.spans.title),
            ),
        )
        for c in found
    ]  # fmt: skip
    return citations, [replace(r, start=r.start + by, end=r.end + by) for r in pointers]

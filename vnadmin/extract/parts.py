"""Several documents in one file: where each begins."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from ..document import Citation, Reference, Span, Spans
from ..grammar import parse_number
from .cells import RULE, upper
from .signers import signers_in

_MOTTO = re.compile(
    r"(?:CỘNG\s{1,3}H(?:ÒA|OÀ)\s{1,3}XÃ\s{1,3}HỘI\s{1,3}CHỦ\s{1,3}NGHĨA\s{1,3}VIỆT\s{1,3}NAM"
    r"|ĐẢNG\s{1,3}CỘNG\s{1,3}SẢN\s{1,3}VIỆT\s{1,3}NAM|VIỆT\s{1,3}NAM\s{1,3}DÂN\s{1,3}CHỦ\s{1,3}CỘNG\s{1,3}H(?:ÒA|OÀ)"
    r"|ĐOÀN\s{1,3}(?:TNCS|THANH\s{1,3}NIÊN\s{1,3}CỘNG\s{1,3}SẢN)\s{1,3}HỒ\s{1,3}CHÍ\s{1,3}MINH)(?=[^\n]{0,30}$)",
    re.MULTILINE,
)
_NUMBER = re.compile(
    r"^[^\w\n]{0,60}(?:[^\W\d_]{2,8}\s){0,3}(?:Số|SỐ|số)(?!\w)\s?:?\s{0,3}(?P<number>[^\n]{3,64}?)"
    r"(?=\s{2,}\S|\s*\t|\s*$|\s[^\W\d_]+[^\n]{0,30}, ngày)",
    re.MULTILINE,
)
# Of a number whose serial is written by hand, which isn't read: "Số:      /UBND-KT".
_BLANK = re.compile(r"^[^\w\n]{0,60}Số\s?:?\s{0,20}/[A-ZĐ][\w&/-]{1,30}", re.MULTILINE)
_DATED = re.compile(
    r"[^\W\d_][^\n]{0,30}[^\W\d_], ngày[^\n]{0,12}tháng[^\n]{0,8}năm\s{1,3}(?:19|20)[0-9]{2}"
)
_CLOSED = re.compile(r"Nơi\s{1,3}nhận|\./\.|(?m:^\W{0,3}L[ưu]u\s?:)")
_TEMPLATE = re.compile(
    r"(?im:^\W{0,60}(?:mẫu|phụ lục|biểu(?: mẫu| số)?)\b"
    r"|\((?:ban hành )?kèm theo|TÊN (?:CƠ QUAN|TỔ CHỨC))"
)
_LEFT_BLOCK = 90  # characters a left block may put before the motto on its line
_ABOVE, _BELOW = 14, 12  # lines of a letterhead over and under its motto
_FEWEST = 8  # lines of a document from its motto on
_SIGNATURE = 16  # lines in which a signature stands before the next document


def boundaries(text: str) -> list[int]:
    """Where each document of `text` begins; the first at 0.

    A new one begins with a letterhead of its own, motto and number, on a new page or behind the
    close of the one before. The number is filled in, or its symbol and a date's year are printed
    (behind a close on a new page the year will do, since serials are by hand): forms and
    appendices bear the motto, too, but neither of those.
    """
    closes = [match.start() for match in _CLOSED.finditer(text)]
    starts = [0]
    mottoes = list(_MOTTO.finditer(text))
    below = _line_after(text, mottoes[0].end(), _FEWEST) if mottoes else 0
    for motto in mottoes[1:]:
        line = text.rfind("\n", 0, motto.start()) + 1
        if motto.start() - line > _LEFT_BLOCK:
            continue
        closed = bisect_left(closes, line)
        start = _block_start(text, line, closes[closed - 1] if closed else 0)
        if start <= starts[-1] or start < below:  # an issuer, "NƯỚC CỘNG HÒA …", has it, too
            continue
        parted = bisect_left(closes, start) > bisect_left(closes, starts[-1])
        if not (parted or _opens_page(text, start) or _signed_before(text, start)):
            continue
        end = _line_after(text, motto.end(), _BELOW)
        page = text.find("\f", motto.end(), end)
        end = page if page >= 0 else end
        above = max(_line_before(text, start, 4), text.rfind("\f", 0, start) + 1)
        by_hand = parted and start < motto.start() and _opens_page(text, start)
        dated = by_hand and _DATED.search(text, motto.end(), end) is not None
        if (dated or _is_numbered(text, start, end)) and not _TEMPLATE.search(
            text[above : motto.start()]
        ):
            starts.append(start)
            below = _line_after(text, motto.end(), _FEWEST)
    return starts


def _is_numbered(text: str, start: int, end: int) -> bool:
    """Whether a letterhead has a number, or its symbol beside a date with the year in print."""
    numbers = (parse_number(match["number"]) for match in _NUMBER.finditer(text, start, end))
    if any(number is not None and number.serial is not None for number in numbers):
        return True
    blank = _BLANK.search(text, start, end)
    return blank is not None and _DATED.search(text, start, end) is not None


def _opens_page(text: str, start: int) -> bool:
    return text[max(0, start - 8) : start].rstrip(" \n").endswith("\f")


def _signed_before(text: str, start: int) -> bool:
    """Whether who signs, an office and a name, stands in the lines before."""
    lines = text[_line_before(text, start, _SIGNATURE) : start].split("\n")
    return any(signer.name is not None for signer in signers_in([each.strip() for each in lines]))


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
    page = text.rfind("\f", top, motto) + 1
    if page and any(upper(line.strip()) for line in text[page:motto].split("\n")):
        return page
    number = max((m.start() for m in _NUMBER.finditer(text, top, motto)), default=motto)
    lines = [(m.start(), m[0]) for m in re.finditer(r"(?m)^[^\n]*$", text[top:number])]
    start = number
    for offset, line in reversed(lines):
        bare = line.strip()
        if bare and not upper(bare) and not RULE.fullmatch(bare):
            break
        if upper(bare):
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

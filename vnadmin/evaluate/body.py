"""The body of a page: what is scored when letterhead, addressees and close are left out.

The body is the "nội dung văn bản" of Decree 30/2020/NĐ-CP, Appendix I (part 6 of the page): what
comes after letterhead, type, subject and Kính gửi, up to Nơi nhận or the signature. It is cut out
of the truth by rules on its lines, or by two lines put there by hand: `[[body]]` and `[[/body]]`.
What a system made of the page isn't cut by rules: the stretch of its tokens that fits the body best
is scored, so that what is read before and after the body is free, and what is read inside counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import regex
from numpy.typing import NDArray

from vnadmin.evaluate.metrics import spans
from vnadmin.grammar.tables import document_types
from vnadmin.vietnamese import nfc

BEGIN, END = "[[body]]", "[[/body]]"

_LETTERHEAD_LINES = 30
"""The letterhead and its date stand within so many lines of a page's top."""

_TITLE_LINES = 8
"""Type, subject and authority take at most so many lines more."""

_STAMP_LINES = 4
"""So many lines may stand between the letterhead and Kính gửi."""

_MOTTO = regex.compile(r"(?i)^\W*(?:độc lập\b.*\bhạnh phúc|đảng cộng sản việt nam)\W*$")
_PLACE_AND_DATE = regex.compile(
    r"(?i)^\W*[\p{L}][\p{L}\s.-]{0,40},\s*ngày\b[\s\d.…]*\btháng\b[\s\d.…]*\bnăm\b[\s\d.…]*$"
)
_ADDRESSEES = regex.compile(r"(?i)^\W*kính gửi\b")
_OPENING = regex.compile(
    r"^\W*(?:Căn cứ|Theo|Thực hiện|Xét|Để|Nhằm|Ngày|Nhân dịp|Trong|Trên cơ sở|Vừa qua|Hiện nay"
    r"|Thời gian|Những|Qua|Phúc đáp|Tiếp|Trả lời|Được|Hôm nay|Sau khi|Năm|Điều|Chương|Phần"
    r"|\d{1,2}[.)]|[IVX]{1,4}[.)])(?!\p{L})"
)
_LIST_SIGN = regex.compile(r"^\s*[-–—+•*]")
_CLOSE = regex.compile(
    r"^\W*(?:(?i:nơi nhận)(?:\s*+:|\W*$)"
    r"|(?:(?:TM|KT|TL|TUQ|Q)\.|T/M|K/T|T/L)\s?(?:\p{Lu}{2,}+\W*+)++$)"
)
_END_SIGN = regex.compile(r"\./\.?\W*$")


def without_marks(truth: str) -> str:
    """Return a truth without the lines that mark its body."""
    return "".join(x for x in truth.splitlines(keepends=True) if x.strip() not in (BEGIN, END))


def body(truth: str) -> str:
    """Return the body of a truth: what its marks enclose, else what the rules find.

    A text without a letterhead (a later page, plain prose) is body from its first line on.
    """
    lines = nfc(truth).splitlines(keepends=True)
    bare = [line.strip() for line in lines]
    start = bare.index(BEGIN) + 1 if BEGIN in bare else _start(bare)
    end = bare.index(END) if END in bare else _end(bare, start)
    return without_marks("".join(lines[start:end]))


def _start(lines: Sequence[str]) -> int:
    """Return the number of the body's first line."""
    top = [n for n, line in enumerate(lines[:_LETTERHEAD_LINES]) if _ends_letterhead(line)]
    first = _filled(lines, top[-1] + 1 if top else 0)
    if not top and (first == len(lines) or lines[first].capitalize() not in _types()):
        return 0
    for number in range(first, min(first + _STAMP_LINES, len(lines))):
        if _ADDRESSEES.search(lines[number]):
            return _behind_list(lines, number + 1)
    for number in range(first, min(first + _TITLE_LINES, len(lines))):
        if _OPENING.search(lines[number]):
            return number
    while first < len(lines) and (not lines[first] or lines[first].isupper()):
        first += 1
    return _behind_list(lines, first + 1)


def _ends_letterhead(line: str) -> bool:
    return bool(_MOTTO.search(line) or _PLACE_AND_DATE.search(line))


def _types() -> frozenset[str]:
    return frozenset(each.name for each in document_types())


def _filled(lines: Sequence[str], number: int) -> int:
    """Return the first line from `number` on that isn't blank."""
    while number < len(lines) and not lines[number]:
        number += 1
    return number


def _behind_list(lines: Sequence[str], number: int) -> int:
    """Return the first line from `number` on that doesn't go on with a subject or a list."""
    while number < len(lines):
        line = lines[number]
        goes_on = not line or _LIST_SIGN.search(line) or line[0].islower()
        if not goes_on and (_OPENING.search(line) or not lines[number - 1].endswith((",", ";"))):
            break
        number += 1
    return number


def _end(lines: Sequence[str], start: int) -> int:
    """Return the number of the line behind the body's last."""
    for number in range(start, len(lines)):
        if _CLOSE.search(lines[number]):
            return number
        if _END_SIGN.search(lines[number]):
            return number + 1
    return len(lines)


def stretch_like(body: str, output: str) -> tuple[int, int]:
    """Return start and end of the part of `output` whose tokens fit `body` best (Levenshtein)."""
    wanted, got = spans(body), spans(output)
    ids: dict[str, int] = {}
    first = np.array([ids.setdefault(t.text, len(ids)) for t in wanted], dtype=np.int64)
    second = np.array([ids.setdefault(t.text, len(ids)) for t in got], dtype=np.int64)
    end = int(np.argmin(_distances(first, second, free_start=True)))
    backwards = _distances(first[::-1], second[:end][::-1], free_start=False)
    start = end - int(np.argmin(backwards))
    return (got[start].start, got[end - 1].end) if start < end else (0, 0)


def _distances(
    wanted: NDArray[np.int64], got: NDArray[np.int64], *, free_start: bool
) -> NDArray[np.int64]:
    """Return the distance of `wanted` to what ends before each place of `got`, shape (n + 1,).

    What ends there begins at the beginning or, with `free_start`, wherever it is nearest.
    """
    places = np.arange(len(got) + 1)
    row = np.zeros_like(places) if free_start else places.copy()
    for token in wanted:
        step = row + 1
        step[1:] = np.minimum(step[1:], row[:-1] + (got != token))
        row = np.minimum.accumulate(step - places) + places
    return row

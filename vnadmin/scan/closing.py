"""The closing's columns: "Nơi nhận" | signature, or several signatures beside each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vnadmin.scan.geometry import (
    Columns,
    Frame,
    Run,
    columns_of,
    gaps_between,
    is_like,
    is_upper,
    rows_of,
)
from vnadmin.vietnamese import fold

# In line heights.
_APART = 4.0  # between the columns, where no "Nơi nhận" is read
_BEGUN = 8.0  # how much higher than "Nơi nhận" the signature may begin
_ASIDE = 4.0  # how far from the middle of a signature one of its lines may have its own

_AUTHORITY = re.compile(r"\W*(?:T\s?[M/L]|K\s?T|TUQ|Q)\s?[.,/]", re.IGNORECASE)
_POSITION = re.compile(
    r"(?:quyen|pho|tm|kt|tl|tuq)?(?:chutich|giamdoc|tonggiamdoc|botruong|thutruong|chanh|bithu"
    r"|cuctruong|truong|chunhiem|vientruong|hieutruong|daidien|ben|thuky|ketoan|nguoi|thanhtra)"
)
_DASH = re.compile(r"[-–—~+*•.]{1,2}\s?\w")


def closings(runs: Sequence[Run], frame: Frame) -> list[Columns]:
    """The columns at the end of a document on the page, from left to right."""
    anchors = [run for run in runs if _is_recipients(run, runs) and run.x0 < frame.middle]
    anchor = max(anchors, key=lambda r: r.y, default=None)
    found = []
    signed = _signatures(_before(runs, frame, anchor), frame)
    if signed is not None:
        found.append(signed)
        runs = [run for run in runs if not any(run in line for part in signed for line in part)]
    columns = _recipients(runs, frame, anchor)
    if columns is not None:
        left, right = columns
        several = _signatures([run for line in right for run in line], frame)
        found.append((left, *several) if several is not None else columns)
    return found


def _before(runs: Sequence[Run], frame: Frame, anchor: Run | None) -> list[Run]:
    """What stands between the last line over the whole page and "Nơi nhận"."""
    end = anchor.y - 0.5 * frame.height if anchor is not None else frame.bottom + 1
    wide = [run.y for run in runs if frame.is_wide(run) and run.y < end]
    start = max(wide, default=frame.top) + 0.5 * frame.height
    return [run for run in runs if start < run.y < end]


def _signatures(runs: Sequence[Run], frame: Frame) -> Columns | None:
    """Signatures beside each other: a line of offices in capitals, and what is under each."""
    rows = rows_of(runs, frame.height)
    starts = (i for i, row in enumerate(rows) if len(row) > 1 and all(map(_is_office, row)))
    at = next(starts, None)
    if at is None:
        return None
    heads = rows[at]
    columns: list[list[Run]] = [[] for _ in heads]
    for row in rows[at:]:
        if _ends_page(row, frame):
            break
        for run in row:
            off = [abs(run.middle - head.middle) for head in heads]
            if min(off) > _ASIDE * frame.height:
                return None
            columns[off.index(min(off))].append(run)
    return columns_of(columns, frame.height)


def _is_office(run: Run) -> bool:
    """Whether a line in capitals names an office, or whose authority it signs by."""
    if not is_upper(run.text) or len(run.atoms) < 2:
        return False
    return bool(_AUTHORITY.match(fold(run.text)) or _POSITION.match(run.key))


def _recipients(runs: Sequence[Run], frame: Frame, anchor: Run | None) -> Columns | None:
    """The recipients at the left and the signature at the right of them, if both are there."""
    tail = _tail(runs, frame, anchor)
    edge = _gutter(tail, frame)
    left = [run for run in tail if run.middle < edge]
    right = [run for run in tail if run.middle >= edge]
    if anchor is None and not _looks_closing(left, right, frame):
        return None
    return columns_of([left, right], frame.height)


def _is_recipients(run: Run, runs: Sequence[Run]) -> bool:
    """Whether a line says "Nơi nhận": clearly, or nearly so and over a list with dashes."""
    if len(run.key) > 14 or not is_like(run.key[:8], "noinhan", 70.0):
        return False
    under = min((r for r in runs if r.y > run.y and r.x0 < run.x1), key=lambda r: r.y, default=run)
    return is_like(run.key[:8], "noinhan", 85.0) or bool(_DASH.match(under.text))


def _tail(runs: Sequence[Run], frame: Frame, anchor: Run | None) -> list[Run]:
    """The lines under the last one that goes over both columns, down to such a one or the end."""
    height = frame.height
    if anchor is None:
        wide = [run.y for run in runs if frame.is_wide(run)]
        above = max(wide, default=frame.top)
        return [run for run in runs if run.y > above + 0.5 * height]
    tail = [anchor]
    rows = rows_of(runs, height)
    at = next(i for i, row in enumerate(rows) if anchor in row)
    for row in reversed(rows[:at]):
        if anchor.y - row[0].y > _BEGUN * height or any(r.x0 < frame.middle for r in row):
            break
        tail += row
    tail += [run for run in rows[at] if run != anchor]
    for row in rows[at + 1 :]:
        if any(frame.is_wide(run) for run in row) or _ends_page(row, frame):
            break
        tail += row
    return tail


def _ends_page(row: Sequence[Run], frame: Frame) -> bool:
    """Whether a line is a number alone, in the middle of the page."""
    if len(row) > 1 or not row[0].text.strip("-– ").isdecimal():
        return False
    return abs(row[0].middle - frame.middle) < 0.1 * frame.width


def _gutter(tail: Sequence[Run], frame: Frame) -> float:
    """Where the columns of the closing divide: the widest gap about the middle, or the middle."""
    low, high = frame.left + 0.3 * frame.width, frame.left + 0.7 * frame.width
    gaps = [gap for gap in gaps_between(tail) if low < sum(gap) / 2 < high]
    start, end = max(gaps, key=lambda g: g[1] - g[0], default=(frame.middle, frame.middle))
    return (start + end) / 2


def _looks_closing(left: Sequence[Run], right: Sequence[Run], frame: Frame) -> bool:
    """Whether two columns without a readable "Nơi nhận" are recipients and signature."""
    if not left or not right:
        return False
    rows = rows_of([*left, *right], frame.height)
    beside = [row for row in rows if row[0] in left and row[-1] in right]
    if not beside or any(b.x0 - a.x1 < _APART * frame.height for a, *_, b in beside):
        return False
    listed = sum(bool(_DASH.match(run.text)) for run in left)
    return 2 * listed >= len(left) > 1 and _is_office(min(right, key=lambda r: r.y))

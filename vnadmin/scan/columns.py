"""Where a page has two columns: its letterhead, and "Nơi nhận" beside the signature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vnadmin.scan.geometry import (
    Frame,
    Run,
    gaps_between,
    is_like,
    is_motto,
    is_upper,
    rows_of,
)
from vnadmin.vietnamese import fold

# In line heights, middle to middle (a line's pitch is 1.2 to 1.9 of them).
_ABOVE = 2.4  # how much higher than the motto the issuer may begin
_TO_NUMBER = 7.0  # from a line of the letterhead to the next, down to the number and the date
_TO_SUBJECT = 2.6  # from one line under the number to the next
_LETTERHEAD = 22.0  # all of it
_APART = 4.0  # between the columns of the closing, where no "Nơi nhận" is read
_BEGUN = 8.0  # how much higher than "Nơi nhận" the signature may begin

_NUMBER = re.compile(r"\W*s[o06sóôổ]\W|.*\d\s?/.*[A-ZĐ]{2}|.*/[A-ZĐ]{2}", re.IGNORECASE)
_DATE = re.compile(r"ng.{0,3}y\b.*th.{0,4}g\b.*n.{0,2}m\b", re.IGNORECASE)
_AUTHORITY = re.compile(r"\W*(?:T\s?M|K\s?T|T\s?L|TUQ|Q)\s?[.,]", re.IGNORECASE)
_DASH = re.compile(r"[-–—+*•.]{1,2}\s?\w")


@dataclass(frozen=True)
class Columns:
    """Two columns beside each other, each in its own order, line by line."""

    left: tuple[tuple[Run, ...], ...]
    right: tuple[tuple[Run, ...], ...]

    @property
    def runs(self) -> list[Run]:
        """All of both."""
        return [run for row in self.left + self.right for run in row]


def letterheads(runs: Sequence[Run], frame: Frame) -> list[Columns]:
    """The letterheads on a page: one, unless short documents follow each other on it."""
    found: list[Columns] = []
    taken: set[Run] = set()
    for head in sorted((run for run in runs if is_motto(run)), key=lambda r: r.y):
        if head in taken or head.middle < frame.middle:
            continue
        columns = _letterhead([run for run in runs if run not in taken], head, frame)
        if columns is not None:
            found.append(columns)
            taken.update(columns.runs)
    return found


def _letterhead(runs: Sequence[Run], head: Run, frame: Frame) -> Columns | None:
    height = frame.height
    near = [
        run
        for run in runs
        if head.y - _ABOVE * height < run.y < head.y + _LETTERHEAD * height
        and (run.y > head.y - 0.5 * height or run.middle < head.x0)
    ]
    left: list[Run] = []
    right: list[Run] = []
    numbered = dated = False
    left_end = right_end = head.y
    for row in rows_of(near, height):
        mine = [run for run in row if run.middle < head.x0]
        other = [run for run in row if run.middle >= head.x0]
        beyond = [run for run in other if run.x0 > head.x1]
        if any(is_upper(run.text) and len(run.atoms) > 1 for run in beyond):
            return None  # more than two columns
        other = [
            run for run in other if run not in beyond and not _is_page_number(run, head, height)
        ]
        y = row[0].y
        if any(frame.is_wide(run) and run is not head for run in row):
            break
        if other:
            middle = (min(r.x0 for r in other) + max(r.x1 for r in other)) / 2
            if abs(middle - frame.middle) < abs(middle - head.middle):
                break
            if dated or y - right_end > _TO_NUMBER * height:
                other = []
        if mine and _is_address(mine[0]):
            break
        reach = _TO_SUBJECT if numbered else _TO_NUMBER
        if mine and y - left_end > reach * height:
            if not other:
                break
            mine = []
        left += mine
        right += other
        if mine:
            left_end = y
            numbered = numbered or any(_NUMBER.match(fold(run.text)) for run in mine)
        if other:
            right_end = y
            dated = dated or bool(_DATE.search(fold(" ".join(run.text for run in other))))
    issuer = any(is_upper(run.text) and run.y < head.y + _ABOVE * height for run in left)
    if not issuer or any(is_motto(run) for run in left):
        return None
    return _columns(left, right, height)


def _is_page_number(run: Run, head: Run, height: float) -> bool:
    """Whether the run is a number beside the motto: the page's."""
    return run.text.isdecimal() and abs(run.y - head.y) < height


def _is_address(run: Run) -> bool:
    """Whether the line begins with "Kính gửi", which ends a letterhead."""
    return is_like(run.key[:7], "kinhgui", 70.0)


def closing(runs: Sequence[Run], frame: Frame) -> Columns | None:
    """The recipients at the left and the signature at the right of them, if both are there."""
    anchors = [run for run in runs if _is_recipients(run, runs) and run.x0 < frame.middle]
    anchor = max(anchors, key=lambda r: r.y, default=None)
    tail = _tail(runs, frame, anchor)
    edge = _gutter(tail, frame)
    left = [run for run in tail if run.middle < edge]
    right = [run for run in tail if run.middle >= edge]
    if anchor is not None:
        # What stands at the right, higher than "Nơi nhận", belongs to the signature only if
        # it's above nothing else.
        left = [run for run in left if run.y > anchor.y - 0.5 * frame.height]
    elif not _looks_closing(left, right, frame):
        return None
    return _columns(left, right, frame.height)


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
    first = min(right, key=lambda r: r.y)
    signed = is_upper(first.text) or bool(_AUTHORITY.match(fold(first.text)))
    listed = sum(bool(_DASH.match(run.text)) for run in left)
    both_sign = is_upper(min(left, key=lambda r: r.y).text) and len(rows) < 9
    return signed and (2 * listed >= len(left) > 1 or both_sign)


def _columns(left: Sequence[Run], right: Sequence[Run], height: float) -> Columns | None:
    if not left or not right:
        return None
    sides = [tuple(tuple(row) for row in rows_of(side, height)) for side in (left, right)]
    return Columns(sides[0], sides[1])

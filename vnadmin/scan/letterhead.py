"""The letterhead's two columns: issuer, number and subject | motto, place and date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vnadmin.scan.geometry import (
    Columns,
    Frame,
    Run,
    columns_of,
    is_like,
    is_motto,
    is_upper,
    rows_of,
)
from vnadmin.vietnamese import fold

# In line heights, middle to middle (a line's pitch is 1.2 to 1.9 of them).
_ABOVE = 2.4  # how much higher than the motto the issuer may begin
_OVER_DATE = 7.0  # the same over place and date
_TO_NUMBER = 7.0  # from a line of the letterhead to the next, down to the number and the date
_TO_SUBJECT = 2.6  # from one line under the number to the next
_LETTERHEAD = 22.0  # all of it
_UPPER_PART = 0.35  # of the text

_NUMBER = re.compile(r"\W*[s$][o06](?:\s*[:;.,]|\s+\d)|.{0,30}/[A-Z]{2}", re.IGNORECASE)
_PLACED = re.compile(r"[A-Z][\w. ]{2,30}, ?ng.{0,3}y\b.{0,9}th", re.IGNORECASE)
_DATE = re.compile(r"ng.{0,3}y\b.{0,15}th.{0,4}g\b.{0,15}n.{0,2}m\b", re.IGNORECASE)


def letterheads(runs: Sequence[Run], frame: Frame) -> list[Columns]:
    """The letterheads on a page: one, unless short documents follow each other on it.

    Each hangs on its motto; where none can be read, on place and date in the page's upper part.
    """
    mottoes = [run for run in runs if is_motto(run)]
    found = _hung_on(mottoes, runs, frame, _ABOVE)
    if found:
        return found
    low = frame.top + _UPPER_PART * (frame.bottom - frame.top)
    dates = [run for run in runs if run.y < low and _PLACED.match(fold(run.text))]
    return _hung_on(dates[:1], runs, frame, _OVER_DATE)


def _hung_on(
    heads: Sequence[Run], runs: Sequence[Run], frame: Frame, above: float
) -> list[Columns]:
    found: list[Columns] = []
    taken: set[Run] = set()
    for head in sorted(heads, key=lambda r: r.y):
        if head in taken or head.middle < frame.middle:
            continue
        columns = _letterhead([r for r in runs if r not in taken], head, frame, above)
        if columns is not None:
            found.append(columns)
            taken.update(run for lines in columns for line in lines for run in line)
    return found


def _letterhead(runs: Sequence[Run], head: Run, frame: Frame, above: float) -> Columns | None:
    """The columns of which `head` is in the right one, from `above` line heights over it."""
    height = frame.height
    near = [
        run
        for run in runs
        if head.y - above * height < run.y < head.y + _LETTERHEAD * height
        and (above > _ABOVE or run.y > head.y - 0.5 * height or run.middle < head.x0)
    ]
    left: list[Run] = []
    right: list[Run] = []
    numbered = dated = False
    left_end = right_end = min((run.y for run in near), default=head.y)
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
    return columns_of([left, right], height)


def _is_page_number(run: Run, head: Run, height: float) -> bool:
    """Whether the run is a number beside the motto: the page's."""
    return run.text.isdecimal() and abs(run.y - head.y) < height


def _is_address(run: Run) -> bool:
    """Whether the line begins with "Kính gửi", which ends a letterhead."""
    return is_like(run.key[:7], "kinhgui", 70.0)

"""Levenshtein's alignment over tokens, in time near linear for texts that are nearly alike.

Up to a few pages the alignment is the plain one. Longer texts are cut where both print the same
words, accents aside, and nowhere else: in the middle of a run of words found once in each. Such a
run lies on a best alignment unless a longer stretch around it was moved, so the distance stays what
it was: to the token on 150 rendered pages in one, as read by `eng` and `vie`, and on 60,000 tokens
without accents.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from vnadmin.vietnamese import fold

Operation = tuple[str, int, int]
"""What was done ("replace", "delete", "insert"), position before, position after."""

Cut = tuple[int, int]
"""Positions before and after at which both texts are cut."""

_LONG = 4000
"""Tokens up to which the plain alignment is quick enough: some ten pages."""

_RUNS = (8, 4, 2)
"""Words of a run that both texts share; the shorter ones are for badly garbled text."""

_STRETCH = 1000
"""Tokens aligned at a time, at least."""

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Odd, its bits well mixed (2^64 by the golden ratio): a run's hash is a polynomial in it."""


def edit_operations(
    before: Sequence[str], after: Sequence[str], at: Sequence[Cut] | None = None
) -> list[Operation]:
    """Return the edits that turn `before` into `after`, in order; `at` are their `cuts`."""
    ids: dict[str, int] = {}
    first = [ids.setdefault(token, len(ids)) for token in before]
    second = [ids.setdefault(token, len(ids)) for token in after]
    found: list[Operation] = []
    for i, i_end, j, j_end in stretches(
        len(first), len(second), cuts(before, after) if at is None else at
    ):
        found += (
            (op.tag, op.src_pos + i, op.dest_pos + j)
            for op in Levenshtein.editops(first[i:i_end], second[j:j_end])
        )
    return found


def stretches(before: int, after: int, at: Sequence[Cut]) -> Iterator[tuple[int, int, int, int]]:
    """Yield (start, end, start after, end after) between cuts of texts of these lengths."""
    i = j = 0
    for i_end, j_end in [*at, (before, after)]:
        yield i, i_end, j, j_end
        i, j = i_end, j_end


def cuts(
    before: Sequence[str],
    after: Sequence[str],
    *,
    long: int = _LONG,
    runs: Sequence[int] = _RUNS,
    stretch: int = _STRETCH,
) -> list[Cut]:
    """Return where both texts can be cut for aligning; nowhere if one is not `long`.

    Args:
        before: tokens.
        after: tokens.
        long: tokens up to which a text is not cut.
        runs: tokens around a cut that both texts share, accents aside, and print once; the
            shorter ones only between cuts that are still `long` apart.
        stretch: tokens between cuts, at least.
    """
    if not runs or min(len(before), len(after)) <= max(long, runs[0]):
        return []
    result: list[Cut] = []
    found = _cuts(before, after, runs[0], stretch)
    for i, i_end, j, j_end in stretches(len(before), len(after), found):
        between = cuts(before[i:i_end], after[j:j_end], long=long, runs=runs[1:], stretch=stretch)
        result += [(i + one, j + other) for one, other in between]
        result.append((i_end, j_end))
    return result[:-1]


def _cuts(before: Sequence[str], after: Sequence[str], run: int, stretch: int) -> list[Cut]:
    ids: dict[str, int] = {}
    first, second = (_folded(tokens, ids) for tokens in (before, after))
    places = _once(_hashes(first, run)), _once(_hashes(second, run))
    _, left, right = np.intersect1d(
        places[0][0], places[1][0], assume_unique=True, return_indices=True
    )
    i, j = places[0][1][left], places[1][1][right]
    order = np.argsort(i)
    result: list[Cut] = []
    middle = run // 2
    last = (0, 0)
    for one, other in _rising(i[order].tolist(), j[order].tolist()):
        if min(one - last[0], other - last[1]) < stretch:
            continue
        if np.array_equal(first[one : one + run], second[other : other + run]):  # no collision
            last = (one + middle, other + middle)
            result.append(last)
    return result


def _folded(tokens: Sequence[str], ids: dict[str, int]) -> NDArray[np.uint64]:
    plain = {token: fold(token) for token in set(tokens)}
    return np.array([ids.setdefault(plain[t], len(ids) + 1) for t in tokens], dtype=np.uint64)


def _hashes(tokens: NDArray[np.uint64], run: int) -> NDArray[np.uint64]:
    """Return the hash of the run that starts at each place, shape (n - run + 1,)."""
    count = len(tokens) - run + 1
    result = np.zeros(count, dtype=np.uint64)
    for offset in range(run):
        result = result * _FACTOR + tokens[offset : offset + count] * _FACTOR
    return result


def _once(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the hashes found once, and where."""
    values, places, times = np.unique(hashes, return_index=True, return_counts=True)
    return values[times == 1], places[times == 1].astype(np.int64)


def _rising(first: Sequence[int], second: Sequence[int]) -> list[tuple[int, int]]:
    """Return the longest part of the pairs in which both rise; `first` rises already."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, value in enumerate(second):
        length = bisect_left(tails, value)
        tails[length : length + 1] = [value]
        ends[length : length + 1] = [number]
        before.append(ends[length - 1] if length else -1)
    result = []
    number = ends[-1] if ends else -1
    while number >= 0:
        result.append((first[number], second[number]))
        number = before[number]
    return result[::-1]

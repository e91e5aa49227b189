"""The edit channel: P(reading | syllable) through weighted substring edits (Brill & Moore 2000).

A path rewrites the syllable left to right; each step turns one letter into zero to three
characters, two letters into one, or inserts one. Path cost is the best path's, in natural logs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

FLOOR = -8.5
"""Log probability of a step never seen in training: a fiftieth, spread over a hundred signs."""

LONGEST_DIFFERENCE = 4
"""Of a syllable's and a reading's lengths; a pair that differs more has log probability -inf."""

STEPS = ((1, 1), (1, 2), (1, 3), (2, 1), (1, 0), (0, 1))
"""Letters of the syllable used, characters read."""

Steps = dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class EditModel:
    """Log probabilities of the steps, dense over the substrings seen in training.

    For each step shape the matrix has a row per substring of the syllable and a column per
    substring read; row and column 0 stand for what was never seen.
    """

    rows: dict[int, dict[str, int]]
    columns: dict[int, dict[str, int]]
    matrices: dict[tuple[int, int], Floats]

    @classmethod
    def from_steps(cls, steps: Steps) -> EditModel:
        """Build from {(letters, characters read): log probability}."""
        rows: dict[int, dict[str, int]] = {n: {} for n in range(3)}
        columns: dict[int, dict[str, int]] = {n: {} for n in range(4)}
        for left, right in steps:
            rows[len(left)].setdefault(left, len(rows[len(left)]) + 1)
            columns[len(right)].setdefault(right, len(columns[len(right)]) + 1)
        matrices = {
            (a, b): np.full((len(rows[a]) + 1, len(columns[b]) + 1), FLOOR, dtype=np.float32)
            for a, b in STEPS
        }
        for a, b in ((1, 2), (1, 3), (2, 1)):  # only what was seen: floors are for single letters
            matrices[a, b][:] = -np.inf
        for (left, right), value in steps.items():
            matrices[len(left), len(right)][rows[len(left)][left], columns[len(right)][right]] = (
                value
            )
        return cls(rows, columns, matrices)

    def score(self, syllables: Sequence[str], readings: Sequence[str]) -> Floats:
        """Return log P(reading | syllable) for pairs, shape (n,)."""
        result = np.full(len(syllables), -np.inf, dtype=np.float32)
        for (size, length), pairs in _by_lengths(syllables, readings).items():
            left_of = {text: n for n, text in enumerate(dict.fromkeys(syllables[p] for p in pairs))}
            right_of = {text: n for n, text in enumerate(dict.fromkeys(readings[p] for p in pairs))}
            left_index = np.array([left_of[syllables[p]] for p in pairs], dtype=np.int64)
            right_index = np.array([right_of[readings[p]] for p in pairs], dtype=np.int64)
            left = {n: _encode(left_of, n, self.rows[n])[:, left_index] for n in (1, 2)}
            right = {n: _encode(right_of, n, self.columns[n])[:, right_index] for n in (1, 2, 3)}
            result[pairs] = self._best_paths(size, length, left, right, len(pairs))
        return result

    def _best_paths(
        self, size: int, length: int, left: dict[int, Ints], right: dict[int, Ints], count: int
    ) -> Floats:
        """Return the best path's cost for pairs of a syllable's and a reading's given length."""
        best = np.full((size + 1, length + 1, count), -np.inf, dtype=np.float32)
        best[0, 0] = 0.0
        empty_row, empty_column = self.rows[0].get("", 0), self.columns[0].get("", 0)
        for i in range(size + 1):
            for j in range(length + 1):
                cell = best[i, j]
                for a, b in STEPS:
                    if i < a or j < b:
                        continue
                    row = left[a][i - a] if a else empty_row
                    column = right[b][j - b] if b else empty_column
                    step = self.matrices[a, b][row, column]
                    step += best[i - a, j - b]
                    np.maximum(cell, step, out=cell)
        result: Floats = best[size, length]
        return result


def _by_lengths(
    syllables: Sequence[str], readings: Sequence[str]
) -> dict[tuple[int, int], list[int]]:
    """Group pairs by both lengths; pairs too unlike in length to be worth scoring are left out."""
    groups: dict[tuple[int, int], list[int]] = {}
    for number, (left, right) in enumerate(zip(syllables, readings, strict=True)):
        if abs(len(left) - len(right)) <= LONGEST_DIFFERENCE:
            groups.setdefault((len(left), len(right)), []).append(number)
    return groups


def _encode(texts: Iterable[str], length: int, index: dict[str, int]) -> Ints:
    """Return the index of the substring at each place of texts of one length, shape (places, n)."""
    rows = [
        [index.get(text[place : place + length], 0) for place in range(len(text) - length + 1)]
        for text in texts
    ]
    result: Ints = np.array(rows, dtype=np.int32).T
    return result


def best_path(steps: Steps, syllable: str, reading: str) -> list[tuple[str, str]]:
    """Return the best path's steps for one pair, or [] where none exists. Slow: for training."""
    score: dict[tuple[int, int], float] = {(0, 0): 0.0}
    back: dict[tuple[int, int], tuple[str, str]] = {}
    for i in range(len(syllable) + 1):
        for j in range(len(reading) + 1):
            here = score.get((i, j))
            if here is None:
                continue
            for left, right in _choices(syllable, reading, i, j):
                value = steps.get((left, right))
                if value is None:
                    if len(left) > 1 or len(right) > 1:
                        continue
                    value = FLOOR
                target = (i + len(left), j + len(right))
                if here + value > score.get(target, -1e9):
                    score[target] = here + value
                    back[target] = (left, right)
    path = []
    place = (len(syllable), len(reading))
    while place != (0, 0):
        if place not in back:
            return []
        left, right = back[place]
        path.append((left, right))
        place = (place[0] - len(left), place[1] - len(right))
    return path[::-1]


def _choices(syllable: str, reading: str, i: int, j: int) -> Iterator[tuple[str, str]]:
    for a, b in STEPS:
        if i + a <= len(syllable) and j + b <= len(reading):
            yield syllable[i : i + a], reading[j : j + b]

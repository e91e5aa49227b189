"""The edit channel: P(reading | syllable) through weighted substring edits (Brill & Moore 2000).

A path rewrites the syllable left to right; each step turns one letter into zero to three
characters, two letters into one, or inserts one. Path cost is the best path's, in natural logs.

Where it could be compiled, `_edits.c` finds the best paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vnadmin.restore import compiled

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
class _Texts:
    """Texts laid end to end: text n stands at offsets[n] … offsets[n + 1].

    `codes` holds an array for substrings of one, two … characters: of each place, the number of the
    substring that starts there, 0 where training saw none such.
    """

    offsets: NDArray[np.int64]
    codes: list[Ints]

    @classmethod
    def of(cls, texts: Sequence[str], numbers: dict[int, dict[str, int]]) -> _Texts:
        joined = "".join(texts)
        offsets = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum([len(text) for text in texts], out=offsets[1:])
        codes = [
            np.array(
                [numbers[n].get(joined[place : place + n], 0) for place in range(len(joined))],
                dtype=np.int32,
            )
            for n in sorted(numbers)
            if n
        ]
        return cls(offsets, codes)


def _numbered(texts: Iterable[str], longest: int) -> dict[int, dict[str, int]]:
    """Number the distinct texts of each length from 1; the empty one is 0."""
    result: dict[int, dict[str, int]] = {length: {} for length in range(longest + 1)}
    for text in dict.fromkeys(texts):
        result[len(text)][text] = len(result[len(text)]) + 1
    result[0][""] = 0
    return result


@dataclass(frozen=True, slots=True)
class EditModel:
    """Log probabilities of the steps, dense over the substrings seen in training.

    For each step shape the matrix has a row per substring of the syllable and a column per
    substring read; row and column 0 stand for what was never seen, or for the empty substring.
    """

    rows: dict[int, dict[str, int]]
    columns: dict[int, dict[str, int]]
    matrices: dict[tuple[int, int], Floats]

    @classmethod
    def from_steps(cls, steps: Steps) -> EditModel:
        """Build from {(letters, characters read): log probability}."""
        rows = _numbered((left for left, _ in steps), 2)
        columns = _numbered((right for _, right in steps), 3)
        row = np.array([rows[len(left)][left] for left, _ in steps], dtype=np.int64)
        column = np.array([columns[len(right)][right] for _, right in steps], dtype=np.int64)
        size = np.array([len(left) for left, _ in steps], dtype=np.int64)
        length = np.array([len(right) for _, right in steps], dtype=np.int64)
        value = np.array(list(steps.values()), dtype=np.float32)
        matrices = {}
        for a, b in STEPS:
            floor = FLOOR if max(a, b) == 1 else -np.inf  # floors are for single letters
            shape = (len(rows[a]) + 1 if a else 1, len(columns[b]) + 1 if b else 1)
            matrices[a, b] = np.full(shape, floor, dtype=np.float32)
            own = np.flatnonzero((size == a) & (length == b))
            matrices[a, b][row[own], column[own]] = value[own]
        return cls(rows, columns, matrices)

    def score(self, syllables: Sequence[str], readings: Sequence[str]) -> Floats:
        """Return log P(reading | syllable) for pairs, shape (n,)."""
        lefts = {text: number for number, text in enumerate(dict.fromkeys(syllables))}
        rights = {text: number for number, text in enumerate(dict.fromkeys(readings))}
        return self.score_pairs(
            list(lefts),
            list(rights),
            np.array([lefts[text] for text in syllables], dtype=np.int64),
            np.array([rights[text] for text in readings], dtype=np.int64),
        )

    def score_pairs(
        self,
        syllables: Sequence[str],
        readings: Sequence[str],
        left: NDArray[np.int64],
        right: NDArray[np.int64],
    ) -> Floats:
        """Return log P(readings[right[n]] | syllables[left[n]]) for each n, shape (n,)."""
        lefts, rights = _Texts.of(syllables, self.rows), _Texts.of(readings, self.columns)
        size, length = np.diff(lefts.offsets)[left], np.diff(rights.offsets)[right]
        near = np.flatnonzero(abs(size - length) <= LONGEST_DIFFERENCE)
        result = np.full(len(left), -np.inf, dtype=np.float32)
        if compiled.edits is not None:
            scores = np.empty(len(near), dtype=np.float32)
            compiled.edits.score(
                *(lefts.offsets, *lefts.codes, rights.offsets, *rights.codes),
                *(left[near], right[near]),
                *(self.matrices[shape] for shape in STEPS),
                scores,
            )
            result[near] = scores
            return result
        start, read_start = lefts.offsets[left], rights.offsets[right]
        lengths = np.stack([size[near], length[near]], axis=1)
        shapes, shape_of = np.unique(lengths, axis=0, return_inverse=True)
        for number, (rows, columns) in enumerate(shapes.tolist()):
            pairs = near[shape_of.ravel() == number]
            result[pairs] = self._best_paths(
                rows, columns, (lefts, start[pairs]), (rights, read_start[pairs])
            )
        return result

    def _best_paths(
        self,
        size: int,
        length: int,
        left: tuple[_Texts, NDArray[np.int64]],
        right: tuple[_Texts, NDArray[np.int64]],
    ) -> Floats:
        """Return the best path's cost for pairs of a syllable's and a reading's given length.

        Each of the pairs is given by where its texts start.
        """
        (lefts, start), (rights, read_start) = left, right
        best = np.full((size + 1, length + 1, len(start)), -np.inf, dtype=np.float32)
        best[0, 0] = 0.0
        for i in range(size + 1):
            for j in range(length + 1):
                cell = best[i, j]
                for a, b in STEPS:
                    if i < a or j < b:
                        continue
                    row = lefts.codes[a - 1][start + (i - a)] if a else 0
                    column = rights.codes[b - 1][read_start + (j - b)] if b else 0
                    step = self.matrices[a, b][row, column]
                    step += best[i - a, j - b]
                    np.maximum(cell, step, out=cell)
        result: Floats = best[size, length]
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

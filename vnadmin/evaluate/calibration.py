"""How far a confidence can be believed, and whether what is still wrong stands among the doubts.

A restored word counts as right if every token it touches is matched in the alignment with the
truth (metrics.py); a word the truth doesn't have is wrong. Confidences are scored over doubtful
words, those edited and those with a rival reading, since words that can only be one thing are
nearly all right and would flatter every figure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vnadmin.evaluate.align import edit_operations
from vnadmin.evaluate.metrics import spans, tokens
from vnadmin.restore import Restoration

BINS = 10
"""Bins of equal count, for the calibration error."""

LEAST_SURE = 0.05
"""Share of all words in which the wrong ones are looked for."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A restored word's confidence, whether it is right, and whether it was open to doubt."""

    confidence: float
    right: bool
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Words of a bin, their mean confidence, and the share of them that is right."""

    words: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores of confidence.

    Attributes:
        words: n of restored words.
        wrong: n of them that are wrong.
        doubtful: n of them that were edited or had a rival reading.
        doubtful_wrong: n of those that are wrong.
        ece: expected calibration error over the doubtful words, bins of equal count.
        brier: mean squared error of their confidences.
        brier_constant: the same if each were given the share of them that is right.
        wrong_found: n of the wrong words among the 5 % least sure; of words equally sure at the
            edge, their due part, so that it may be a fraction.
        bins: of the calibration error, least sure first.
    """

    words: int
    wrong: int
    doubtful: int
    doubtful_wrong: int
    ece: float
    brier: float
    brier_constant: float
    wrong_found: float
    bins: tuple[Bin, ...]

    @property
    def found_share(self) -> float:
        """Share of the wrong words among the least sure."""
        return self.wrong_found / self.wrong if self.wrong else 1.0

    @property
    def brier_ratio(self) -> float:
        """Brier score by the constant's."""
        return self.brier / self.brier_constant if self.brier_constant else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as plain values."""
        return asdict(self) | {"found_share": self.found_share, "brier_ratio": self.brier_ratio}


def judge(truth: str, restored: Restoration, part: tuple[int, int] | None = None) -> list[Judged]:
    """Judge the words of a restored text, or of its `part` (start, end), that hold a token."""
    start, end = part or (0, len(restored.text))
    got = spans(restored.text[start:end])
    right = [True] * len(got)
    for kind, _, place in edit_operations(tokens(truth), [token.text for token in got]):
        if kind != "delete":
            right[place] = False
    starts, ends = [start + t.start for t in got], [start + t.end for t in got]
    edits = [edit for edit in restored.edits if edit.kind != "encoding" and edit.end > edit.start]
    edit_starts, edit_ends = [edit.start for edit in edits], [edit.end for edit in edits]
    judged = []
    for word in restored.words:
        touched = right[bisect_right(ends, word.start) : bisect_left(starts, word.end)]
        if touched:
            edited = bisect_right(edit_ends, word.start) < bisect_left(edit_starts, word.end)
            judged.append(Judged(word.confidence, all(touched), edited or word.rival))
    return judged


def calibration(judged: Sequence[Judged]) -> Calibration:
    """Score confidences; without words, or without wrong ones, nothing is found fault with."""
    doubtful = sorted((j.confidence, j.right) for j in judged if j.doubtful)
    confidence = np.array([pair[0] for pair in doubtful])
    right = np.array([pair[1] for pair in doubtful], dtype=float)
    bins = [
        Bin(len(part), float(confidence[part].mean()), float(right[part].mean()))
        for part in np.array_split(np.arange(len(doubtful)), BINS)
        if len(part)
    ]
    rate = float(right.mean()) if doubtful else 1.0
    return Calibration(
        words=len(judged),
        wrong=sum(not j.right for j in judged),
        doubtful=len(doubtful),
        doubtful_wrong=sum(not each for _, each in doubtful),
        ece=sum(b.words * abs(b.confidence - b.right) for b in bins) / max(len(doubtful), 1),
        brier=float(((confidence - right) ** 2).mean()) if doubtful else 0.0,
        brier_constant=rate * (1.0 - rate),
        wrong_found=_wrong_found(judged),
        bins=tuple(bins),
    )


def _wrong_found(judged: Sequence[Judged]) -> float:
    looked_at = LEAST_SURE * len(judged)
    if not judged:
        return 0.0
    by_confidence = sorted(j.confidence for j in judged)
    edge = by_confidence[min(int(looked_at), len(judged) - 1)]
    below = bisect_left(by_confidence, edge)
    at_edge = bisect_right(by_confidence, edge) - below
    wrong = sum(not j.right for j in judged if j.confidence < edge)
    wrong_at_edge = sum(not j.right for j in judged if j.confidence == edge)
    return wrong + wrong_at_edge * (looked_at - below) / at_edge

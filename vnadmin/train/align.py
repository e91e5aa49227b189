"""Align a page's truth with what an OCR engine read: which words became which."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import ratio

from vnadmin.vietnamese import fold

Group = tuple[list[str], list[str]]
"""Neighbouring chunks of the truth and the chunks read in their place."""


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    folded = fold(char).lower()
    return folded if len(folded) == 1 else "?"


def _folded(words: list[str]) -> str:
    return "".join(_fold_char(c) for c in " ".join(words))


def align(truth: str, read: str) -> Iterator[Group]:
    """Yield groups of chunks cut at the spaces that truth and reading share."""
    truth_words, read_words = truth.split(), read.split()
    left, right = _folded(truth_words), _folded(read_words)
    truth_at = read_at = 0
    for op in Levenshtein.opcodes(left, right):
        if op.tag != "equal":
            continue
        block = left[op.src_start : op.src_end]
        place = block.find(" ")
        while place >= 0:
            t = left.count(" ", 0, op.src_start + place) + 1
            r = right.count(" ", 0, op.dest_start + place) + 1
            yield truth_words[truth_at:t], read_words[read_at:r]
            truth_at, read_at = t, r
            place = block.find(" ", place + 1)
    yield truth_words[truth_at:], read_words[read_at:]


def split_insertions(group: Group) -> tuple[Group, list[str]]:
    """Set apart words read where the truth has none (specks, stamps).

    For one true word and two read ones, the reading is a split where both together resemble the
    truth more than either alone does.
    """
    truth, read = group
    if len(truth) != 1 or len(read) != 2:
        return group, []
    want = _folded(truth)
    both = ratio(want, _folded(["".join(read)]))
    scores = [ratio(want, _folded([word])) for word in read]
    best = 0 if scores[0] >= scores[1] else 1
    if scores[best] >= both:
        return (truth, [read[best]]), [read[1 - best]]
    return group, []

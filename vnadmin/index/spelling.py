"""Queries with slips of the pen: the words of the archive that were meant."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

from vnadmin.vietnamese import fold, nfc

_TRIES = 12  # corrected queries
_CANDIDATES = 4  # for each word
_SHORTEST = 3  # letters; shorter words are all near each other
_LONG = 6  # letters of which two may be wrong
_RARE = 50  # a word may be a slip for another that so many times as many documents have


class Vocabulary:
    """The folded words of an index with the number of documents that have them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._counts = Counter(
            dict(connection.execute("SELECT word, documents FROM words").fetchall())
        )
        self._words = list(self._counts)

    def corrections(self, words: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Other queries, the likeliest first: a word that may be a slip replaced by another."""
        tried = 0
        candidates = [self._near(fold(nfc(word)).lower()) for word in words]
        unknown = [
            i for i, w in enumerate(words) if candidates[i] and not self._counts[fold(w).lower()]
        ]
        if len(unknown) > (len(words) + 1) // 2:
            return  # not slips: other words than the archive's
        first = tuple(candidates[i][0] if i in unknown else word for i, word in enumerate(words))
        if unknown:
            yield first
        for i, others in enumerate(candidates):
            for other in others:
                if tried >= _TRIES:
                    return
                changed = (*first[:i], other, *first[i + 1 :])
                if changed not in (first, tuple(words)):
                    tried += 1
                    yield changed

    def _near(self, word: str) -> list[str]:
        """Words within one or two slips, the likeliest first."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if not word.isalpha() or len(word) < _SHORTEST:
            return []
        own = self._counts[word]
        found = process.extract(
            word, self._words, scorer=OSA.distance, score_cutoff=1 if len(word) < _LONG else 2,
            limit=None,
        )  # fmt: skip
        near = [
            (distance * math.log(_RARE) - math.log(self._counts[other]), other)
            for other, distance, _ in found
            if other != word and self._counts[other] > own * _RARE ** int(own > 0)
        ]
        return [other for _, other in sorted(near)[:_CANDIDATES]]

"""The channel of stripped accents: đ became d, vowels lost some or all of their marks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vnadmin.language.model import LanguageModel
from vnadmin.restore.channel import NO_WORD, Candidates
from vnadmin.vietnamese import canonical, fold, split_tone


class StrippedChannel:
    """Candidates are the words that give the reading when marks are taken away."""

    name = "stripped"
    keys: frozenset[str] = frozenset()
    """No readings are tabled: all are worked out."""

    def __init__(self, model: LanguageModel) -> None:
        self._groups: dict[str, list[int]] = {}
        self._vocabulary = model.vocabulary
        for number, word in enumerate(model.vocabulary):
            self._groups.setdefault(fold(word), []).append(number)

    def candidates(self, keys: Sequence[str]) -> list[Candidates]:
        """Return the candidates of each key; none for a word the model doesn't know."""
        return [self._candidates(canonical(key.removeprefix("^"))) for key in keys]

    def _candidates(self, reading: str) -> Candidates:
        words = [
            number
            for number in self._groups.get(fold(reading), ())
            if could_lose_marks(self._vocabulary[number], reading)
        ]
        pairs = np.full((len(words), 2), NO_WORD, dtype=np.uint16)
        pairs[:, 0] = words
        return Candidates(pairs, np.zeros(len(words), dtype=np.float32))


def could_lose_marks(word: str, reading: str) -> bool:
    """Whether taking marks off `word`, none put on or changed, can give `reading`."""
    if word == reading or reading.isascii():
        return True
    plain, tone = split_tone(word)
    read_plain, read_tone = split_tone(reading)
    if read_tone not in (0, tone) or len(plain) != len(read_plain):
        return False
    return all(a in (b, fold(b)) for a, b in zip(read_plain, plain, strict=True))

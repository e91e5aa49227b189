"""The channel of stripped accents: đ became d, vowels lost some or all of their marks.

Not every word need have lost them: a form may be filled in without, a line retyped. Which share did
is told by the words themselves, and weighs each reading against the word as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from vnadmin.language.model import LanguageModel
from vnadmin.restore.channel import NO_WORD, Candidates
from vnadmin.vietnamese import canonical, fold, split_tone

STRIPPED = {"stripped-few": 0.05, "stripped-half": 0.4, "stripped": 0.95}
"""By profile: share of the words with marks that lost some."""
SOME_STRIPPED = ("stripped-few", "stripped-half")

_ROUNDS = 12
_LEAST = 1e-4


class StrippedChannel:
    """Candidates are the words that give the reading when marks are taken away."""

    name = "stripped"
    keys: frozenset[str] = frozenset()
    """No readings are tabled: all are worked out."""

    def __init__(self, words: StrippedWords, lost: float = STRIPPED["stripped"]) -> None:
        self._words = words
        self._lost, self._kept = math.log(lost), math.log(1.0 - lost)

    def candidates(self, keys: Sequence[str]) -> list[Candidates]:
        """Return the candidates of each key; none for a word the model doesn't know."""
        return [self._candidates(canonical(key.removeprefix("^"))) for key in keys]

    def _candidates(self, reading: str) -> Candidates:
        words, whole = self._words.of(reading)
        kept = 0.0 if reading.isascii() else self._kept
        pairs = np.full((len(words), 2), NO_WORD, dtype=np.uint16)
        pairs[:, 0] = words
        log_prob = [kept if word == whole else self._lost for word in words]
        return Candidates(pairs, np.array(log_prob, dtype=np.float32))


class StrippedWords:
    """The words of a language model by what they look like without marks."""

    def __init__(self, model: LanguageModel) -> None:
        self._vocabulary, self._unigram = model.vocabulary, model.unigram
        self._groups: dict[str, list[int]] = {}
        for number, plain in enumerate(fold("\n".join(model.vocabulary)).split("\n")):
            self._groups.setdefault(plain, []).append(number)
        self._mass: dict[str, tuple[float, float]] = {}

    def of(self, reading: str) -> tuple[list[int], int | None]:
        """Return the words that give `reading` with marks taken away, and the one that is it."""
        words = [
            number
            for number in self._groups.get(fold(reading), ())
            if could_lose_marks(self._vocabulary[number], reading)
        ]
        return words, next((n for n in words if self._vocabulary[n] == reading), None)

    def _probability(self, reading: str) -> tuple[float, float]:
        """Return P of the word as it stands, and of all others that it may be."""
        if reading not in self._mass:
            words, whole = self.of(reading)
            own = math.exp(self._unigram[whole]) if whole is not None else 0.0
            self._mass[reading] = own, float(np.exp(self._unigram[words]).sum()) - own
        return self._mass[reading]

    def unknown_share(self, readings: Mapping[str, int]) -> float:
        """Return which share of the canonical readings, counted, no word gives (0 to 1)."""
        unknown = sum(n for reading, n in readings.items() if not sum(self._probability(reading)))
        return unknown / max(sum(readings.values()), 1)

    def lost_share(
        self, readings: Mapping[str, int], unknown: Callable[[str], float]
    ) -> tuple[float, float]:
        """Estimate which share of the words with marks lost some (EM over single words).

        Args:
            readings: canonical readings and how often each occurs.
            unknown: log P of a reading that is none of the model's words.

        Returns:
            The share, 0 to 1, and log P(readings | the share), natural.
        """
        count = np.array(list(readings.values()), dtype=np.float64)
        marked = np.array([not reading.isascii() for reading in readings])
        own, other = np.array([self._probability(reading) for reading in readings]).T
        own = np.where(own > 0, own, np.exp([unknown(reading) for reading in readings]))
        lost, likelihood = 0.5, own
        for _ in range(_ROUNDS):
            likelihood = own * np.where(marked, 1.0 - lost, 1.0) + other * lost
            stripped = count * other * lost / likelihood
            kept = (count - stripped) * marked
            share = float(stripped.sum() / max((stripped + kept).sum(), 1.0))
            lost = min(max(share, _LEAST), 1.0 - _LEAST)
        return lost, float(count @ np.log(likelihood))


def stripped_profile(lost: float) -> str:
    """Return the name in `STRIPPED` whose share is nearest."""
    return min(STRIPPED, key=lambda name: abs(_log_odds(STRIPPED[name]) - _log_odds(lost)))


def _log_odds(share: float) -> float:
    return math.log(share / (1.0 - share))


def could_lose_marks(word: str, reading: str) -> bool:
    """Whether taking marks off `word`, none put on or changed, can give `reading`."""
    if word == reading or reading.isascii():
        return True
    plain, tone = split_tone(word)
    read_plain, read_tone = split_tone(reading)
    if read_tone not in (0, tone) or len(plain) != len(read_plain):
        return False
    return all(a in (b, fold(b)) for a, b in zip(read_plain, plain, strict=True))

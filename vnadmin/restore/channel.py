"""How a kind of noise garbles words: P(reading | word), candidates for any reading.

A channel is a directory: `channel.json`, and a table of readings seen in training with their
candidates worked out beforehand. Readings never seen get candidates at run time from the edit
channel (edits.py).
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from vnadmin.errors import ModelError
from vnadmin.language.model import LanguageModel
from vnadmin.restore.edits import EditModel, Steps
from vnadmin.vietnamese import fold

FORMAT = 1
NO_WORD = 0xFFFF
"""Fills the second place of a candidate that is one word."""

LOG_STEP = 1 / 16
"""Log probabilities are stored as multiples of -1/16 nat, up to 255 of them."""

_GROUPS_TRIED = 30
_KEPT = 32
_UNIGRAM_WEIGHT = 0.5
_MARGIN = 11.0
"""A candidate this many nats below the best one (unigram weighed in) is dropped."""
_SPLIT_COST = -7.0
"""Log P of an engine losing a space, where no joined reading was seen in training."""
_PAIR_PRIOR = -6.0
"""Log P of the second word of a pair, whatever it is."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a reading may stand for: words, shape (k, 2), and log P(reading | words), (k,)."""

    words: NDArray[np.uint16]
    log_prob: NDArray[np.float32]

    def singles(self) -> list[tuple[int, float]]:
        """Return the candidates that are one word, with their log P."""
        pairs = zip(self.words.tolist(), self.log_prob.tolist(), strict=True)
        return [(words[0], value) for words, value in pairs if words[1] == NO_WORD]


class Noise(Protocol):
    """What garbles words (Channel below, stripped.py)."""

    name: str

    @property
    def keys(self) -> Container[str]:
        """The readings that training saw."""

    def candidates(self, keys: Sequence[str]) -> list[Candidates]:
        """Return the candidates of each key."""


@dataclass
class Channel:
    """One kind of noise; what only unseen readings or judging need is worked out when asked for."""

    name: str
    model: LanguageModel
    steps: Steps
    keys: dict[str, int]
    offsets: NDArray[np.uint32]
    words: NDArray[np.uint16]
    log_prob: NDArray[np.uint8]
    manifest: dict[str, Any]

    @classmethod
    def load(cls, directory: Path, model: LanguageModel) -> Channel:
        """Read the channel in `directory`.

        Raises:
            ModelError: if it is missing, damaged or was built with another vocabulary.
        """
        try:
            manifest = json.loads((directory / "channel.json").read_text("utf-8"))
            if manifest["format"] != FORMAT:
                raise ModelError(f"{directory}: channel of format {manifest['format']}")
            if manifest["vocabulary"] != vocabulary_id(model):
                raise ModelError(
                    f"{directory}: built with another vocabulary than the language model's; "
                    "rebuild it with `vnadmin train channel`"
                )
            steps = {(left, right): value for left, right, value in manifest.pop("steps")}
            keys = (directory / "keys.txt").read_text("utf-8").split("\n")
            offsets = np.load(directory / "offsets.npy")
            words = np.load(directory / "words.npy", mmap_mode="r").view(np.ndarray)
            log_prob = np.load(directory / "log_prob.npy", mmap_mode="r").view(np.ndarray)
            if (len(keys) + 1, len(words)) != (len(offsets), len(log_prob)):
                raise ValueError("its files don't belong together")
            return cls(
                directory.name,
                model,
                steps,
                {key: number for number, key in enumerate(keys)},
                offsets,
                words,
                log_prob,
                manifest,
            )
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{directory}: no usable channel there ({error})") from error

    @cached_property
    def evidence(self) -> NDArray[np.float32]:
        """Log P of each reading seen in training: of all it may stand for, word by word."""
        joint = self.log_prob.astype(np.float64) * -LOG_STEP
        joint += self.model.unigram[self.words[:, 0]]
        joint[self.words[:, 1] != NO_WORD] += _PAIR_PRIOR
        summed = np.add.reduceat(np.exp(joint), self.offsets[:-1].astype(np.int64))
        return np.log(summed).astype(np.float32)

    @cached_property
    def shortlist(self) -> Shortlist:
        """What finds candidates for readings that training never saw."""
        return Shortlist.of(self.model, EditModel.from_steps(self.steps))

    def candidates(self, keys: Sequence[str]) -> list[Candidates]:
        """Return the candidates of each key (see `tokens.key_of`)."""
        result: list[Candidates | None] = []
        unseen = []
        for place, key in enumerate(keys):
            row = self.keys.get(key)
            if row is None:
                unseen.append(place)
                result.append(None)
                continue
            result.append(Candidates(*self.row(row)))
        if unseen:
            for place, found in zip(unseen, self._unseen([keys[i] for i in unseen]), strict=True):
                result[place] = found
        return [c for c in result if c is not None]

    def row(self, number: int) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
        """Return words, (k, 2), and log P, (k,), of the reading in row `number`."""
        span = slice(int(self.offsets[number]), int(self.offsets[number + 1]))
        log_prob = self.log_prob[span].astype(np.float32) * np.float32(-LOG_STEP)
        return self.words[span], log_prob

    def _unseen(self, keys: Sequence[str]) -> list[Candidates]:
        found = self.shortlist.candidates(keys)
        return [self._with_splits(key, c) for key, c in zip(keys, found, strict=True)]

    def _with_splits(self, key: str, found: Candidates) -> Candidates:
        """Add readings of `key` as two words, both of which were read so in training."""
        mark = "^" if key.startswith("^") else ""
        body = key.removeprefix("^")
        words: list[list[int]] = []
        scores: list[float] = []
        for cut in range(2, len(body) - 1):
            left = self.keys.get(mark + body[:cut])
            right = self.keys.get(mark + body[cut:])
            if left is None or right is None:
                continue
            for one, one_score in self._best(left):
                for two, two_score in self._best(right):
                    words.append([one, two])
                    scores.append(one_score + two_score + _SPLIT_COST)
        if not words:
            return found
        return Candidates(
            np.concatenate([found.words, np.array(words, dtype=np.uint16)]),
            np.concatenate([found.log_prob, np.array(scores, dtype=np.float32)]),
        )

    def _best(self, row: int, count: int = 3) -> list[tuple[int, float]]:
        single = [(w, value) for w, value in Candidates(*self.row(row)).singles() if value > -6.0]
        return sorted(single, key=lambda pair: -pair[1])[:count]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Finds the syllables a never-seen reading may be: first by skeleton, then by edit channel."""

    edits: EditModel
    unigram: NDArray[np.float32]
    skeletons: list[str]
    members: list[list[int]]
    rarity: NDArray[np.float32]
    """Of each skeleton: what breaks ties between equally near ones, 0 to 1."""
    spelling: tuple[str, ...]
    looks_like: dict[str, str]

    @classmethod
    def of(cls, model: LanguageModel, edits: EditModel) -> Shortlist:
        """Index the syllables of the model's vocabulary by their unaccented letters."""
        groups: dict[str, list[int]] = {}
        for number in np.flatnonzero(model.syllables).tolist():
            groups.setdefault(model.plain[number], []).append(number)
        starts = np.cumsum([0, *map(len, groups.values())])[:-1]
        member = np.array([number for ids in groups.values() for number in ids], dtype=np.int64)
        mass = np.log(np.add.reduceat(np.exp(model.unigram[member]), starts))
        return cls(
            edits,
            model.unigram,
            list(groups),
            list(groups.values()),
            np.clip(mass / -20, 0, 1),
            model.vocabulary,
            _looks_like(edits),
        )

    def candidates(self, keys: Sequence[str]) -> list[Candidates]:
        """Return the best candidates by edit channel and unigram probability."""
        skeletons = ["".join(self.looks_like.get(c, "") for c in k.lstrip("^")) for k in keys]
        distance = cdist(skeletons, self.skeletons, scorer=Levenshtein.distance, dtype=np.uint8)
        tried = min(_GROUPS_TRIED, len(self.skeletons))
        nearest = np.argpartition(distance + self.rarity, tried - 1, axis=1)[:, :tried]
        members = [[m for group in own for m in self.members[group]] for own in nearest.tolist()]
        starts = np.cumsum([0, *map(len, members)])
        word = np.array([w for own in members for w in own], dtype=np.int64)
        scores = self._score(word, np.repeat(np.arange(len(keys)), np.diff(starts)), keys)
        return [
            self.best(word[start:end].astype(np.uint16), scores[start:end])
            for start, end in pairwise(starts.tolist())
        ]

    def score(self, words: Sequence[int], keys: Sequence[str]) -> NDArray[np.float32]:
        """Return log P(key | word) for pairs of a word id and a key."""
        number = {key: n for n, key in enumerate(dict.fromkeys(keys))}
        reading = np.array([number[key] for key in keys], dtype=np.int64)
        return self._score(np.array(words, dtype=np.int64), reading, list(number))

    def _score(
        self, words: NDArray[np.int64], reading: NDArray[np.int64], keys: Sequence[str]
    ) -> NDArray[np.float32]:
        """Return log P(keys[reading[n]] | words[n]) for each n; capitals garble capitals."""
        capitals = np.array([key.startswith("^") for key in keys], dtype=bool)[reading]
        spelt, left = np.unique(2 * words + capitals, return_inverse=True)
        syllables = [
            self.spelling[number // 2].upper() if number % 2 else self.spelling[number // 2]
            for number in spelt.tolist()
        ]
        readings = [key.removeprefix("^") for key in keys]
        return self.edits.score_pairs(syllables, readings, left, reading)

    def best(self, words: NDArray[np.uint16], scores: NDArray[np.float32]) -> Candidates:
        """Keep the best candidates, channel and unigram weighed together."""
        weighed = scores + _UNIGRAM_WEIGHT * self.unigram[words]
        order = np.argsort(-weighed)[:_KEPT]
        order = order[weighed[order] > weighed.max(initial=-np.inf) - _MARGIN]
        order = order[np.isfinite(scores[order])]
        pairs = np.stack([words[order], np.full(len(order), NO_WORD, dtype=np.uint16)], axis=1)
        return Candidates(pairs, scores[order])


def _looks_like(edits: EditModel) -> dict[str, str]:
    """Map each character read to the plain letter it most often stands for."""
    matrix = edits.matrices[1, 1]
    letters = {number: fold(letter).lower() for letter, number in edits.rows[1].items()}
    result = {}
    for char, column in edits.columns[1].items():
        row = int(matrix[:, column].argmax())
        result[char] = letters.get(row, "") if matrix[row, column] > -8 else ""
    return result


def vocabulary_id(model: LanguageModel) -> str:
    """Return a short name for the model's vocabulary, to tell whether a channel fits it."""
    from hashlib import sha256

    return sha256("\n".join(model.vocabulary).encode()).hexdigest()[:16]


def pack_candidates(
    found: Iterable[Candidates],
) -> tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.uint8]]:
    """Return offsets, words and quantised log probabilities as `Channel` keeps them."""
    lengths, words, costs = [0], [], []
    for candidates in found:
        lengths.append(len(candidates.words))
        words.append(candidates.words)
        costs.append(np.clip(np.rint(candidates.log_prob / -LOG_STEP), 0, 255))
    return (
        np.cumsum(lengths).astype(np.uint32),
        np.concatenate(words).astype(np.uint16),
        np.concatenate(costs).astype(np.uint8),
    )

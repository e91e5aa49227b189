"""Sentences → a lattice: arcs from item to item, and over two items that may be one word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from vnadmin.language import words as lm_words
from vnadmin.language.model import LanguageModel
from vnadmin.restore.channel import NO_WORD, Noise
from vnadmin.restore.choices import SAID, Choice, Choices, Form, form_of, said_array
from vnadmin.restore.decoder import Lattice
from vnadmin.restore.items import Sentence
from vnadmin.restore.tokens import key_of

_JOIN = -5.0  # nats: an engine putting a space inside a word, where training never saw this one
_JOIN_LONGEST = 3  # one of the parts is at most this long

_REMEMBERED = 300_000
"""Choices remembered before starting anew: some 60 MB."""


@dataclass(frozen=True, slots=True)
class Readings:
    """A lattice over sentences, and the choice behind each of its arcs."""

    lattice: Lattice
    sequence_of: list[int]
    """Of each sentence, its sequence in the lattice: those alike of a document share one."""
    _choices: Choices
    _number: NDArray[np.int64]
    """Of each arc that covers one item, its choice; those that cover two follow."""
    _joined: list[Choice]

    def choice(self, arc: int) -> Choice:
        """Return the choice behind an arc that isn't a sentence's end."""
        if arc < len(self._number):
            return self._choices[int(self._number[arc])]
        return self._joined[arc - len(self._number)]


class LatticeBuilder:
    """Builds lattices for one kind of noise; forms met before are remembered."""

    def __init__(self, model: LanguageModel, noise: Noise, *, drop_junk: bool) -> None:
        self._model = model
        self._noise = noise
        self._drop_junk = drop_junk
        self._lock = Lock()
        self._choices = Choices(model, noise, drop_junk=drop_junk)

    def build(self, parts: Sequence[Sentence], owners: Sequence[int] | None = None) -> Readings:
        """Return the lattice of `parts`; formulas recur, so sentences alike stand in it once.

        With `owners`, the number of each sentence's document, only those of one document do.
        """
        owners = [0] * len(parts) if owners is None else owners
        looks = [_look(sentence, own) for sentence, own in zip(parts, owners, strict=True)]
        unique = dict(zip(looks, parts, strict=True))
        sequence_of = {key: number for number, key in enumerate(unique)}
        parts = list(unique.values())
        forms = [form for key in unique for form in key[0]]
        with self._lock:
            if len(self._choices) > _REMEMBERED:  # Readings still in use keep the old ones
                self._choices = Choices(self._model, self._noise, drop_junk=self._drop_junk)
            choices = self._choices
            choices.learn([form for form in dict.fromkeys(forms) if form not in choices.spans])
            span = np.array([choices.spans[form] for form in forms], dtype=np.int64)
            said, log_prob = choices.said, choices.log_prob
        span = span.reshape(-1, 2)
        count = span[:, 1]
        sizes = np.array([len(s.items) for s in parts], dtype=np.int64)
        place = np.arange(len(span)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        number = np.repeat(span[:, 0], count) + (
            np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        )
        sequence = np.repeat(np.repeat(np.arange(len(parts)), sizes), count)
        start = np.repeat(place, count)
        joins = self._joins(parts)
        joined_start = np.array(joins.start, dtype=np.int64)
        final = np.array([s.complete for s in parts])
        final_said = np.full((len(parts), SAID), NO_WORD, dtype=np.uint16)
        final_said[final, 0] = self._model.index[lm_words.BOUNDARY]
        lattice = Lattice(
            sizes + 1,
            np.concatenate(
                [sequence, np.array(joins.sequence, dtype=np.int64), np.arange(len(parts))]
            ),
            np.concatenate([start, joined_start, sizes]),
            np.concatenate([start + 1, joined_start + 2, sizes + 1]),
            np.concatenate([said[number], said_array(joins.choices), final_said]),
            np.concatenate(
                [
                    log_prob[number],
                    np.array([c.log_prob for c in joins.choices], dtype=np.float32),
                    np.zeros(len(parts), dtype=np.float32),
                ]
            ),
        )
        own = [sequence_of[key] for key in looks]
        return Readings(lattice, own, choices, number, joins.choices)

    def _joins(self, parts: Sequence[Sentence]) -> _Joins:
        """Find neighbours that may be one word, a space having come between them."""
        known = self._noise.keys
        result = _Joins([], [], [])
        for number, sentence in enumerate(parts):
            for place, (item, following) in enumerate(pairwise(sentence.items)):
                if item.kind != "word" or following.kind not in ("word", "number"):
                    continue
                if item.end != item.core_end or following.start != following.core_start:
                    continue
                left = sentence.source[item.core_start : item.core_end]
                right = sentence.source[following.core_start : following.core_end]
                if len(left) > _JOIN_LONGEST and len(right) > _JOIN_LONGEST:
                    continue
                upper = item.upper or following.upper
                spaced = key_of(f"{left} {right}", upper)
                closed = spaced.replace(" ", "")
                key, price = (spaced, 0.0) if spaced in known else (closed, _JOIN)
                if key not in known:
                    continue
                (found,) = self._noise.candidates([key])
                for word, value in found.singles():
                    result.choices.append(Choice((word,), (word,), value + price))
                    result.sequence.append(number)
                    result.start.append(place)
        return result


@dataclass(frozen=True, slots=True)
class _Joins:
    """Choices that cover two items: the sentence and the place of the first."""

    choices: list[Choice]
    sequence: list[int]
    start: list[int]


_Look = tuple[tuple[Form, ...], tuple[int, ...], bool, int]


def _look(sentence: Sentence, owner: int) -> _Look:
    """Return all that a sentence's lattice depends on: forms, leading punctuation, end, owner."""
    items = sentence.items
    forms = tuple(form_of(sentence.source, item) for item in items)
    lead = tuple(item.core_start - item.start for item in items)
    return forms, lead, sentence.complete, owner

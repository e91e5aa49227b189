"""P(a word is right): a small network over what the decoder saw, fitted on pages with truth.

A lattice's posterior knows only the readings that stand in it, and trusts its own model: it is
right about the order of doubts, far too sure of each. What else tells a right word from a wrong one
(how well it fits its neighbours, whether they are in doubt, whether it is a number, a name, an
unknown word) joins it here. A profile's weights are `confidence.json` in its directory of the
model, written by `vnadmin train confidence`; without one the posterior is taken as it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vnadmin.errors import ModelError
from vnadmin.language import words as lm_words
from vnadmin.language.model import LanguageModel
from vnadmin.restore.channel import NO_WORD
from vnadmin.restore.decoder import Decoded, Lattice

Floats = NDArray[np.float64]

FORMAT = 1
_SUREST = 10.0
"""Log odds at which posteriors are cut: what lies beyond is rounding."""
_LOWEST_CHANNEL, _LOWEST_WORD = -15.0, -14.0
_LONGEST = 8
"""Characters; longer words are all alike."""
_SCALE = 5.0
"""Measures are divided by this, so that all columns are of a size."""


_TRAITS = (
    "edited",
    "rejected",  # another reading was likelier, but its page is left as it is
    "unknown",  # to the language model, or no code that is known
    "number",
    "code",
    "split_or_joined",
    "edge",  # at a line's end
    "alone",  # on its line
    "acronym",
    "capitals",
    "short",  # of one or two characters
    "mixed",  # letters with digits or signs among them
    "name",  # begins with a capital inside a sentence
)
"""What may be said of a word at a glance; each a bit, plain integers for speed."""
(
    EDITED,
    REJECTED,
    UNKNOWN,
    NUMBER,
    CODE,
    SPLIT_OR_JOINED,
    EDGE,
    ALONE,
    ACRONYM,
    CAPITALS,
    SHORT,
    MIXED,
    NAME,
) = _BITS = tuple(1 << place for place in range(len(_TRAITS)))

_MEASURES = (
    "log_odds",
    "log_odds_rejected",
    "channel",
    "channel_behind",
    "unigram",
    "word",
    "next_word",
    "second_next_word",
    "log_odds_before",
    "log_odds_after",
    "sentence",
    "length",
    "page",
)
COLUMNS = (*_MEASURES, *_TRAITS)
"""Names of the columns of `Seen.features`, stored with the weights."""


class Estimator(Protocol):
    """Turns features into probabilities."""

    def probability(self, features: Floats) -> Floats:
        """Return P(right) for each row of `features`, shape (n, len(COLUMNS))."""


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer of rectified units.

    Attributes:
        hidden: weights of the units, shape (len(COLUMNS) + 1, units), the constant last.
        output: weights of what they give, shape (units + 1,), the constant last.
    """

    hidden: Floats
    output: Floats

    @classmethod
    def load(cls, directory: Path) -> Network | None:
        """Read `confidence.json` in a profile's directory; `None` where there is none.

        Raises:
            ModelError: if it is damaged or was fitted to other columns.
        """
        path = directory / "confidence.json"
        if not path.exists():
            return None
        try:
            content = json.loads(path.read_text("utf-8"))
            if content["format"] != FORMAT or content["columns"] != list(COLUMNS):
                raise ValueError("it belongs to another version of vnadmin")
            hidden, output = np.array(content["hidden"]), np.array(content["output"])
            if hidden.shape != (len(COLUMNS) + 1, len(output) - 1):
                raise ValueError("its layers don't fit together")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path}: no usable weights there ({error}); "
                "fit them with `vnadmin train confidence`"
            ) from error
        return cls(hidden.astype(np.float64), output.astype(np.float64))

    def probability(self, features: Floats) -> Floats:
        """Return P(right) for each row of `features`, shape (n, len(COLUMNS))."""
        units = np.maximum(features @ self.hidden[:-1] + self.hidden[-1], 0.0)
        result: Floats = 1.0 / (1.0 + np.exp(-(units @ self.output[:-1] + self.output[-1])))
        return result


@dataclass(frozen=True, slots=True)
class Seen:
    """What the decoder saw of each arc of the best paths; `row` finds an arc among them.

    Of the measures, length and page are left for `features` to add.
    """

    row: NDArray[np.int32]
    measures: Floats

    @classmethod
    def of(cls, model: LanguageModel, lattice: Lattice, decoded: Decoded) -> Seen:
        """Measure all arcs of the best paths."""
        length = np.array([len(path) for path in decoded.paths], dtype=np.int64)
        arcs = np.fromiter(chain.from_iterable(decoded.paths), dtype=np.int64)
        sequence = np.repeat(np.arange(len(length)), length)
        row = np.full(len(lattice.log_prob), -1, dtype=np.int32)
        row[arcs] = np.arange(len(arcs))
        odds = _log_odds(decoded.posterior[arcs])
        before = np.concatenate([[_SUREST], odds[:-1]])
        before[np.searchsorted(sequence, np.arange(len(length)))] = _SUREST
        after = np.concatenate([odds[1:], [_SUREST]])
        after[np.cumsum(length) - 1] = _SUREST
        log_prob = np.maximum(lattice.log_prob[arcs], _LOWEST_CHANNEL)
        base = np.cumsum(lattice.lengths + 1) - lattice.lengths - 1
        node = base[lattice.sequence] + lattice.start
        best = np.full(int(lattice.lengths.sum()) + len(lattice.lengths), _LOWEST_CHANNEL)
        np.maximum.at(best, node, lattice.log_prob)
        first = lattice.words[arcs, 0].astype(np.int64)
        unigram = np.where(
            first == NO_WORD, 0.0, model.unigram[np.where(first == NO_WORD, 0, first)]
        )
        per_item = decoded.evidence / np.maximum(lattice.lengths - 1, 1)
        measures = np.column_stack(
            [
                odds,
                np.zeros(len(arcs)),
                log_prob,
                best[node[arcs]] - log_prob,
                unigram,
                _word_scores(model, lattice.words[arcs], sequence),
                before,
                after,
                np.maximum(per_item, _LOWEST_WORD)[sequence],
            ]
        )
        return cls(row, measures / _SCALE)

    def features(
        self, arcs: Sequence[int], traits: Sequence[int], lengths: Sequence[int], pages: Floats
    ) -> Floats:
        """Return measures and traits of words, shape (n, len(COLUMNS)).

        Args:
            arcs: of the lattice, of each word.
            traits: bits, of each word.
            lengths: characters read, of each word.
            pages: log P a word of what was read on its page, of each word.
        """
        seen = self.measures[self.row[np.array(arcs, dtype=np.int64)]]
        bits = np.array(traits, dtype=np.int64)[:, None] & np.array(_BITS)
        rejected = bits[:, _BITS.index(REJECTED)] != 0
        seen[rejected, 1] = seen[rejected, 0]
        seen[rejected, 0] = 0.0
        length = np.minimum(np.array(lengths, dtype=np.float64), _LONGEST)
        page = np.maximum(pages, _LOWEST_WORD)
        return np.column_stack([seen, length / _SCALE, page / _SCALE, bits != 0])


def _log_odds(posterior: Floats) -> Floats:
    inside = np.clip(posterior, 1e-9, 1 - 1e-9)
    result: Floats = np.clip(np.log(inside / (1 - inside)), -_SUREST, _SUREST)
    return result


def _word_scores(
    model: LanguageModel, said: NDArray[np.uint16], sequence: NDArray[np.int64]
) -> Floats:
    """Return log P of each arc's words (the least likely), of the next and the one after."""
    speaks = said != NO_WORD
    count = speaks.sum(axis=1)
    words = said[speaks].astype(np.uint64)
    owner = np.repeat(sequence, count)
    place = np.arange(len(words)) - np.searchsorted(owner, owner)
    boundary = np.uint64(model.index[lm_words.BOUNDARY])
    contexts = np.zeros(len(words), dtype=np.uint64)
    for back in range(1, model.order):
        earlier = np.concatenate([np.zeros(min(back, len(words)), dtype=np.uint64), words[:-back]])
        earlier = np.where(place >= back, earlier, np.uint64(0))
        earlier[place == back - 1] = boundary
        contexts |= earlier << np.uint64(16 * (back - 1))
    weights, known = model.context_backoffs(contexts)
    score = np.maximum(model.score(contexts, words, weights, known), _LOWEST_WORD)
    result = np.zeros((len(said), 3))
    ends = np.cumsum(count)
    for further in range(1, count.max(initial=0) + 1):
        where = np.flatnonzero(count >= further)
        result[where, 0] = np.minimum(result[where, 0], score[ends[where] - further])
    for ahead in (1, 2):
        index = ends + ahead - 1
        inside = np.flatnonzero(index < len(words))
        inside = inside[owner[index[inside]] == sequence[inside]]
        result[inside, ahead] = score[index[inside]]
    return result

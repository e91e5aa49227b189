"""The n-gram language model: memory-mapped, queried in batches.

A model is a directory: `language.json` (order, quantisation, what it was built from),
`vocabulary.txt` (a word a line, its line number is its id), `unigram.npy` (natural-log
probability and back-off weight per id, shape (2, V), float16), `ngramN.npy` for N = 2…order and
`backoffN.npy` for N = 2…order-1 (hash tables, see table.py). Word ids are 16-bit; the key of an
n-gram is its ids packed into 64 bits, first word highest. A model bent to an archive holds one more
such directory, `added`: the model of its wording, mixed in when words are scored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vnadmin.errors import ModelError
from vnadmin.language import words as lm_words
from vnadmin.language.table import Slots, look_up
from vnadmin.vietnamese import are_syllables, fold

FORMAT = 1
WORD_BITS = np.uint64(16)
_MASKS = tuple(np.uint64((1 << (16 * length)) - 1) for length in range(5))

Ids = NDArray[np.uint64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Table:
    """A hash table of quantised values: value = low + step * code."""

    slots: Slots
    low: float
    step: float

    def decode(self, codes: NDArray[np.uint32]) -> Floats:
        """Return the values that codes stand for."""
        return (self.low + self.step * codes.astype(np.float32)).astype(np.float32)

    def get(self, keys: Ids) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the values (0 where absent) and which keys are present."""
        codes = look_up(self.slots, keys)
        present = codes < 256
        return np.where(present, self.decode(codes), np.float32(0.0)), present


@dataclass(frozen=True, slots=True)
class Added:
    """An archive's own wording: P(word | history) = (1 - λ) · base + λ · added.

    λ depends on the lengths of the longest contexts that the base and the added model know, so
    the mixture sums to one whenever both do; it is 0 where the added one knows none.
    """

    model: LanguageModel
    log_share: Floats
    """log λ, shape (order, order): base's longest context by added's longest."""
    log_rest: Floats
    """log(1 - λ), of the same shape."""

    @classmethod
    def load(cls, directory: Path, share: list[list[float]]) -> Added:
        """Map the model in `directory`; `share` holds the λ, shape (order, order)."""
        lam = np.array(share, dtype=np.float32)
        if not (lam.ndim == 2 and (lam >= 0).all() and (lam < 1).all()):
            raise ValueError("shares of what was added must lie between 0 and 1")
        return cls(LanguageModel.load(directory), np.log(np.maximum(lam, 1e-9)), np.log1p(-lam))


@dataclass(frozen=True)
class LanguageModel:
    """P(word | up to order-1 words before it), in natural logarithms."""

    order: int
    vocabulary: tuple[str, ...]
    index: dict[str, int]
    unigram: Floats
    unigram_backoff: Floats
    ngrams: tuple[Table, ...]
    """One for each order from 2 up."""
    backoffs: tuple[Table, ...]
    """One for each context length from 2 up."""
    manifest: dict[str, Any]
    added: Added | None = None

    @classmethod
    def load(cls, directory: Path) -> LanguageModel:
        """Map the model in `directory`.

        Raises:
            ModelError: if it is missing, damaged or of another format.
        """
        try:
            manifest = json.loads((directory / "language.json").read_text("utf-8"))
            if manifest["format"] != FORMAT:
                raise ModelError(
                    f"{directory}: language model of format {manifest['format']}, "
                    f"this version reads {FORMAT}; rebuild it with `vnadmin train language`"
                )
            vocabulary = tuple((directory / "vocabulary.txt").read_text("utf-8").split("\n"))
            order = int(manifest["order"])
            unigram = np.load(directory / "unigram.npy").astype(np.float32)

            def table(name: str) -> Table:
                # As a plain array: the memmap class costs time at every slice.
                slots = np.load(directory / f"{name}.npy", mmap_mode="r").view(np.ndarray)
                return Table(slots, *manifest["quantisation"][name])

            ngrams = tuple(table(f"ngram{n}") for n in range(2, order + 1))
            backoffs = tuple(table(f"backoff{n}") for n in range(2, order))
            if unigram.shape != (2, len(vocabulary)):
                raise ValueError("vocabulary.txt and unigram.npy differ in length")
            added = None
            if "added" in manifest:
                added = Added.load(directory / "added", manifest["added"]["share"])
                shape = added.log_share.shape
                if (shape, added.model.vocabulary) != ((order, order), vocabulary):
                    raise ValueError("what was added belongs to another model")
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{directory}: no usable language model there ({error}); "
                "give another with --model or build one with `vnadmin train language`"
            ) from error
        index = {word: number for number, word in enumerate(vocabulary)}
        return cls(
            order, vocabulary, index, unigram[0], unigram[1], ngrams, backoffs, manifest, added
        )

    @cached_property
    def syllables(self) -> NDArray[np.bool_]:
        """Which words of the vocabulary are possible Vietnamese syllables."""
        return np.array(are_syllables(self.vocabulary))

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """Each word of the vocabulary without diacritics."""
        return tuple(fold("\n".join(self.vocabulary)).split("\n"))

    @cached_property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Unigrams, their back-offs; slots and values by code of each n-gram, then back-off table.

        The same of what was added follows, then the logarithms of its share and of the rest.
        """
        codes = np.arange(256, dtype=np.uint32)
        tables = [(t.slots, t.decode(codes)) for t in (*self.ngrams, *self.backoffs)]
        own = self.unigram, self.unigram_backoff, *(array for pair in tables for array in pair)
        if self.added is None:
            return own
        return (*own, *self.added.model.arrays, self.added.log_share, self.added.log_rest)

    def ids(self, paragraph: str) -> list[int]:
        """Return the ids of an NFC paragraph's words (0 for unknown ones)."""
        get = self.index.get
        return [get(word, 0) for word in lm_words.words(paragraph)]

    @property
    def context_rows(self) -> int:
        """Rows of what `context_backoffs` returns: a context length each, the added ones last."""
        return (self.order - 1) * (1 if self.added is None else 2)

    def context_backoffs(self, contexts: Ids) -> tuple[Floats, NDArray[np.bool_]]:
        """Return, for each context, the back-off weight of each length and whether it has any.

        Args:
            contexts: shape (n,), each up to order-1 ids packed like a key, last word lowest.

        Returns:
            Natural-log weights, shape (context_rows, n), for context lengths 1, 2, …; and whether
            any n-gram of the model continues that context, same shape.
        """
        count = len(contexts)
        weights = np.zeros((self.order - 1, count), dtype=np.float32)
        known = np.ones((self.order - 1, count), dtype=np.bool_)
        weights[0] = self.unigram_backoff[(contexts & _MASKS[1]).astype(np.int64)]
        for length in range(2, self.order):
            key = contexts & _MASKS[length]
            weights[length - 1], known[length - 1] = self.backoffs[length - 2].get(key)
        if self.added is None:
            return weights, known
        more, seen = self.added.model.context_backoffs(contexts)
        seen[0] = more[0] != 0.0
        return np.concatenate([weights, more]), np.concatenate([known, seen])

    def score(
        self, contexts: Ids, next_words: Ids, weights: Floats, known: NDArray[np.bool_]
    ) -> Floats:
        """Return the natural-log probability of each next word after its context.

        Args:
            contexts: shape (n,), packed.
            next_words: shape (n,).
            weights, known: of these contexts, from `context_backoffs`, shape (context_rows, n).
        """
        result = self.unigram[next_words.astype(np.int64)]
        for length in range(1, self.order):
            result += weights[length - 1]
            where = np.flatnonzero(known[length - 1])
            if not len(where):
                continue
            key = ((contexts[where] & _MASKS[length]) << WORD_BITS) | next_words[where]
            values, present = self.ngrams[length - 1].get(key)
            result[where[present]] = values[present]
        if self.added is not None:
            rows = self.order - 1
            where = np.flatnonzero(known[rows])
            both = known[:, where]
            cell = both[:rows].sum(axis=0), both[rows:].sum(axis=0)
            other = self.added.model.score(
                contexts[where], next_words[where], weights[rows:, where], both[rows:]
            )
            result[where] = np.logaddexp(
                result[where] + self.added.log_rest[cell], other + self.added.log_share[cell]
            )
        return result

    def extend(self, contexts: Ids, next_words: Ids) -> Ids:
        """Return the contexts after `next_words`, packed."""
        result: Ids = ((contexts << WORD_BITS) | next_words) & _MASKS[self.order - 1]
        return result

    def contexts(self, ids: Ids) -> Ids:
        """Return the packed context of each of `ids`, the first after a sentence boundary."""
        boundary = np.full(self.order - 1, self.index[lm_words.BOUNDARY], dtype=np.uint64)
        padded = np.concatenate([boundary, ids])
        result = np.zeros(len(ids), dtype=np.uint64)
        for place in range(self.order - 1):
            result = (result << WORD_BITS) | padded[place : place + len(ids)]
        return result

    def sequence(self, ids: list[int], order: int | None = None) -> Floats:
        """Return log P of each of `ids` in turn, starting after a sentence boundary.

        With `order`, back-off chains start at that order instead of the model's own.
        """
        words = np.array(ids, dtype=np.uint64)
        contexts = self.contexts(words)
        weights, known = self.context_backoffs(contexts)
        if order is not None:
            for first in range(0, self.context_rows, self.order - 1):
                part = slice(first + order - 1, first + self.order - 1)
                weights[part], known[part] = 0.0, False
        return self.score(contexts, words, weights, known)

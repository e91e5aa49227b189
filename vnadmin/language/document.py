"""The wording of the document at hand, mixed into the language model while it is read.

A name or a term that was read well in one place helps where it was read badly. The document's own
model is small, made in memory from its sure words and thrown away with it: n-grams with absolute
discounting, interpolated (Ney, Essen and Kneser 1994), down to the vocabulary, all words alike.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vnadmin.language import words as lm_words
from vnadmin.language.model import WORD_BITS, Added, Ids, LanguageModel, Table
from vnadmin.language.table import build

GAP = 0
"""Stands where a word isn't known for sure; no n-gram reaches across."""

_DISCOUNT = 0.5
_SHARE = (0.0, 0.1, 0.2, 0.3)
"""λ by how many words of context the document knows. Half or twice as much does about as well
(64,000 syllables garbled by sampling from a channel). It doesn't depend on what the base model
knows, or a reading would win by a history that nobody has seen."""

_LOAD = 0.25
"""Of the tables: the emptier, the sooner built."""


def with_document(model: LanguageModel, ids: NDArray[np.uint16]) -> LanguageModel:
    """Return `model` with the wording of a document mixed in.

    Args:
        model: one with nothing added yet.
        ids: shape (n,), the document's words, `GAP` between sentences and for words in doubt.

    Returns:
        A model that shares all but what was added with `model`.
    """
    share = np.tile(np.array(_SHARE[: model.order], dtype=np.float32), (model.order, 1))
    own = _estimate(model, ids.astype(np.uint64))
    return replace(model, added=Added(own, np.log(np.maximum(share, 1e-9)), np.log1p(-share)))


def _estimate(model: LanguageModel, ids: Ids) -> LanguageModel:
    """Estimate the document's own model."""
    size = len(model.vocabulary)
    boundary = model.index[lm_words.BOUNDARY]
    count = np.bincount(ids.astype(np.int64), minlength=size).astype(np.float64)
    count[GAP] = 0
    total = max(count.sum(), 1.0)
    spread = _DISCOUNT * np.count_nonzero(count) / total if count.any() else 1.0
    probability = np.maximum(count - _DISCOUNT, 0) / total + spread / size
    unigram, backoff = np.log(probability), np.zeros(size)
    ngrams: list[Table] = []
    backoffs: list[Table] = []
    lower = probability
    lower_keys = np.arange(size, dtype=np.uint64)
    key, inside = ids.copy(), ids != GAP
    for length in range(2, model.order + 1):
        # The last word of what is left is followed by one more.
        if length > 2:
            inside = inside & (key & np.uint64(0xFFFF) != boundary)
        inside = inside[:-1] & (ids[length - 1 :] != GAP)
        key = key[:-1] << WORD_BITS | ids[length - 1 :]
        grams, times = np.unique(key[inside], return_counts=True)
        contexts, owner = np.unique(grams >> WORD_BITS, return_inverse=True)
        seen = np.bincount(owner, times, len(contexts))
        rest = _DISCOUNT * np.bincount(owner, minlength=len(contexts)) / seen
        shorter = grams & np.uint64((1 << 16 * (length - 1)) - 1)
        below = lower[np.searchsorted(lower_keys, shorter)]
        lower_keys, lower = grams, (times - _DISCOUNT) / seen[owner] + rest[owner] * below
        ngrams.append(_table(grams, np.log(lower)))
        if length == 2:
            backoff[contexts.astype(np.int64)] = np.log(rest)
        else:
            backoffs.append(_table(contexts, np.log(rest)))
    return replace(
        model,
        unigram=unigram.astype(np.float32),
        unigram_backoff=backoff.astype(np.float32),
        ngrams=tuple(ngrams),
        backoffs=tuple(backoffs),
        added=None,
    )


def _table(keys: Ids, values: NDArray[np.float64]) -> Table:
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    step = (high - low) / 255 or 1.0
    codes = np.rint((values - low) / step).astype(np.uint8)
    return Table(build(keys, codes, seed=None, load=_LOAD), low, step)

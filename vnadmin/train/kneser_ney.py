"""Modified Kneser–Ney estimation (Chen & Goodman 1999) and pruning, on sorted key arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vnadmin.train.counts import BOUNDARY_ID, Counts, Ids, Keys, count_ngrams

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Order:
    """All n-grams of one order, in key order, interpolated probabilities included."""

    keys: Keys
    raw: Counts | Floats
    prob: Floats
    contexts: Keys
    """The distinct contexts in key order."""
    gamma: Floats
    """The weight each context leaves to the lower order."""


def estimate(stream: Ids, vocabulary_size: int, order: int) -> list[Order]:
    """Estimate P(w | h) for all n-grams up to `order`; element i holds order i + 1."""
    counted = [count_ngrams(stream, n) for n in range(1, order + 1)]
    result: list[Order] = []
    for n in range(1, order + 1):
        keys, raw = counted[n - 1]
        adjusted = raw if n == order else _continuation(keys, raw, counted[n][0], n)
        lower = result[-1] if result else None
        result.append(_interpolate(keys, raw, adjusted, lower, n, vocabulary_size))
    return result


def _continuation(keys: Keys, raw: Counts, longer: Keys, n: int) -> Counts:
    """Count distinct left neighbours; n-grams at a sentence start keep their raw count."""
    suffixes, neighbours = np.unique(longer & _mask(n), return_counts=True)
    adjusted = np.zeros(len(keys), dtype=np.int64)
    adjusted[np.searchsorted(keys, suffixes)] = neighbours
    first = keys >> np.uint64(16 * (n - 1))
    at_start = (first == BOUNDARY_ID) & (n > 1)
    return np.where(at_start | (adjusted == 0), raw, adjusted)


def _interpolate(
    keys: Keys, raw: Counts, adjusted: Counts, lower: Order | None, n: int, vocabulary_size: int
) -> Order:
    discounts = _discounts(adjusted)
    contexts, start = np.unique(keys >> np.uint64(16), return_index=True)
    group = np.repeat(np.arange(len(contexts)), np.diff(np.append(start, len(keys))))
    total = np.bincount(group, adjusted, len(contexts))
    taken = discounts[np.minimum(adjusted, 3)]
    gamma = np.bincount(group, taken, len(contexts)) / total
    own = (adjusted - taken) / total[group]
    if lower is None:
        below: Floats = np.full(len(keys), 1.0 / vocabulary_size)
    else:
        below = lower.prob[np.searchsorted(lower.keys, keys & _mask(n - 1))]
    return Order(keys, raw, own + gamma[group] * below, contexts, gamma)


def _discounts(adjusted: Counts) -> Floats:
    """Return the discounts of counts 0, 1, 2 and 3+; 0.5 where counts are too few to tell."""
    n1, n2, n3, n4 = (float(np.count_nonzero(adjusted == c)) for c in (1, 2, 3, 4))
    if not (n1 and n2 and n3 and n4):
        return np.array([0.0, 0.5, 0.5, 0.5])
    y = n1 / (n1 + 2 * n2)
    values = [0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    result: Floats = np.clip(np.array(values), [0.0, 0.05, 0.05, 0.05], [0.0, 0.95, 1.95, 2.95])
    return result


def _mask(n: int) -> np.uint64:
    return np.uint64((1 << (16 * n)) - 1)


def weigh(orders: list[Order], parts: Sequence[tuple[Ids, float]]) -> None:
    """Weigh the raw counts, by which `prune` chooses, by where the n-grams come from.

    Args:
        orders: estimated from all parts in a row; their `raw` counts are replaced.
        parts: ids and weight of each stretch of the text.
    """
    for n, order in enumerate(orders[1:], start=2):
        weighted = np.zeros(len(order.keys))
        for ids, weight in parts:
            keys, counts = count_ngrams(ids, n)
            weighted[np.searchsorted(order.keys, keys)] += weight * counts
        order.raw = weighted


@dataclass(slots=True)
class Pruned:
    """A back-off model: kept n-grams with natural-log values, one array pair an order."""

    keys: list[Keys]
    log_prob: list[Floats]
    contexts: list[Keys]
    log_backoff: list[Floats]
    unseen: float
    """Log P of a word of the vocabulary that never occurred."""


def prune(orders: list[Order], entries: int, vocabulary_size: int) -> Pruned:
    """Keep the `entries` n-grams (orders 2 and up) that lose most likelihood when dropped.

    The gain of an n-gram is its raw count times the log ratio of its probability to what the
    lower order would give (Seymore & Rosenfeld 1996); back-off weights are then worked out anew
    so that every distribution sums to one.
    """
    gains = [_gain(orders, n) for n in range(2, len(orders) + 1)]
    everything = np.concatenate(gains)
    threshold = 0.0
    if entries < len(everything):
        threshold = float(np.partition(everything, -entries)[-entries])
    del everything
    first = orders[0]
    unseen = float(np.log(first.gamma[0] / vocabulary_size))
    model = Pruned([first.keys], [np.log(first.prob)], [], [], unseen)
    for n in range(2, len(orders) + 1):
        order = orders[n - 1]
        kept = gains[n - 2] >= max(threshold, 1e-9)
        _add_order(model, order.keys[kept], order.prob[kept], n)
    return model


def _gain(orders: list[Order], n: int) -> Floats:
    order, lower = orders[n - 1], orders[n - 2]
    gamma = order.gamma[np.searchsorted(order.contexts, order.keys >> np.uint64(16))]
    below = lower.prob[np.searchsorted(lower.keys, order.keys & _mask(n - 1))]
    return np.asarray(order.raw * np.log(order.prob / (gamma * below)), dtype=np.float64)


def _add_order(model: Pruned, keys: Keys, prob: Floats, n: int) -> None:
    below = np.exp(log_prob(model, keys & _mask(n - 1), n - 1))
    contexts, start = np.unique(keys >> np.uint64(16), return_index=True)
    group = np.repeat(np.arange(len(contexts)), np.diff(np.append(start, len(keys))))
    rest = np.maximum(1 - np.bincount(group, prob, len(contexts)), 1e-7)
    rest_below = np.maximum(1 - np.bincount(group, below, len(contexts)), 1e-7)
    model.keys.append(keys)
    model.log_prob.append(np.log(prob))
    model.contexts.append(contexts)
    model.log_backoff.append(np.log(rest / rest_below))


def log_prob(model: Pruned, keys: Keys, n: int) -> Floats:
    """Return log P of n-grams of order `n` under the orders the model has so far."""
    own = model.keys[n - 1]
    place = np.minimum(np.searchsorted(own, keys), max(len(own) - 1, 0))
    found = own[place] == keys if len(own) else np.zeros(len(keys), dtype=np.bool_)
    result = np.empty(len(keys))
    result[found] = model.log_prob[n - 1][place[found]]
    if n == 1:
        result[~found] = model.unseen
        return result
    missing = keys[~found]
    contexts = model.contexts[n - 2]
    context = missing >> np.uint64(16)
    place = np.minimum(np.searchsorted(contexts, context), max(len(contexts) - 1, 0))
    weight = np.zeros(len(missing))
    if len(contexts):
        known = contexts[place] == context
        weight[known] = model.log_backoff[n - 2][place[known]]
    result[~found] = weight + log_prob(model, missing & _mask(n - 1), n - 1)
    return result

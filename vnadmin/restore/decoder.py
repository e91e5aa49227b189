"""Search: the likeliest path through a lattice, and the posterior of every arc.

All sequences of a batch advance together, one position a step, so that each step is a few NumPy
calls on long arrays. At each node the states (distinct language-model contexts) that fall below
the beam are dropped; scores of states that merge are summed, so that the posterior of an arc is
its share of all paths kept (forward–backward on the beam).

Where it could be compiled, `_search.c` does the same one node at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vnadmin.language.model import LanguageModel
from vnadmin.language.words import BOUNDARY
from vnadmin.restore import compiled
from vnadmin.restore.channel import NO_WORD

BEAM_STATES = 24
BEAM_MARGIN = 8.0
"""A state whose forward score is this many nats below its node's best is dropped."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lattice:
    """Arcs between the positions of several sequences.

    Sequence s has positions 0 … lengths[s]; an arc leads from `start` to a later `end` of its
    sequence, says up to three words (NO_WORD fills up; none at all is allowed) and carries the
    log probability the channel gives it. Every position has at least one arc leading to it from
    the position before.
    """

    lengths: Ints
    sequence: Ints
    start: Ints
    end: Ints
    words: NDArray[np.uint16]
    log_prob: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The best path of each sequence as arc numbers, and P(arc | all that was read).

    `evidence` is log P(what was read), of each sequence: the sum over all its paths.
    """

    paths: list[list[int]]
    posterior: Floats
    evidence: Floats


@dataclass(slots=True)
class _States:
    """States by number: node * BEAM_STATES + rank."""

    context: NDArray[np.uint64]
    forward: Floats
    viterbi: Floats
    weights: NDArray[np.float32]
    known: NDArray[np.bool_]
    best_arc: Ints
    best_from: Ints

    @classmethod
    def new(cls, count: int, rows: int) -> _States:
        return cls(
            np.zeros(count, dtype=np.uint64),
            np.full(count, -np.inf),
            np.full(count, -np.inf),
            np.zeros((rows, count), dtype=np.float32),
            np.zeros((rows, count), dtype=np.bool_),
            np.full(count, -1, dtype=np.int64),
            np.full(count, -1, dtype=np.int64),
        )


@dataclass(frozen=True, slots=True)
class _Edges:
    """Arcs taken from one state to another at one step, pruned ones left out."""

    source: Ints
    target: Ints
    arc: Ints
    weight: Floats


def decode(model: LanguageModel, lattice: Lattice, lm_weight: float = 1.0) -> Decoded:
    """Search the lattice; each sequence starts after a sentence boundary."""
    if compiled.search is not None:
        return decode_compiled(model, lattice, lm_weight)
    return decode_by_numpy(model, lattice, lm_weight)


def decode_compiled(model: LanguageModel, lattice: Lattice, lm_weight: float = 1.0) -> Decoded:
    """Search the lattice by the compiled twin."""
    lengths = lattice.lengths
    base = np.cumsum(lengths + 1) - (lengths + 1)
    to_node = base[lattice.sequence] + lattice.end
    by_node = np.argsort(to_node, kind="stable")
    first = np.zeros(lengths.sum() + len(lengths) + 1, dtype=np.int64)
    np.cumsum(np.bincount(to_node, minlength=len(first) - 1), out=first[1:])
    posterior, evidence = np.zeros(len(by_node)), np.zeros(len(lengths))
    path, path_length = np.zeros(lengths.sum(), dtype=np.int64), np.zeros_like(lengths)
    given = lengths, first, by_node, lattice.start, lattice.words, lattice.log_prob
    found = posterior, evidence, path, path_length
    compiled.search.decode(
        (*given, *found, *model.arrays),
        model.order - 1,
        model.index[BOUNDARY],
        lm_weight,
        BEAM_STATES,
        BEAM_MARGIN,
    )
    starts = np.cumsum(lengths) - lengths
    arcs = path.tolist()
    spans = zip(starts.tolist(), path_length.tolist(), strict=True)
    paths = [arcs[start : start + count][::-1] for start, count in spans]
    return Decoded(paths, posterior, evidence)


def decode_by_numpy(model: LanguageModel, lattice: Lattice, lm_weight: float = 1.0) -> Decoded:
    """Search the lattice without the compiled twin, all sequences at once."""
    width = BEAM_STATES
    base = np.concatenate([[0], np.cumsum(lattice.lengths + 1)])
    states = _States.new(int(base[-1]) * width, model.context_rows)
    kept = np.zeros(base[-1], dtype=np.int64)
    boundary = np.uint64(model.index[BOUNDARY])
    initial = base[:-1] * width
    states.context[initial] = boundary
    states.forward[initial] = states.viterbi[initial] = 0.0
    kept[base[:-1]] = 1
    _fill_backoffs(model, states, initial)

    by_end = np.argsort(lattice.end, kind="stable")
    steps = int(lattice.lengths.max(initial=0))
    cuts = np.searchsorted(lattice.end[by_end], np.arange(1, steps + 2))
    from_node = base[lattice.sequence] + lattice.start
    to_node = base[lattice.sequence] + lattice.end
    history: list[_Edges] = []
    for step in range(steps):
        arcs = by_end[cuts[step] : cuts[step + 1]]
        history.append(_advance(model, lattice, states, kept, arcs, from_node, to_node, lm_weight))
    last = base[1:] - 1
    posterior = _posterior(states, last, history, len(lattice.log_prob))
    finals = states.forward[last[:, None] * width + np.arange(width)]
    evidence = np.logaddexp.reduce(finals, axis=1)
    return Decoded(_paths(states, last), posterior, evidence)


def _fill_backoffs(model: LanguageModel, states: _States, numbers: Ints) -> None:
    weights, known = model.context_backoffs(states.context[numbers])
    states.weights[:, numbers], states.known[:, numbers] = weights, known


def _advance(
    model: LanguageModel,
    lattice: Lattice,
    states: _States,
    kept: Ints,
    arcs: Ints,
    from_node: Ints,
    to_node: Ints,
    lm_weight: float,
) -> _Edges:
    """Extend all states by the arcs that end at this step; keep the best at each node."""
    width = BEAM_STATES
    count = kept[from_node[arcs]]
    arc = np.repeat(arcs, count)
    rank = np.arange(len(arc)) - np.repeat(np.cumsum(count) - count, count)
    source = from_node[arc] * width + rank
    score, context = _speak(model, states, source, lattice.words[arc])
    weight = lattice.log_prob[arc] + lm_weight * score
    forward = states.forward[source] + weight
    viterbi = states.viterbi[source] + weight

    # Merge what reaches the same node in the same context; a step has one node a sequence.
    sequence = lattice.sequence[arc].astype(np.uint64)
    key = (sequence << np.uint64(16 * (model.order - 1))) | context
    order = np.argsort(key, kind="stable")
    key = key[order]
    fresh = np.concatenate([[True], key[1:] != key[:-1]])
    first = np.flatnonzero(fresh)
    group = np.cumsum(fresh) - 1
    sorted_forward, sorted_viterbi = forward[order], viterbi[order]
    peak = np.maximum.reduceat(sorted_forward, first)
    total = peak + np.log(np.add.reduceat(np.exp(sorted_forward - peak[group]), first))
    best = np.maximum.reduceat(sorted_viterbi, first)
    winners = np.flatnonzero(sorted_viterbi == best[group])
    _, one_each = np.unique(group[winners], return_index=True)
    winner = order[winners[one_each]]

    # Keep the best of each node, in order of score.
    node = to_node[arc[order[first]]]
    starts = np.flatnonzero(np.concatenate([[True], node[1:] != node[:-1]]))
    sizes = np.diff(np.append(starts, len(node)))
    behind = np.repeat(np.maximum.reduceat(total, starts), sizes) - total
    near = np.flatnonzero(behind < BEAM_MARGIN)
    chosen = near[np.argsort(node[near] * (2 * BEAM_MARGIN) + behind[near], kind="stable")]
    starts = np.flatnonzero(np.concatenate([[True], node[chosen[1:]] != node[chosen[:-1]]]))
    sizes = np.diff(np.append(starts, len(chosen)))
    place = np.arange(len(chosen)) - np.repeat(starts, sizes)
    chosen, place = chosen[place < width], place[place < width]
    number = node[chosen] * width + place
    np.add.at(kept, node[chosen], 1)
    states.context[number] = context[order[first[chosen]]]
    states.forward[number] = total[chosen]
    states.viterbi[number] = best[chosen]
    states.best_arc[number] = arc[winner[chosen]]
    states.best_from[number] = source[winner[chosen]]
    _fill_backoffs(model, states, number)

    target_of_group = np.full(len(first), -1, dtype=np.int64)
    target_of_group[chosen] = number
    target = target_of_group[group]
    live = target >= 0
    origin = order[live]
    return _Edges(source[origin], target[live], arc[origin], weight[origin])


def _speak(
    model: LanguageModel, states: _States, source: Ints, words: NDArray[np.uint16]
) -> tuple[Floats, NDArray[np.uint64]]:
    """Return log P of the arcs' words after the states' contexts, and the new contexts."""
    context = states.context[source]
    score = np.zeros(len(source))
    for place in range(words.shape[1]):
        where = np.flatnonzero(words[:, place] != NO_WORD)
        if not len(where):
            break
        word = words[where, place].astype(np.uint64)
        here = context[where]
        if place == 0:
            number = source[where]
            weights: Any = states.weights[:, number]
            known: Any = states.known[:, number]
        else:
            weights, known = model.context_backoffs(here)
        score[where] += model.score(here, word, weights, known)
        context[where] = model.extend(here, word)
    return score, context


def _posterior(states: _States, last: Ints, history: list[_Edges], arcs: int) -> Floats:
    """Hand each final state's share of the total back along the edges that reached it."""
    width = BEAM_STATES
    share = np.zeros(len(states.forward))
    finals = (last[:, None] * width + np.arange(width)).ravel()
    scores = states.forward[finals].reshape(-1, width)
    peak = scores.max(axis=1, keepdims=True)
    weights = np.exp(scores - peak)
    share[finals] = (weights / weights.sum(axis=1, keepdims=True)).ravel()
    posterior = np.zeros(arcs)
    for edges in reversed(history):
        part = share[edges.target] * np.exp(
            states.forward[edges.source] + edges.weight - states.forward[edges.target]
        )
        np.add.at(share, edges.source, part)
        np.add.at(posterior, edges.arc, part)
    return posterior


def _paths(states: _States, last: Ints) -> list[list[int]]:
    width = BEAM_STATES
    finals = states.viterbi[(last[:, None] * width + np.arange(width))].argmax(axis=1)
    paths = []
    for node, rank in zip(last, finals, strict=True):
        state = int(node) * width + int(rank)
        path = []
        while states.best_arc[state] >= 0:
            path.append(int(states.best_arc[state]))
            state = int(states.best_from[state])
        paths.append(path[::-1])
    return paths

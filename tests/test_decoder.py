"""The beam search against the enumeration of every path."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vnadmin.language.model import LanguageModel
from vnadmin.restore import compiled, decoder
from vnadmin.restore.decoder import (
    NO_WORD,
    Decoded,
    Lattice,
    decode,
    decode_by_numpy,
    decode_compiled,
)

Decoder = Callable[[LanguageModel, Lattice, float], Decoded]

was_compiled = pytest.mark.skipif(compiled.search is None, reason="the twin was not compiled")
each_decoder = pytest.mark.parametrize(
    "decoded_by", [decode_by_numpy, pytest.param(decode_compiled, marks=was_compiled)]
)


@dataclass(frozen=True)
class SlowArc:
    """An arc of one sequence."""

    start: int
    end: int
    words: tuple[int, ...]
    log_prob: float


Sequence = tuple[SlowArc, ...]


@st.composite
def sequences(draw: st.DrawFn, words: int, longest: int = 4, most: int = 5) -> Sequence:
    """Arcs of one sequence: one at least from each position to the next, some that skip."""
    length = draw(st.integers(1, longest))
    spoken = st.lists(st.integers(0, words - 1), max_size=3).map(tuple)
    price = st.floats(-6, 0, width=32)
    arcs = [
        SlowArc(place, place + 1, draw(spoken), draw(price))
        for place in range(length)
        for _ in range(draw(st.integers(1, 3)))
    ]
    for _ in range(draw(st.integers(0, most))):
        start = draw(st.integers(0, length - 1))
        arcs.append(SlowArc(start, draw(st.integers(start + 1, length)), draw(spoken), draw(price)))
    return tuple(draw(st.permutations(arcs)))


def lattice_of(parts: list[Sequence]) -> Lattice:
    arcs = [(number, arc) for number, part in enumerate(parts) for arc in part]
    words = np.full((len(arcs), 3), NO_WORD, dtype=np.uint16)
    for row, (_, arc) in enumerate(arcs):
        words[row, : len(arc.words)] = arc.words
    return Lattice(
        np.array([max(arc.end for arc in part) for part in parts], dtype=np.int64),
        np.array([number for number, _ in arcs], dtype=np.int64),
        np.array([arc.start for _, arc in arcs], dtype=np.int64),
        np.array([arc.end for _, arc in arcs], dtype=np.int64),
        words,
        np.array([arc.log_prob for _, arc in arcs], dtype=np.float32),
    )


def all_paths(part: Sequence) -> Iterator[list[int]]:
    last = max(arc.end for arc in part)

    def extend(path: list[int], place: int) -> Iterator[list[int]]:
        if place == last:
            yield path
        for number, arc in enumerate(part):
            if arc.start == place:
                yield from extend([*path, number], arc.end)

    return extend([], 0)


def path_score(model: LanguageModel, part: Sequence, path: list[int], lm_weight: float) -> float:
    words = [word for number in path for word in part[number].words]
    spoken = float(model.sequence(words).sum()) if words else 0.0
    return sum(part[number].log_prob for number in path) + lm_weight * spoken


def check(
    model: LanguageModel,
    part: Sequence,
    decoded: Decoded,
    first: int,
    path: list[int],
    weight: float,
) -> None:
    paths = list(all_paths(part))
    scores = [path_score(model, part, p, weight) for p in paths]
    best = max(scores)
    found = [number - first for number in path]
    assert found in paths
    assert path_score(model, part, found, weight) == pytest.approx(best, abs=1e-3)
    shares = [math.exp(score - best) for score in scores]
    for number in range(len(part)):
        share = sum(s for s, p in zip(shares, paths, strict=True) if number in p) / sum(shares)
        assert decoded.posterior[first + number] == pytest.approx(share, abs=2e-3)


@each_decoder
@given(data=st.data(), weight=st.sampled_from([1.0, 0.5, 0.0]))
@settings(max_examples=60)
def test_wide_beam_finds_the_best_path_and_every_posterior(
    tiny_model: LanguageModel, decoded_by: Decoder, data: st.DataObject, weight: float
) -> None:
    some = sequences(len(tiny_model.vocabulary))
    parts = data.draw(st.lists(some, min_size=1, max_size=3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoder, "BEAM_STATES", 400)
        patch.setattr(decoder, "BEAM_MARGIN", 1e9)
        decoded = decoded_by(tiny_model, lattice_of(parts), weight)
    first = 0
    for part, path in zip(parts, decoded.paths, strict=True):
        check(tiny_model, part, decoded, first, path, weight)
        first += len(part)


@was_compiled
@given(
    data=st.data(),
    weight=st.sampled_from([1.0, 0.5]),
    beam=st.sampled_from([(decoder.BEAM_STATES, decoder.BEAM_MARGIN), (3, 4.0), (1, 9.0)]),
)
@settings(max_examples=150)
def test_the_compiled_twin_gives_the_same_paths_and_posteriors(
    tiny_model: LanguageModel, data: st.DataObject, weight: float, beam: tuple[int, float]
) -> None:
    some = sequences(len(tiny_model.vocabulary), longest=12, most=40)
    lattice = lattice_of(data.draw(st.lists(some, max_size=4)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoder, "BEAM_STATES", beam[0])
        patch.setattr(decoder, "BEAM_MARGIN", beam[1])
        twin = decode_compiled(tiny_model, lattice, weight)
        expected = decode_by_numpy(tiny_model, lattice, weight)
    assert twin.paths == expected.paths
    assert twin.posterior == pytest.approx(expected.posterior, abs=1e-6)
    assert twin.evidence == pytest.approx(expected.evidence, abs=1e-6)


@was_compiled
@pytest.mark.parametrize(
    "change",
    [
        {"end": np.array([1, 3])},
        {"start": np.array([0, 2])},
        {"start": np.array([-1, 1])},
        {"words": np.full((2, 3), 60_000, dtype=np.uint16)},
        {"log_prob": np.zeros(2)},
        {"lengths": np.array([1])},
    ],
)
def test_the_compiled_twin_refuses_what_is_no_lattice(
    tiny_model: LanguageModel, change: dict[str, NDArray[Any]]
) -> None:
    lattice = lattice_of([(SlowArc(0, 1, (9,), 0.0), SlowArc(1, 2, (), 0.0))])
    assert decode_compiled(tiny_model, lattice).paths == [[0, 1]]
    with pytest.raises((ValueError, IndexError)):
        decode_compiled(tiny_model, replace(lattice, **change))


@each_decoder
@given(data=st.data())
@settings(max_examples=40)
def test_a_batch_decodes_as_its_sequences_do(
    tiny_model: LanguageModel, decoded_by: Decoder, data: st.DataObject
) -> None:
    some = sequences(len(tiny_model.vocabulary), longest=9, most=12)
    parts = data.draw(st.lists(some, min_size=2, max_size=6))
    together = decoded_by(tiny_model, lattice_of(parts), 1.0)
    first = 0
    for part, path in zip(parts, together.paths, strict=True):
        alone = decoded_by(tiny_model, lattice_of([part]), 1.0)
        assert [number - first for number in path] == alone.paths[0]
        assert together.posterior[first : first + len(part)] == pytest.approx(
            alone.posterior, abs=1e-4
        )
        first += len(part)


@each_decoder
@given(data=st.data())
@settings(max_examples=40)
def test_every_position_is_crossed_with_probability_one(
    tiny_model: LanguageModel, decoded_by: Decoder, data: st.DataObject
) -> None:
    part = data.draw(sequences(len(tiny_model.vocabulary), longest=12, most=30))
    lattice = lattice_of([part])
    decoded = decoded_by(tiny_model, lattice, 1.0)
    for place in range(int(lattice.lengths[0])):
        over = (lattice.start <= place) & (place < lattice.end)
        assert decoded.posterior[over].sum() == pytest.approx(1, abs=1e-4)
    place = 0
    for number in decoded.paths[0]:
        assert lattice.start[number] == place
        place = int(lattice.end[number])
    assert place == lattice.lengths[0]


@each_decoder
def test_the_beam_drops_states_far_below_the_best(
    tiny_model: LanguageModel, decoded_by: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder, "BEAM_MARGIN", 2.0)
    arcs = (SlowArc(0, 1, (), 0.0), SlowArc(0, 1, (9,), -50.0), SlowArc(1, 2, (), 0.0))
    decoded = decoded_by(tiny_model, lattice_of([arcs]), 1.0)
    assert decoded.paths == [[0, 2]]
    assert decoded.posterior.tolist() == [1.0, 0.0, 1.0]


def test_the_language_model_decides_where_the_channel_does_not(tiny_model: LanguageModel) -> None:
    index = tiny_model.index
    choices = [("căn", "can"), ("cứ", "cử"), ("luật", "luận"), ("tổ", "tố"), ("chức", "chúc")]
    arcs = tuple(
        SlowArc(place, place + 1, (index.get(word, 0),), -1.0)
        for place, pair in enumerate(choices)
        for word in reversed(pair)
    )
    decoded = decode(tiny_model, lattice_of([arcs]))
    assert decoded.paths == [[1, 3, 5, 7, 9]]
    assert decoded.posterior[[1, 3, 5, 7, 9]].min() > 0.9


@each_decoder
def test_no_sequence_at_all(tiny_model: LanguageModel, decoded_by: Decoder) -> None:
    decoded = decoded_by(tiny_model, lattice_of([]), 1.0)
    assert decoded.paths == []
    assert decoded.posterior.tolist() == []

"""The document's own words: its model against a slow reference, and the second pass."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnadmin.language.document import GAP, with_document
from vnadmin.language.model import LanguageModel
from vnadmin.restore.decoder import Lattice, decode
from vnadmin.restore.document_words import read_again

BOUNDARY = 1


class SlowModel:
    """Interpolated absolute discounting, as one would write it down."""

    def __init__(self, ids: list[int], order: int, size: int) -> None:
        self.size = size
        self.counts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for end in range(len(ids)):
            for start in range(max(0, end - order + 1), end + 1):
                gram = tuple(ids[start : end + 1])
                if GAP not in gram and BOUNDARY not in gram[1:-1]:
                    self.counts[gram[:-1]][gram[-1]] += 1

    def probability(self, history: tuple[int, ...], word: int) -> float:
        lower = self.probability(history[1:], word) if history else 1 / self.size
        found = self.counts.get(history)
        if found is None:
            return lower
        rest = 0.5 * len(found)
        return (max(found[word] - 0.5, 0) + rest * lower) / found.total()


@settings(max_examples=60)
@given(ids=st.lists(st.sampled_from([GAP, BOUNDARY, 8, 9, 10, 11]), max_size=40), data=st.data())
def test_a_documents_model_is_the_slow_one_and_sums_to_one(
    tiny_model: LanguageModel, ids: list[int], data: st.DataObject
) -> None:
    added = with_document(tiny_model, np.array(ids, dtype=np.uint16)).added
    assert added is not None
    size = len(tiny_model.vocabulary)
    slow = SlowModel(ids, tiny_model.order, size)
    history = data.draw(st.lists(st.integers(8, 12), min_size=3, max_size=3).map(tuple))
    key = history[0] << 32 | history[1] << 16 | history[2]
    contexts = np.full(size, key, dtype=np.uint64)
    every = np.arange(size, dtype=np.uint64)
    found = np.exp(
        added.model.score(contexts, every, *added.model.context_backoffs(contexts)).astype(float)
    )
    expected = [slow.probability(history, word) for word in range(size)]
    assert found == pytest.approx(expected, rel=0.02)  # tables are rounded to 8 bits
    assert sum(expected) == pytest.approx(1)


def test_what_the_document_never_says_is_left_to_the_base_model(tiny_model: LanguageModel) -> None:
    ids = tiny_model.ids("quyết định đảng làm việc")
    mixed = with_document(tiny_model, np.array([GAP, *ids, GAP], dtype=np.uint16))
    other = tiny_model.ids("tăng cường sự lãnh đạo của đảng")  # nothing follows what was said
    assert mixed.sequence(other).tolist() == tiny_model.sequence(other).tolist()
    assert mixed.sequence(ids).sum() > tiny_model.sequence(ids).sum() + 1


def lattice_of(sentences: list[list[tuple[str, ...]]], model: LanguageModel) -> Lattice:
    """Readings at each place of sentences, all as dear."""
    rows = [
        (number, place, model.index[word])
        for number, sentence in enumerate(sentences)
        for place, readings in enumerate(sentence)
        for word in readings
    ]
    words = np.full((len(rows), 3), 0xFFFF, dtype=np.uint16)
    sequence, start, words[:, 0] = np.array(rows).T.copy()
    lengths = np.array([len(sentence) for sentence in sentences])
    log_prob = np.zeros(len(rows), dtype=np.float32)
    return Lattice(lengths, sequence, start, start + 1, words, log_prob)


# "làm" after "đảng" nowhere in what the model was trained on, nor "trước" there.
CLEAR = [("tổ",), ("chức",), ("đảng",), ("làm",), ("việc",)]
DOUBTFUL = [("cấp",), ("đảng",), ("làm", "trước"), ("của",)]


def said(model: LanguageModel, lattice: Lattice, path: list[int]) -> str:
    return " ".join(model.vocabulary[word] for word in lattice.words[path, 0])


def test_a_word_read_well_once_helps_where_it_was_read_badly(tiny_model: LanguageModel) -> None:
    sentences = [CLEAR, DOUBTFUL, DOUBTFUL, CLEAR]
    lattice = lattice_of(sentences, tiny_model)
    first = decode(tiny_model, lattice)
    sure = lattice.words[:, 0] == tiny_model.index["làm"]
    assert first.posterior[sure].tolist() != [1.0] * 4
    # The first two are one document, the others one sentence each.
    found = read_again(tiny_model, lattice, first, [[0, 1, 0], [2], [3]])
    with_words, alone = (
        found.posterior[(lattice.sequence == number) & sure].item() for number in (1, 2)
    )
    before = first.posterior[(lattice.sequence == 1) & sure].item()
    assert with_words > before + 0.1
    assert alone == pytest.approx(before, abs=0.1)
    assert said(tiny_model, lattice, found.paths[1]) == "cấp đảng làm của"
    assert found.paths[0] == first.paths[0]
    assert found.evidence is first.evidence


def test_sure_sentences_and_adapted_models_are_read_once(tiny_model: LanguageModel) -> None:
    lattice = lattice_of([CLEAR, DOUBTFUL], tiny_model)
    first = decode(tiny_model, lattice)
    assert read_again(tiny_model, lattice, first, [[0]]).paths == first.paths
    adapted = replace(tiny_model, added=with_document(tiny_model, np.array([9, 10])).added)
    assert read_again(adapted, lattice, first, [[0, 1]]) is first

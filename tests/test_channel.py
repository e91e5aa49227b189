"""The channel: edit scores against a slow reference, alignment, training, the files."""

from __future__ import annotations

import json
import math
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin.errors import InputError, ModelError, OutputError
from vnadmin.language.model import LanguageModel
from vnadmin.restore import compiled
from vnadmin.restore.channel import LOG_STEP, NO_WORD, Candidates, Channel, pack_candidates
from vnadmin.restore.edits import FLOOR, LONGEST_DIFFERENCE, STEPS, EditModel, Steps, best_path
from vnadmin.restore.tokens import key_of
from vnadmin.train.align import align, split_insertions
from vnadmin.train.channel import count_confusions, learn_edits, train_channel

# ---------------------------------------------------------------- the edit channel

letters = st.text("abđ", max_size=2)
signs = st.text("xyz", max_size=3)


@st.composite
def edit_steps(draw: st.DrawFn) -> Steps:
    shapes = st.sampled_from(STEPS)
    steps: Steps = {}
    for left, right in draw(st.lists(shapes, max_size=25)):
        text = draw(st.text("abđ", min_size=left, max_size=left))
        read = draw(st.text("xyz", min_size=right, max_size=right))
        steps[text, read] = draw(st.floats(-8, 0, width=32))
    return steps


def slow_score(steps: Steps, syllable: str, reading: str) -> float:
    """Return the best of all ways to cut both into steps; unseen single letters cost FLOOR."""

    @cache
    def best(i: int, j: int) -> float:
        if (i, j) == (len(syllable), len(reading)):
            return 0.0
        scores = [-math.inf]
        for a, b in STEPS:
            if i + a <= len(syllable) and j + b <= len(reading):
                step = (syllable[i : i + a], reading[j : j + b])
                unseen = FLOOR if max(a, b) == 1 else -math.inf
                scores.append(steps.get(step, unseen) + best(i + a, j + b))
        return max(scores)

    return best(0, 0)


texts = st.text("abđc", max_size=6)
readings = st.text("xyzw", max_size=7)


@pytest.mark.parametrize(
    "pure",
    [
        True,
        pytest.param(
            False,
            marks=pytest.mark.skipif(compiled.edits is None, reason="the twin was not compiled"),
        ),
    ],
)
@given(edit_steps(), st.lists(st.tuples(texts, readings), max_size=8))
def test_fast_scores_equal_the_reference(
    pure: bool, steps: Steps, pairs: list[tuple[str, str]]
) -> None:
    model = EditModel.from_steps(steps)
    with pytest.MonkeyPatch.context() as patch:
        if pure:
            patch.setattr(compiled, "edits", None)
        found = model.score([left for left, _ in pairs], [right for _, right in pairs])
    expected = [
        slow_score(steps, left, right)
        if abs(len(left) - len(right)) <= LONGEST_DIFFERENCE
        else -math.inf
        for left, right in pairs
    ]
    assert found.tolist() == pytest.approx(expected, abs=1e-4)


@given(edit_steps(), texts, readings)
def test_best_path_spells_both_and_has_the_best_score(
    steps: Steps, syllable: str, reading: str
) -> None:
    path = best_path(steps, syllable, reading)
    assert "".join(left for left, _ in path) == syllable
    assert "".join(right for _, right in path) == reading
    score = sum(steps.get(step, FLOOR) for step in path)
    assert score == pytest.approx(slow_score(steps, syllable, reading), abs=1e-4)


def test_learnt_steps_follow_the_counts() -> None:
    spellings = {("đến", "dén"): 50, ("định", "dinh"): 40, ("đi", "di"): 30, ("đo", "bo"): 3}
    from collections import Counter

    steps = learn_edits(Counter(spellings))
    assert steps["đ", "d"] > steps["đ", "b"]
    assert ("n", "n") in steps
    by_letter: dict[str, float] = {}
    for (left, _), value in steps.items():
        if left:
            by_letter[left[0]] = by_letter.get(left[0], 0) + math.exp(value)
    assert all(total <= 1.05 for total in by_letter.values())


# ---------------------------------------------------------------- alignment


@pytest.mark.parametrize(
    ("truth", "read", "groups"),
    [
        ("căn cứ luật", "can ctr luat", [("căn", "can"), ("cứ", "ctr"), ("luật", "luat")]),
        ("căn cứ luật", "cancứ luat", [("căn cứ", "cancứ"), ("luật", "luat")]),
        ("căn cứ luật", "căn c ứ luật", [("căn", "căn"), ("cứ", "c ứ"), ("luật", "luật")]),
        ("một hai", "một", [("một hai", "một")]),
        ("một", "một | hai", [("một", "một | hai")]),
        ("", "", [("", "")]),
        ("một", "", [("một", "")]),
    ],
)
def test_alignment(truth: str, read: str, groups: list[tuple[str, str]]) -> None:
    found = [(" ".join(left), " ".join(right)) for left, right in align(truth, read)]
    assert found == groups


@given(st.text("abcđế ", max_size=60), st.text("abcdé ", max_size=60))
def test_alignment_keeps_every_word_in_order(truth: str, read: str) -> None:
    groups = list(align(truth, read))
    assert [word for left, _ in groups for word in left] == truth.split()
    assert [word for _, right in groups for word in right] == read.split()


@pytest.mark.parametrize(
    ("truth", "read", "kept", "inserted"),
    [
        ("phường", "phu dng", ["phu", "dng"], []),
        ("phường", "phuong |", ["phuong"], ["|"]),
        ("phường", "~ phuong", ["phuong"], ["~"]),
        ("ủy ban", "uy ban x", ["uy", "ban", "x"], []),
    ],
)
def test_words_read_where_nothing_stands(
    truth: str, read: str, kept: list[str], inserted: list[str]
) -> None:
    (_, found), extra = split_insertions((truth.split(), read.split()))
    assert found == kept
    assert extra == inserted


# ---------------------------------------------------------------- training

_GARBLE = str.maketrans(
    "ăâđêôơưạảấầậếềệịọộớờợụủứừựỳỹíáàốồúùóòãẽĩõũìéè", "aadéoouaaaaaéééiooooouuuuuyyiaaoouuooaeiouiée"
)


def garble(text: str) -> str:
    """Read a text as an engine without most accents would, a few letters worse."""
    return text.lower().translate(_GARBLE).replace("qu", "q1").replace("ứ", "ir")


@pytest.fixture(scope="module")
def pages(sentences: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(text, garble(text)) for text in sentences]


@pytest.fixture(scope="module")
def tiny_channel(
    pages: list[tuple[str, str]],
    tiny_model: LanguageModel,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    output = tmp_path_factory.mktemp("channel") / "tiny"
    train_channel(
        pages, tiny_model, output, sources=[{"name": "tiny.jsonl", "pages": 8}], log=lambda _: None
    )
    return output


def silent(_: str) -> None:
    pass


def words_of(found: Candidates, model: LanguageModel) -> list[str]:
    return [
        " ".join(model.vocabulary[word] for word in pair if word != NO_WORD)
        for pair in found.words.tolist()
    ]


def test_confusions_are_counted(pages: list[tuple[str, str]], tiny_model: LanguageModel) -> None:
    counted = count_confusions([*pages, ("Căn cứ Luật", "căncứ luât | ~")], tiny_model)
    assert counted.pages == len(pages) + 1
    index = tiny_model.index
    assert counted.readings["dang"][index["đảng"], NO_WORD] == 2
    assert counted.readings["căncứ"][index["căn"], index["cứ"]] == 1
    assert counted.words == sum(len(truth.split()) for truth, _ in pages) + 3


def test_truth_is_among_the_candidates_of_what_was_read(
    pages: list[tuple[str, str]], tiny_model: LanguageModel, tiny_channel: Path
) -> None:
    channel = Channel.load(tiny_channel, tiny_model)
    for truth, read in pages:
        for word, reading in zip(truth.split(), read.split(), strict=True):
            if word.isalpha() and word.lower() in tiny_model.index:
                (found,) = channel.candidates([key_of(reading, False)])
                assert word.lower() in words_of(found, tiny_model)
                assert (found.log_prob <= 0).all()


@pytest.mark.parametrize(
    ("reading", "word"),
    [("ngảnh", "ngành"), ("Iuat", "luật"), ("quyêtt", "quyết"), ("daang", "đảng")],
)
def test_truth_is_among_the_candidates_of_what_was_never_read(
    reading: str, word: str, tiny_model: LanguageModel, tiny_channel: Path
) -> None:
    channel = Channel.load(tiny_channel, tiny_model)
    assert key_of(reading, False) not in channel.keys
    (found,) = channel.candidates([key_of(reading, False)])
    assert word in words_of(found, tiny_model)


@given(st.lists(st.text(min_size=1, max_size=12), max_size=4))
def test_candidates_for_any_reading(
    tiny_model: LanguageModel, tiny_channel: Path, keys: list[str]
) -> None:
    channel = Channel.load(tiny_channel, tiny_model)
    found = channel.candidates(keys)
    assert len(found) == len(keys)
    for each in found:
        assert each.words.shape == (len(each.log_prob), 2)
        assert np.isfinite(each.log_prob).all()
        assert (each.words[:, 0] < len(tiny_model.vocabulary)).all()


@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 500), st.integers(0, 500), st.floats(-15.9, 0)), max_size=6
        ),
        min_size=1,
        max_size=6,
    )
)
def test_packed_candidates_come_back(rows: list[list[tuple[int, int, float]]]) -> None:
    found = [
        Candidates(
            np.array([row[:2] for row in each], dtype=np.uint16).reshape(-1, 2),
            np.array([row[2] for row in each], dtype=np.float32),
        )
        for each in rows
    ]
    offsets, words, costs = pack_candidates(found)
    for number, each in enumerate(found):
        span = slice(offsets[number], offsets[number + 1])
        assert np.array_equal(words[span], each.words)
        assert costs[span] * -LOG_STEP == pytest.approx(each.log_prob, abs=LOG_STEP / 2 + 1e-6)


def test_manifest_says_where_a_channel_comes_from(
    tiny_channel: Path, tiny_model: LanguageModel
) -> None:
    manifest = Channel.load(tiny_channel, tiny_model).manifest
    assert manifest["sources"] == [{"name": "tiny.jsonl", "pages": 8}]
    assert manifest["pages"] == 8


def test_same_pairs_give_the_same_bytes(
    pages: list[tuple[str, str]], tiny_model: LanguageModel, tiny_channel: Path, tmp_path: Path
) -> None:
    sources = [{"name": "tiny.jsonl", "pages": 8}]
    train_channel(pages, tiny_model, tmp_path / "tiny", sources=sources, log=silent)
    for path in tiny_channel.iterdir():
        assert path.read_bytes() == (tmp_path / "tiny" / path.name).read_bytes(), path.name


def test_pairs_without_words_are_an_input_error(tiny_model: LanguageModel, tmp_path: Path) -> None:
    for pairs in ([], [("", "")], [("1 2 3", "1 2 3")]):
        with pytest.raises(InputError, match="no words"):
            train_channel(pairs, tiny_model, tmp_path / "c", log=silent)
    assert not list(tmp_path.iterdir())


def test_only_a_channel_is_replaced(
    pages: list[tuple[str, str]], tiny_model: LanguageModel, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(OutputError):
        train_channel(pages, tiny_model, tmp_path, log=silent)
    train_channel(pages, tiny_model, tmp_path / "c", log=silent)
    train_channel(pages[:2], tiny_model, tmp_path / "c", log=silent)
    assert Channel.load(tmp_path / "c", tiny_model).manifest["pages"] == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c", "letter.txt"]


@pytest.mark.parametrize(
    "name", ["channel.json", "keys.txt", "offsets.npy", "words.npy", "log_prob.npy"]
)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_damaged_channels(
    tiny_channel: Path, tiny_model: LanguageModel, tmp_path: Path, name: str, damage: str
) -> None:
    copy = tmp_path / "tiny"
    shutil.copytree(tiny_channel, copy)
    content = (copy / name).read_bytes()
    (copy / name).unlink()
    if damage != "missing":
        (copy / name).write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    with pytest.raises(ModelError):
        Channel.load(copy, tiny_model)


@pytest.mark.parametrize("change", [{"format": 99}, {"vocabulary": "another"}, {"steps": [1]}])
def test_channels_of_another_format_or_vocabulary(
    tiny_channel: Path, tiny_model: LanguageModel, tmp_path: Path, change: dict[str, object]
) -> None:
    copy = tmp_path / "tiny"
    shutil.copytree(tiny_channel, copy)
    manifest = json.loads((copy / "channel.json").read_text("utf-8"))
    (copy / "channel.json").write_text(json.dumps({**manifest, **change}), encoding="utf-8")
    with pytest.raises(ModelError):
        Channel.load(copy, tiny_model)

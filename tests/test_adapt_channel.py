"""`vnadmin train channel --from` a few corrected lines, starting from a channel of the model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin.cli.main import main
from vnadmin.language.model import LanguageModel
from vnadmin.options import Options
from vnadmin.restore import restore
from vnadmin.restore.channel import Channel
from vnadmin.train.adapt_channel import nearest_channel
from vnadmin.train.mixture import mixture_weights
from vnadmin.vietnamese import fold

_WORN = str.maketrans("gnthiucm", "q8l6ji¢w")


def worn(text: str) -> str:
    """What a worn typewriter's page is read as: without accents, and other letters garbled."""
    return fold(text).translate(_WORN)


def run(*arguments: object) -> int:
    return main(["train", "channel", *map(str, arguments)])


def write_pairs(path: Path, pairs: Sequence[tuple[str, object]]) -> Path:
    lines = (json.dumps({"truth": truth, "ocr": read}) for truth, read in pairs)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def base(
    tmp_path_factory: pytest.TempPathFactory, tiny_language: Path, sentences: tuple[str, ...]
) -> Path:
    """A model with two channels: the accents gone, and only ệ misread."""
    folder = tmp_path_factory.mktemp("base")
    readings = [(text, {"eng": fold(text), "vie": text.replace("ệ", "ê")}) for text in sentences]
    pairs = write_pairs(folder / "pairs.jsonl", readings * 4)
    for name in ("eng", "vie"):
        arguments = ("--from", pairs, "--base", "none", "--model", tiny_language.parent)
        assert run("--language", name, *arguments, "-o", folder / "model") == 0
    return folder / "model"


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory, sentences: tuple[str, ...]) -> Path:
    """Corrected lines of the worn typewriter; the last two sentences are not among them."""
    path = tmp_path_factory.mktemp("corrected") / "corrected.jsonl"
    return write_pairs(path, [(text, worn(text)) for text in sentences[:-2]])


@pytest.fixture(scope="module")
def adapted(base: Path, corrected: Path) -> Path:
    output = base.parent / "adapted"
    assert run("--from", corrected, "--model", base, "-o", output) == 0
    return output


def test_corrected_lines_teach_other_words_too(
    base: Path, adapted: Path, sentences: tuple[str, ...]
) -> None:
    for wanted in sentences[-2:]:
        before = restore(worn(wanted), options=Options(model=base, profile="eng"))
        after = restore(worn(wanted), options=Options(model=adapted, profile="archive"))
        assert before != wanted
        assert after == wanted


def test_what_the_base_knew_is_kept(base: Path, adapted: Path, sentences: tuple[str, ...]) -> None:
    for wanted in sentences:
        assert restore(fold(wanted), options=Options(model=adapted, profile="archive")) == wanted
    model = LanguageModel.load(adapted / "language")
    before, after = (Channel.load(p, model) for p in (base / "eng", adapted / "archive"))
    assert set(before.keys) < set(after.keys)
    assert after.manifest["base"]["name"] == "eng"
    assert after.manifest["words"] > before.manifest["words"]
    assert [s["name"] for s in after.manifest["sources"]] == ["pairs.jsonl", "corrected.jsonl"]


def test_the_result_is_a_model_of_its_own(base: Path, adapted: Path) -> None:
    assert {p.name for p in adapted.iterdir()} == {p.name for p in base.iterdir()} | {"archive"}
    for path in base.rglob("*.*"):
        assert path.read_bytes() == (adapted / path.relative_to(base)).read_bytes()


def test_what_tells_how_sure_a_word_is_comes_along(
    base: Path, corrected: Path, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    shutil.copytree(base, model)
    for name in ("eng", "stripped"):
        (model / name).mkdir(exist_ok=True)
        (model / name / "confidence.json").write_text(name)
    assert run("--from", corrected, "--base", "eng", "-o", tmp_path / "m", "--model", model) == 0
    assert run("--from", corrected, "--base", "eng", "-o", model, "--language", "eng") == 0
    for path in (tmp_path / "m" / "archive", tmp_path / "m" / "eng", model / "eng"):
        assert (path / "confidence.json").read_text() == "eng"
    assert (tmp_path / "m" / "stripped" / "confidence.json").read_text() == "stripped"


def test_the_nearest_channel_is_the_start(base: Path, sentences: tuple[str, ...]) -> None:
    model = LanguageModel.load(base / "language")

    def nearest(pairs: list[tuple[str, str]]) -> str | None:
        found = nearest_channel(pairs, model, base)
        return found and found.name

    assert nearest([(text, worn(text)) for text in sentences]) == "eng"
    assert nearest([(text, text.replace("ế", "ê")) for text in sentences]) == "vie"
    assert nearest([("12", "13")]) is None
    assert nearest_channel([("Đảng", "Dang")], model, base / "language") is None


def test_a_channel_can_be_adapted_in_place(base: Path, corrected: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    arguments = ("--language", "eng", "--base", "eng")
    assert run(*arguments, "--from", corrected, "--model", base, "-o", model) == 0
    once = Channel.load(model / "eng", LanguageModel.load(model / "language"))
    assert run(*arguments, "--from", corrected, "-o", model) == 0
    twice = Channel.load(model / "eng", LanguageModel.load(model / "language"))
    assert twice.manifest["words"] - once.manifest["words"] == sum(
        len(json.loads(line)["truth"].split()) for line in corrected.open(encoding="utf-8")
    )


def test_curve_of_an_adapted_channel(
    base: Path, corrected: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = tmp_path / "lines.jsonl"
    pairs.write_text(corrected.read_text("utf-8") * 5, encoding="utf-8")
    assert run("--from", pairs, "--model", base, "--base", "eng", "--curve") == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert [row[0] for row in rows] == ["0", "25", "27"]
    right = [float(row[-1].rstrip("%")) for row in rows]
    assert right[0] < right[-1] == 100


@pytest.mark.parametrize(
    ("pairs", "base_name", "code", "message"),
    [
        ([("Đảng", "Dang")], "eng", 3, "too few words"),
        ([("Đảng", "Dang")] * 40, "deu", 3, "deu"),
    ],
)
def test_errors(
    base: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    pairs: list[tuple[str, str]],
    base_name: str,
    code: int,
    message: str,
) -> None:
    path = write_pairs(tmp_path / "p.jsonl", pairs)
    output = tmp_path / "m"
    assert run("--from", path, "--model", base, "--base", base_name, "-o", output) == code
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not output.exists()


# ---------------------------------------------------------------- the mixture


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 3))
def test_weights_sum_to_one_and_no_others_are_likelier(
    seed: int, groups: int, components: int
) -> None:
    random = np.random.default_rng(seed)
    likelihoods = random.random((4000, components)) + 1e-3
    group = random.integers(0, groups, 4000)
    weights = mixture_weights(likelihoods, group, groups)
    assert weights.sum(axis=1) == pytest.approx(1)

    def fit(chosen: np.ndarray) -> float:
        return float(np.log((chosen[group] * likelihoods).sum(axis=1)).mean())

    for _ in range(10):
        assert fit(random.dirichlet(np.ones(components), groups)) <= fit(weights) + 1e-3


def test_a_group_without_observations_gets_the_weights_of_all() -> None:
    likelihoods = np.array([[0.9, 0.1]] * 50)
    weights = mixture_weights(likelihoods, np.zeros(50, dtype=int), 3)
    assert weights[0] == pytest.approx([1, 0], abs=1e-3)
    for unseen in weights[1:]:
        assert unseen == pytest.approx(weights[0], abs=1e-3)
    assert mixture_weights(np.zeros((0, 2)), np.zeros(0, dtype=int), 1).shape == (1, 2)

"""How sure a word is: the network, its file, what it is fitted to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from vnadmin.cli.main import main
from vnadmin.errors import InputError, ModelError
from vnadmin.evaluate.calibration import calibration, judge
from vnadmin.options import Options
from vnadmin.restore import explain
from vnadmin.restore.confidence import COLUMNS, Network
from vnadmin.restore.engine import Restorer, shipped_model
from vnadmin.train.confidence import fit, write_network
from vnadmin.vietnamese import fold

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


def made_up(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, P(right) that depends on two of them, and what came of it."""
    random = np.random.default_rng(seed)
    features = random.normal(0, 1, (count, len(COLUMNS)))
    probability = 1 / (1 + np.exp(-(1 + 2 * features[:, 0] - np.abs(features[:, 3]))))
    return features, probability, random.random(count) < probability


def test_fit_finds_the_probabilities_behind_the_outcomes() -> None:
    features, _, right = made_up(20_000, 1)
    network = fit(features, right)
    fresh, probability, _ = made_up(5_000, 2)
    error = network.probability(fresh) - probability
    assert np.abs(error).mean() < 0.06
    assert np.abs(probability - right.mean()).mean() > 0.2  # what a constant would miss by
    assert abs(error.mean()) < 0.02


def test_fit_is_reproducible_and_refuses_what_teaches_nothing() -> None:
    features, _, right = made_up(2_000, 3)
    assert np.array_equal(fit(features, right).hidden, fit(features, right).hidden)
    with pytest.raises(InputError, match="more pages"):
        fit(features, np.ones(len(right), dtype=bool))


def test_a_network_is_read_back_as_written(tmp_path: Path) -> None:
    features, _, right = made_up(2_000, 4)
    network = fit(features, right)
    assert Network.load(tmp_path) is None
    write_network(network, tmp_path, words=1, wrong=1, sources=[])
    read = Network.load(tmp_path)
    assert read is not None
    assert np.allclose(read.probability(features), network.probability(features), atol=1e-2)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content | {"format": 0},
        lambda content: content | {"columns": ["log_odds"]},
        lambda content: content | {"hidden": [[1.0]]},
        lambda content: {},
        lambda content: [],
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, damage: object) -> None:
    features, _, right = made_up(500, 5)
    write_network(fit(features, right), tmp_path, words=1, wrong=1, sources=[])
    path = tmp_path / "confidence.json"
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))  # type: ignore[operator]
    with pytest.raises(ModelError, match=r"confidence\.json.*vnadmin train confidence"):
        Network.load(tmp_path)


def test_shipped_weights_rank_wrong_words_low() -> None:
    judged = []
    for folder in sorted(EXAMPLES.iterdir()):
        for reading in (folder / "eng.txt", folder / "vie.txt"):
            if reading.exists():
                truth = (folder / "truth.txt").read_text("utf-8")
                judged += judge(truth, explain(reading.read_text("utf-8")))
    wrong = np.mean([word.confidence for word in judged if not word.right])
    right = np.mean([word.confidence for word in judged if word.right])
    assert wrong < right - 0.1
    assert all(0 <= word.confidence <= 1 for word in judged)
    assert calibration(judged).found_share > 0.2


def test_a_word_with_a_rival_says_so_and_is_less_sure() -> None:
    restored = explain(fold("Báo cáo hằng năm của Ủy ban nhân dân thành phố"))
    words = {fold(restored.text[word.start : word.end]): word for word in restored.words}
    assert words["hang"].rival  # hàng năm is written as well
    assert not words["nhan"].rival
    assert words["hang"].confidence < words["nhan"].confidence


def test_min_confidence_keeps_what_the_doubted_word_was() -> None:
    source = (EXAMPLES / "official-letter" / "eng.txt").read_text("utf-8")
    sure = explain(source, options=Options(min_confidence=0.99))
    everything = explain(source)
    assert 0 < len(sure.edits) < len(everything.edits)
    assert all(edit.confidence >= 0.99 for edit in sure.edits)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the shipped model, its big files linked."""
    copy = tmp_path / "model"
    shutil.copytree(shipped_model(), copy, copy_function=lambda a, b: Path(b).symlink_to(a))
    for weights in copy.glob("*/confidence.json"):
        weights.unlink()
    return copy


def test_train_confidence_writes_weights_that_are_used(model: Path, tmp_path: Path) -> None:
    """Half of the pages have another page's truth: no word can be surer than even."""
    folders = sorted(folder for folder in EXAMPLES.iterdir() if (folder / "eng.txt").exists())
    read = [(folder / "eng.txt").read_text("utf-8") for folder in folders]
    truth = [(folder / "truth.txt").read_text("utf-8") for folder in folders]
    pairs = [*zip(truth, read, strict=True), *zip(truth[1:] + truth[:1], read, strict=True)]
    path = tmp_path / "pairs.jsonl"
    lines = [json.dumps({"truth": right, "ocr": {"eng": text}}) + "\n" for right, text in pairs]
    path.write_text("".join(lines), encoding="utf-8")
    before = explain(read[0], options=Options(model=model))
    arguments = ["--language", "eng", "--from", str(path), "--model", str(model)]
    assert main(["train", "confidence", *arguments]) == 0
    after = Restorer(model).explain_many([read[0]], Options(model=model))
    (restored,) = after
    assert restored.text == before.text
    assert np.mean([word.confidence for word in before.words]) > 0.9
    assert 0.3 < np.mean([word.confidence for word in restored.words]) < 0.7


def test_train_confidence_says_what_is_missing(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    law = tmp_path / "law.txt"
    law.write_text("Căn cứ Luật Tổ chức chính quyền địa phương;", encoding="utf-8")
    given = ["--from", str(law), "--model", str(model)]
    assert main(["train", "confidence", "--profile", "stripped", *given]) == 3
    assert "more pages" in capsys.readouterr().err
    assert main(["train", "confidence", *given]) == 2
    assert "--profile" in capsys.readouterr().err

"""`vnadmin train language --add`: a model bent to an archive's wording."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vnadmin.cli.main import main
from vnadmin.errors import ModelError
from vnadmin.language.model import LanguageModel
from vnadmin.options import Options
from vnadmin.restore import compiled, restore
from vnadmin.restore.channel import NO_WORD
from vnadmin.restore.decoder import Lattice, decode_by_numpy, decode_compiled
from vnadmin.restore.engine import shipped_model
from vnadmin.train.language import perplexity
from vnadmin.vietnamese import fold

VILLAGE = (
    "Trưởng bản Nà Cọ báo cáo Ủy ban nhân dân xã về số hộ nghèo.",
    "Nhân dân bản Nà Cọ góp 120 ngày công làm đường vào trường học.",
    "Bà Lường Thị Phớ, bản Nà Cọ, đề nghị cấp lại giấy chứng nhận.",
    "Chi bộ bản Nà Cọ họp thường kỳ, đồng chí Lường Thị Phớ chủ trì.",
    "Tổ hòa giải bản Nà Cọ gồm năm người, bà Lường Thị Phớ làm tổ trưởng.",
    "Ban quản lý bản Nà Cọ thông báo lịch tu sửa mương phai.",
    "Bản Nà Cọ có 47 hộ, trong đó 12 hộ kbang thuộc diện hỗ trợ.",
    "Hộ kbang được vay vốn theo danh sách do bản Nà Cọ lập.",
    "Danh sách hộ kbang của bản Nà Cọ đã niêm yết tại nhà văn hóa.",
    "Đề nghị bản Nà Cọ rà soát, lập danh sách gửi về Ủy ban nhân dân xã.",
)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("texts") / "village.txt"
    path.write_text("\n\n".join(VILLAGE) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, tiny_language: Path) -> Path:
    directory = tmp_path_factory.mktemp("base") / "model"
    shutil.copytree(tiny_language, directory / "language")
    (directory / "notes").mkdir()
    return directory


@pytest.fixture(scope="module")
def adapted(base: Path, village: Path) -> Path:
    output = base.parent / "adapted"
    assert add(village, "--model", base, "-o", output) == 0
    return output


def add(*arguments: object) -> int:
    return main(["train", "language", "--add", *map(str, arguments)])


def packed(model: LanguageModel, words: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    key = 0
    for word in words.split():
        key = key << 16 | model.index[word]
    return np.full(len(model.vocabulary), key, dtype=np.uint64)


HISTORIES = ("<s>", "nà cọ", "trưởng bản nà", "<s> ủy ban", "thi hành", "lường căn cứ")


@pytest.mark.parametrize("history", HISTORIES)
def test_scores_are_the_mixture_and_sum_to_one(adapted: Path, history: str) -> None:
    model = LanguageModel.load(adapted / "language")
    assert model.added is not None
    every = np.arange(len(model.vocabulary), dtype=np.uint64)
    contexts = packed(model, history)
    weights, known = model.context_backoffs(contexts)
    assert weights.shape == known.shape == (model.context_rows, len(every))
    found = np.exp(model.score(contexts, every, weights, known).astype(float))

    plain = LanguageModel.load(adapted / "language")
    object.__setattr__(plain, "added", None)
    parts = []
    for part, rows in ((plain, slice(0, 3)), (model.added.model, slice(3, 6))):
        own = part.context_backoffs(contexts)
        assert np.array_equal(own[0], weights[rows])
        parts.append(np.exp(part.score(contexts, every, *own).astype(float)))
    share = np.array(model.manifest["added"]["share"])[known[:3, 0].sum(), known[3:, 0].sum()]
    share = share if known[3, 0] else 0.0
    assert found == pytest.approx((1 - share) * parts[0] + share * parts[1], rel=1e-3)
    assert found.sum() == pytest.approx(1, abs=0.05)  # tables are rounded to 8 bits


@pytest.mark.skipif(compiled.search is None, reason="the twin was not compiled")
def test_both_searches_agree_about_an_adapted_model(adapted: Path) -> None:
    model = LanguageModel.load(adapted / "language")
    assert model.added is not None
    random = np.random.default_rng(3)
    said = model.ids(" ".join(VILLAGE))
    arcs, rival = len(said), 3  # a sequence that holds what the archive says, and other words
    words = np.full((arcs * (1 + rival), 3), NO_WORD, dtype=np.uint16)
    words[:arcs, 0] = said
    words[arcs:, :2] = random.integers(0, len(model.vocabulary), (arcs * rival, 2))
    place = np.tile(np.arange(arcs), 1 + rival)
    price = random.uniform(-6, 0, len(words)).astype(np.float32)
    lattice = Lattice(np.array([arcs]), np.zeros_like(place), place, place + 1, words, price)
    found, expected = decode_compiled(model, lattice), decode_by_numpy(model, lattice)
    assert found.paths == expected.paths
    assert found.posterior == pytest.approx(expected.posterior, abs=1e-5)
    assert found.evidence == pytest.approx(expected.evidence, abs=1e-3)
    plain = replace(model, added=None)
    assert decode_compiled(plain, lattice).evidence != pytest.approx(found.evidence, abs=0.1)


def test_a_base_model_is_as_it_was_where_the_texts_say_nothing(adapted: Path, base: Path) -> None:
    before, after = (LanguageModel.load(path / "language") for path in (base, adapted))
    ids = before.ids("quyết định có hiệu lực thi hành kể từ ngày ký và thay thế")
    unknown = [n for n, word in enumerate(before.vocabulary) if word in ("hiệu", "lực", "kể")]
    place = [at for at, number in enumerate(ids) if at and ids[at - 1] in unknown]
    assert place
    scores = [model.sequence(ids)[place] for model in (before, after)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)


def test_the_texts_get_likelier_and_their_words_known(
    adapted: Path, base: Path, village: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = (LanguageModel.load(path / "language") for path in (base, adapted))
    text = ["Nhân dân bản Nà Cọ đề nghị Ủy ban nhân dân xã"]
    assert perplexity(after, text, 4)[0] < perplexity(before, text, 4)[0]
    assert after.vocabulary[: len(before.vocabulary)] == before.vocabulary
    assert {"cọ", "phớ", "kbang"} <= set(after.vocabulary) - set(before.vocabulary)
    assert "mương" not in after.vocabulary  # seen once: may be a slip
    assert not (adapted / "notes").exists()  # only what belongs to a model is copied
    assert add(village, "--model", base, "-o", base.parent / "again") == 0
    out, _ = capsys.readouterr()
    assert "before" in out
    assert "after, on" in out
    for path in sorted(adapted.rglob("*.*")):
        again = base.parent / "again" / path.relative_to(adapted)
        assert path.read_bytes() == again.read_bytes(), path


def test_names_of_the_archive_are_restored_with_the_shipped_model(
    village: Path, tmp_path: Path
) -> None:
    output = tmp_path / "model"
    assert add(village, "-o", output) == 0
    wanted = "Họp dân bản Nà Cọ, bà Lường Thị Phớ ghi biên bản."
    ordinary = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;"
    for profile in ("stripped", "eng"):  # the channels came along
        options = Options(model=output, profile=profile)
        assert restore(fold(wanted), options=Options(profile=profile)) != wanted
        assert restore(fold(wanted), options=options) == wanted
        assert restore(fold(ordinary), options=options) == ordinary
    assert sorted(p.name for p in output.iterdir()) == sorted(
        p.name for p in shipped_model().iterdir() if p.is_dir()
    )


def test_excluded_text_is_not_learnt(village: Path, base: Path, tmp_path: Path) -> None:
    scored = tmp_path / "scored.txt"
    scored.write_text("\n".join(line for line in VILLAGE if "Phớ" in line), encoding="utf-8")
    assert add(village, "--model", base, "--exclude-text", scored, "-o", tmp_path / "m") == 0
    vocabulary = LanguageModel.load(tmp_path / "m" / "language").vocabulary
    assert "cọ" in vocabulary
    assert "phớ" not in vocabulary


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["missing.txt"], 3, "missing.txt"),
        (["short.txt"], 3, "at least five paragraphs"),
        (["village.txt", "--order", 3], 2, "--add"),
        (["village.txt", "--model", "nowhere"], 3, "no usable language model"),
        (["village.txt", "--model", "adapted"], 2, "adapted before"),
    ],
)
def test_errors(
    village: Path,
    base: Path,
    adapted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[object],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(village, "village.txt")
    shutil.copytree(adapted, "adapted")
    Path("short.txt").write_text("Bản Nà Cọ.\n", encoding="utf-8")
    model = () if "--model" in arguments else ("--model", base)
    assert add(*arguments, *model, "-o", "m") == code
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not Path("m").exists()


@pytest.mark.parametrize("share", [[[0.5]], [[2.0] * 4] * 4, "much", [[0.1, 0.2], [0.3]]])
def test_damaged_shares(adapted: Path, tmp_path: Path, share: object) -> None:
    shutil.copytree(adapted / "language", tmp_path / "language")
    path = tmp_path / "language" / "language.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["added"]["share"] = share
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError):
        LanguageModel.load(tmp_path / "language")

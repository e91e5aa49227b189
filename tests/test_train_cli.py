"""`vnadmin train` on tiny corpora and pages."""

from __future__ import annotations

import hashlib
import json
import lzma
import shutil
from pathlib import Path

import pytesseract
import pytest
from PIL import Image

from vnadmin.cli.main import main
from vnadmin.language.model import LanguageModel
from vnadmin.options import Options
from vnadmin.restore import restore
from vnadmin.restore.channel import Channel
from vnadmin.train import pairs
from vnadmin.train.style import Style
from vnadmin.vietnamese import fold


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, sentences: tuple[str, ...]) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "tiny.txt"
    documents = [f"{n}. {text}" for n in range(60) for text in sentences]
    path.write_text("\n\n".join(documents), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, sentences: tuple[str, ...]) -> Path:
    """Pairs of two readings: the accents gone, and nearly right."""
    path = tmp_path_factory.mktemp("pairs") / "tiny.jsonl"
    lines = [
        {"truth": text, "ocr": {"eng": fold(text), "vie": text.replace("ệ", "ê")}}
        for text in sentences * 8
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, tiny_language: Path) -> Path:
    return tiny_language.parent


def run(*args: object) -> int:
    return main([str(arg) for arg in ("train", *args)])


# ---------------------------------------------------------------- language


def test_language_builds_a_model_and_tells_the_perplexity(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = tmp_path / "held.txt"
    arguments = ("--order", 3, "--entries", 500, "--held-back", held)
    assert run("language", corpus, "-o", tmp_path / "m", *arguments) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["order 1", "order 2", "order 3"]
    assert all("perplexity" in line and "held-back words" in line for line in lines)
    assert "vocabulary" in err
    manifest = LanguageModel.load(tmp_path / "m" / "language").manifest
    assert manifest["order"] == 3
    digest = hashlib.sha256(corpus.read_bytes()).hexdigest()
    assert manifest["corpora"] == [{"name": "tiny.txt", "sha256": digest, "weight": 1.0}]
    assert held.read_text("utf-8").strip()


def test_language_leaves_corpora_out_by_name(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("oác oạp " * 20, encoding="utf-8")
    output = tmp_path / "m"
    assert run("language", corpus, other, "-o", output, "--exclude", "other.txt") == 0
    built = LanguageModel.load(output / "language")
    assert [c["name"] for c in built.manifest["corpora"]] == ["tiny.txt"]
    assert "oác" not in built.vocabulary


def test_language_leaves_out_what_a_text_repeats(
    corpus: Path, tmp_path: Path, sentences: tuple[str, ...]
) -> None:
    scored = tmp_path / "scored.txt"
    scored.write_text(f"{sentences[0]}\n", encoding="utf-8")
    assert run("language", corpus, "-o", tmp_path / "m", "--exclude-text", scored) == 0
    assert "căn" not in LanguageModel.load(tmp_path / "m" / "language").vocabulary


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--order", "9"], 2, "order"),
        (["--entries", "0"], 2, "entries"),
        (["--exclude", "nothing.txt"], 2, "no corpus of that name"),
        (["--exclude", "tiny.txt"], 2, "leaves no corpus"),
        (["--exclude-text", "missing.txt"], 3, "missing.txt: no such file"),
        (["--held-back", "no/such/folder/held.txt"], 5, "cannot write"),
    ],
)
def test_language_errors(
    corpus: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    assert run("language", corpus, "-o", tmp_path / "m", *arguments) == code
    out, err = capsys.readouterr()
    assert message in err.splitlines()[-1]
    assert out == ""
    assert not (tmp_path / "m").exists()


def test_language_replaces_no_other_directory(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "language").mkdir()
    (tmp_path / "language" / "essay.txt").touch()
    assert run("language", corpus, "-o", tmp_path) == 5
    assert (tmp_path / "language" / "essay.txt").exists()


# ---------------------------------------------------------------- channel


def test_channel_from_pairs_joins_a_model(
    pages: Path, tiny_language: Path, tmp_path: Path, sentences: tuple[str, ...]
) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_language, model / "language")
    packed = tmp_path / "more.jsonl.xz"
    packed.write_bytes(lzma.compress(b'{"truth": "\xc4\x90\xe1\xba\xa3ng", "ocr": "Dang"}\n'))
    sources = (pages, packed)
    assert run("channel", "--language", "eng", "--from", *sources, "-o", model) == 0
    channel = Channel.load(model / "eng", LanguageModel.load(model / "language"))
    assert channel.manifest["sources"] == [
        {"name": p.name, "sha256": hashlib.sha256(p.read_bytes()).hexdigest(), "pages": n}
        for p, n in zip(sources, (64, 1), strict=True)
    ]
    assert channel.manifest["pages"] == 65
    restored = restore(fold(sentences[0]), options=Options(model=model, profile="eng"))
    assert restored == sentences[0]


def test_channel_for_another_language_model(pages: Path, model: Path, tmp_path: Path) -> None:
    arguments = ("--from", pages, "--model", model, "-o", tmp_path)
    assert run("channel", "--language", "vie", *arguments) == 0
    assert (
        "quyêt" not in Channel.load(tmp_path / "vie", LanguageModel.load(model / "language")).keys
    )
    assert "viêc" in Channel.load(tmp_path / "vie", LanguageModel.load(model / "language")).keys


def test_curve(pages: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("channel", "--language", "eng", "--from", pages, "--model", model, "--curve") == 0
    out, _ = capsys.readouterr()
    head, titles, *rows = out.splitlines()
    assert head.startswith("6 pages held out; n = ")
    assert titles.split()[0] == "pages"
    assert [row.split()[0] for row in rows] == ["25", "50", "58"]
    assert all(row.split()[1:3] == ["100.00%", "100.00%"] for row in rows)


def test_curve_of_too_few_pages(tmp_path: Path, model: Path) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text('{"truth": "a", "ocr": "a"}\n', encoding="utf-8")
    assert run("channel", "--language", "eng", "--from", few, "--model", model, "--curve") == 3


@pytest.fixture
def factory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are never drawn and read without accents."""
    printed: list[str] = []

    def render_page(paragraphs: list[str], _: object) -> tuple[Image.Image, str]:
        printed.append("\n".join(paragraphs))
        return Image.new("1", (1, 1)), printed[-1]

    monkeypatch.setattr(pairs, "render_page", render_page)
    monkeypatch.setattr(pairs, "sample_style", lambda rng, kind: Style(seed=1, family="Tinos"))
    monkeypatch.setattr(pairs, "_recognise", lambda *_: fold(printed[-1]))


@pytest.mark.usefixtures("factory")
def test_channel_from_rendered_pages_goes_on_where_it_stopped(
    corpus: Path, model: Path, tmp_path: Path
) -> None:
    half, whole = tmp_path / "half.jsonl", tmp_path / "whole.jsonl"

    def make(path: Path, count: int, *more: object) -> int:
        arguments = ("--render", count, "--corpus", corpus, "--pairs", path)
        return run("channel", "--language", "eng", *arguments, *more)

    assert make(half, 2) == 0
    assert len(half.read_text("utf-8").splitlines()) == 2
    assert make(half, 4, "--model", model, "-o", tmp_path / "m") == 0
    assert make(whole, 4) == 0
    assert half.read_bytes() == whole.read_bytes()
    channel = Channel.load(tmp_path / "m" / "eng", LanguageModel.load(model / "language"))
    assert channel.manifest["sources"][0]["pages"] == 4
    assert make(whole, 5, "--seed", 9) == 3


@pytest.mark.usefixtures("factory")
def test_rendering_needs_tesseract(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> str:
        raise pytesseract.TesseractNotFoundError

    monkeypatch.setattr(pairs, "_recognise", missing)
    arguments = ("--render", 1, "--corpus", corpus, "--pairs", tmp_path / "p.jsonl")
    assert run("channel", "--language", "eng", *arguments) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-o", "m"], 2, "--from"),
        (["--from", "p.jsonl"], 2, "-o DIR"),
        (["--render", "5"], 2, "--corpus"),
        (["--from", "p.jsonl", "--pairs", "q.jsonl", "-o", "m"], 2, "--render"),
        (["--from", "missing.jsonl", "-o", "m"], 3, "missing.jsonl"),
        (["--render", "1", "--corpus", "missing.txt", "--pairs", "p.jsonl"], 3, "missing.txt"),
        (["--language", "language", "--from", "p.jsonl", "-o", "m"], 2, "name"),
        (["--language", "../x", "--from", "p.jsonl", "-o", "m"], 2, "name"),
    ],
)
def test_channel_errors(
    tmp_path: Path,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("channel", "--language", "eng", "--model", model, *arguments) == code
    out, err = capsys.readouterr()
    assert message in err.splitlines()[-1]
    assert out == ""
    assert not (tmp_path / "m").exists()


def test_pairs_of_another_language(pages: Path, model: Path, tmp_path: Path) -> None:
    arguments = ("--from", pages, "--model", model, "-o", tmp_path / "m")
    assert run("channel", "--language", "deu", *arguments) == 3

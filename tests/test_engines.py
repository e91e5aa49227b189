"""Engines besides Tesseract, named by module or entry point: library and command line."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from PIL import Image

import vnadmin
from vnadmin.cli.main import main
from vnadmin.errors import UsageError
from vnadmin.scan import engine as engines
from vnadmin.scan.engine import engine_named
from vnadmin.scan.tesseract import Tesseract

# docs/scans.md shows it; what it reads is made up.
ENGINE = """\
from vnadmin.document import Word
from vnadmin.scan.engine import ReadText

class Cloud:
    def read(self, image, *, language, layout, timeout):
        if layout != "page" or language != "vie":
            return ReadText("", ())
        words, start = [], 0
        for number, text in enumerate("Thông tư số 43/2014/TT-BTC".split()):
            box = (100 + 200 * number, 100, 290 + 200 * number, 130)
            words.append(Word(start, start + len(text), box, 0.9))
            start += len(text) + 1
        return ReadText("Thông tư số 43/2014/TT-BTC", tuple(words))

nothing = object
"""


@pytest.fixture(autouse=True)
def own_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_engine.py").write_text(ENGINE, encoding="utf-8")
    (tmp_path / "broken_engine.py").write_text("1 / 0", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    engine_named.cache_clear()
    sys.modules.pop("own_engine", None)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.new("L", (1654, 2339), 255).save(tmp_path / "page.png")
    return tmp_path / "page.png"


def test_tesseract_is_the_default() -> None:
    assert isinstance(engine_named(vnadmin.Options().engine), Tesseract)


def test_an_engine_by_its_class(picture: Path) -> None:
    options = vnadmin.Options(engine="own_engine:Cloud")
    document = vnadmin.extract(picture, options=options)
    assert [each.number for each in document.citations] == ["43/2014/TT-BTC"]
    (page,) = vnadmin.pages(picture, options=options)
    assert page.text.split() == "Thông tư số 43/2014/TT-BTC".split()


def test_an_engine_that_a_package_offers(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offered = EntryPoints([EntryPoint("cloud", "own_engine:Cloud", "vnadmin.engines")])
    monkeypatch.setattr(engines, "entry_points", lambda group: offered.select(group=group))
    document = vnadmin.extract(picture, options=vnadmin.Options(engine="cloud"))
    assert len(document.citations) == 1


def test_on_the_command_line(
    picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["extract", str(picture), "--engine", "own_engine:Cloud", "--format", "csv"]) == 0
    assert "43/2014/TT-BTC" in capsys.readouterr().out
    out = tmp_path / "out"
    given = ["convert", str(picture), "-o", str(out), "--jobs", "1", "--engine", "own_engine:Cloud"]
    assert main(given) == 0
    assert "43/2014/TT-BTC" in (out / "page.png.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("colud", "not installed; there is tesseract"),
        ("own_engine:Colud", "can't be loaded"),
        ("no_such_module:Cloud", "can't be loaded"),
        ("broken_engine:Cloud", "ZeroDivisionError"),
        ("own_engine:nothing", "has no method `read`"),
    ],
)
def test_what_is_no_engine_is_said(name: str, says: str, picture: Path) -> None:
    with pytest.raises(UsageError, match=says):
        engine_named(name)
    assert main(["extract", str(picture), "--engine", name]) == 2

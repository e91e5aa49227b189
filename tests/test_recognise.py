"""A page's picture → words: engines behind their protocol, with simulated failures."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from PIL import Image

from vnadmin.document import Word
from vnadmin.errors import InputError
from vnadmin.restore import Evidence, explain
from vnadmin.scan.engine import EngineError, Layout, ReadText
from vnadmin.scan.recognise import recognise

PAGE = Image.new("L", (600, 400), 255)


class Told:
    """An engine that was told what to read."""

    def __init__(self, reading: ReadText | EngineError) -> None:
        self.reading = reading
        self.asked: list[tuple[str, str, Layout]] = []

    def read(
        self, image: Image.Image, *, language: str, layout: Layout, timeout: float
    ) -> ReadText:
        self.asked.append((image.mode, language, layout))
        if isinstance(self.reading, EngineError):
            raise self.reading
        return self.reading


def test_another_engine_needs_only_the_protocol() -> None:
    words = (Word(0, 3, (10, 10, 60, 30), 0.5),)
    engine = Told(ReadText("MẬT", words))
    page = recognise(
        PAGE.convert("RGB"), number=3, name="x", language="vie", timeout=9.0, engine=engine
    )
    assert (page.number, page.width, page.height) == (3, 600, 400)
    assert (page.text, page.words, page.reading) == ("MẬT", words, "ocr")
    assert engine.asked == [("L", "vie", "page")]


def test_an_engine_that_fails_names_file_and_page() -> None:
    engine = Told(EngineError("was too slow"))
    with pytest.raises(InputError, match=r"^x\.pdf: page 3 was too slow$"):
        recognise(PAGE, number=3, name="x.pdf", language="vie", timeout=9.0, engine=engine)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("kill -SEGV $$", "page 1 made Tesseract fail"),
        ("sleep 60", "page 1 took Tesseract more than 1 s"),
        (r"printf 'level\t\377\376\n' > $2.tsv", "page 1 made Tesseract print"),
        ("printf 'no such table' > $2.tsv", "page 1 made Tesseract print"),
        ("exit 0", "page 1 made Tesseract print"),
    ],
)
def test_a_tesseract_that_misbehaves(
    script: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tesseract"
    version = '[ "$1" = --version ] && echo tesseract 5.3.0 && exit 0\n'
    program.write_text(f"#!/bin/sh\n{version}{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(InputError, match=f"^x: {message}"):
        recognise(PAGE, number=1, name="x", language="vie", timeout=1.0)


def test_what_was_read_from_a_picture_is_mended_at_once() -> None:
    """A single slip is no sign of noise in a text of unknown origin; a picture has noise."""
    once = (
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015; Căn cứ Luật ban "
        "hành văn bản quy phạm pháp luật ngày 22 tháng 6 năm 2015 và Nghị định quy định chi tiết "
        "một số điều và biện pháp thi hành Luật ban hành văn bản quy phạm pháp luật;\n"
    )
    text = once.replace("chi tiết", "chỉ tiết") + once
    assert "chỉ tiết" in explain(text).text
    evidence = Evidence(recognised=((0, len(text)),))
    assert explain(text, evidence=evidence).text == 2 * once

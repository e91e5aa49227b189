"""The OCRmyPDF plugin, run by the real OCRmyPDF: nothing else says that their interfaces fit."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdfium2 as pdfium
import pytest

pytest.importorskip("ocrmypdf")

from ocrmypdf.builtin_plugins.tesseract_ocr import TesseractOcrEngine

from vnadmin import ocrmypdf_plugin as plugin
from vnadmin.formats.hocr import read_hocr

SCAN = Path(__file__).parents[1] / "docs" / "examples" / "official-letter" / "scan-1.png"
HOCR = """\
<html><body><div class="ocr_page" title="bbox 0 0 1200 600">
<span class="ocr_line" title="bbox 20 40 900 70">{words}</span></div></body></html>
"""


def ocrmypdf(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ocrmypdf", "--plugin", "vnadmin.ocrmypdf_plugin"]
    command += ["--output-type", "pdf", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def hocr(words: str) -> str:
    spans = [
        f'<span class="ocrx_word" title="bbox {20 + 120 * i} 40 {120 + 120 * i} 70; x_wconf 60">'
        f"{word}</span>"
        for i, word in enumerate(words.split())
    ]
    return HOCR.format(words=" ".join(spans))


def options(**keys: Any) -> Any:
    return SimpleNamespace(vnadmin=plugin.VnadminOptions(**keys), pdf_renderer="auto")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> plugin.VnadminEngine:
    """The plugin's engine, whose Tesseract reads one garbled line."""

    def read(input_file: Path, output_hocr: Path, output_text: Path, options: Any) -> None:
        text = "Can ctr Nghi dinh s6 43/2014/ND-CP ngay 15 thang 5 ndm 2014 cuaChinh phu"
        output_hocr.write_text(hocr(text), "utf-8")
        output_text.write_text(text + "\n", "utf-8")

    monkeypatch.setattr(TesseractOcrEngine, "generate_hocr", staticmethod(read))
    return plugin.VnadminEngine()


def test_ocrmypdf_writes_the_restored_text(tmp_path: Path) -> None:
    before = SCAN.read_bytes()
    out, sidecar = tmp_path / "out.pdf", tmp_path / "out.txt"
    done = ocrmypdf("-l", "vie", "--sidecar", sidecar, "--image-dpi", 200, SCAN, out)
    assert done.returncode == 0, done.stderr
    assert "left as Tesseract read it" not in done.stderr
    with pdfium.PdfDocument(out) as pdf:
        text = pdf[0].get_textpage().get_text_range().replace("\ufffe", "-")
        assert "vnadmin" in pdf.get_metadata_value("Creator")
    told = sidecar.read_text("utf-8").split()
    assert text.split() == told
    truth = (SCAN.parent / "truth.txt").read_text("utf-8").split()
    assert sum(word in truth for word in told) > 0.97 * len(told)
    assert SCAN.read_bytes() == before


def test_the_sandwich_renderer_and_bad_settings_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    for extra in (["--pdf-renderer", "sandwich"], ["--vnadmin-profile", "nonsense"]):
        done = ocrmypdf("-l", "vie", *extra, SCAN.parents[1] / "party-directive" / "scan.pdf", out)
        assert done.returncode == 1
        assert extra[1] in done.stderr
        assert not out.exists()


def test_a_page_is_rewritten_in_place(engine: plugin.VnadminEngine, tmp_path: Path) -> None:
    page, text = tmp_path / "page.hocr", tmp_path / "page.txt"
    engine.generate_hocr(SCAN, page, text, options())
    said = "Căn cứ Nghị định số 43/2014/NĐ-CP ngày 15 tháng 5 năm 2014 của chính phủ"
    assert text.read_text("utf-8").strip() == said
    (read,) = read_hocr(page, name="x")
    assert read.text == said
    # A word that was split: two boxes with a gap, or readers join them again.
    boxes = {read.text[w.start : w.end]: w.box for w in read.words}
    assert boxes["của"][2] < boxes["chính"][0]


def test_settings_reach_the_restorer(engine: plugin.VnadminEngine, tmp_path: Path) -> None:
    page, text = tmp_path / "page.hocr", tmp_path / "page.txt"
    engine.generate_hocr(SCAN, page, text, options(profile="clean"))
    assert text.read_text("utf-8").startswith("Can ctr Nghi dinh")


def test_a_page_that_fails_stays_as_tesseract_read_it(
    engine: plugin.VnadminEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(plugin, "restore_page", fail)
    page, text = tmp_path / "page.hocr", tmp_path / "page.txt"
    with caplog.at_level(logging.WARNING):
        engine.generate_hocr(SCAN, page, text, options())
    assert "page left as Tesseract read it: a bug" in caplog.text
    assert text.read_text("utf-8").startswith("Can ctr Nghi dinh")
    assert re.search(">Nghi<", page.read_text("utf-8"))


# The second is what OCRmyPDF writes where Tesseract took too long.
@pytest.mark.parametrize("empty", [HOCR.format(words=""), "<html><body></body></html>"])
def test_a_page_without_words_is_left_alone(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def read(input_file: Path, output_hocr: Path, output_text: Path, options: Any) -> None:
        output_hocr.write_text(empty, "utf-8")
        output_text.write_text("[skipped page]", "utf-8")

    monkeypatch.setattr(TesseractOcrEngine, "generate_hocr", staticmethod(read))
    page, text = tmp_path / "page.hocr", tmp_path / "page.txt"
    plugin.VnadminEngine.generate_hocr(SCAN, page, text, options())
    assert page.read_text("utf-8") == empty
    assert text.read_text("utf-8") == "[skipped page]"
    assert caplog.text == ""


@pytest.mark.parametrize(("chosen", "ours"), [("auto", True), ("tesseract", True), ("none", False)])
def test_other_engines_are_left_to_other_plugins(chosen: str, ours: bool) -> None:
    assert isinstance(plugin.get_ocr_engine(None), plugin.VnadminEngine)
    found = plugin.get_ocr_engine(SimpleNamespace(ocr_engine=chosen))
    assert isinstance(found, plugin.VnadminEngine) is ours

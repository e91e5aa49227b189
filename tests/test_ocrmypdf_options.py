"""The OCRmyPDF plugin with the options its users know: the text is the restored one with each."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image

pytest.importorskip("ocrmypdf")
pikepdf = pytest.importorskip("pikepdf")

SCAN = Path(__file__).parents[1] / "docs" / "examples" / "official-letter" / "scan-1.png"
SHOWN = "Đẩy nhanh số hóa tài liệu theo Quyết định số 458/QĐ-TTg ngày 03 tháng 4 năm"
# What `eng` reads has no such words: wherever they stand vnadmin was at work.
OTHERS = ["của Thủ tướng Chính phủ", "Công văn số 655/UBND-NC", "Luật Lưu trữ"]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pages with some lines of the example each."""
    path = tmp_path_factory.mktemp("scan") / "scan.pdf"
    part = Image.open(SCAN).convert("L").crop((200, 960, 1650, 1260))
    part.save(path, save_all=True, append_images=[part], resolution=200)
    return path


@pytest.fixture(scope="module")
def read_before(scan: Path) -> Path:
    """The same with the layer that `eng` makes."""
    path = scan.with_name("before.pdf")
    command = [sys.executable, "-m", "ocrmypdf", "-q", "-l", "eng", "--output-type", "pdf"]
    subprocess.run([*command, scan, path], check=True)
    assert all(SHOWN not in text for text in texts(path))
    return path


def run(source: Path, out: Path, *options: str) -> int:
    command = [sys.executable, "-m", "ocrmypdf", "-q", "--plugin", "vnadmin.ocrmypdf_plugin"]
    command += ["-l", "eng", *options, str(source), str(out)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def texts(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as pdf:
        found = [page.get_textpage().get_text_range() for page in pdf]
    return [" ".join(text.replace("\ufffe", "-").split()) for text in found]


@pytest.mark.parametrize(
    ("options", "needs"),
    [
        (("--deskew", "--output-type", "pdf"), ""),
        (("--clean", "--output-type", "pdf"), "unpaper"),
        (("--rotate-pages", "--output-type", "pdf"), ""),
        (("--jobs", "2", "--optimize", "1", "--output-type", "pdfa"), "gs"),
        (("--force-ocr", "--optimize", "0", "--output-type", "pdf"), ""),
        (("--skip-text", "--output-type", "pdf"), ""),
        (("-l", "eng+vie", "--output-type", "pdf"), ""),
    ],
)
def test_a_scan(options: Sequence[str], needs: str, scan: Path, tmp_path: Path) -> None:
    if needs and not shutil.which(needs):
        pytest.skip(f"{needs} isn't installed")
    out, sidecar = tmp_path / "out.pdf", tmp_path / "out.txt"
    assert run(scan, out, "--sidecar", str(sidecar), *options) == 0
    for text in texts(out):
        assert all(words in text for words in [SHOWN, *OTHERS])
    told = sidecar.read_text("utf-8")
    assert told.count("\f") == 1
    assert all(words in " ".join(part.split()) for part in told.split("\f") for words in OTHERS)
    with pikepdf.open(out) as pdf:
        assert pdf.check_pdf_syntax() == []


@pytest.mark.parametrize("option", ["--redo-ocr", "--force-ocr"])
def test_a_scan_that_was_read_before(option: str, read_before: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    assert run(read_before, out, option, "--output-type", "pdf") == 0
    for text in texts(out):
        assert text.count(SHOWN) == 1
        assert text.count("Thu") == 0  # "cua Thu tuong", or what else `eng` had


def test_a_layer_that_is_there_is_refused_or_left(read_before: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    assert run(read_before, out, "--output-type", "pdf") == 6  # OCRmyPDF's code for it
    assert not out.exists()
    assert run(read_before, out, "--skip-text", "--output-type", "pdf") == 0
    assert texts(out) == texts(read_before)


def test_only_some_pages(scan: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    assert run(scan, out, "--pages", "2", "--output-type", "pdf") == 0
    first, second = texts(out)
    assert (first, SHOWN in second) == ("", True)


def test_what_is_no_pdf(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    assert run(broken, tmp_path / "out.pdf", "--output-type", "pdf") == 2
    assert not (tmp_path / "out.pdf").exists()

"""`vnadmin convert`: what is written where, what is never touched, how it ends."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from PIL import Image

import vnadmin
from vnadmin.archive import convert, executors
from vnadmin.archive.executors import LocalProcesses
from vnadmin.archive.inputs import find_inputs
from vnadmin.cli.main import main
from vnadmin.document import Document
from vnadmin.errors import InputError

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
SCAN = EXAMPLES / "official-letter" / "scan-1.png"
GARBLED = "Can ctr Nghi dinh s6 43/2014/ND-CP ngay 15 thang 5 ndm 2014 cua Chinh phu;\n"
HOCR = """\
<html><body><div class="ocr_page" title="bbox 0 0 800 600">
<span class="ocr_line" title="bbox 20 40 600 60">
<span class="ocrx_word" title="bbox 20 40 80 60; x_wconf 80">Chuong</span>
<span class="ocrx_word" title="bbox 90 40 160 60; x_wconf 90">trinh</span>
<span class="ocrx_word" title="bbox 170 40 260 60; x_wconf 90">cong</span>
<span class="ocrx_word" title="bbox 270 40 330 60; x_wconf 90">tac</span></span></div></body></html>
"""


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder with a text, an hOCR file in a folder of its own, and what is no document."""
    folder = tmp_path / "hộp 1"
    (folder / "2021").mkdir(parents=True)
    (folder / "a.txt").write_text(GARBLED, "utf-8")
    (folder / "2021" / "a.hocr").write_text(HOCR, "utf-8")
    (folder / ".hidden").write_text("x", "utf-8")
    (folder / "Thumbs.db").write_bytes(b"\0\1")
    return folder


def names(folder: Path) -> list[str]:
    """The files below a folder, but for a journal and what belongs to it."""
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sorted(str(path) for path in found if ".vnadmin" not in path.parts)


def errors(told: str) -> list[str]:
    """What was told on stderr, but for how it closed."""
    return [line for line in told.splitlines() if "; report: " not in line]


class Here(LocalProcesses):
    """Works in this process, where tests can replace what they want to fail."""

    def run(self, task: Any, items: Iterable[Any], window: int) -> Iterator[tuple[Any, Any]]:
        for item in items:
            yield item, task(item, lambda number: None)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "LocalProcesses", Here)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names(folder)}


def test_a_scan_in_all_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = SCAN.read_bytes()
    out = tmp_path / "out"
    assert main(["convert", str(SCAN), "-o", str(out), "--to", "txt,json,hocr,alto,pdf,html"]) == 0
    assert capsys.readouterr() == ("", "")
    forms = "alto hocr html json txt vnadmin.pdf".split()
    assert names(out) == [f"scan-1.png.{form}" for form in forms]
    text = (out / "scan-1.png.txt").read_text("utf-8")
    document = Document.from_json((out / "scan-1.png.json").read_text("utf-8"))
    assert document.text == text
    assert document.source.name == str(SCAN)
    assert document.pages[0].words
    words = text.split()
    hocr = ET.parse(out / "scan-1.png.hocr").iter("{http://www.w3.org/1999/xhtml}span")
    assert [e.text for e in hocr if e.get("class") == "ocrx_word"] == words
    alto = ET.parse(out / "scan-1.png.alto").iter(
        "{http://www.loc.gov/standards/alto/ns-v4#}String"
    )
    assert [e.get("CONTENT") for e in alto] == words
    with pdfium.PdfDocument(out / "scan-1.png.vnadmin.pdf") as pdf:
        copied = pdf[0].get_textpage().get_text_range().replace("\ufffe", "-")
    assert copied.split() == words
    assert SCAN.read_bytes() == before


def test_a_searchable_pdf_is_read_back_from_its_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = SCAN
    assert main(["convert", str(image), "-o", str(tmp_path), "--to", "pdf,txt"]) == 0
    monkeypatch.setattr("pytesseract.image_to_data", None)  # must not be called
    back = vnadmin.extract(tmp_path / "scan-1.png.vnadmin.pdf")
    assert back.pages[0].reading == "layer"
    assert back.text.split() == (tmp_path / "scan-1.png.txt").read_text("utf-8").split()


def test_a_folder_keeps_its_shape(
    box: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(box)
    out = tmp_path / "out"
    assert main(["convert", str(box), "-o", str(out), "--to", "txt,hocr,pdf"]) == 0
    assert names(out) == ["2021/a.hocr.hocr", "2021/a.hocr.txt", "a.txt.txt"]
    assert "Nghị định số 43/2014/NĐ-CP" in (out / "a.txt.txt").read_text("utf-8")
    told = errors(capsys.readouterr().err)
    assert sorted(told) == [
        f"vnadmin: warning: {box}/2021/a.hocr: has no page images, so it isn't written as pdf",
        f"vnadmin: warning: {box}/a.txt: has no page images, so it isn't written as pdf",
        f"vnadmin: warning: {box}/a.txt: has no word boxes, so it isn't written as hocr",
    ]
    assert contents(box) == before
    assert main(["convert", str(box / "a.txt"), "-o", str(out), "--to", "pdf"]) == 3
    assert "no page images" in capsys.readouterr().err


def test_one_fails_and_the_rest_is_done(
    box: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (box / "0.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    (box / "b.png").symlink_to(box / "nowhere")
    out = tmp_path / "out"
    assert main(["convert", str(box), "-o", str(out), "--to", "json"]) == 1
    assert names(out) == ["2021/a.hocr.json", "a.txt.json"]
    err = sorted(errors(capsys.readouterr().err))
    assert [line.split(":")[1] for line in err] == [" error", " error"]
    assert "0.pdf" in err[0]
    assert "b.png: no such file" in err[1]
    assert main(["convert", str(box / "0.pdf"), "-o", str(out)]) == 3


def test_an_unexpected_error_is_one_documents(
    here: None,
    box: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = convert.extract

    def fail(source: Path, **options: Any) -> Document:
        if source.suffix == ".hocr":
            raise ZeroDivisionError("a bug")
        return real(source, **options)

    monkeypatch.setattr(convert, "extract", fail)
    monkeypatch.delenv("VNADMIN_DEBUG", raising=False)
    assert main(["convert", str(box), "-o", str(tmp_path / "out")]) == 1
    assert names(tmp_path / "out") == ["a.txt.json", "a.txt.txt"]
    assert "a.hocr" in capsys.readouterr().err


def test_outputs_lie_outside_of_what_is_read(
    box: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link = tmp_path / "link"
    link.symlink_to(box)
    before = contents(box)
    for out in (box, box / "out", box / "2021", link / "out"):
        assert main(["convert", str(box), "-o", str(out)]) == 2
        assert "outside" in capsys.readouterr().err
    # An output that is an input, by name or by a link.
    for name, target in (("a.txt.txt", None), ("b.txt.txt", box / "a.txt")):
        other = tmp_path / name.split(".")[0]
        other.mkdir()
        source = box / name.removesuffix(".txt")
        source.write_text(GARBLED, "utf-8")
        (other / name).symlink_to(target or source)
        assert main(["convert", str(source), str(box / "a.txt"), "-o", str(other)]) == 2
        assert "would replace" in capsys.readouterr().err
        source.unlink() if target else None
    assert contents(box) == before


def test_two_files_with_the_same_outputs(
    box: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(box / "a.txt", other)
    assert main(["convert", str(box), str(other), "-o", str(tmp_path / "out")]) == 2
    assert "two folders" in capsys.readouterr().err
    same = [str(box / "a.txt"), str(box), str(box / "a.txt")]
    assert main(["convert", *same, "-o", str(tmp_path / "out"), "--to", "txt"]) == 0
    assert names(tmp_path / "out") == ["2021/a.hocr.txt", "a.txt.txt"]
    assert "2 converted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nowhere.pdf", "-o", "out"], 3, "no such file"),
        (["empty", "-o", "out"], 3, "no files to convert"),
        (["a.txt", "-o", "out", "--to", "txt,docx"], 2, "docx"),
        (["a.txt", "-o", "out", "--to", ","], 2, "none of txt"),
        (["a.txt"], 2, "-o"),
        (["a.txt", "-o", "out", "--pages", "0"], 2, "pages count from 1"),
        (["a.txt", "-o", "a.txt"], 5, "cannot write a.txt"),
        (["a.txt", "-o", "a.txt/out"], 5, "cannot write"),
    ],
)
def test_usage_and_errors(
    arguments: list[str],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text(GARBLED, "utf-8")
    assert main(["convert", *arguments]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert message in err
    assert names(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text("utf-8") == GARBLED


def test_a_full_disk_ends_it(
    here: None,
    box: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = os.fdopen

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def full(handle: int, *arguments: Any, **options: Any) -> Any:
        real(handle, *arguments, **options).close()
        return Full()

    monkeypatch.setattr("vnadmin.formats.output.os.fdopen", full)
    out = tmp_path / "out"
    assert main(["convert", str(box), "-o", str(out)]) == 5
    err = capsys.readouterr().err
    assert err.count("error:") == 1
    assert "No space left" in err
    assert names(out) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(box: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o500)
    assert main(["convert", str(box / "a.txt"), "-o", str(out)]) == 5


def test_a_name_that_is_too_long_costs_only_its_document(
    box: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (box / ("x" * 251 + ".txt")).write_text(GARBLED, "utf-8")
    assert main(["convert", str(box), "-o", str(tmp_path / "out"), "--to", "json"]) == 1
    assert names(tmp_path / "out") == ["2021/a.hocr.json", "a.txt.json"]
    assert "cannot write" in capsys.readouterr().err


def test_pages_and_options_reach_the_document(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(("\f".join([GARBLED, "Trang hai.\n", GARBLED])).encode())
    out = tmp_path / "out"
    arguments = ["--pages", "2-3", "--min-confidence", "1", "--to", "json"]
    assert main(["convert", str(path), "-o", str(out), *arguments]) == 0
    document = json.loads((out / "a.txt.json").read_text("utf-8"))
    assert document["text"] == "Trang hai.\n\f" + GARBLED
    assert document["edits"] == []


def test_a_pdf_keeps_the_pages_that_were_not_asked_for(tmp_path: Path) -> None:
    frames = [Image.new("L", (300, 200), 255), Image.open(SCAN), Image.new("L", (300, 200), 255)]
    path = tmp_path / "a.tiff"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert main(["convert", str(path), "-o", str(tmp_path), "--to", "pdf", "--pages", "2"]) == 0
    with pdfium.PdfDocument(tmp_path / "a.tiff.vnadmin.pdf") as pdf:
        lengths = [page.get_textpage().count_chars() for page in pdf]
    assert lengths[0] == lengths[2] == 0
    assert lengths[1] > 500


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        list(find_inputs([tmp_path / "x"], tmp_path / "out", problem=no_problem))


def no_problem(error: InputError) -> None:
    raise error


def test_what_is_partial_is_written_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = [Image.open(SCAN).convert("L"), Image.new("L", (3, 3), 255)]
    path = tmp_path / "a.tiff"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    out = tmp_path / "out"
    assert main(["convert", str(path), "-o", str(out), "--to", "json"]) == 1
    assert json.loads((out / "a.tiff.json").read_text("utf-8"))["complete"] is False
    assert "not complete: page 2" in capsys.readouterr().err
    assert main(["convert", str(path), "-o", str(out), "--to", "json"]) == 1
    assert "not complete: page 2" in capsys.readouterr().err  # named by itself: tried again

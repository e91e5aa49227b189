"""One page's failure doesn't lose the others: the document says that it is partial."""

from __future__ import annotations

import io
import json
import os
import signal
from pathlib import Path

import pytest
from pdfs import BODY, Sheet, encrypted, make_pdf
from PIL import Image

import vnadmin
from vnadmin.cli.main import main
from vnadmin.errors import ExitCode, InputError
from vnadmin.pipeline import extract_bytes
from vnadmin.scan import image, kind_of, pdf_process, read_pages


def damaged(page: int, count: int = 3) -> bytes:
    """A PDF one page of which is no page at all."""
    data = make_pdf([Sheet(BODY)] * count)
    kids = data.index(b"/Kids [") + len(b"/Kids [")
    numbers = data[kids : data.index(b"]", kids)].split(b" 0 R")
    wrong = b"%*d" % (len(numbers[page - 1]), 1)  # the catalogue
    numbers[page - 1] = wrong
    return data[:kids] + b" 0 R".join(numbers) + data[data.index(b"]", kids) :]


def test_pdfium_is_started_anew_every_so_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_process, "PAGES", 2)
    started: list[int] = []
    opening = pdf_process.PdfProcess.open

    def counted(self: pdf_process.PdfProcess) -> int:
        started.append(1)
        return opening(self)

    monkeypatch.setattr(pdf_process.PdfProcess, "open", counted)
    sheets = [Sheet([f"Trang {number}", *BODY]) for number in range(1, 6)]
    pages = list(read_pages(make_pdf(sheets), name="long.pdf", kind="pdf"))
    assert [page.text.split("\n")[0] for page in pages] == [f"Trang {n}" for n in range(1, 6)]
    assert len(started) == 3


def test_a_damaged_page_among_good_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "partly.pdf"
    path.write_bytes(damaged(2))
    document = vnadmin.extract(path)
    assert not document.complete
    assert document.warnings == ("page-failed: page 2: is damaged",)
    assert [page.number for page in document.pages] == [1, 3]
    assert document.text.count("\f") == 3
    assert [c.page for c in document.citations if c.number == "412/TTr-SNV"] == [1, 3]
    assert [page.complete for page in vnadmin.pages(path)] == [True, False, True]

    code = main(["extract", "--format", "json", str(path)])
    out, err = capsys.readouterr()
    assert code == ExitCode.SOME_FAILED
    assert json.loads(out)["complete"] is False
    assert err == (f"vnadmin: error: {path}: not complete: page 2: is damaged; the rest was read\n")


def test_the_first_page_damaged_and_all_damaged() -> None:
    document = extract_bytes(damaged(1), name="x")
    assert (document.complete, len(document.pages)) == (False, 2)
    with pytest.raises(InputError, match="x: page 1 is damaged"):
        extract_bytes(damaged(1, count=1), name="x")
    with pytest.raises(InputError, match="x: page 2 is damaged"):
        extract_bytes(damaged(2), name="x", pages=range(2, 3))


def test_a_crash_of_pdfium_costs_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = pdf_process.PdfProcess._ask

    def crash(self: pdf_process.PdfProcess, request: dict, data: bytes = b"") -> object:
        if request.get("page") in (2, 3):
            os.kill(self._process.pid, signal.SIGSEGV)
            self._process.wait()
        return ask(self, request, data)

    monkeypatch.setattr(pdf_process.PdfProcess, "_ask", crash)
    document = extract_bytes(make_pdf([Sheet(BODY)] * 4), name="x")
    assert document.warnings == (
        "page-failed: pages 2-3: made PDFium crash, or use too much memory",
    )
    monkeypatch.setattr(pdf_process, "MOST_CRASHES", 2)
    (_, rest) = extract_bytes(make_pdf([Sheet(BODY)] * 9), name="x").warnings
    assert rest == "page-failed: page 4: this page and all after it were given up"


def test_a_page_that_hangs_costs_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = pdf_process.PdfProcess._ask

    def hang(self: pdf_process.PdfProcess, request: dict, data: bytes = b"") -> object:
        if request.get("page") == 2:
            os.kill(self._process.pid, signal.SIGSTOP)
            monkeypatch.setattr(pdf_process, "SECONDS", 0.2)
        answer = ask(self, request, data)
        monkeypatch.setattr(pdf_process, "SECONDS", 60.0)
        return answer

    monkeypatch.setattr(pdf_process.PdfProcess, "_ask", hang)
    document = extract_bytes(make_pdf([Sheet(BODY)] * 3), name="x")
    (warning,) = document.warnings
    assert warning.startswith("page-failed: page 2: took PDFium more than")
    assert len(document.pages) == 2


def test_a_frame_of_a_tiff_that_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    page = next(iter(read_pages(make_pdf([Sheet(BODY)]), name="x", kind="pdf")))
    monkeypatch.setattr(image, "recognise", lambda _, number, **__: seen.append(number) or page)
    frames = [Image.effect_noise((300, 300), 50) for _ in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    data = bytearray(buffer.getvalue())
    tags = data.rindex(b"\x11\x01\x04\0\x01\0\0\0")  # where the last frame's pixels begin
    data[tags + 8 : tags + 12] = len(data).to_bytes(4, "little")
    document = extract_bytes(bytes(data), name="x")
    assert (seen, document.complete) == ([1, 2], False)
    (warning,) = document.warnings
    assert warning.startswith("page-failed: page 3: damaged or unsupported image")


HOCR = "<html><body>%s</body></html>"
PAGE = "<div class='ocr_page' title='bbox 0 0 9 9'><span class='ocrx_word'>một</span></div>"


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_an_ocr_file_that_is_cut_off(cut: int) -> None:
    data = (HOCR % (PAGE * 3)).encode()
    whole = data.index(b"</body>")
    document = extract_bytes(data[: whole - cut], name="x")
    assert (len(document.pages), document.complete) == (2, False)
    (warning,) = document.warnings
    assert warning.startswith("page-failed: page 3: damaged: ends within a page")
    with pytest.raises(InputError, match="ends within a page"):
        extract_bytes((HOCR % PAGE).encode()[:60], name="x")


def test_an_empty_user_password_opens_and_another_is_asked_for() -> None:
    assert kind_of(encrypted(b"")) == "pdf"
    assert extract_bytes(encrypted(b""), name="x").text.startswith("Some plain text")
    with pytest.raises(InputError, match=r"x: PDF is encrypted; .*qpdf --decrypt"):
        extract_bytes(encrypted(b"secret"), name="x")

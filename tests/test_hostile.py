"""Hostile and mistaken files: a clear error that names the file, or pages that can be read."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from pdfs import BODY, Sheet, assemble, make_pdf, stream
from PIL import Image

import vnadmin
from vnadmin.cli.main import main
from vnadmin.errors import ExitCode, InputError, VnadminError
from vnadmin.formats import markup, source
from vnadmin.pipeline import extract_bytes
from vnadmin.scan import RawPage, image, kind_of, pdf, pdf_worker

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> list[Image.Image]:
    """Pictures that would have been recognised; an engine that reads the same on each."""
    seen: list[Image.Image] = []

    def recognise(picture: Image.Image, *, number: int, **_: object) -> RawPage:
        seen.append(picture)
        return RawPage(number, picture.width, picture.height, "Một trang", ())

    monkeypatch.setattr(pdf, "recognise", recognise)
    monkeypatch.setattr(image, "recognise", recognise)
    return seen


def one_page(content: bytes, box: bytes = b"0 0 595 842", more: bytes = b"") -> bytes:
    return assemble(
        [
            CATALOG,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R %s >>" % (box, more),
            content,
            stream(zlib.compress(bytes(900_000)), b"/Filter /FlateDecode"),
        ]
    )


def deflated(byte: bytes, size: int, layers: int = 1) -> bytes:
    data, filters = byte * size, b"/FlateDecode " * layers
    for _ in range(layers):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter [%s]" % filters)


BIG_IMAGE = (
    b"/Type /XObject /Subtype /Image /ColorSpace /DeviceRGB /BitsPerComponent 8 "
    b"/Width 60000 /Height 60000 /Filter /FlateDecode"
)
PICTURE = b"/Resources << /XObject << /Im 5 0 R >> >>"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.4\n", "damaged PDF"),
        (make_pdf([Sheet(BODY)])[:300], "damaged PDF"),
        (assemble([CATALOG, b"<< /Type /Pages /Kids [] /Count 0 >>"]), "PDF without pages|damaged"),
        (assemble([CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"]), "damaged"),
        (assemble([CATALOG, b"<< /Type /Pages /Kids [1 0 R] /Count 2000000000 >>"]), None),
        (assemble([b"<< /Type /Catalog /Pages 1 0 R >>"]), None),
        (one_page(stream(b""), box=b"0 0 1e30 1e30"), None),
        (one_page(stream(b"BT " + b"[" * 200_000), more=b"/Rotate 1e99"), None),
        (one_page(stream(b"q " * 300_000)), None),
        (one_page(deflated(b" ", 50_000_000, layers=2)), None),
        (one_page(stream(b""), box=b"0 0 90000 90000"), None),
        (
            one_page(stream(b"q 595 0 0 842 0 0 cm /Im Do Q"), more=PICTURE).replace(
                b" /Filter /FlateDecode", BIG_IMAGE
            ),
            None,
        ),
        (
            make_pdf([Sheet(BODY)]).replace(
                b"/Type /Catalog",
                b"/Type /Catalog /OpenAction << /S /JavaScript /JS (while(1);) >>",
            ),
            None,
        ),
    ],
)
def test_hostile_pdfs(data: bytes, message: str | None, tmp_path: Path) -> None:
    path = tmp_path / "hostile.txt"
    path.write_bytes(data)
    started = time.monotonic()
    if message is None:
        assert vnadmin.extract(path).source.kind == "pdf"
    else:
        with pytest.raises(InputError, match=message) as caught:
            vnadmin.extract(path)
        assert str(caught.value).startswith(f"{path}: ")
    assert time.monotonic() - started < 30
    assert path.read_bytes() == data


def test_pdfium_is_bounded_in_memory_and_time() -> None:
    code = (
        "from vnadmin.scan import pdf_worker; pdf_worker._limit(); "
        f"bytearray({pdf_worker.MOST_MEMORY})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr


def test_what_the_process_of_pdfium_is_given_is_only_the_file(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(3)")  # must not shadow the real one
    path = tmp_path / "ngh\udcffị định.pdf"
    path.write_bytes(make_pdf([Sheet(BODY)]))
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        assert vnadmin.extract(Path(path.name)).text.startswith("Căn cứ")
    finally:
        os.chdir(here)


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "application/vnd.oasis.opendocument.text")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml"), "Word document"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "Excel workbook"),
        (zipped("[Content_Types].xml"), "Office document"),
        (zipped("a.pdf", "b.pdf"), "ZIP archive"),
        (zipped(), "empty ZIP archive"),
        (
            b"PK\3\4" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text",
            "OpenDocument",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office document"),
        (b"{\\rtf1\\ansi Quyet dinh", "rich text"),
        (b"<!DOCTYPE html>\n<html><body>Quy\xe1\xba\xbft</body></html>", "web page"),
        (b"\xef\xbb\xbf <!-- x --><HTML lang=vi>", "web page"),
        (b"\0\0\0\x18ftypheic" + bytes(50), "HEIC"),
        (b"AT&TFORM\0\0", "DjVu"),
        (b"%!PS-Adobe-3.0", "PostScript"),
        (b"\x1f\x8b\x08" + bytes(20), "gzip"),
        (b"Rar!\x1a\x07\x01\0", "RAR"),
    ],
)
def test_files_given_by_mistake(
    data: bytes, what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(data)
    for command in ("extract", "restore"):
        assert main([command, str(path)]) == ExitCode.BAD_INPUT
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert str(path) in err
        assert what in err
        assert "; " in err  # and what to do


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def sheet(mode: str = "L") -> Image.Image:
    """Paper with a black mark at the upper left."""
    picture = Image.new("L", (120, 160), 255)
    picture.paste(0, (0, 0, 30, 30))
    return picture.convert(mode)


def tiles() -> bytes:
    """A tiled TIFF: four tiles of 16 by 16."""
    data = b"".join(bytes([value] * 256) for value in (0, 255, 255, 255))
    tags = [(256, 32), (257, 32), (258, 8), (259, 1), (262, 1), (277, 1), (322, 16), (323, 16)]
    at = 8 + 2 + 12 * 10 + 4
    entries = b"".join(
        tag.to_bytes(2, "little") + b"\3\0\1\0\0\0" + value.to_bytes(4, "little")
        for tag, value in tags
    )
    offsets = at.to_bytes(4, "little"), (at + 16).to_bytes(4, "little")
    entries += b"\x44\1\4\0\4\0\0\0" + offsets[0] + b"\x45\1\4\0\4\0\0\0" + offsets[1]
    places = b"".join((at + 32 + 256 * n).to_bytes(4, "little") for n in range(4))
    counts = (256).to_bytes(4, "little") * 4
    return b"II*\0\x08\0\0\0\x0a\0" + entries + bytes(4) + places + counts + data


EXIF = Image.Exif()
EXIF[0x0112] = 3  # turned by half


@pytest.mark.parametrize(
    "data",
    [
        saved(sheet(), "PNG"),
        saved(sheet("1"), "PNG"),
        saved(sheet("P"), "PNG"),
        saved(sheet("I").point(lambda v: v * 257).convert("I;16"), "PNG"),
        saved(sheet("CMYK"), "JPEG", quality=95),
        saved(sheet().rotate(180), "JPEG", exif=EXIF, quality=95),
        saved(sheet("RGB"), "WEBP", lossless=True),
        saved(sheet("RGB"), "BMP"),
        saved(sheet(), "GIF"),
        saved(sheet("1"), "PPM"),
        saved(sheet("RGB"), "PPM"),
        saved(sheet(), "JPEG2000"),
        saved(sheet("1"), "TIFF", compression="group4", dpi=(200, 100)),
        saved(sheet(), "TIFF", compression="tiff_lzw"),
        saved(sheet("RGB"), "TIFF", compression="jpeg"),
        saved(sheet(), "TIFF", compression="tiff_adobe_deflate"),
        saved(sheet(), "TIFF", big_tiff=True),
        tiles(),
        saved(sheet("LA"), "PNG"),
    ],
)
def test_every_kind_of_picture_reaches_the_engine_upright(
    data: bytes, no_engine: list[Image.Image], tmp_path: Path
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(data)
    assert vnadmin.extract(path).source.kind == "image"
    (picture,) = no_engine
    assert picture.mode in ("L", "RGB")
    grey = picture.convert("L")
    assert grey.getpixel((5, 5)) < 25
    assert grey.getpixel((grey.width - 5, grey.height - 5)) > 230


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP", "JPEG2000"])
def test_pictures_cut_off_anywhere(kind: str) -> None:
    whole = saved(Image.effect_noise((200, 200), 80), kind)
    for part in (0.05, 0.3, 0.9):
        data = whole[: int(len(whole) * part)]
        assert kind_of(data[:4096]) == "image"
        with pytest.raises(InputError, match="x: damaged or unsupported image"):
            extract_bytes(data, name="x")


def test_empty_files_and_a_folder_of_that_name(tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    path.touch()
    folder = tmp_path / "x.pdf"
    folder.mkdir()
    for read in (vnadmin.extract, lambda path: list(vnadmin.pages(path))):
        with pytest.raises(InputError, match=r"empty\.pdf: is empty \(0 bytes\)"):
            read(path)
        with pytest.raises(InputError, match=r"x\.pdf: is a directory; name the files in it"):
            read(folder)
    assert extract_bytes(b"", name="-").text == ""  # a program that printed nothing


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(make_pdf([Sheet(BODY)]))
    path.chmod(0)
    if os.geteuid() == 0:  # root may read anything
        refused = PermissionError(13, "Permission denied")

        def refuse(*_: object, **__: object) -> None:
            raise refused

        monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"x\.pdf: permission denied"):
        vnadmin.extract(path)


def test_pipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert stat.S_ISFIFO(path.stat().st_mode)
    text = "x" * 200_000  # more than a pipe holds
    writer = threading.Thread(target=lambda: path.write_text(text, "utf-8"))
    writer.start()
    assert vnadmin.extract(path).text == text
    writer.join()
    monkeypatch.setattr(source, "_WAIT", 0.1)
    with pytest.raises(InputError, match="pipe: a pipe that no program writes to"):
        vnadmin.extract(path)
    monkeypatch.setattr(source, "MOST_BYTES", 5_000_000)
    with pytest.raises(InputError, match="/dev/zero: more than"):
        vnadmin.extract(Path("/dev/zero"))


def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing.png"
    path.write_bytes(saved(sheet(), "PNG"))

    def recognise(_: Image.Image, *, number: int, **__: object) -> RawPage:
        with path.open("ab") as more:
            more.write(b"more")
        return RawPage(number, 9, 9, "một", ())

    monkeypatch.setattr(image, "recognise", recognise)
    with pytest.raises(InputError, match=r"growing\.png: changed while it was read"):
        vnadmin.extract(path)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 9}">' for n in range(1, 20))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (f'<!DOCTYPE alto [<!ENTITY l0 "ha">{LAUGHS}]><alto><Page>&l19;</Page></alto>', "entities"),
        (f"<!DOCTYPE html [{LAUGHS}]><html><div class='ocr_page'>&l19;</div>", "entities"),
        ("<alto>" + "<Page>" * 100_000, "nested|too deep"),
        ("<html><div class='ocr_page'>" + "<div>" * 100_000, "nested"),
        ("<html><div class='ocr_page'>" + "<i/>" * 9000, "large a page"),
    ],
)
def test_xml_that_explodes(data: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "_MOST", 8000)
    with pytest.raises(VnadminError, match=f"^x: .*{message}"):
        extract_bytes(data.encode(), name="x")


def test_hocr_of_one_long_line() -> None:
    word = "<span class='ocrx_word' title='bbox 0 0 9 9'>một</span> "
    page = f"<div class='ocr_page' title='bbox 0 0 9 9'>{word * 200}</div>"
    started = time.monotonic()
    document = extract_bytes(f"<html>{page * 20}</html>".encode(), name="x")
    assert len(document.pages) == 20
    assert time.monotonic() - started < 60

"""Files → pages, with the real Tesseract on small rendered pages; hostile files."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pypdfium2 as pdfium
import pytesseract
import pytest
from PIL import Image, ImageDraw, ImageFont

from vnadmin.errors import InputError, MissingProgramError
from vnadmin.scan import RawPage, kind_of, read_pages
from vnadmin.scan.tesseract import _assemble

# Pillow warns of what it then refuses; the command line silences it.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

FIRST = ["THE FIRST LINE OF TEXT", "and the second line of it"]
LAST = ["ANOTHER PART FAR BELOW"]


def page_image(first: str = FIRST[0]) -> Image.Image:
    """A small clean page: two lines, a gap, another line."""
    image = Image.new("L", (900, 500), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(44)
    for y, line in zip((40, 110, 380), [first, FIRST[1], *LAST], strict=True):
        draw.text((50, y), line, fill=0, font=font)
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def read(data: bytes, **options: object) -> list[RawPage]:
    kind = kind_of(data[:4096])
    return list(read_pages(data, name="x", kind=kind, **options))  # type: ignore[arg-type]


def test_image_to_lines_words_and_boxes(tmp_path: Path) -> None:
    path = tmp_path / "scan.txt"  # what it is, not what it is called
    path.write_bytes(saved(page_image(), "PNG"))
    (page,) = read_pages(path, name="x", kind=kind_of(path.read_bytes()))
    assert (page.number, page.width, page.height) == (1, 900, 500)
    blocks = [block.split("\n") for block in page.text.split("\n\n")]
    assert blocks == [FIRST, LAST]
    words = {page.text[w.start : w.end]: w for w in page.words}
    assert list(words) == " ".join(FIRST + LAST).split()
    assert words["FIRST"].confidence > 0.8
    x0, y0, x1, y1 = words["BELOW"].box
    assert 400 < x0 < x1 <= 900
    assert 370 < y0 < y1 < 450


def test_multipage_tiff_and_page_choice() -> None:
    pages = [page_image(f"PAGE NUMBER {n}") for n in ("ONE", "TWO", "THREE")]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    got = read(data, pages=range(2, 9))
    assert [page.number for page in got] == [2, 3]
    assert got[0].text.startswith("PAGE NUMBER TWO")
    with pytest.raises(InputError, match="has 3 page"):
        read(data, pages=range(4, 5))


def test_pdf_of_pictures_is_recognised() -> None:
    data = saved(page_image(), "PDF", resolution=300)
    (page,) = read(data)
    assert page.reading == "ocr"
    assert FIRST[1] in page.text.split("\n")
    assert abs(page.width - 900) <= 2


def text_pdf(lines: list[str]) -> bytes:
    """A PDF page with a text layer in a standard font, written by hand."""
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 14 Tf 18 TL 72 700 Td {shown} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = b"%sxref\n0 6\n0000000000 65535 f \n%s" % (body, table)
    return start + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(body)


def test_a_text_layer_is_used_and_has_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytesseract, "image_to_data", None)  # must not be called
    (page,) = read(text_pdf(["A line of plain text", "and one more line"]))
    assert page.reading == "layer"
    assert page.text == "A line of plain text\nand one more line"
    word = next(w for w in page.words if page.text[w.start : w.end] == "plain")
    x0, y0, x1, y1 = word.box
    assert 72 * 300 / 72 < x0 < x1 < page.width / 2
    assert abs(y1 - (842 - 700) * 300 / 72) < 20
    assert y0 < y1
    assert (page.width, page.height) == (2479, 3508)


def test_an_english_engines_layer_over_a_scan_is_not_used() -> None:
    document = pdfium.PdfDocument(text_pdf(["Vé viéc tiep tuc tang cuong cong tac dan van"]))
    page = document[0]
    sheet = Image.new("RGB", (1190, 1684), "white")
    sheet.paste(page_image(), (100, 100))
    picture = pdfium.PdfImage.new(document)
    picture.set_bitmap(pdfium.PdfBitmap.from_pil(sheet))
    picture.set_matrix(pdfium.PdfMatrix().scale(595, 842))
    page.insert_obj(picture)
    page.gen_content()
    buffer = io.BytesIO()
    document.save(buffer)
    (got,) = read(buffer.getvalue())
    assert FIRST[1] in got.text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\nnothing more", "damaged PDF"),
        (text_pdf(["x"]).replace(b"/Kids [3 0 R] /Count 1", b"/Kids [] /Count 0     "), "page|PDF"),
        (saved(page_image(), "PNG")[:900], "damaged or unsupported image"),
        (b"\x89PNG\r\n\x1a\n", "damaged or unsupported image"),
        (saved(page_image(), "JPEG")[:200], "damaged or unsupported image"),
        (b"II*\0" + b"\xff" * 40, "damaged or unsupported image"),
        (saved(Image.new("L", (3, 3)), "PNG"), "too small"),
        (saved(Image.new("1", (32_500, 8)), "PNG"), "too large"),
    ],
)
def test_hostile_files_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(data)


def test_a_huge_image_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(Image.new("1", (30_000, 30_000)), "TIFF", compression="group4")
    assert len(data) < 1_000_000
    monkeypatch.setattr(Image.Image, "convert", None)  # nothing may be decoded
    with pytest.raises(InputError, match="too large"):
        read(data)


def test_an_encrypted_pdf_says_so() -> None:
    encrypted = text_pdf(["x"]).replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
        b"/O (01234567890123456789012345678901) /U (01234567890123456789012345678901) >>",
    )
    with pytest.raises(InputError, match="encrypted"):
        read(encrypted)


def test_damage_anywhere_ends_in_pages_or_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = {key: [] for key in ("level", "text", "block_num", "par_num", "line_num")}
    monkeypatch.setattr(pytesseract, "image_to_data", lambda *a, **k: empty)
    chance, messages = random.Random(1), []
    for good in (
        text_pdf(["some text"]),
        saved(page_image(), "PNG"),
        saved(page_image(), "JPEG"),
        saved(page_image().convert("1"), "TIFF", compression="group4"),
        saved(page_image().convert("P"), "GIF"),
    ):
        for _ in range(40):
            data = bytearray(good)
            for _ in range(chance.choice([1, 20])):
                data[chance.randrange(len(data))] = chance.randrange(256)
            kind = kind_of(bytes(data[:4096]))
            if kind not in ("pdf", "image"):
                continue
            try:
                assert read(bytes(data)) is not None
            except InputError as error:
                messages.append(str(error))
    assert messages
    assert all(message.startswith("x: ") and "\n" not in message for message in messages)


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "CMYK", "I;16", "I", "F", "RGB"])
def test_every_mode_of_image_is_read(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Image.Image] = []
    empty = {key: [] for key in ("level", "text", "block_num", "par_num", "line_num")}
    monkeypatch.setattr(pytesseract, "image_to_data", lambda i, **k: seen.append(i) or empty)
    image = page_image()
    if mode == "I;16":
        image = image.convert("I").point(lambda v: v * 256).convert("I;16")
    else:
        image = image.convert(mode)
    read(saved(image, "TIFF"))
    assert seen[0].mode == "L"
    assert seen[0].getpixel((2, 2)) > 250  # paper stays white
    assert seen[0].getextrema()[0] < 20


def test_missing_tesseract_or_language(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(page_image(), "PNG")
    with pytest.raises(MissingProgramError, match=r"language 'xyz' is not installed.*apt-get"):
        read(data, language="xyz")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(MissingProgramError, match=r"Tesseract is not installed.*apt-get"):
        read(data)


def test_a_page_that_takes_too_long() -> None:
    with pytest.raises(InputError, match="page 1 took Tesseract more than 0 s"):
        read(saved(page_image(), "PNG"), timeout=0.01)


def test_assembling_an_empty_table() -> None:
    empty = {key: [] for key in ("level", "text", "block_num", "par_num", "line_num")}
    assert _assemble(empty) == ("", ())


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", "text"),
        (b"P5 la mot muc", "text"),
        (b"P5\n# made by hand\n640 480\n255\n\0", "image"),
        (b"PDF la gi", "text"),
        (b"BM la ban", "text"),
        (b"  %PDF-1.4", "pdf"),
        (b'<?xml version="1.0"?><alto xmlns="x">', "alto"),
        (b"<html><div class='ocr_page'>", "hocr"),
        (b"<p>text", "text"),
    ],
)
def test_kinds_by_content(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind

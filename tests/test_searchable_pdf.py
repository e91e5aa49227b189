"""Searchable PDFs: what they show is unchanged, what they hold is found and copied right."""

from __future__ import annotations

import ctypes
import errno
import io
import shutil
import subprocess
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from vnadmin.document import Document, Edit, Page, Reading, Source, Word
from vnadmin.errors import InputError, OutputError, UsageError
from vnadmin.formats.glyphless import _program
from vnadmin.formats.output import atomic_output
from vnadmin.formats.pdf import write_pdf

SIZE = (1240, 1754)  # A4 at 150 dpi
LINES = (
    "ỦY BAN NHÂN DÂN TỈNH",
    "Số: 23-QĐ/TW ngày 4 tháng 3",
    "Điều 3 . Đề nghị các đồng chí – “nghiêm túc”",
)


def document(
    source: Path,
    lines: Sequence[str] = LINES,
    *,
    kind: Any = "pdf",
    size: tuple[int, int] = SIZE,
    reading: Reading | None = "ocr",
    edits: tuple[Edit, ...] = (),
    pages: Sequence[int] = (1,),
) -> Document:
    """A document whose every page has `lines`, each word as wide as its letters are many."""
    text, made = "", []
    for number in pages:
        start, words = len(text), []
        for row, line in enumerate(lines):
            x, y = 100, 200 + 60 * row
            for word in line.split(" "):
                end = len(text) + len(word)
                words.append(Word(len(text), end, (x, y, x + 16 * len(word), y + 30), 0.9))
                text, x = text + word + " ", x + 16 * len(word) + 12
            text = text[:-1] + "\n"
        text += "\f"
        made.append(Page(number, *size, start, len(text) - 1, tuple(words), reading=reading))
    whole = Source(str(source), "0" * 64, kind, len(made))
    return Document("0" * 16, whole, text, pages=tuple(made), edits=edits)


def written(made: Document, source: Path) -> bytes:
    buffer = io.BytesIO()
    write_pdf(made, source, buffer)
    return buffer.getvalue()


def text_of(data: bytes, page: int = 0) -> str:
    """What a viewer copies of a page, its lines as PDFium divides them."""
    with pdfium.PdfDocument(data) as pdf:
        return str(pdf[page].get_textpage().get_text_range()).replace("\r\n", "\n")


def rendered(data: bytes, page: int = 0) -> Image.Image:
    with pdfium.PdfDocument(data) as pdf:
        return pdf[page].render(scale=1).to_pil().convert("L")  # type: ignore[no-any-return]


def picture(mode: str = "L", size: tuple[int, int] = SIZE) -> Image.Image:
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).polygon([(90, 190), (700, 240), (300, 900)], fill=60)
    return image.convert(mode)


def content(lines: Sequence[str], mode: int, y: int = 700) -> str:
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    return f"BT {mode} Tr /F1 14 Tf 18 TL 72 {y} Td {shown} ET"


def scan_pdf(
    path: Path,
    contents: Sequence[str] = ("q 595 0 0 842 0 0 cm /Im Do Q",),
    *,
    form: str | None = None,
    **page_keys: Any,
) -> None:
    """A PDF, a page for each of `contents`, all with the same resources: /Im, /F1 and /Fm."""
    pdf = pikepdf.new()
    jpeg = io.BytesIO()
    picture("RGB").save(jpeg, "JPEG")
    image = pdf.make_stream(
        jpeg.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=SIZE[0],
        Height=SIZE[1],
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(Im=image), Font=pikepdf.Dictionary(F1=font)
    )
    if form is not None:
        resources.XObject.Fm = pdf.make_stream(
            form.encode(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=pikepdf.Array([0, 0, 595, 842]),
            Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
        )
    shared = pdf.make_indirect(resources)
    for each in contents:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj.Resources = shared
        page.obj.Contents = pdf.make_stream(each.encode())
        for key, value in page_keys.items():
            page.obj[pikepdf.Name("/" + key)] = value
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Mục lục", 0))
    pdf.save(path)


def images_of(data: bytes | Path) -> list[bytes]:
    with pikepdf.open(io.BytesIO(data) if isinstance(data, bytes) else data) as pdf:
        streams = [each for each in pdf.objects if isinstance(each, pikepdf.Stream)]
        return sorted(s.read_raw_bytes() for s in streams if s.get("/Subtype") == "/Image")


def test_words_are_found_and_copied_as_they_are(tmp_path: Path) -> None:
    source = tmp_path / "scan.pdf"
    scan_pdf(source)
    before = source.read_bytes()
    data = written(document(source), source)
    assert text_of(data).split("\n") == list(LINES)
    with pdfium.PdfDocument(data) as pdf:
        found = pdf[0].get_textpage().search("ngày 4 tháng 3").get_next()
        assert found == (text_of(data).replace("\n", "\r\n").index("ngày 4"), 14)
    assert images_of(data) == images_of(source)
    assert ImageChops.difference(rendered(data), rendered(before)).getbbox() is None
    assert source.read_bytes() == before
    with pikepdf.open(io.BytesIO(data)) as pdf, pdf.open_outline() as outline:
        assert outline.root[0].title == "Mục lục"
        assert not pdf.check_pdf_syntax()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils isn't installed")
@pytest.mark.parametrize("mode", ["-raw", "-layout"])
def test_poppler_finds_them_too(tmp_path: Path, mode: str) -> None:
    source = tmp_path / "scan.pdf"
    scan_pdf(source)
    made = tmp_path / "out.pdf"
    made.write_bytes(written(document(source), source))
    done = subprocess.run(["pdftotext", mode, made, "-"], capture_output=True, check=True)
    assert not done.stderr
    assert [
        " ".join(line.split()) for line in done.stdout.decode().splitlines() if line.strip()
    ] == list(LINES)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [(0, 0, 595, 842), (50, 30, 550, 800)])
def test_words_stand_where_they_were_read(
    tmp_path: Path, turned: int, crop: tuple[int, int, int, int]
) -> None:
    source = tmp_path / "scan.pdf"
    scan_pdf(source, Rotate=turned, CropBox=pikepdf.Array(crop))
    with pdfium.PdfDocument(source) as pdf:
        size = tuple(round(side * 2) for side in pdf[0].get_size())
    made = document(source, size=size)  # type: ignore[arg-type]
    data = written(made, source)
    sides = [ctypes.c_double() for _ in range(4)]
    x, y = ctypes.c_int(), ctypes.c_int()
    with pdfium.PdfDocument(data) as pdf:
        page = pdf[0]
        textpage = page.get_textpage()
        text = textpage.get_text_range()
        for word in made.pages[0].words[:3]:
            at = text.index(made.text[word.start : word.end])
            for index, edge in ((at, 0), (at + word.end - word.start - 1, 2)):
                raw.FPDFText_GetCharBox(textpage, index, *sides)
                left, right, bottom, top = (side.value for side in sides)
                corners = []
                for px, py in ((left, bottom), (right, top)):
                    raw.FPDF_PageToDevice(page, 0, 0, *size, 0, px, py, x, y)
                    corners.append((x.value, y.value))
                across = sorted(corner[0] for corner in corners)
                down = sorted(corner[1] for corner in corners)
                assert across[edge // 2] == pytest.approx(word.box[edge], abs=3)
                assert down == pytest.approx([word.box[1], word.box[3]], abs=4)


def test_the_text_layer_that_was_there_is_gone(tmp_path: Path) -> None:
    source = tmp_path / "scan.pdf"
    scan = "q 595 0 0 842 0 0 cm /Im Do Q"
    hidden = content(["Uy ban nhan dan tinh", "garbled"], 3)
    under = content(["covered by the picture"], 0)
    stamp = content(["Seen"], 0, 20)
    pages = [f"{scan} {hidden} {stamp}", f"{under} {scan}", f"{scan} q /Fm Do Q"]
    scan_pdf(source, pages, form="q " + content(["in a form"], 3) + " Q")
    data = written(document(source, pages=(1, 2, 3)), source)
    for number in range(3):
        assert text_of(data, number).strip("\n ").split("\n") == list(LINES)
        before = rendered(source.read_bytes(), number)
        assert ImageChops.difference(rendered(data, number), before).getbbox() is None
    assert images_of(data) == images_of(source)
    assert b"garbled" not in b"".join(streams(data))
    # The pages had the same resources and form: what one loses, another that isn't touched keeps.
    data = written(document(source, pages=(2,)), source)
    assert "garbled" in text_of(data, 0)
    assert "in a form" in text_of(data, 2)
    again = tmp_path / "again.pdf"
    again.write_bytes(written(document(source, pages=(1, 2, 3)), source))
    assert text_of(written(document(again), again)).strip("\n ").split("\n") == list(LINES)


def test_a_form_that_is_drawn_twice(tmp_path: Path) -> None:
    source = tmp_path / "scan.pdf"
    page = f"/Fm Do {content(['Seen'], 0, 20)} q /Fm Do Q {content(['unseen'], 3)}"
    scan_pdf(source, [page], form=content(["hidden", "away"], 3) + content(["mark"], 0, 500))
    before = source.read_bytes()
    data = written(document(source), source)
    assert ImageChops.difference(rendered(data), rendered(before)).getbbox() is None
    assert text_of(data).strip("\n ").split("\n") == list(LINES)
    assert not any(word in b"".join(streams(data)) for word in (b"hidden", b"unseen"))


def test_content_that_unpacks_without_end_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vnadmin.formats.old_text._LARGEST", 10_000)
    monkeypatch.setattr("vnadmin.formats.old_text._MOST_OPERATORS", 1000)
    source = tmp_path / "bomb.pdf"
    # A form that draws itself, over and over; a page of blanks.
    scan_pdf(source, ["/Fm Do " * 200, content(["fine"], 3)], form="/Fm Do " * 200)
    with pikepdf.open(source, allow_overwriting_input=True) as pdf:
        form = pdf.pages[0].Resources.XObject.Fm
        form.Resources.XObject = pikepdf.Dictionary(Fm=form)
        blanks = pdf.make_stream(zlib.compress(b" " * 1_000_000), Filter=pikepdf.Name.FlateDecode)
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[2].Contents = blanks
        pdf.save(source)
    buffer = io.BytesIO()
    notes = write_pdf(document(source, pages=(1, 2, 3)), source, buffer)
    assert [note.split("(")[0] for note in notes] == [
        f"{source}: page 1 keeps the text it had ",
        f"{source}: page 3 keeps the text it had ",
    ]
    assert text_of(buffer.getvalue(), 1).split("\n") == list(LINES)


def streams(data: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = [each for each in pdf.objects if isinstance(each, pikepdf.Stream)]
        return [s.read_bytes() for s in found if s.get("/Subtype") != "/Image"]


def test_a_page_whose_text_is_right_stays_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "born.pdf"
    scan_pdf(source, [content(["A line of text that one sees"], 0)])
    assert text_of(written(document(source, reading="layer"), source)).startswith("A line")
    # A misprint that was mended is no reason to touch what one sees …
    slip = Edit(0, 2, 0, 2, "UY", "ỦY", "word", 0.9)
    made = document(source, reading="layer", edits=(slip,))
    assert text_of(written(made, source)).startswith("A line")
    # … a page in a legacy encoding is.
    spoilt = Edit(0, 60, 0, 60, "x" * 60, "y" * 60, "encoding", 0.9)
    made = document(source, reading="layer", edits=(spoilt,))
    data = written(made, source)
    assert text_of(data).strip("\n ").split("\n") == list(LINES)
    assert ImageChops.difference(rendered(data), rendered(source.read_bytes())).getbbox() is None
    # A hidden layer is replaced whatever was mended in it.
    scan_pdf(source, ["q 595 0 0 842 0 0 cm /Im Do Q " + content(["UY ban"], 3)])
    made = document(source, reading="layer", edits=(slip,))
    assert text_of(written(made, source)).split("\n") == list(LINES)


def test_a_split_word_is_two_words(tmp_path: Path) -> None:
    source = tmp_path / "scan.pdf"
    scan_pdf(source)
    text = "phòng họp khôngcó gì\n\f"
    words = (Word(0, 9, (100, 100, 250, 130), 0.5), Word(10, 20, (260, 100, 400, 130), 0.5))
    page = Page(1, *SIZE, 0, len(text) - 1, words, reading="ocr")
    made = Document("0" * 16, Source("x", "0" * 64, "pdf", 1), text, pages=(page,))
    assert text_of(written(made, source)).split() == text.split()


words = st.text("aăâđêơưạếỗỳ0123456789-–/.,“”()Đ", min_size=1, max_size=8)


@settings(max_examples=60)
@given(st.lists(st.tuples(words, st.integers(-5, 30), st.integers(4, 90)), min_size=1, max_size=12))
def test_boxes_that_touch_or_overlap_keep_words_apart(
    tmp_path_factory: pytest.TempPathFactory, line: list[tuple[str, int, int]]
) -> None:
    source = tmp_path_factory.getbasetemp() / "blank.pdf"
    if not source.exists():
        scan_pdf(source)
    text, x, placed = "", 50, []
    for word, gap, width in line:
        x += gap
        placed.append(Word(len(text), len(text) + len(word), (x, 200, x + width, 230), 1.0))
        text, x = text + word + " ", x + width
    page = Page(1, *SIZE, 0, len(text), tuple(placed), reading="ocr")
    made = Document("0" * 16, Source("x", "0" * 64, "pdf", 1), text, pages=(page,))
    data = written(made, source)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        stream = pdf.pages[0].Contents[0].read_bytes().decode()  # type: ignore[index]
    shown = "".join(
        bytes.fromhex(part[1:-1]).decode("utf-16-be")
        for part in stream.split()
        if part.startswith("<")
    )
    assert shown.split(" ") == text.split()
    got = text_of(data).replace("\ufffe", "-").replace("\x02", "-")
    assert "".join(got.split()) == "".join(text.split())


def saved(image: Image.Image, path: Path, **options: Any) -> Path:
    image.save(path, **options)
    return path


def pixels(data: bytes, page: int = 0) -> Image.Image:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = pikepdf.PdfImage(pdf.pages[page].Resources.XObject.Page)  # type: ignore[union-attr]
        return found.as_pil_image()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16", "LA", "RGBA", "CMYK"])
@pytest.mark.parametrize("form", ["png", "tiff", "webp", "bmp"])
def test_pictures_are_kept_without_loss(tmp_path: Path, mode: str, form: str) -> None:
    try:
        deep = mode == "I;16"
        if deep and form == "webp":
            raise ValueError("Pillow would write it as white")
        image = picture("I").point(lambda v: v * 257).convert(mode) if deep else picture(mode)
        path = saved(image, tmp_path / f"a.{form}", dpi=(150, 150), lossless=True)
    except (OSError, ValueError):
        pytest.skip(f"{form} has no {mode}")
    data = written(document(path, kind="image"), path)
    assert text_of(data).split("\n") == list(LINES)
    with pdfium.PdfDocument(data) as pdf:
        across = 595.2 if form != "webp" else 595.3
        assert pdf[0].get_size() == pytest.approx((across, 841.9), abs=0.5)
    assert_like(rendered(data), picture("L"))
    if mode in ("1", "L", "RGB"):
        difference = ImageChops.difference(pixels(data).convert("RGB"), image.convert("RGB"))
        assert difference.getbbox() is None


def assert_like(shown: Image.Image, image: Image.Image) -> None:
    """All but the edges of what is drawn must be the same."""
    plain = image.resize(shown.size, Image.Resampling.BOX)
    histogram = ImageChops.difference(shown, plain).histogram()
    assert sum(histogram[90:]) < 0.004 * shown.width * shown.height


def test_a_jpeg_is_put_in_as_it_is(tmp_path: Path) -> None:
    path = saved(picture("RGB"), tmp_path / "a.jpg", quality=50)
    assert images_of(written(document(path, kind="image"), path)) == [path.read_bytes()]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_is_shown_upright(tmp_path: Path, orientation: int) -> None:
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(picture(), tmp_path / "a.jpg", exif=exif)
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("L")
    data = written(document(path, kind="image", size=upright.size), path)
    shown = rendered(data)
    assert abs(shown.width / shown.height - upright.width / upright.height) < 0.01
    assert_like(shown, upright)
    assert text_of(data).split("\n") == list(LINES)


def test_many_pages_are_put_together_from_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vnadmin.formats.pdf._IN_MEMORY", 1000)
    frames = [picture("1"), picture("L"), picture("RGB")]
    path = saved(frames[0], tmp_path / "a.tiff", save_all=True, append_images=frames[1:])
    data = written(document(path, kind="image", pages=(1, 3)), path)
    assert [text_of(data, n).split("\n") for n in range(3)] == [list(LINES), [""], list(LINES)]
    assert pixels(data, 1).mode == "L"


def test_the_font_is_one_that_parsers_read() -> None:
    from PIL import ImageFont

    font = ImageFont.truetype(io.BytesIO(_program()), 1000)
    assert font.getlength("\u0020\u0020") == 1000
    assert font.getmetrics() == (800, 200)


@pytest.mark.parametrize("kind", ["text", "hocr", "alto"])
def test_without_pictures_there_is_no_pdf(tmp_path: Path, kind: str) -> None:
    with pytest.raises(UsageError, match="no page images"):
        written(document(tmp_path / "a", kind=kind), tmp_path / "a")


def test_damaged_files_and_full_disks(tmp_path: Path) -> None:
    source = tmp_path / "scan.pdf"
    source.write_bytes(b"%PDF-1.7\nnothing more")
    with pytest.raises(InputError, match=r"scan\.pdf: damaged PDF"):
        written(document(source), source)
    with pytest.raises(InputError, match="damaged image"):
        written(document(source, kind="image"), source)
    scan_pdf(source)
    with pytest.raises(InputError, match="page 9"):
        written(document(source, pages=(1, 9)), source)

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_pdf(document(source), source, Full())
    out = tmp_path / "out.pdf"
    out.write_bytes(b"what was there")
    with pytest.raises(OutputError, match="No space left"), atomic_output(out):
        write_pdf(document(source), source, Full())
    assert out.read_bytes() == b"what was there"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.pdf", "scan.pdf"]

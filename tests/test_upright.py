"""Pages on their side and on their head are turned; their boxes are those of the file's page."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw, ImageFont

import vnadmin
from vnadmin.document import Word
from vnadmin.formats.alto import write_alto
from vnadmin.formats.hocr import write_hocr
from vnadmin.formats.pdf import write_pdf
from vnadmin.formats.raw import Box, RawPage, turned_back
from vnadmin.scan import read_pages
from vnadmin.scan.engine import ReadText
from vnadmin.scan.recognise import recognise
from vnadmin.scan.upright import lying, turn_of, turned

LINES = [
    "THE PEOPLE OF THE PROVINCE",
    "DECISION ON THE BUDGET",
    "THE CHAIRMAN SIGNED THIS LETTER",
    "BEFORE NOON ON MONDAY",
]


def page_image() -> Image.Image:
    image = Image.new("L", (1200, 900), 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(LINES):
        draw.text((80, 80 + 120 * number), line, fill=0, font=ImageFont.load_default(48))
    return image


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_turned_page_is_read_and_its_boxes_found_again(degrees: int, tmp_path: Path) -> None:
    lying = turned(page_image(), degrees)
    path = tmp_path / "page.png"
    lying.save(path)
    (page,) = read_pages(path, name="x", kind="image", language="eng")
    assert [line for line in page.text.split("\n") if line] == LINES
    assert (page.width, page.height) == lying.size
    upright = recognise(page_image(), number=1, name="x", language="eng", timeout=60.0)
    for text in ("CHAIRMAN", "MONDAY"):
        (there,) = [w for w in page.words if page.text[w.start : w.end] == text]
        (here,) = [w for w in upright.words if upright.text[w.start : w.end] == text]
        crop = turned(lying.crop(there.box), (360 - degrees) % 360)
        assert abs(crop.width - (here.box[2] - here.box[0])) < 8
        assert abs(crop.height - (here.box[3] - here.box[1])) < 8
        assert crop.getextrema()[0] < 100


def test_boxes_are_turned_back() -> None:
    image = page_image()
    for degrees in (90, 180, 270):
        page = recognise(turned(image, degrees), number=1, name="x", language="eng", timeout=60.0)
        assert page.turned == (360 - degrees) % 360
        assert (page.width, page.height) == image.size
        back = turned_back(page)
        assert (back.width, back.height) == turned(image, degrees).size


def test_what_little_is_read_turns_nothing() -> None:
    white = Image.new("L", (400, 400), 255)
    few = tuple(Word(4 * n, 4 * n + 3, (0, 0, 9, 30), 0.1) for n in range(5))
    assert turn_of(ReadText("", ()), white) == 0
    assert turn_of(ReadText("abc " * 5, few), white) == 0
    assert turn_of(ReadText("", ()), Image.new("L", (400, 400), 0)) == 180


def words_of(page: RawPage) -> list[tuple[str, Box]]:
    return [(page.text[w.start : w.end], w.box) for w in page.words]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_what_is_written_of_a_turned_page(degrees: int, tmp_path: Path) -> None:
    lying_page = turned(page_image(), degrees)
    path = tmp_path / "page.png"
    lying_page.save(path)
    document = vnadmin.extract(path)
    (page,) = document.pages
    assert (page.width, page.height, page.turned) == (*lying_page.size, 360 - degrees)
    assert document.text.split() == " ".join(LINES).split()

    hocr, alto = write_hocr(document).encode(), write_alto(document).encode()
    assert b"; textangle %d" % page.turned in hocr
    assert b'ROTATION="%d"' % page.turned in alto
    boxes = [word.box for word in page.words]
    for data, kind in ((hocr, "hocr"), (alto, "alto")):
        (read,) = read_pages(data, name="x", kind=kind)
        assert read.text.split() == document.text.split()
        assert (read.width, read.height, read.turned) == (page.width, page.height, page.turned)
        assert [box for _, box in words_of(read)] == boxes

    written = io.BytesIO()
    write_pdf(document, path, written)
    with pdfium.PdfDocument(written.getvalue()) as pdf:
        shown = pdf[0].render(scale=1).to_pil().convert("L")
        text = pdf[0].get_textpage().get_text_range()
    assert [line.strip() for line in text.split("\r\n")] == LINES
    assert shown.size[0] > shown.size[1]  # upright
    (again,) = read_pages(written.getvalue(), name="x", kind="pdf")
    assert (again.reading, again.turned) == ("layer", 0)
    mark = next(box for word, box in words_of(again) if word == "THE")
    assert mark[0] < again.width / 4
    assert mark[1] < again.height / 4


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_words_of_other_engines_tell_how_a_page_lies(degrees: int) -> None:
    """Tesseract's hOCR of such a page has its words up or down the page, and says no more."""
    text = "\n".join(LINES)
    words = tuple(
        Word(m.start(), m.end(), (40 * n, 100 * row, 40 * n + 30, 100 * row + 20), 0.9)
        for row, line in enumerate(LINES)
        for n, m in enumerate(re.finditer(r"\S+", text))
        if text.count("\n", 0, m.start()) == row
    )
    lies = turned_back(RawPage(1, 900, 500, text, words, turned=degrees))
    assert lying(replace(lies, turned=0)) == degrees
    assert lying(RawPage(1, 900, 500, text, words[:4])) == 0

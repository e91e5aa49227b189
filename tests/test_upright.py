"""Pages on their side and on their head are turned; their boxes are those of the file's page."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from vnadmin.document import Word
from vnadmin.scan import read_pages
from vnadmin.scan.engine import ReadText
from vnadmin.scan.recognise import recognise
from vnadmin.scan.upright import turn_of, turned, turned_back

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
        assert turned_back(page).turned == 0


def test_what_little_is_read_turns_nothing() -> None:
    white = Image.new("L", (400, 400), 255)
    few = tuple(Word(4 * n, 4 * n + 3, (0, 0, 9, 30), 0.1) for n in range(5))
    assert turn_of(ReadText("", ()), white) == 0
    assert turn_of(ReadText("abc " * 5, few), white) == 0
    assert turn_of(ReadText("", ()), Image.new("L", (400, 400), 0)) == 180

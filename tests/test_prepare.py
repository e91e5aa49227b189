"""Pages askew, grainy and lit unevenly are read as well as straight and white ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vnadmin.scan import read_pages
from vnadmin.scan.edges import without_edges
from vnadmin.scan.enlarge import enlarged
from vnadmin.scan.grain import smoothed
from vnadmin.scan.level import levelled
from vnadmin.scan.recognise import plainly, recognise
from vnadmin.scan.skew import skew_of, straightened
from vnadmin.scan.upright import turned

LINE = "THE CHAIRMAN OF THE PROVINCE SIGNED LETTER {} BEFORE NOON"
DPI = 150.0


def page_image(lines: int = 14) -> Image.Image:
    """A page of A4 at 150 dpi."""
    image = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(image)
    for number in range(lines):
        place = (110, 200 + 90 * number)
        draw.text(place, LINE.format(100 + number), fill=0, font=ImageFont.load_default(26))
    return image


def askew(degrees: float) -> Image.Image:
    return page_image().rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)


def lit_from_a_corner(image: Image.Image) -> Image.Image:
    """A photograph: in the dark corner the paper is as dark as half-tone print."""
    x = np.linspace(0, 1, image.width)[None, :]
    y = np.linspace(0, 1, image.height)[:, None]
    light = 1 - 0.7 * (x + y) / 2
    return Image.fromarray((np.maximum(np.asarray(image), 60) * light).astype(np.uint8))


@pytest.mark.parametrize("degrees", [-4.0, -1.3, 0.0, 0.9, 2.0])
def test_the_skew_of_a_page(degrees: float) -> None:
    assert skew_of(askew(degrees), DPI) == pytest.approx(degrees, abs=0.15)


def test_what_has_no_lines_has_no_skew() -> None:
    white = Image.new("L", (1240, 1754), 255)
    assert skew_of(white, DPI) == 0.0
    dots = np.random.default_rng(1).integers(0, 256, (1754, 1240), np.uint8)
    assert skew_of(Image.fromarray(dots), DPI) == 0.0
    assert skew_of(Image.new("L", (8, 8), 0), DPI) == 0.0
    assert straightened(white, 0.0) is white


def test_a_page_askew_is_read_and_its_boxes_found_again(tmp_path: Path) -> None:
    image = askew(3.0)
    image.save(tmp_path / "page.png")
    (page,) = read_pages(tmp_path / "page.png", name="x", kind="image", language="eng")
    assert [x for x in page.text.split("\n") if x] == [LINE.format(n) for n in range(100, 114)]
    assert (page.width, page.height, page.skew) == (*image.size, 0.0)
    for word in page.words:
        x0, y0, x1, y1 = word.box
        assert image.crop((x0, (y0 + y1) // 2 - 4, x1, (y0 + y1) // 2 + 4)).getextrema()[0] < 100
    ((first, last),) = [
        (page.words[n], page.words[n + 8]) for n in range(9) if page.words[n].start == 0
    ]
    assert first.box[1] - last.box[1] > 20  # the line rises


def test_a_page_on_its_side_and_askew(tmp_path: Path) -> None:
    turned(askew(1.5), 90).save(tmp_path / "page.png")
    (page,) = read_pages(tmp_path / "page.png", name="x", kind="image", language="eng")
    assert [x for x in page.text.split("\n") if x] == [LINE.format(n) for n in range(100, 114)]
    assert (page.width, page.height) == (1754, 1240)


def test_a_page_lit_unevenly_is_read() -> None:
    image = lit_from_a_corner(page_image())
    with plainly():
        plain = recognise(image, number=1, name="x", language="eng", timeout=60.0)
    page = recognise(image, number=1, name="x", language="eng", timeout=60.0)
    expected = [LINE.format(n) for n in range(100, 114)]
    assert [x for x in page.text.split("\n") if x] == expected
    assert [x for x in plain.text.split("\n") if x] != expected


def test_a_coarse_page_is_read_enlarged_and_its_boxes_are_its_own() -> None:
    image = page_image().reduce(2)  # 75 dpi, letters of ten pixels
    expected = [LINE.format(n) for n in range(100, 114)]
    page = recognise(image, number=1, name="x", language="eng", timeout=60.0)
    assert [x for x in page.text.split("\n") if x] == expected
    assert (page.width, page.height) == image.size
    for word in page.words:
        x0, y0, x1, y1 = word.box
        assert 0 <= x0 < x1 <= image.width
        assert 0 <= y0 < y1 <= image.height
        assert image.crop(word.box).getextrema()[0] < 120
    assert enlarged(image, 75.0)[1] == 2
    assert enlarged(image, 150.0) == (image, 1)
    clipping = Image.new("L", (600, 100), 255)
    assert enlarged(clipping, 30.0) == (clipping, 1)


def test_black_bands_along_the_edges_are_no_text() -> None:
    image = askew(1.5)
    image.paste(10, (0, 0, 1240, 30))
    image.paste(10, (0, 0, 22, 1754))
    page = recognise(image, number=1, name="x", language="eng", timeout=60.0)
    assert [x for x in page.text.split("\n") if x] == [LINE.format(n) for n in range(100, 114)]
    clean = np.asarray(without_edges(image))
    assert clean[:30].min() == 255
    assert clean[:, :22].min() == 255
    assert np.array_equal(clean[60:, 60:], np.asarray(image)[60:, 60:])
    assert without_edges(page_image()).getextrema() == (0, 255)
    black = Image.new("L", (400, 400), 0)
    assert without_edges(black) is black


def test_a_grainy_page_is_read() -> None:
    pixels = np.asarray(page_image(), np.float64)
    grain = np.random.default_rng(1).normal(0.0, 25.0, pixels.shape)
    image = Image.fromarray(np.clip(90 + pixels * 0.5 + grain, 0, 255).astype(np.uint8))
    with plainly():
        plain = recognise(image, number=1, name="x", language="eng", timeout=60.0)
    page = recognise(image, number=1, name="x", language="eng", timeout=60.0)
    expected = [LINE.format(n) for n in range(100, 114)]
    assert len(set(page.text.split("\n")) & set(expected)) >= 12
    assert len(set(plain.text.split("\n")) & set(expected)) < 12
    even = page_image()
    assert smoothed(even) is even


def test_levelling_leaves_even_pages_alone() -> None:
    even = page_image()
    assert levelled(even, DPI) is even
    tinted = even.point([v * 200 // 255 for v in range(256)])
    assert levelled(tinted, DPI) is tinted
    small = Image.new("L", (20, 20), 9)
    assert levelled(small, DPI) is small
    # A border of black is no shadow on the paper.
    bordered = even.copy()
    bordered.paste(0, (0, 0, 40, even.height))
    assert np.asarray(levelled(bordered, DPI))[:, 60:].min(axis=0).max() == 255

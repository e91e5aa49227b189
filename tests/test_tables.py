"""Ruled tables on pictures: found, whatever turned or merged; words put into the cells' order."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vnadmin.document import Word
from vnadmin.scan.colour import grey_of
from vnadmin.scan.engine import ReadText
from vnadmin.scan.recognise import recognise
from vnadmin.scan.rules import find_rules
from vnadmin.scan.tables import Table, find_tables, in_cells
from vnadmin.vietnamese import fold

X = (200, 500, 1300, 2200)
Y = (600, 800, 1200, 1500)
SIZE = (2480, 3508)
DPI = 300.0


def ruled(*, thickness: int = 3) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A 3 × 3 table whose middle column is one cell over the two lower rows."""
    image = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(image)
    for x in X:
        draw.line((x, Y[0], x, Y[-1]), fill=40, width=thickness)
    for y in Y:
        draw.line((X[0], y, X[-1], y), fill=40, width=thickness)
    draw.rectangle((X[1] + 5, Y[2] - 5, X[2] - 5, Y[2] + 5), fill=250)
    return image, draw


def tables_of(image: Image.Image) -> list[Table]:
    rules = find_rules(np.asarray(image), DPI)
    return find_tables(rules, DPI) if rules else []


@pytest.mark.parametrize("degrees", [0.0, 0.7, -1.0])
@pytest.mark.parametrize("thickness", [2, 6])
def test_cells_of_a_turned_table_with_a_merged_cell(degrees: float, thickness: int) -> None:
    image, _ = ruled(thickness=thickness)
    image = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=250)
    (table,) = tables_of(image)
    assert len(table.cells) == 8
    turn = np.radians(degrees)
    middle = np.array(SIZE) / 2
    spans = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (0, 2), (2, 2)]
    for (column, row), box in zip(spans, table.cells, strict=True):
        lowest = Y[3] if (column, row) == (1, 1) else Y[row + 1]
        centre = np.array([X[column] + X[column + 1], Y[row] + lowest]) / 2 - middle
        x = centre[0] * np.cos(turn) + centre[1] * np.sin(turn) + middle[0]
        y = centre[1] * np.cos(turn) - centre[0] * np.sin(turn) + middle[1]
        assert abs((box[0] + box[2]) / 2 - x) < 12
        assert abs((box[1] + box[3]) / 2 - y) < 12


def test_rules_that_enclose_nothing_are_no_table() -> None:
    image = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(image)
    draw.line((300, 400, 900, 400), fill=0, width=3)  # under the issuer
    draw.rectangle((1700, 500, 2100, 650), outline=0, width=3)  # "HỎA TỐC"
    for x in (40, 60, 2440):
        draw.line((x, 0, x, 3507), fill=0, width=9)  # a copier's edge
    assert tables_of(image) == []
    assert find_rules(np.zeros((5, 5), dtype=np.uint8), DPI) is None


def test_words_of_cells_row_by_row_and_those_outside_in_place() -> None:
    """An engine that read down the columns, and put the line under the table first."""
    cells = tuple((x, y, x + 90, y + 40) for y in (100, 150) for x in (0, 100))
    table = Table((0, 100, 190, 190), cells)
    read = [
        ("under", (5, 300, 60, 320)),
        ("over", (5, 10, 60, 30)),
        ("a1", (5, 105, 30, 120)),
        ("b1", (5, 155, 30, 170)),
        ("b2.", (105, 172, 130, 186)),
        ("a2", (105, 105, 130, 120)),
        ("first", (105, 154, 130, 168)),
    ]
    gaps = ["", "\n\n", "\n\n", "\n", "\n\n", "\n", "\n"]
    text, words = "", []
    for (word, box), gap in zip(read, gaps, strict=True):
        text += gap
        words.append(Word(len(text), len(text) + len(word), box, 0.5))
        text += word
    got = in_cells(ReadText(text, tuple(words)), [table], DPI)
    assert got.text == "a1\n\na2\n\nb1\n\nfirst\nb2.\n\nunder\n\nover"
    for word in got.words:
        assert dict(read)[got.text[word.start : word.end]] == word.box
    assert in_cells(ReadText(text, tuple(words)), [], DPI).text == text


def test_a_table_read_by_tesseract() -> None:
    image, draw = ruled()
    font = ImageFont.load_default(60)
    names = [["ONE", "TWO", "THREE"], ["FOUR", "FIVE", "SIX"], ["SEVEN", "", "TEN"]]
    for row, line in enumerate(names):
        for column, name in enumerate(line):
            draw.text((X[column] + 30, Y[row] + 60), name, fill=10, font=font)
    page = recognise(image, number=1, name="x", language="vie", timeout=60.0)
    read = fold(page.text).split()
    assert read == [name for line in names for name in line if name]


def test_seals_and_pens_are_left_out_of_the_grey_picture() -> None:
    image = Image.new("RGB", (800, 800), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((100, 100, 700, 160), fill=(20, 20, 25))  # print
    draw.ellipse((300, 60, 500, 260), outline=(215, 40, 50), width=12)  # a seal over it
    draw.line((100, 400, 700, 420), fill=(40, 60, 200), width=5)  # a pen
    grey = np.asarray(grey_of(image))
    assert grey.shape == (800, 800)
    assert grey[65, 400] == 255  # the seal
    assert grey[410, 400] == 255
    assert grey[130, 200] < 40
    black = image.convert("L").convert("RGB")
    assert np.array_equal(np.asarray(grey_of(black)), np.asarray(black.convert("L")))


def test_a_page_printed_in_colour_is_kept() -> None:
    image = Image.new("RGB", (800, 800), "white")
    ImageDraw.Draw(image).rectangle((100, 100, 700, 300), fill=(20, 30, 160))
    assert np.asarray(grey_of(image))[200, 400] < 60

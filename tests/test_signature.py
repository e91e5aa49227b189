"""The signature's second reading: where it looks, which lines it takes, colours left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from PIL import Image

from vnadmin.document import Word
from vnadmin.scan import RawPage
from vnadmin.scan.colour import ink_of
from vnadmin.scan.engine import EngineError, Layout, ReadText
from vnadmin.scan.recognise import recognise
from vnadmin.scan.signature import read_signature

WIDTH, HEIGHT, TALL = 1000, 700, 20
Line = tuple[int, int, str, float]
"""x, y, text, confidence."""
BODY: list[Line] = [
    (100, 100, "Điều 3. Các cơ quan có liên quan chịu trách nhiệm thi hành./.", 0.9)
]
LEFT: list[Line] = [
    (100, 300, "Nơi nhận:", 0.9),
    (100, 330, "- Như Điều 3;", 0.9),
    (100, 360, "- Lưu: VT.", 0.9),
]
SIGNED: list[Line] = [
    (600, 300, "KT. CHỦ TỊCH", 0.9),
    (600, 330, "PHÓ CHỦ TỊCH", 0.9),
    (600, 480, "Lê Văn An", 0.9),
]
SEALED: list[Line] = [(600, 300, "KT. CHU [|", 0.5), (620, 480, "an", 0.4)]


def laid_out(lines: Sequence[Line], dx: int = 0, dy: int = 0) -> tuple[str, tuple[Word, ...]]:
    """Text and words of lines; each letter is 12 pixels wide."""
    text, words = "", []
    for x, y, line, confidence in lines:
        text += "\n" if text else ""
        for word in line.split(" "):
            text += " " if text and not text.endswith("\n") else ""
            box = (x - dx, y - dy, x - dx + 12 * len(word), y - dy + TALL)
            words.append(Word(len(text), len(text) + len(word), box, confidence))
            text += word
            x += 12 * len(word) + 8
    return text, tuple(words)


class Again:
    """An engine that reads `lines`, which are given in pixels of the page."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.asked: list[tuple[Layout, tuple[int, int]]] = []

    def read(
        self, image: Image.Image, *, language: str, layout: Layout, timeout: float
    ) -> ReadText:
        self.asked.append((layout, image.size))
        if layout == "page":
            return ReadText(*laid_out([*BODY, *LEFT, *SEALED]))
        return ReadText(*laid_out(self.lines, WIDTH - image.width, HEIGHT - image.height))


class Fails(Again):
    """An engine that reads a page but no block."""

    def read(
        self, image: Image.Image, *, language: str, layout: Layout, timeout: float
    ) -> ReadText:
        if layout == "block":
            raise EngineError("was too slow")
        return super().read(image, language=language, layout=layout, timeout=timeout)


def page_of(lines: Sequence[Line]) -> RawPage:
    return RawPage(1, WIDTH, HEIGHT, *laid_out(lines), reading="ocr")


def again(first: Sequence[Line], second: Sequence[Line]) -> tuple[RawPage, Again]:
    engine = Again([(x, y, line, c) for x, y, line, c in second])
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    page = page_of(first)
    return read_signature(page, image, engine, language="vie", timeout=9.0), engine


def lines_of(page: RawPage) -> list[str]:
    for word in page.words:
        assert page.text[word.start : word.end].strip() == page.text[word.start : word.end] != ""
    return [line for line in page.text.split("\n") if line]


# The zone reaches from 3 heights over "Nơi nhận" 20 down, here to the page's end.
def test_a_sealed_signature_is_read_again() -> None:
    page, engine = again([*BODY, *LEFT, *SEALED], SIGNED)
    assert engine.asked[0][0] == "block"
    assert lines_of(page) == [line[2] for line in [*BODY, *LEFT, *SIGNED]]


@pytest.mark.parametrize(
    "first",
    [
        [*BODY, *SEALED],  # no recipients: where the signature is isn't known
        [*BODY, *LEFT, *SIGNED],  # read with confidence
        [],
    ],
)
def test_nothing_is_read_again_without_need(first: list[Line]) -> None:
    page, engine = again(first, SIGNED)
    assert engine.asked == []
    assert page == page_of(first)


def test_only_offices_and_names_count() -> None:
    noise: list[Line] = [
        (600, 390, "„Z lộ , hán ( Nó", 0.4),
        (600, 420, "< 7", 0.3),
        (600, 300, "ST „$[,CHỦ TỊCH", 0.4),
        (600, 480, "ke Phạm Văn An", 0.5),
    ]
    page, _ = again([*BODY, *LEFT, *SEALED], noise)
    assert lines_of(page)[-2:] == ["CHỦ TỊCH", "Phạm Văn An"]
    kept, _ = again([*BODY, *LEFT, *SEALED], noise[:2])
    assert kept == page_of([*BODY, *LEFT, *SEALED])


def test_the_surer_reading_stays() -> None:
    first = [*BODY, *LEFT, SIGNED[0], (620, 480, "an", 0.4)]
    page, _ = again(first, [(600, 300, "KT. CHÚ TỊCH", 0.6), SIGNED[2]])
    assert lines_of(page)[-2:] == ["KT. CHỦ TỊCH", "Lê Văn An"]


def test_degrees_dashes_and_an_acting_head_are_kept() -> None:
    second: list[Line] = [
        (600, 300, "Q. HIỆU TRƯỞNG", 0.9),
        (600, 330, "TRƯỞNG PHÒNG VẬT TƯ - THIẾT BỊ Y TẾ -", 0.9),
        (600, 480, "|| PGS.TS. Đinh Thanh Tâm", 0.9),
    ]
    page, _ = again([*BODY, *LEFT, *SEALED], second)
    assert lines_of(page)[-3:] == [
        "Q. HIỆU TRƯỞNG", "TRƯỞNG PHÒNG VẬT TƯ - THIẾT BỊ Y TẾ", "PGS.TS. Đinh Thanh Tâm"
    ]  # fmt: skip


def test_a_name_that_lost_its_first_letter_keeps_the_rest() -> None:
    page, _ = again([*BODY, *LEFT, *SEALED], [(600, 480, "rần Văn Sơn", 0.9)])
    assert lines_of(page)[-1] == "rần Văn Sơn"


def test_an_engine_that_fails_leaves_the_page_as_it_was() -> None:
    image = Image.new("RGB", (WIDTH, WIDTH), "white")
    page = recognise(image, number=1, name="x", language="vie", timeout=9.0, engine=Fails([]))
    assert page == replace(page_of([*BODY, *LEFT, *SEALED]), height=WIDTH)


def test_recognising_reads_the_signature_again() -> None:
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    engine = Again(SIGNED)
    page = recognise(image, number=1, name="x", language="vie", timeout=9.0, engine=engine)
    assert [layout for layout, _ in engine.asked] == ["page", "block"]
    assert page.text.endswith("KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nLê Văn An")


def test_where_no_name_is_clear_lines_anywhere_are_read_in_black_and_white() -> None:
    class Sparse(Again):
        def read(
            self, image: Image.Image, *, language: str, layout: Layout, timeout: float
        ) -> ReadText:
            self.lines = SIGNED[1:] if layout == "sparse" else [SIGNED[0], (600, 480, "An Ả", 0.4)]
            return super().read(image, language=language, layout=layout, timeout=timeout)

    engine = Sparse([])
    page = page_of([*BODY, *LEFT, *SEALED])
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    read = read_signature(page, image, engine, language="vie", timeout=9.0)
    assert [layout for layout, _ in engine.asked] == ["block", "sparse"]
    assert lines_of(read)[-3:] == [line for _, _, line, _ in SIGNED]


def test_ink_is_what_is_as_dark_as_print() -> None:
    page = Image.new("L", (60, 40), 230)
    page.paste(30, (5, 5, 25, 35))
    page.paste(190, (30, 5, 55, 35))  # a seal's grey
    assert ink_of(page).getcolors() == [(600, 0), (1800, 255)]

"""Documents to be shown on a review page, with pictures of their pages, and a browser."""

from __future__ import annotations

import base64
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Error, sync_playwright
from playwright.sync_api import Page as Tab

from vnadmin.document import Document, Edit, Page, Region, Source, Word
from vnadmin.extract import extract_all

LINES = (
    "UBND TỈNH HẢI VÂN",
    "Số: 21/QĐ-UBND",
    "QUYẾT ĐỊNH",
    "Về việc ban hành quy chế tiếp công dân",
    "Căn cứ Nghị định số 43/2014/NĐ-CP ngày 15 tháng 5 năm 2014 của Chính phủ;",
    "Căn cứ Luật Khiếu nại ngày 11 tháng 11 năm 2011;",
    "Theo đề nghị của Chánh Văn phòng tại Tờ trình số 12/TTr-VP ngày 02/3/2020.",
)
READ = {"tiếp": "tiep", "năm": "ndm"}
"""Word → what was read; the first is little sure."""
WIDTH, HEIGHT = 1000, 1400


def opened(browser: Browser, base: str, language: str, **more: object) -> tuple[Tab, list[str]]:
    """A tab of the site at `base`, and what the browser complains of in it."""
    complaints: list[str] = []
    context = browser.new_context(base_url=base, locale=language, **more)  # type: ignore[arg-type]
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on(
        "console",
        lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None,
    )
    return tab, complaints


def made(pages: int = 1, lines: tuple[str, ...] = LINES, name: str = "hộp/tờ 1.pdf") -> Document:
    """A document of so many equal pages: two doubtful words, two edits, junk left out, a stamp."""
    text, source = "", ""
    edits: list[Edit] = []
    sheets: list[Page] = []
    for number in range(1, pages + 1):
        start, words = len(text), []
        for row, line in enumerate(lines):
            for column, word in enumerate(line.split(" ")):
                text, source = text + (" " if column else ""), source + (" " if column else "")
                read = READ.get(word, word)
                sure = {"tiếp": 0.5, "Chánh": 0.8}.get(word, 0.99)
                if read != word:
                    at = (len(text), len(text) + len(word), len(source), len(source) + len(read))
                    edits.append(Edit(*at, read, word, "word", sure))
                x, y = 60 + 62 * column, 60 + 60 * row
                words.append(Word(len(text), len(text) + len(word), (x, y, x + 55, y + 30), sure))
                text, source = text + word, source + read
            text, source = text + "\n", source + "\n"
        junk = "~. |"
        edits.append(
            Edit(len(text), len(text), len(source), len(source) + 4, junk, "", "junk", 0.95)
        )
        source += junk
        regions = (Region("stamp", (600, 1100, 900, 1300), "ĐẾN"),)
        end = len(text)
        text, source = text + "\f", source + "\f"
        page = Page(number, WIDTH, HEIGHT, start, end, tuple(words), regions, "ocr")
        sheets.append(page)
    found = extract_all(text)
    return Document(
        "0123456789abcdef",
        Source(name, "0" * 64, "pdf", pages),
        text,
        found.header,
        tuple(edits),
        found.citations,
        found.references,
        tuple(sheets),
        found.parts,
    )


def picture_file(seed: int = 0) -> bytes:
    """A page as a WebP file: lines of grey boxes where the words are."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(LINES):
        for column, _ in enumerate(line.split(" ")):
            x, y = 60 + 62 * column, 60 + 60 * row
            pen.rectangle((x, y, x + 55, y + 30), fill=90 + (row + column + seed) % 60)
    stream = io.BytesIO()
    image.save(stream, "WEBP", quality=60)
    return stream.getvalue()


def picture(seed: int = 0) -> str:
    """The same as a `data:` URL."""
    return "data:image/webp;base64," + base64.b64encode(picture_file(seed)).decode()


def shot(tab: Tab, name: str) -> None:
    """Keep a picture of the whole page in the folder VNADMIN_SCREENSHOTS, if it is set."""
    folder = os.environ.get("VNADMIN_SCREENSHOTS")
    if folder:
        tab.screenshot(path=f"{folder}/{name}.png", full_page=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window. That there is none fails a test: `make test` installs it."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=arguments
            )
        except Error as error:
            pytest.fail(f"no Chromium: run scripts/setup.sh test ({error})")
        yield browser
        browser.close()

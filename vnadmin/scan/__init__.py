"""A file becomes pages of words: text layers, other engines' OCR, scans read by Tesseract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vnadmin.errors import InputError
from vnadmin.formats.ocr_file import form_of, read_ocr_file
from vnadmin.formats.raw import RawPage as RawPage
from vnadmin.formats.raw import turned_back, turned_upright

if TYPE_CHECKING:
    from vnadmin.language.model import LanguageModel
    from vnadmin.scan.engine import Engine

Kind = Literal["text", "pdf", "image", "hocr", "alto"]

# Bytes a page image's file can begin with (WebP's RIFF header is checked apart).
_IMAGE_STARTS = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8"),
    *(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),  # TIFF, BigTIFF
    *(b"\0\0\0\x0cjP  \r\n", b"\xff\x4f\xff\x51"),  # JPEG 2000
)
_NETPBM = re.compile(rb"P[1-6]\s+(?:#[^\n]*\n\s*)*[0-9]+\s+[0-9]+\s")
HEAD = 4096
"""How many of a file's first bytes `kind_of` wants to see."""


def kind_of(head: bytes) -> Kind:
    """Tell what a file is by its first bytes; what is nothing else counts as text.

    PAGE XML counts as ALTO.
    """
    if b"%PDF-" in head[:1024]:
        return "pdf"
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    bitmap = head.startswith(b"BM") and head[6:10] == b"\0\0\0\0"
    if head.startswith(_IMAGE_STARTS) or webp or bitmap or _NETPBM.match(head):
        return "image"
    form = form_of(head)
    return "alto" if form == "page" else form or "text"


def read_pages(
    source: Path | bytes,
    *,
    name: str,
    kind: Kind,
    pages: range | None = None,
    language: str = "vie",
    timeout: float = 120.0,
    in_order: bool = True,
    model: LanguageModel | None = None,
    engine: Engine | None = None,
) -> Iterator[RawPage]:
    """Read the pages of a PDF, an image or an OCR engine's output, one at a time, in reading order.

    Args:
        source: the file, or its content.
        name: what error messages call it.
        kind: what `kind_of` said of it.
        pages: numbers of the pages wanted, from 1; None means all.
        language: Tesseract's language for pages that must be recognised.
        timeout: seconds one page may take Tesseract.
        in_order: False leaves the words in the engine's order, and boxes those of pages upright.
        model: judges the text layers of a PDF; None means the shipped one.
        engine: reads pictures; None means Tesseract.

    A page that can't be read comes without text and with its `failure`, if any other can be.

    Raises:
        InputError: damaged, encrypted, empty or too large, or none of `pages` is in it.
        MissingProgramError: Tesseract or `language` isn't installed.
    """
    if kind == "text":
        raise InputError(f"{name}: plain text has no pages to read")
    if kind == "pdf":
        from vnadmin.scan.pdf import read_pdf

        read = read_pdf(
            source,
            name=name,
            pages=pages,
            language=language,
            timeout=timeout,
            model=model,
            engine=engine,
        )
    elif kind == "image":
        from vnadmin.scan.image import read_image

        read = read_image(
            source, name=name, pages=pages, language=language, timeout=timeout, engine=engine
        )
    else:
        read = read_ocr_file(source, name=name, pages=pages)
    for page in _or_raise(read, name):
        if in_order:
            page = arranged(page)
            if page.rival is not None:
                page = replace(page, rival=arranged(page.rival))
        yield page


def arranged(page: RawPage) -> RawPage:
    """Return a page as an engine read it in reading order, its boxes as they are in the file."""
    from vnadmin.scan.layout import in_reading_order
    from vnadmin.scan.upright import lying

    if not page.turned:
        page = turned_upright(page, lying(page))
    return turned_back(in_reading_order(page))


def failed(number: int, name: str, error: InputError) -> RawPage:
    """Return the page that couldn't be read for `error`, a warning in place of its text."""
    what = str(error).removeprefix(f"{name}: ").removeprefix(f"page {number}").lstrip(": ")
    return RawPage(number, 0, 0, "", (), warnings=(("page-failed", what),), failure=str(error))


def _or_raise(read: Iterator[RawPage], name: str) -> Iterator[RawPage]:
    """Pass pages on; raise the first failure where no page holds text.

    An error after pages that were read is the failure of the next.
    """
    waiting: list[RawPage] = []
    number, found = 0, False
    try:
        for page in read:
            number = page.number
            waiting.append(page)
            found = found or bool(page.text.strip())
            if found:
                yield from waiting
                waiting = []
    except InputError as error:
        if not found:
            _raise_failure(waiting)
            raise
        yield failed(number + 1, name, error)
    _raise_failure(waiting)
    yield from waiting


def _raise_failure(pages: list[RawPage]) -> None:
    failure = next((page.failure for page in pages if page.failure is not None), None)
    if failure is not None:
        raise InputError(failure)


def chosen(count: int, pages: range | None, name: str) -> list[int]:
    """Page numbers, from 1, that exist and are wanted.

    Raises:
        InputError: none is.
    """
    numbers = [n for n in range(1, count + 1) if pages is None or n in pages]
    if not numbers:
        raise InputError(f"{name}: has {count} page(s), none of those asked for with --pages")
    return numbers

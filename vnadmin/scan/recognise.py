"""The picture of a page → its words: prepared, read by an engine, read again where in doubt."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
from PIL import Image

from vnadmin.errors import InputError, MissingProgramError
from vnadmin.scan import RawPage
from vnadmin.scan.colour import grey_of
from vnadmin.scan.edges import without_edges
from vnadmin.scan.engine import Engine, EngineError, ReadText
from vnadmin.scan.enlarge import enlarged, reduced
from vnadmin.scan.flat import with_dashes
from vnadmin.scan.grain import smoothed
from vnadmin.scan.level import levelled
from vnadmin.scan.rules import find_rules
from vnadmin.scan.second import read_again
from vnadmin.scan.serials import serials_apart
from vnadmin.scan.signature import read_signature
from vnadmin.scan.skew import skew_of, straightened
from vnadmin.scan.tables import find_tables, in_cells
from vnadmin.scan.tesseract import Tesseract
from vnadmin.scan.upright import is_better, sureness, turn_of, turned

_TESSERACT = Tesseract()
_PLAIN: ContextVar[bool] = ContextVar("plain", default=False)


@contextmanager
def plainly() -> Iterator[None]:
    """Within it the engine reads pages as they are and only once: what all the rest is worth."""
    token = _PLAIN.set(True)
    try:
        yield
    finally:
        _PLAIN.reset(token)


def recognise(
    image: Image.Image,
    *,
    number: int,
    name: str,
    language: str,
    timeout: float,
    engine: Engine | None = None,
) -> RawPage:
    """Recognise one page; its boxes are those of the page turned upright (`raw.turned_back`).

    Args:
        image: of mode "L" or "RGB".
        number: of the page.
        name: what error messages call the file.
        language: as Tesseract calls it: "vie".
        timeout: seconds each reading may take the engine.
        engine: what reads the picture; None means Tesseract.

    Raises:
        MissingProgramError: the engine or the data of `language` isn't installed.
        InputError: the page took longer than `timeout` seconds, or the engine failed on it.
    """
    dpi = _dpi(image)
    engine = engine or _TESSERACT
    try:
        if _PLAIN.get():
            read = engine.read(
                image.convert("L"), language=language, layout="page", timeout=timeout
            )
            size = image.size
            return RawPage(number, *size, read.text, read.words, reading="ocr")
        smooth = smoothed(image)
        prepared, times = _prepared(smooth, dpi)
        skew = skew_of(prepared, dpi * times)
        prepared = straightened(prepared, skew)
        read, picture = _read(prepared, dpi * times, engine, language, timeout)
        if smooth is not image:  # the small print of some is lost with the grain
            grainy = straightened(_prepared(image, dpi)[0], skew)
            other, plain = _read(grainy, dpi * times, engine, language, timeout)
            if sureness(other.words) > sureness(read.words):
                read, picture, prepared = other, plain, grainy
        dpi *= times
        degrees = turn_of(read, prepared)
        if degrees:
            other, upright = _read(turned(prepared, degrees), dpi, engine, language, timeout)
            if is_better(other, read):
                read, picture = other, upright
            else:
                degrees = 0
    except EngineError as error:
        raise InputError(f"{name}: page {number} {error}") from error
    page = RawPage(
        number,
        *picture.size,
        read.text,
        read.words,
        reading="ocr",
        turned=degrees,
        skew=skew,
    )
    try:
        page = read_signature(page, picture, engine, language=language, timeout=timeout)
        page = read_again(page, picture, engine, language=language, dpi=dpi, timeout=timeout)
        page = serials_apart(page)
    except (EngineError, MissingProgramError):
        pass  # the page has been read
    return reduced(page, times)


def _prepared(image: Image.Image, dpi: float) -> tuple[Image.Image, int]:
    """Return a page in grey as it is read, and how many times it was enlarged for that."""
    return enlarged(levelled(without_edges(grey_of(image)), dpi), dpi)


def _read(
    grey: Image.Image, dpi: float, engine: Engine, language: str, timeout: float
) -> tuple[ReadText, Image.Image]:
    """Read a page, tables cell by cell; and the picture that was read, without their rules."""
    pixels = np.asarray(grey)
    rules = find_rules(pixels, dpi)
    tables = find_tables(rules, dpi) if rules else []
    if rules and tables:  # rules would be read as letters, and cells not at all
        grey = Image.fromarray(rules.without(pixels))
    read = engine.read(grey, language=language, layout="page", timeout=timeout)
    return in_cells(with_dashes(read), tables, dpi), grey


_A4 = (8.27, 11.69)
"""Inches: the paper of offices, whichever way it lies."""


def _dpi(image: Image.Image) -> float:
    """The resolution of a page, by its size in pixels: files state it wrongly as often as not."""
    return math.sqrt(image.width * image.height / (_A4[0] * _A4[1]))

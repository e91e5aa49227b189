"""The picture of a page → its words: prepared, read by an engine, read again where in doubt."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from vnadmin.errors import InputError
from vnadmin.scan import RawPage
from vnadmin.scan.colour import grey_of
from vnadmin.scan.engine import Engine, EngineError
from vnadmin.scan.rules import find_rules
from vnadmin.scan.second import read_again
from vnadmin.scan.signature import read_signature
from vnadmin.scan.tables import find_tables, in_cells
from vnadmin.scan.tesseract import Tesseract

_TESSERACT = Tesseract()


def recognise(
    image: Image.Image,
    *,
    number: int,
    name: str,
    language: str,
    timeout: float,
    engine: Engine = _TESSERACT,
) -> RawPage:
    """Recognise one page.

    Args:
        image: of mode "L" or "RGB".
        number: of the page.
        name: what error messages call the file.
        language: as Tesseract calls it: "vie".
        timeout: seconds each reading may take the engine.
        engine: what reads the picture.

    Raises:
        MissingProgramError: the engine or the data of `language` isn't installed.
        InputError: the page took longer than `timeout` seconds, or the engine failed on it.
    """
    dpi = _dpi(image)
    grey = np.asarray(grey_of(image))
    rules = find_rules(grey, dpi)
    tables = find_tables(rules, dpi) if rules else []
    if rules and tables:  # rules would be read as letters, and cells not at all
        grey = rules.without(grey)
    picture = Image.fromarray(grey)
    try:
        read = engine.read(picture, language=language, layout="page", timeout=timeout)
    except EngineError as error:
        raise InputError(f"{name}: page {number} {error}") from error
    read = in_cells(read, tables, dpi)
    page = RawPage(number, image.width, image.height, read.text, read.words, reading="ocr")
    try:
        page = read_signature(page, picture, engine, language=language, timeout=timeout)
        return read_again(page, picture, engine, dpi=dpi, timeout=timeout)
    except EngineError:  # the page has been read
        return page


_A4 = (8.27, 11.69)
"""Inches: the paper of offices, whichever way it lies."""


def _dpi(image: Image.Image) -> float:
    """The resolution of a page, by its size in pixels: files state it wrongly as often as not."""
    return math.sqrt(image.width * image.height / (_A4[0] * _A4[1]))

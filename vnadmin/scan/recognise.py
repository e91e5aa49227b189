"""The picture of a page → its words: prepared, read by an engine, read again where in doubt."""

from __future__ import annotations

from PIL import Image

from vnadmin.errors import InputError
from vnadmin.scan import RawPage
from vnadmin.scan.engine import Engine, EngineError
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
        timeout: seconds the page may take the engine.
        engine: what reads the picture.

    Raises:
        MissingProgramError: the engine or the data of `language` isn't installed.
        InputError: the page took longer than `timeout` seconds, or the engine failed on it.
    """
    grey = image.convert("L")
    try:
        read = engine.read(grey, language=language, layout="page", timeout=timeout)
    except EngineError as error:
        raise InputError(f"{name}: page {number} {error}") from error
    return RawPage(number, image.width, image.height, read.text, read.words, reading="ocr")

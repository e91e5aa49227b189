"""PDF files → pages: the text layer where it is usable, else Tesseract on the rasterised page."""

from __future__ import annotations

import ctypes
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from vnadmin.document import Word
from vnadmin.errors import InputError
from vnadmin.scan import RawPage, chosen
from vnadmin.scan.filled import flatten, put_in_place
from vnadmin.scan.recognise import recognise

DPI = 300
MAX_PIXELS = 40_000_000
"""A page is rasterised at less than 300 dpi if it would have more pixels (A2 has 35 million)."""
MAX_SIDE = 20_000
_LOCK = threading.RLock()  # PDFium isn't thread-safe

# A text layer is used if it has this many letters, nearly all of them real characters. On a page
# that is one picture (a scan), it must look Vietnamese as well: an English OCR engine's layer is
# worth less than reading the picture with the Vietnamese model. Correct Vietnamese has 24–30 %
# accented letters; such layers have under 10 %.
_MIN_LETTERS = 20
_MIN_REAL = 0.95
_MIN_ACCENTED = 0.15
_SCAN_COVERS = 0.5  # share of the page


def read_pdf(
    source: Path | bytes, *, name: str, pages: range | None, language: str, timeout: float
) -> Iterator[RawPage]:
    """Read the pages of a PDF (arguments and errors as in `scan.read_pages`)."""
    with _LOCK:
        try:
            document = pdfium.PdfDocument(source)
        except pdfium.PdfiumError as error:
            raise InputError(_unreadable(name, error)) from error
        count = len(document)
    try:
        if count == 0:
            raise InputError(f"{name}: PDF without pages")
        for number in chosen(count, pages, name):
            result = _read_page(document, number, name)
            if isinstance(result, Image.Image):
                result = recognise(
                    result, number=number, name=name, language=language, timeout=timeout
                )
            yield result
    finally:
        with _LOCK:
            document.close()


def _read_page(document: Any, number: int, name: str) -> RawPage | Image.Image:
    """The page from its text layer, or else its picture for Tesseract."""
    with _LOCK:
        try:
            page = document[number - 1]
        except pdfium.PdfiumError as error:
            raise InputError(f"{name}: page {number} is damaged") from error
        try:
            width, height = page.get_size()
            if not (0 < width < 1e6 and 0 < height < 1e6):
                raise InputError(f"{name}: page {number} has no usable size")
            scale = min(
                DPI / 72,
                (MAX_PIXELS / (width * height)) ** 0.5,
                MAX_SIDE / max(width, height),
            )
            layer = _text_layer(page, number, scale)
            if _usable(layer, page):
                if flatten(page):
                    page.close()
                    page = document[number - 1]
                    layer = put_in_place(layer, _text_layer(page, number, scale))
                return layer
            image: Image.Image = page.render(scale=scale).to_pil()
            return image.convert("RGB")
        except (pdfium.PdfiumError, MemoryError) as error:
            raise InputError(f"{name}: page {number} can't be rendered") from error
        finally:
            page.close()


def _text_layer(page: Any, number: int, scale: float) -> RawPage:
    """All characters of the page as PDFium orders them, and the words between white space."""
    width, height = round(page.get_width() * scale), round(page.get_height() * scale)
    text_page = page.get_textpage()
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    device_x, device_y = ctypes.c_int(), ctypes.c_int()

    def to_pixels(x: float, y: float) -> tuple[int, int]:
        # Through PDFium, for page rotation and crop boxes.
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, device_x, device_y)
        return device_x.value, device_y.value

    chars: list[str] = []
    words: list[Word] = []
    start: int | None = None
    box: list[int] = []

    def close_word() -> None:
        nonlocal start, box
        if start is not None and box:
            words.append(Word(start, len(chars), (box[0], box[1], box[2], box[3]), 1.0))
        start, box = None, []

    for index in range(raw.FPDFText_CountChars(text_page)):
        char = _character(raw.FPDFText_GetUnicode(text_page, index))
        if not char or (char == "\n" and chars[-1:] == ["\n"]):
            continue
        if char.isspace():
            close_word()
        else:
            start = len(chars) if start is None else start
            if raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top):
                x0, y0 = to_pixels(left.value, top.value)
                x1, y1 = to_pixels(right.value, bottom.value)
                corner = [min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)]
                box = [
                    *map(min, box[:2] or corner[:2], corner[:2]),
                    *map(max, box[2:] or corner[2:], corner[2:]),
                ]
        chars.append(char)
    close_word()
    text_page.close()
    return RawPage(number, width, height, "".join(chars), tuple(words), reading="layer")


def _character(code: int) -> str:
    """One code point of PDFium's; its line-end hyphen (U+0002) and line ends as usual."""
    if code in (0x0D, 0x0A):
        return "\n"
    if code == 0x02:
        return "-"
    if code < 0x20 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return " " if code == 0x09 else ""
    return chr(code)


def _usable(layer: RawPage, page: Any) -> bool:
    letters = [c for c in layer.text if c.isalpha()]
    visible = [c for c in layer.text if not c.isspace()]
    if len(letters) < _MIN_LETTERS:
        return False
    unreal = sum(c == "\ufffd" or unicodedata.category(c) in ("Co", "Cn", "Cc") for c in visible)
    if unreal > (1 - _MIN_REAL) * len(visible):
        return False
    accented = sum(not c.isascii() for c in letters)
    return accented >= _MIN_ACCENTED * len(letters) or not _is_scan(page)


def _is_scan(page: Any) -> bool:
    """Whether one picture covers most of the page."""
    area = page.get_width() * page.get_height()
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) > _SCAN_COVERS * area:
            return True
    return False


def _unreadable(name: str, error: pdfium.PdfiumError) -> str:
    if error.err_code == raw.FPDF_ERR_PASSWORD:
        return f"{name}: PDF is encrypted; remove the password first (qpdf --decrypt)"
    return f"{name}: damaged PDF"

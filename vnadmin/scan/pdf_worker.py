"""The process that PDFium runs in: pages asked for on standard input, answered on standard output.

A PDF that crashes PDFium, makes it hang or eats memory takes this process with it and no other
(`scan.pdf_process` is the other end). A message is a line of JSON; bytes that belong to it follow,
`bytes` of them. Nothing is imported that a page doesn't need: it starts once for each file.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageDraw

DPI = 300
MAX_PIXELS = 40_000_000
"""A page is rasterised at less than 300 dpi if it would have more pixels (A2 has 35 million)."""
MAX_SIDE = 20_000
MOST_CHARACTERS = 500_000
"""Of one page; a newspaper's has 60,000."""
MOST_MEMORY = 3 << 30
"""Address space in bytes: an A3 page of 600 dpi in colour needs a tenth of it."""

_GRID = 64  # cells a side, to see how much of a page pictures cover
_MOST_OBJECTS = 50_000
_DEEPEST = 6  # forms in forms
_PICTURE = 0.2  # of the page, from which the ink on it is looked at
_LONG = 500  # characters of a layer; without a picture it is the page
_INK_DPI = 60  # enough to see where print is
_MARGIN = 0.03  # of the page's sides: edges of the sheet and punched holes are no print
_DARK = 0.65  # of the paper's brightness
_AROUND = 0.25  # of a word's height: its box is that of its strokes, or the engine's guess


def main() -> None:
    """Answer until standard input ends."""
    _limit()
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever libraries print
    opening = json.loads(requests.readline())
    source = requests.read(opening["bytes"]) if opening["path"] is None else opening["path"]
    try:
        document = pdfium.PdfDocument(source)
        _send(answers, {"pages": len(document)})
    except pdfium.PdfiumError as error:
        password = error.err_code == raw.FPDF_ERR_PASSWORD
        _send(answers, {"error": "password" if password else "damaged"})
        return
    except (OSError, MemoryError):
        _send(answers, {"error": "damaged"})
        return
    for line in requests:
        request = json.loads(line)
        try:
            answer, data = _answer(document, request["page"] - 1, request["want"])
        except _PageError as error:
            answer, data = {"error": str(error)}, b""
        except (pdfium.PdfiumError, MemoryError, OSError, ValueError, ctypes.ArgumentError):
            answer, data = {"error": "can't be rendered"}, b""
        _send(answers, answer, data)


class _PageError(Exception):
    """What is wrong with a page, for "page N …"."""


def _limit() -> None:
    with suppress(ImportError, OSError, ValueError):  # not every system has such limits
        import resource

        for what, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CORE, 0)):
            _, hard = resource.getrlimit(what)
            soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (soft, hard))


def _send(answers: BinaryIO, message: dict[str, Any], data: bytes = b"") -> None:
    answers.write(json.dumps({**message, "bytes": len(data)}).encode() + b"\n")
    answers.write(data)
    answers.flush()


def _answer(document: Any, index: int, want: str) -> tuple[dict[str, Any], bytes]:
    try:
        page = document[index]
    except (pdfium.PdfiumError, IndexError) as error:
        raise _PageError("is damaged") from error
    try:
        width, height = page.get_size()
        if not (0 < width < 1e6 and 0 < height < 1e6):
            raise _PageError("has no usable size")
        scale = min(DPI / 72, (MAX_PIXELS / (width * height)) ** 0.5, MAX_SIDE / max(width, height))
        if want == "image":
            image = page.render(scale=scale).to_pil().convert("RGB")
            return {"width": image.width, "height": image.height}, image.tobytes()
        if want == "filled" and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY):
            page.close()
            page = document[index]  # loaded anew to see it
        layer = _layer(page, round(width * scale), round(height * scale))
        if want == "filled":
            return layer, b""
        layer["laid_over"] = raw.FPDFPage_GetAnnotCount(page) > 0
        layer["pictures"] = _pictures(page)
        plain = layer["pictures"] < _PICTURE and len(layer["text"]) > _LONG
        layer["ink"] = None if plain else _ink(page, layer["words"], scale)
        return layer, b""
    finally:
        page.close()


def _layer(page: Any, width: int, height: int) -> dict[str, Any]:
    """All characters of the page as PDFium orders them, the words between white space, fonts."""
    text_page = page.get_textpage()
    count = raw.FPDFText_CountChars(text_page)
    if count > MOST_CHARACTERS:
        raise _PageError(f"holds {count} characters, more than any page of text")
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    device_x, device_y = ctypes.c_int(), ctypes.c_int()

    def to_pixels(x: float, y: float) -> tuple[int, int]:
        # Through PDFium, for page rotation and crop boxes.
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, device_x, device_y)
        return device_x.value, device_y.value

    chars: list[str] = []
    words: list[tuple[int, ...]] = []
    fonts: list[tuple[int, str]] = []
    start: int | None = None
    x0, y0, x1, y1 = _NOWHERE

    def close_word() -> None:
        nonlocal start, x0, y0, x1, y1
        if start is not None and x0 <= x1:
            xs, ys = zip(to_pixels(x0, y1), to_pixels(x1, y0), strict=True)
            words.append((start, len(chars), min(xs), min(ys), max(xs), max(ys)))
        start, (x0, y0, x1, y1) = None, _NOWHERE

    for index in range(count):
        char = _character(raw.FPDFText_GetUnicode(text_page, index))
        if not char or (char == "\n" and chars[-1:] == ["\n"]):
            continue
        if char.isspace():
            close_word()
        else:
            if start is None:
                start = len(chars)
                font = _font(text_page, index)
                if font and (not fonts or fonts[-1][1] != font):
                    fonts.append((start, font))
            if raw.FPDFText_GetCharBox(text_page, index, left, right, bottom, top):
                x0, x1 = min(x0, left.value), max(x1, right.value)
                y0, y1 = min(y0, bottom.value), max(y1, top.value)
        chars.append(char)
    close_word()
    text_page.close()
    return {
        "width": width,
        "height": height,
        "text": "".join(chars),
        "words": words,
        "fonts": fonts,
    }


_NOWHERE = (math.inf, math.inf, -math.inf, -math.inf)


def _character(code: int) -> str:
    """One code point of PDFium's; its line-end hyphen (U+0002) and line ends as usual."""
    if code in (0x0D, 0x0A):
        return "\n"
    if code == 0x02:
        return "-"
    if code < 0x20 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return " " if code == 0x09 else ""
    return chr(code)


_NAME = ctypes.create_string_buffer(64)


def _font(text_page: Any, index: int) -> str:
    """The name of a character's font, without the tag of a subset ("ABCDEF+.VnTime")."""
    flags = ctypes.c_int()
    length = raw.FPDFText_GetFontInfo(text_page, index, _NAME, len(_NAME), flags)
    if not 0 < length <= len(_NAME):
        return ""
    return _NAME.raw[: length - 1].decode("utf-8", "replace").rpartition("+")[2]


def _pictures(page: Any) -> float:
    """The share of the page that its pictures cover together: a scan's strips are one sheet."""
    left, bottom, right, top = page.get_bbox()
    across, up = max(right - left, 1e-6), max(top - bottom, 1e-6)
    cells = bytearray(_GRID * _GRID)
    for x0, y0, x1, y1 in _boxes(page):
        first, last = _cells((x0 - left) / across, (x1 - left) / across)
        for row in range(*_cells((y0 - bottom) / up, (y1 - bottom) / up)):
            cells[row * _GRID + first : row * _GRID + last] = b"\1" * (last - first)
    return sum(cells) / len(cells)


def _cells(low: float, high: float) -> tuple[int, int]:
    """The cells whose middles lie between two places on a side of the page, which goes to 1."""
    first, last = (min(max(round(place * _GRID), 0), _GRID) for place in (low, high))
    return first, max(first, last)


def _boxes(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Left, bottom, right and top of each picture, in the page's coordinates."""
    pending = [(page, raw.FPDFPage_CountObjects(page), raw.FPDFPage_GetObject, _UNIT, 0)]
    sides = [ctypes.c_float() for _ in range(4)]
    seen = 0
    while pending:
        holder, count, get, outer, depth = pending.pop()
        for index in range(count):
            seen += 1
            if seen > _MOST_OBJECTS:
                return
            item = get(holder, index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_IMAGE and raw.FPDFPageObj_GetBounds(item, *sides):
                x0, y0, x1, y1 = (side.value for side in sides)
                corners = [_moved(outer, x, y) for x in (x0, x1) for y in (y0, y1)]
                xs, ys = zip(*corners, strict=True)
                yield min(xs), min(ys), max(xs), max(ys)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                matrix = raw.FS_MATRIX()
                own = _UNIT
                if raw.FPDFPageObj_GetMatrix(item, matrix):
                    own = (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
                inner = raw.FPDFFormObj_CountObjects(item)
                both = _after(own, outer)
                pending.append((item, inner, raw.FPDFFormObj_GetObject, both, depth + 1))


_Matrix = tuple[float, float, float, float, float, float]
_UNIT: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _moved(m: _Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _after(inner: _Matrix, outer: _Matrix) -> _Matrix:
    a, b = _moved(outer, inner[0], inner[1])
    c, d = _moved(outer, inner[2], inner[3])
    e, f = _moved(outer, inner[4], inner[5])
    return a - outer[4], b - outer[5], c - outer[4], d - outer[5], e, f


def _ink(page: Any, words: list[tuple[int, ...]], scale: float) -> tuple[int, int]:
    """Dark pixels of the page at 60 dpi, and those of them outside the words' boxes.

    Annotations (signatures, stamps of an office programme) aren't counted.
    """
    small = min(_INK_DPI / 72, scale)
    image = page.render(scale=small, grayscale=True, draw_annots=False, may_draw_forms=False)
    image = image.to_pil().convert("L")
    across, down = round(_MARGIN * image.width), round(_MARGIN * image.height)
    inside = (across, down, image.width - across, image.height - down)
    before = _dark(image.crop(inside), None)
    draw = ImageDraw.Draw(image)
    shrunk = small / scale
    paper = _paper(image)
    for _, _, x0, y0, x1, y1 in words:
        around = _AROUND * (y1 - y0)
        sides = (x0 - around, y0 - around, x1 + around, y1 + around)
        draw.rectangle([side * shrunk for side in sides], fill=paper)
    return before, _dark(image.crop(inside), paper)


def _paper(image: Image.Image) -> int:
    """The brightness most of the sheet has."""
    counts = image.histogram()
    return max(range(128, 256), key=lambda level: counts[level])


def _dark(image: Image.Image, paper: int | None) -> int:
    level = round(_DARK * (_paper(image) if paper is None else paper))
    return sum(image.histogram()[:level])


if __name__ == "__main__":
    main()

"""Image files → pages: PNG, JPEG, TIFF (each of its pages), WebP, BMP, GIF, PBM/PGM/PPM."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from vnadmin.errors import InputError
from vnadmin.scan import RawPage, chosen, failed
from vnadmin.scan.engine import Engine
from vnadmin.scan.recognise import recognise

MAX_PIXELS = 80_000_000
"""Largest image read: A3 at 600 dpi is 70 million; a byte a pixel is held in memory."""
MAX_SIDE = 32_000
"""Pixels; Tesseract's own limit is 32,767."""
_UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    MemoryError,
    Image.DecompressionBombError,
)
_SMALLEST = 8  # pixels a side; less holds no letter and makes Tesseract complain


def read_image(
    source: Path | bytes,
    *,
    name: str,
    pages: range | None,
    language: str,
    timeout: float,
    engine: Engine | None = None,
) -> Iterator[RawPage]:
    """Recognise the pages of an image file (arguments and errors as in `scan.read_pages`)."""
    try:
        opened = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise InputError(_damaged(name, error)) from error
    with opened as image:
        # Another format's further frames are an animation or a preview, not pages.
        count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        for number in chosen(count, pages, name):
            try:
                try:
                    image.seek(number - 1)
                    _check_size(image, name)
                    picture = _upright(image)
                except _UNREADABLE as error:
                    raise InputError(_damaged(name, error)) from error
                yield recognise(
                    picture,
                    number=number,
                    name=name,
                    language=language,
                    timeout=timeout,
                    engine=engine,
                )
            except InputError as error:
                yield failed(number, name, error)


def page_image(source: Path, number: int, name: str) -> Image.Image:
    """Return the page `number`, from 1, of an image file, upright by its EXIF tag.

    Raises:
        InputError: the file is damaged or too large, or has no such page.
    """
    try:
        with Image.open(source) as image:
            image.seek(number - 1)
            _check_size(image, name)
            return _upright(image)
    except _UNREADABLE as error:
        raise InputError(_damaged(name, error)) from error


def _check_size(image: Image.Image, name: str) -> None:
    """Refuse by the size the header states, before any pixel is decoded."""
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise InputError(
            f"{name}: image of {width} × {height} pixels is too large "
            f"(at most {MAX_PIXELS // 10**6} million, {MAX_SIDE} a side); scale it to 300 dpi"
        )
    if min(width, height) < _SMALLEST:
        raise InputError(f"{name}: image of {width} × {height} pixels is too small to hold text")


def _upright(image: Image.Image) -> Image.Image:
    """Grey or coloured ("L", "RGB"), upright by its EXIF tag, transparency on white paper."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        low, high = image.convert("F").getextrema()
        scale = 255.0 / (float(str(high)) - float(str(low)) or 1.0)
        return image.convert("F").point(lambda v: (v - float(str(low))) * scale).convert("L")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(paper, rgba).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _damaged(name: str, error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return f"{name}: image is too large (at most {MAX_PIXELS // 10**6} million pixels)"
    return f"{name}: damaged or unsupported image ({str(error).splitlines()[0][:120]})"

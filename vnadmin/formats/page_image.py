"""A page's picture as a PDF holds it: the same pixels, compressed, or the JPEG file as it is."""

from __future__ import annotations

import io
import struct
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

_A4_WIDTH = 210 / 25.4  # inches: the width of a page whose resolution isn't known
_RESOLUTIONS = range(75, 2401)  # dpi; 72 is what programs write that don't know it
_UPRIGHT = {
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""EXIF orientation → the matrix that sets the unit square of the picture upright."""
_ORIENTATION = 0x0112
_PNG = b"\x89PNG\r\n\x1a\n"


def size_in_points(image: Image.Image) -> tuple[float, float]:
    """Width and height of the upright page, by the resolution that the file states.

    A page without a credible one is taken for as wide as A4 (its shorter side).
    """
    width, height = image.size
    across, down = (float(side) for side in image.info.get("dpi", (0, 0)))
    if round(across) not in _RESOLUTIONS or round(down) not in _RESOLUTIONS:
        across = down = min(width, height) / _A4_WIDTH
    size = 72 * width / across, 72 * height / down
    return size[::-1] if _orientation(image) >= 5 else size


def upright(image: Image.Image) -> tuple[int, ...]:
    """The matrix that sets the unit square of the picture upright."""
    return _UPRIGHT.get(_orientation(image), (1, 0, 0, 1, 0, 0))


def _orientation(image: Image.Image) -> int:
    return int(image.getexif().get(_ORIENTATION, 1))


def embedded(pdf: Pdf, image: Image.Image, file: bytes | None) -> Any:
    """Return the picture as an object of `pdf`.

    Args:
        pdf: where it goes.
        image: the picture, loaded.
        file: the file it was opened from, if it is nothing but this picture.
    """
    if file is not None and image.format in ("JPEG", "MPO") and image.mode in _COLOURS:
        keys = Dictionary(ColorSpace=_COLOURS[image.mode], BitsPerComponent=8)
        if image.mode == "CMYK" and "adobe" in image.info:  # Adobe stores them inverted
            keys.Decode = Array([1, 0] * 4)
        return _image(pdf, image.size, file, keys, Filter=Name.DCTDecode)
    if image.mode == "1":
        return _bilevel(pdf, image)
    chunks = _chunks(file) if file is not None and image.format == "PNG" else None
    if chunks is None or b"tRNS" in chunks or chunks[b"IHDR"][9] > 3 or chunks[b"IHDR"][12]:
        chunks = _chunks(_as_png(image))
    bits, kind = chunks[b"IHDR"][8:10]
    colours = 3 if kind == 2 else 1
    space: Any = Name.DeviceRGB if kind == 2 else Name.DeviceGray
    if kind == 3:
        palette = chunks[b"PLTE"]
        space = Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, String(palette)])
    parameters = Dictionary(
        Predictor=15, Colors=colours, BitsPerComponent=bits, Columns=image.width
    )
    keys = Dictionary(ColorSpace=space, BitsPerComponent=bits)
    return _image(
        pdf,
        image.size,
        chunks[b"IDAT"],
        keys,
        Filter=Name.FlateDecode,
        DecodeParms=parameters,
    )


_COLOURS = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB, "CMYK": Name.DeviceCMYK}


def _image(pdf: Pdf, size: tuple[int, int], data: bytes, keys: Dictionary, **filters: Any) -> Any:
    stream = pdf.make_stream(
        data, Type=Name.XObject, Subtype=Name.Image, Width=size[0], Height=size[1], **filters
    )
    for key, value in keys.items():
        stream[Name(key)] = value
    return pdf.make_indirect(stream)


def _bilevel(pdf: Pdf, image: Image.Image) -> Any:
    """Black and white as Group 4 fax: a fraction of what anything else takes."""
    buffer = io.BytesIO()
    rows_per_strip = 278  # one strip: PDF takes no more
    plain = Image.frombytes("1", image.size, image.tobytes())  # without the file's own tags
    plain.save(buffer, "TIFF", compression="group4", tiffinfo={rows_per_strip: image.height})
    with Image.open(buffer) as tiff:
        assert isinstance(tiff, TiffImageFile)
        tags = tiff.tag_v2
        start, length = tags[273][0], tags[279][0]
        black_is_one = tags[262] == 0
    data = buffer.getvalue()[start : start + length]
    parameters = Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=not black_is_one)
    keys = Dictionary(ColorSpace=Name.DeviceGray, BitsPerComponent=1)
    return _image(pdf, image.size, data, keys, Filter=Name.CCITTFaxDecode, DecodeParms=parameters)


def _as_png(image: Image.Image) -> bytes:
    """The picture as PNG: transparency on white paper, colours that PNG doesn't know as RGB."""
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
    elif image.mode not in ("L", "RGB", "P") and not image.mode.startswith("I"):
        image = image.convert("L" if image.mode == "F" else "RGB")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _chunks(png: bytes) -> dict[bytes, bytes]:
    """The chunks of a PNG file by name; several of a name are one."""
    result: dict[bytes, bytes] = {}
    position = len(_PNG)
    while position + 8 <= len(png):
        length, name = struct.unpack(">I4s", png[position : position + 8])
        result[name] = result.get(name, b"") + png[position + 8 : position + 8 + length]
        position += length + 12
    return result

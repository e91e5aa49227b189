"""A font without ink: what an invisible text layer is written in, to be found and copied.

Every character is the same empty glyph, half an em wide; codes are UTF-16 code units. The idea is
Tesseract's, whose PDFs and OCRmyPDF's are read well by all viewers.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

ADVANCE = 0.5
"""Width of every character, in em."""
DESCENT = 0.2
"""How far below the baseline a line of text reaches, in em."""

_EM = 1000
_CODES = 0x10000
_FAMILY = "VnadminGlyphless"


def encoded(text: str) -> str:
    """Return `text` as a PDF string for the font; beyond the Basic Multilingual Plane is U+FFFD."""
    return "<" + "".join(f"{ord(c) if ord(c) < _CODES else 0xFFFD:04X}" for c in text) + ">"


def add_font(pdf: Any) -> Any:
    """Add the font to a `pikepdf.Pdf`; returns the object to name in a page's resources."""
    from pikepdf import Array, Dictionary, Name, String

    def stream(data: bytes, **keys: Any) -> Any:
        made = pdf.make_stream(zlib.compress(data, 9), Filter=Name.FlateDecode, **keys)
        return pdf.make_indirect(made)

    program = _program()
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/" + _FAMILY),
        Flags=4,  # symbolic: the font's codes are its own
        FontBBox=Array([0, -int(DESCENT * _EM), int(ADVANCE * _EM), int((1 - DESCENT) * _EM)]),
        ItalicAngle=0,
        Ascent=int((1 - DESCENT) * _EM),
        Descent=-int(DESCENT * _EM),
        CapHeight=int((1 - DESCENT) * _EM),
        StemV=80,
        FontFile2=stream(program, Length1=len(program)),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name("/" + _FAMILY),
        CIDSystemInfo=Dictionary(
            Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
        ),
        CIDToGIDMap=stream(b"\0\1" * _CODES),  # each code is glyph 1
        DW=int(ADVANCE * _EM),
        FontDescriptor=pdf.make_indirect(descriptor),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name("/" + _FAMILY),
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=stream(to_unicode([(row << 8, (row << 8) + 0xFF) for row in range(0x100)], 2)),
    )
    return pdf.make_indirect(font)


def to_unicode(ranges: list[tuple[int, int]], size: int, *, space: bool = False) -> bytes:
    """Write a ToUnicode CMap in which codes mean themselves, or each a space.

    Args:
        ranges: first and last code of each range, which share all but their last byte.
        size: bytes of a code, 1 or 2.
        space: every code means a space instead.
    """
    digits = 2 * size
    lines = []
    for start in range(0, len(ranges), 100):  # a block holds 100 at most
        block = ranges[start : start + 100]
        lines.append(f"{len(block)} beginbfrange")
        for first, last in block:
            meant = "[" + "<0020>" * (last - first + 1) + "]" if space else f"<{first:04X}>"
            lines.append(f"<{first:0{digits}X}> <{last:0{digits}X}> {meant}")
        lines.append("endbfrange")
    whole = f"<{0:0{digits}X}> <{256**size - 1:0{digits}X}>"
    return _CMAP.format(codespace=whole, ranges="\n".join(lines)).encode()


_CMAP = """\
/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
{codespace}
endcodespacerange
{ranges}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def _program() -> bytes:
    """The TrueType file; glyphs 0 and 1 are a line there and back, from corner to corner.

    That has no area, so no ink, but an extent: PDFium takes a word without one for none.
    """
    advance, top, bottom = int(ADVANCE * _EM), int((1 - DESCENT) * _EM), -int(DESCENT * _EM)
    outline = struct.pack(">HHBBhhhh", 1, 0, 1, 1, 0, advance, bottom, top - bottom)
    glyph = struct.pack(">5h", 1, 0, bottom, advance, top) + outline
    tables = {
        b"cmap": struct.pack(">HHHHI", 0, 1, 3, 0, 12)
        + struct.pack(">9H", 6, 18, 0, 0x20, 4, 1, 1, 1, 1),
        b"glyf": glyph * 2,
        # version, revision, checksum (filled in below), magic, flags, units, dates, box, style,
        # smallest size, direction, short offsets, format
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, 0, bottom, advance, top),
            *(0, 8, 2, 0, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH",
            *(0x10000, top, bottom, 0, advance, 0, 0, advance, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        ),
        b"hmtx": struct.pack(">HhHh", advance, 0, advance, 0),
        b"loca": struct.pack(">3H", 0, len(glyph) // 2, len(glyph)),
        b"maxp": struct.pack(">I14H", 0x10000, 2, 2, 1, 0, 0, 2, *([0] * 8)),
        b"post": struct.pack(">IIhhI4I", 0x30000, 0, 0, 0, 1, 0, 0, 0, 0),
    }
    directory = struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, len(tables) * 16 - 128)
    body = b""
    start = len(directory) + 16 * len(tables)
    head_at = 0
    for tag, data in sorted(tables.items()):
        if tag == b"head":
            head_at = start + len(body)
        directory += tag + struct.pack(">III", _checksum(data), start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    font = bytearray(directory + body)
    adjustment = (0xB1B0AFBA - _checksum(bytes(font))) & 0xFFFFFFFF
    font[head_at + 8 : head_at + 12] = struct.pack(">I", adjustment)
    return bytes(font)


def _checksum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    return int(sum(struct.unpack(f">{len(padded) // 4}I", padded))) & 0xFFFFFFFF

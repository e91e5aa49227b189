"""Correct Vietnamese text becomes page images like scanned administrative paper.

Units: points for the layout, pixels for the image, degrees for the skew. Everything about a page
is in its `Style`, so the same paragraphs and style give the same pixels on the same fonts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from vnadmin.train.degrade import scan
from vnadmin.train.fonts import REPERTOIRE, font_families
from vnadmin.train.style import Style, sample_style

__all__ = ["REPERTOIRE", "Style", "font_families", "render_page", "sample_style"]

_A4_PT = (595.3, 841.9)
_REGULAR, _BOLD, _ITALIC, _BOLD_ITALIC = range(4)


def render_page(paragraphs: Sequence[str], style: Style) -> tuple[Image.Image, str]:
    """Lays paragraphs out on an A4 page and scans it.

    Short paragraphs in capitals become centred bold headings. What doesn't fit on the page is left
    out, in the middle of a paragraph if it comes so, and is not in the returned text either.

    Args:
        paragraphs: Text without line breaks, of the characters in `REPERTOIRE`; runs of white
            space count as one space.
        style: Look of the page.

    Returns:
        The scan (mode "L") and the text on it: a newline ends each printed line, an empty line
        stands where the layout leaves space between paragraphs.

    Raises:
        ValueError: The style's family isn't installed, or a character can't be drawn.
    """
    foreign = set("".join("".join(p.split()) for p in paragraphs)) - REPERTOIRE
    if foreign:
        raise ValueError(f"characters that can't be rendered: {''.join(sorted(foreign))!r}")
    image, text = _Printer(style).print(paragraphs)
    return scan(image, style), text


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word or, where a line may break after a hyphen, part of one."""

    text: str
    face: int
    spaced: bool
    width: float


_LABEL = re.compile(r"(?:Điều \d+[.:]?|[IVX]+[.]|\d+(?:\.\d+)*[.)])(?= )")
_BREAKS = re.compile(r"(?<=\w-)(?=\w)")


class _Printer:
    """Prints one page without any damage."""

    def __init__(self, style: Style) -> None:
        try:
            family = next(f for f in font_families() if f.name == style.family)
        except StopIteration:
            raise ValueError(f"font family not installed: {style.family}") from None
        self._style = style
        self._scale = style.dpi / 72
        self._rng = random.Random(style.seed)
        size = style.size_pt * self._scale
        self._fonts = tuple(
            ImageFont.truetype(face, size, layout_engine=ImageFont.Layout.BASIC)
            for face in family.faces
        )
        width, height = (round(side * self._scale) for side in _A4_PT)
        left, top, right, bottom = (side * self._scale for side in style.margins_pt)
        self._image = Image.new("L", (width, height), 255)
        self._draw = ImageDraw.Draw(self._image)
        self._left, self._right = left, width - right
        self._top, self._bottom = top, height - bottom
        self._y = top + size
        self._lines: list[str] = []

    def print(self, paragraphs: Sequence[str]) -> tuple[Image.Image, str]:
        style = self._style
        gap = style.paragraph_gap_pt * self._scale
        if style.page_number and style.number_at_top:
            self._number(self._top - 0.3 * style.size_pt * self._scale)
            self._lines.append("")
        for paragraph in paragraphs:
            words = paragraph.split()
            if not words:
                continue
            if self._y > self._bottom:
                break
            if gap and self._lines and self._lines[-1]:
                self._lines.append("")
            self._paragraph(" ".join(words))
            self._y += gap
        if style.page_number and not style.number_at_top:
            self._lines.append("")
            self._number(self._bottom + 1.6 * style.size_pt * self._scale)
        return self._image, "\n".join(self._lines).strip("\n") + "\n"

    def _number(self, y: float) -> None:
        text = str(self._style.page_number)
        middle = (self._left + self._right) / 2
        self._draw.text((middle, y), text, fill=0, font=self._fonts[_REGULAR], anchor="ms")
        self._lines.append(text)

    def _paragraph(self, text: str) -> None:
        style = self._style
        heading = text.isupper() and len(text) <= 70 and any(c.isalpha() for c in text)
        face = self._face(text, heading)
        indent = 0.0 if heading else style.indent_pt * self._scale
        justified = style.justified and not heading
        lines = list(self._break(self._pieces(text, face), indent))
        for number, line in enumerate(lines):
            if self._y > self._bottom:
                return
            left = self._left + (0.0 if number else indent)
            room = self._right - left - sum(p.width for p in line) - self._spaces(line)
            gaps = sum(p.spaced for p in line[1:])
            extra = room / gaps if justified and gaps and number < len(lines) - 1 else 0.0
            self._line(line, left + (room / 2 if heading else 0.0), extra)
            self._y += style.leading * style.size_pt * self._scale
        if heading and style.heading_rule and self._rng.random() < 0.3:
            half = (self._right - self._left) * self._rng.uniform(0.08, 0.16)
            middle = (self._left + self._right) / 2
            y = self._y - 0.8 * style.size_pt * self._scale
            self._draw.line((middle - half, y, middle + half, y), 0, max(1, style.dpi // 120))
            self._y += 0.3 * style.size_pt * self._scale

    def _face(self, text: str, heading: bool) -> int:
        chance = self._rng.random()
        if heading:
            return _BOLD if chance < 0.9 else _REGULAR
        if text.startswith("Căn cứ") and self._style.italic_basis:
            return _ITALIC
        for face, limit in ((_ITALIC, 0.05), (_BOLD, 0.11), (_BOLD_ITALIC, 0.125)):
            if chance < limit:
                return face
        return _REGULAR

    def _pieces(self, text: str, face: int) -> list[_Piece]:
        label = _LABEL.match(text) if self._style.bold_labels else None
        bold_until = label.end() if label else 0
        pieces, position = [], 0
        for word in text.split(" "):
            of_word = face if position >= bold_until else face | _BOLD
            for number, part in enumerate(_BREAKS.split(word)):
                width = self._fonts[of_word].getlength(part)
                pieces.append(_Piece(part, of_word, number == 0, width))
            position += len(word) + 1
        return pieces

    def _break(self, pieces: Sequence[_Piece], indent: float) -> Iterator[list[_Piece]]:
        full = self._right - self._left
        line: list[_Piece] = []
        used, room = 0.0, full - indent
        for piece in self._short_enough(pieces, full - indent):
            space = self._space(piece) if line else 0.0
            if line and used + space + piece.width > room:
                yield line
                line, used, room, space = [], 0.0, full, 0.0
            line.append(piece)
            used += space + piece.width
        if line:
            yield line

    def _short_enough(self, pieces: Sequence[_Piece], room: float) -> Iterator[_Piece]:
        """Cuts pieces wider than a line (web addresses), as word processors do."""
        for piece in pieces:
            text, spaced, font = piece.text, piece.spaced, self._fonts[piece.face]
            while len(text) > 1 and font.getlength(text) > room:
                cut = next(n for n in range(len(text), 0, -1) if font.getlength(text[:n]) <= room)
                yield _Piece(text[:cut], piece.face, spaced, font.getlength(text[:cut]))
                text, spaced = text[cut:], False
            yield _Piece(text, piece.face, spaced, font.getlength(text))

    def _space(self, piece: _Piece) -> float:
        return self._fonts[piece.face].getlength(" ") if piece.spaced else 0.0

    def _spaces(self, line: Sequence[_Piece]) -> float:
        return sum(self._space(piece) for piece in line[1:])

    def _line(self, line: Sequence[_Piece], x: float, extra: float) -> None:
        text = ""
        for number, piece in enumerate(line):
            if number and piece.spaced:
                x += self._space(piece) + extra
                text += " "
            font = self._fonts[piece.face]
            self._draw.text((x, self._y), piece.text, fill=0, font=font, anchor="ls")
            x += piece.width
            text += piece.text
        self._lines.append(text)

"""The words of a page as the drawing commands of an invisible PDF text layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from statistics import median

from vnadmin.formats.glyphless import ADVANCE, DESCENT, encoded
from vnadmin.formats.layout import PlacedLine, PlacedPage, PlacedWord

FONT = "VnadminText"
"""What the layer calls its font in the page's resources."""

# Viewers take a gap of a tenth to a seventh of the font size for a space; less joins two words.
_GAP = 0.2
_NARROWEST = 0.15  # line heights a character, before the next word gives way
_SLOPE_WORDS = 4  # a line of fewer says little about how the page is turned
_STEEPEST = math.tan(math.radians(15))
# Viewers that sort words into columns (pdftotext) tear sloping lines apart, so lines are level
# where their ends then lie at most so many line heights off.
_OFF = 0.5


@dataclass(frozen=True, slots=True)
class View:
    """Where a page that is shown upright lies in the PDF's own coordinates.

    Attributes:
        width: of the page as shown, in points.
        height: likewise.
        matrix: a PDF matrix, from points on the shown page (from its lower left corner, y upwards)
            to the page's coordinates.
    """

    width: float
    height: float
    matrix: tuple[float, float, float, float, float, float] = (1, 0, 0, 1, 0, 0)


def view_of(box: Sequence[float], turned: int) -> View:
    """Return the view of a page whose visible box is `box`, shown turned clockwise by degrees."""
    x0, x1 = sorted((box[0], box[2]))
    y0, y1 = sorted((box[1], box[3]))
    width, height = x1 - x0, y1 - y0
    match turned % 360:
        case 90:
            return View(height, width, (0, 1, -1, 0, x1, y0))
        case 180:
            return View(width, height, (-1, 0, 0, -1, x1, y1))
        case 270:
            return View(height, width, (0, -1, 1, 0, x0, y1))
    return View(width, height, (1, 0, 0, 1, x0, y0))


def layer(page: PlacedPage, view: View) -> bytes:
    """Return the content stream that puts a page's words, unseen, at their boxes.

    The words come in the order of the text, line by line, with a space between those of a line,
    so that viewers neither join nor split them; lines follow the slope of a page that lies askew.
    """
    lines = [line for paragraph in page.paragraphs for line in paragraph]
    scale_x, scale_y = view.width / page.width, view.height / page.height
    slope = _slope(lines)
    matrix = " ".join(map(_number, view.matrix))
    parts = [f"q {matrix} cm BT 3 Tr"]
    for line in lines:
        parts += _draw(line, page.height, scale_x, scale_y, slope)
    parts.append("ET Q")
    return "\n".join(parts).encode("ascii")


def _draw(
    line: PlacedLine, height: int, scale_x: float, scale_y: float, slope: float
) -> Iterator[str]:
    """The commands of one line; pixels count from the upper left corner, points from the lower."""
    words = line.words
    origin = words[0].box[0]

    def level(y: int, word: PlacedWord) -> float:
        return y - slope * ((word.box[0] + word.box[2]) / 2 - origin)

    # Medians: no single word, one that a stamp touches say, stretches the line.
    bottom = median([level(word.box[3], word) for word in words])
    top = min(median([level(word.box[1], word) for word in words]), bottom - 1)
    size = (bottom - top) * scale_y
    angle = math.atan(slope * scale_y / scale_x)
    cos, sin = _number(math.cos(angle)), math.sin(angle)
    yield f"/{FONT} {_number(size)} Tf"
    gap = _GAP * size / scale_x
    start = float(origin)
    for word, after in zip_longest(words, words[1:]):
        least = min(_NARROWEST * len(word.text) * (bottom - top), word.box[2] - word.box[0])
        end = float(word.box[2])
        if after is not None:  # boxes may touch, overlap or be the same
            end = min(end, after.box[0] - gap)
        end = max(end, start + least, start + gap)
        baseline = bottom + slope * (start - origin) - DESCENT * (bottom - top)
        x, y = start * scale_x, (height - baseline) * scale_y
        place = f"{cos} {_number(-sin)} {_number(sin)} {cos} {_number(x)} {_number(y)} Tm"
        stretch = _stretch((end - start) * scale_x, len(word.text), size)
        yield f"{place} {stretch} {encoded(word.text)} Tj"
        if after is not None:
            start = max(float(after.box[0]), end + gap)
            yield f"{_stretch((start - end) * scale_x, 1, size)} {encoded(' ')} Tj"


def _stretch(width: float, characters: int, size: float) -> str:
    """The horizontal scaling that makes so many characters as wide as `width` points."""
    return f"{_number(100 * width / (ADVANCE * size * characters))} Tz"


def _slope(lines: Sequence[PlacedLine]) -> float:
    """How much the page's lines fall to the right: pixels down for each pixel right."""
    slopes = []
    for line in lines:
        middles = [((w.box[0] + w.box[2]) / 2, (w.box[1] + w.box[3]) / 2) for w in line.words]
        if len(middles) < _SLOPE_WORDS:
            continue
        half = len(middles) // 2
        left, right = middles[:half], middles[-half:]
        run = median([x for x, _ in right]) - median([x for x, _ in left])
        rise = median([y for _, y in right]) - median([y for _, y in left])
        if run > 0 and all(a[0] < b[0] for a, b in pairwise(middles)):
            slopes.append(rise / run)
    slope = median(slopes) if slopes else 0.0
    off = [abs(slope) * (line.box[2] - line.box[0]) / 2 / _height(line) for line in lines]
    return slope if abs(slope) < _STEEPEST and max(off, default=0.0) > _OFF else 0.0


def _height(line: PlacedLine) -> float:
    return max(median([word.box[3] - word.box[1] for word in line.words]), 1)


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")

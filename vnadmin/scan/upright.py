"""Pages that lie on their side or stand on their head: seen by how they were read, and turned.

Tesseract reads lines that run down a page as well as others where the page was turned one way, and
rubbish where it was turned the other way or stands on its head. Where the words stand and how sure
they are tells which, without its orientation program, which takes as long as half a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np
from PIL import Image

from vnadmin.document import Region, Word
from vnadmin.formats.raw import Box, RawPage
from vnadmin.scan.engine import ReadText

_FEWEST = 8  # words of three characters and more; fewer tell nothing
_TALL = 0.7  # share of them that are higher than wide on a page that lies on its side
_BADLY = 0.65
"""Mean confidence below which a page is read wrongly: 27 pages have 0.89 to 0.95, four of them on
their head or the wrong side 0.37 to 0.47."""
_INK = 0.005  # share of a page that is dark, below which it may be read as empty
_DARK = 128


def turn_of(read: ReadText, picture: Image.Image) -> int:
    """Return by how many degrees clockwise a page must be turned to stand upright, as it seems."""
    words = [word for word in read.words if word.end - word.start > 2]
    if not words:
        ink = np.mean(np.asarray(picture)[::4, ::4] < _DARK)
        return 180 if ink > _INK else 0
    if len(words) < _FEWEST:
        return 0
    badly = fmean(word.confidence for word in words) < _BADLY
    tall = sum(w.box[3] - w.box[1] > w.box[2] - w.box[0] for w in words) > _TALL * len(words)
    if tall:
        return 90 if badly else 270
    return 180 if badly else 0


def is_better(after: ReadText, before: ReadText) -> bool:
    """Whether a page reads better after it was turned, or as well."""
    return _sum(after.words) >= 0.9 * _sum(before.words)


def _sum(words: Sequence[Word]) -> float:
    """How many words were read surely, each by its confidence over what rubbish has."""
    return sum(max(word.confidence - 0.5, 0.0) for word in words)


def turned(image: Image.Image, degrees: int) -> Image.Image:
    """Return a picture turned clockwise by a multiple of 90°."""
    how = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    return image.transpose(how[degrees]) if degrees else image


def turned_back(page: RawPage) -> RawPage:
    """Return a page with size and boxes as they are in its file."""
    if not page.turned:
        return page
    size = page.width, page.height

    def word_back(word: Word) -> Word:
        return replace(word, box=_back(word.box, page.turned, *size))

    def region_back(region: Region) -> Region:
        return replace(region, box=_back(region.box, page.turned, *size))

    sides = size if page.turned == 180 else size[::-1]
    return replace(
        page,
        width=sides[0],
        height=sides[1],
        words=tuple(map(word_back, page.words)),
        regions=tuple(map(region_back, page.regions)),
        turned=0,
    )


def _back(box: Box, degrees: int, width: int, height: int) -> Box:
    x0, y0, x1, y1 = box
    if degrees == 90:
        return y0, width - x1, y1, width - x0
    if degrees == 180:
        return width - x1, height - y1, width - x0, height - y0
    return height - y1, x0, height - y0, x1

"""Pages that lie on their side or stand on their head: seen by how they were read, and turned.

Tesseract reads lines that run down a page as well as others where the page was turned one way, and
rubbish where it was turned the other way or stands on its head. Where the words stand and how sure
they are tells which, without its orientation program, which takes as long as half a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

import numpy as np
from PIL import Image

from vnadmin.document import Word
from vnadmin.formats.raw import RawPage
from vnadmin.scan.engine import ReadText

_FEWEST = 8  # words of three characters and more; fewer tell nothing
_TALL = 0.7  # share of them that are higher than wide, or stand above each other, on its side
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
    return sureness(after.words) >= 0.9 * sureness(before.words)


def sureness(words: Sequence[Word]) -> float:
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


def lying(page: RawPage) -> int:
    """Return by how many degrees clockwise a page must be turned, as its words follow each other.

    Engines that read a page on its side, and PDFs of one, give its words with boxes up or down the
    page, in the order of the text.
    """
    steps: Counter[int] = Counter()
    for one, two in pairwise(page.words):
        if page.text[one.end : two.start] == " ":
            right = two.box[0] + two.box[2] - one.box[0] - one.box[2]
            down = two.box[1] + two.box[3] - one.box[1] - one.box[3]
            across = abs(right) > abs(down)
            steps[(0 if right > 0 else 180) if across else (270 if down > 0 else 90)] += 1
    degrees, most = steps.most_common(1)[0] if steps else (0, 0)
    return degrees if most >= _FEWEST and most > _TALL * steps.total() else 0

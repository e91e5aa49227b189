"""What a scanner sees beside the paper: black bands along the edges of the picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

_REDUCED = 4  # bands are looked for among means of so many pixels squared
_DARK = 100
_FULL = 0.5  # of a row that is dark, for the row to be of a band
_WIDEST = 0.06  # of the page; more is no band but what the picture shows


def without_edges(picture: Image.Image) -> Image.Image:
    """Return a greyscale page with black bands along its edges painted white."""
    dark = np.asarray(picture.reduce(_REDUCED)) < _DARK
    rows, columns = dark.mean(axis=1) > _FULL, dark.mean(axis=0) > _FULL
    bands = [_band(line) for line in (columns, rows, columns[::-1], rows[::-1])]
    if not any(bands):
        return picture
    left, top, right, bottom = (_REDUCED * (band + 1) if band else 0 for band in bands)
    box = (left, top, picture.width - right, picture.height - bottom)
    page = Image.new("L", picture.size, 255)
    page.paste(picture.crop(box), box[:2])
    return page


def _band(dark: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """How many rows from the edge on are dark; 0 where there is no end of them."""
    most = round(_WIDEST * len(dark))
    if dark[: most + 1].all():
        return 0
    return int(np.argmin(dark))

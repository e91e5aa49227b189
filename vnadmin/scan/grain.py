"""Photographs in poor light and noisy scanners: a grainy page is smoothed."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

_GRAINY = 4.0
"""Grey levels that pixels differ by from their neighbours' median, at the middle."""
_SAMPLE = 512  # pixels of each side of what is looked at


def smoothed(picture: Image.Image) -> Image.Image:
    """Return a page without its grain; one that has none as it is."""
    if _grain(picture) < _GRAINY:
        return picture
    return picture.filter(ImageFilter.MedianFilter(3))


def _grain(picture: Image.Image) -> float:
    """How far the pixels of a page differ from those about them, at the middle of all."""
    wide, high = picture.size
    left, top = max((wide - _SAMPLE) // 2, 0), max((high - _SAMPLE) // 2, 0)
    grey = picture.crop((left, top, left + _SAMPLE, top + _SAMPLE)).convert("L")
    plain = np.asarray(grey.filter(ImageFilter.MedianFilter(3)), np.int16)
    return float(np.median(np.abs(np.asarray(grey, np.int16) - plain)))

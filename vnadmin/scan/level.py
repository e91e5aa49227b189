"""Photographs and thick books: a page lit unevenly becomes evenly white."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

_CELL = 0.25  # inches: larger than a letter, so that each cell of a page has some paper
_REDUCED = 4  # the paper is looked for among means of so many pixels squared
_UNEVEN = 0.85
"""Paper at its darkest (20th part) by paper at its lightest from which a page is levelled."""
_DARKEST = 0.25  # of the lightest: darker is no paper
_WHITE = 245  # what paper becomes


def levelled(picture: Image.Image, dpi: float) -> Image.Image:
    """Return a greyscale page with its paper equally light everywhere; an even one as it is."""
    paper = _paper(picture, dpi)
    if paper is None:
        return picture
    light = np.asarray(paper.resize(picture.size, Image.Resampling.BILINEAR), np.float32)
    light = np.maximum(light, _DARKEST * light.max())
    pixels = np.asarray(picture, np.float32) * (_WHITE / light)
    return Image.fromarray(np.minimum(pixels, 255, out=pixels).astype(np.uint8))


def _paper(picture: Image.Image, dpi: float) -> Image.Image | None:
    """How light the paper is, a pixel a cell; None where it is so evenly."""
    cell = max(round(_CELL * dpi / _REDUCED), 1)
    small = np.asarray(picture.reduce(_REDUCED))
    high, wide = small.shape[0] // cell, small.shape[1] // cell
    if high < 4 or wide < 4:
        return None
    cells = small[: high * cell, : wide * cell].reshape(high, cell, wide, cell).max(axis=(1, 3))
    # What is dark as a whole (a photograph, a border) is lit as what stands about it.
    paper = Image.fromarray(cells).filter(ImageFilter.MedianFilter(5))
    dark, bright = np.percentile(np.asarray(paper), (5, 95))
    return paper if dark < _UNEVEN * bright else None

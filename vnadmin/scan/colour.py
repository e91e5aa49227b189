"""Seals, stamps and pens are coloured, print is black: a page's picture without the former."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

_COLOURED = 50
"""Difference of a pixel's strongest and weakest channel from which it is coloured. Of five scans
with seals, most of what exceeds 40 exceeds 80; set by hand between the two tried, 40 and 70."""
_INK = 130
"""Strongest channel up to which something coloured is print under colour. Of the coloured pixels of
seven scans with seals and pens a hundredth has less than 101 to 154, a twentieth 148 and more."""
_LEAST = 0.001  # of a page: less is no seal
_DARK = 140
_MOST = 0.4  # of the dark pixels: then the print itself is coloured
_SAMPLE = 8  # every so many-th pixel is looked at to decide
_TOO_LARGE = 40_000_000  # pixels; three more copies of such a page are too much memory


def grey_of(image: Image.Image) -> Image.Image:
    """Return a page in greyscale, red and blue ink left out.

    Coloured pixels become white where a seal or a pen went over paper, and as light as their
    strongest channel where they went over print. A page without colour, or printed in colour, is
    only converted.
    """
    if image.mode != "RGB" or image.width * image.height > _TOO_LARGE or not _has_seal(image):
        return image.convert("L")
    red, green, blue = image.split()
    strongest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    weakest = ImageChops.darker(ImageChops.darker(red, green), blue)
    table = [255 * (value > _COLOURED) for value in range(256)]
    coloured = ImageChops.subtract(strongest, weakest).point(table)
    strongest = strongest.point([value if value <= _INK else 255 for value in range(256)])
    return Image.composite(strongest, image.convert("L"), coloured)


def _has_seal(image: Image.Image) -> bool:
    small = np.asarray(
        image.resize(
            (max(image.width // _SAMPLE, 1), max(image.height // _SAMPLE, 1)),
            Image.Resampling.NEAREST,
        )
    )
    strongest, weakest = small.max(axis=2), small.min(axis=2)
    coloured = strongest - weakest > _COLOURED
    dark = weakest < _DARK
    return bool(coloured.mean() > _LEAST and (coloured & dark).sum() < _MOST * dark.sum())


def ink_of(grey: Image.Image) -> Image.Image:
    """Return a picture of mode "L" in black and white: what is about as dark as its print.

    The threshold is four fifths of Otsu's (IEEE Trans. SMC 9, 1979): a seal is paler than print.
    """
    shares = np.asarray(grey.histogram(), np.float64)
    shares /= shares.sum()
    dark = np.cumsum(shares)
    mean = np.cumsum(shares * np.arange(256))
    between = (mean[-1] * dark - mean) ** 2 / np.maximum(dark * (1 - dark), 1e-9)
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))  # several, where a gap is empty
    threshold = 0.8 * float(best.mean())
    return grey.point([0 if level <= threshold else 255 for level in range(256)])

"""Pages that were laid askew on the glass: by how much, and the picture set straight."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LEAST = 0.45
"""Degrees. 14 scans less askew than that were read better as they were (1.1 against 1.3 % of their
characters wrong): turning costs bilevel print its thin strokes."""
_MOST = 5.0
_COARSE, _FINE = 0.5, 0.1  # degrees from one angle tried to the next
_DPI = 100.0  # what the angle is looked for at
_CLEARER = 1.15  # by how much lines must stand out more than they do as the page lies
_FEWEST = 500  # pixels of ink
_MARGIN = 0.04  # of the page: its edges and what lies beside it


def skew_of(picture: Image.Image, dpi: float) -> float:
    """Return by how many degrees counter-clockwise a greyscale page's lines rise; 0 where unclear.

    The rows' sums of ink, taken along lines of each angle, differ most along the lines of text
    (Postl 1986).
    """
    factor = max(round(dpi / _DPI), 1)
    small = np.asarray(picture.reduce(factor) if factor > 1 else picture)
    high, wide = (round(_MARGIN * side) for side in small.shape)
    small = small[high : small.shape[0] - high, wide : small.shape[1] - wide]
    if not small.size:
        return 0.0
    y, x = np.nonzero(small < 0.7 * np.percentile(small, 90))
    if len(y) < _FEWEST:
        return 0.0
    x = x - small.shape[1] / 2

    def clearness(degrees: float) -> float:
        return _clearness(y + x * math.tan(math.radians(degrees)), small.shape[0])

    angles = np.arange(-_MOST, _MOST + _COARSE / 2, _COARSE)
    best = float(angles[np.argmax([clearness(a) for a in angles])])
    angles = np.arange(best - _COARSE, best + _COARSE + _FINE / 2, _FINE)
    best = float(angles[np.argmax([clearness(a) for a in angles])])
    if abs(best) < _LEAST or clearness(best) < _CLEARER * clearness(0.0):
        return 0.0
    return best


def _clearness(rows: NDArray[np.float64], height: int) -> float:
    """How much the ink of neighbouring rows differs."""
    sums = np.bincount(np.clip(rows, 0, height - 1).astype(np.int64), minlength=height)
    return float(np.square(np.diff(sums[1:-1])).sum())


def straightened(picture: Image.Image, degrees: float) -> Image.Image:
    """Return a picture of the same size whose lines rose by so many degrees, set straight."""
    if not degrees:
        return picture
    white = int(np.percentile(np.asarray(picture)[::8, ::8], 90))
    return picture.rotate(-degrees, Image.Resampling.BILINEAR, fillcolor=white)

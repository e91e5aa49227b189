"""Dashes that were read as a figure or letter: no character is that flat."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from vnadmin.scan.engine import ReadText

_FLAT = 0.3  # of the usual height of a word; that of the lowest letters is half of it


def with_dashes(read: ReadText) -> ReadText:
    """Return what was read with lone figures and letters that are flat strokes as "-"."""
    if not read.words:
        return read
    low = _FLAT * median(word.box[3] - word.box[1] for word in read.words)
    text = list(read.text)
    for word in read.words:
        x0, y0, x1, y1 = word.box
        lone = word.end - word.start == 1 and text[word.start].isalnum()
        if lone and y1 - y0 < low and x1 - x0 > y1 - y0:
            text[word.start] = "-"
    return replace(read, text="".join(text))

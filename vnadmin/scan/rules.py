"""Ruled lines on a page's picture: where they run, and which pixels they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_DARK = 0.7
"""Of the paper's grey level: what is darker is ink; faint rules are lighter than print."""
_STRIDE = 4
"""Every so many-th pixel along a rule is looked at; no row of letters passes so many of them."""
_STRAIGHT = 0.3
"""Inches that a rule is straight and dark without a gap: more than any letter, less than what a
thin rule turned by 1° has."""
_LEAST = 0.5  # inches of a rule
_BREAK = 0.15  # inches a rule may be broken for
_THICK = 0.05  # inches of a rule, besides what its slope adds
_MOST_SLOPE = 0.05  # 3°
_FEWEST_DOWN = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight rule: from `start` to `end` along its direction, at `at_start` and `at_end`."""

    start: float
    end: float
    at_start: float
    at_end: float

    @property
    def length(self) -> float:
        return self.end - self.start

    @property
    def slope(self) -> float:
        """Pixels across for each pixel along."""
        return (self.at_end - self.at_start) / max(self.length, 1.0)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a page: `across` in y over x, `down` in x over y, in pixels."""

    across: list[Rule]
    down: list[Rule]
    pixels_across: Mask
    pixels_down: Mask

    def without(self, grey: Grey) -> Grey:
        """Return the page with its rules painted over; what touches one loses a pixel or two."""
        result = grey.copy()
        for mask, axis in ((self.pixels_across, 1), (self.pixels_down, 0)):
            wide = np.repeat(mask, _STRIDE, axis=axis)[: grey.shape[0], : grey.shape[1]]
            lines, places = np.nonzero(wide)
            for shift in (-2, -1, 0, 1, 2):
                if axis:
                    result[np.clip(lines + shift, 0, grey.shape[0] - 1), places] = 255
                else:
                    result[lines, np.clip(places + shift, 0, grey.shape[1] - 1)] = 255
        return result


def find_rules(grey: Grey, dpi: float) -> Rules | None:
    """Find the rules of a page that has some going down, as tables have; else `None`.

    Args:
        grey: shape (height, width), dark on light.
        dpi: its resolution.
    """
    dark_level = _DARK * float(np.median(grey[::16, ::16]))
    pixels_down = _straight(grey[::_STRIDE] < dark_level, 0, dpi)
    down = _rules(pixels_down.T, dpi)
    if len(down) < _FEWEST_DOWN:
        return None
    pixels_across = _straight(grey[:, ::_STRIDE] < dark_level, 1, dpi)
    return Rules(_rules(pixels_across, dpi), down, pixels_across, pixels_down)


def _straight(dark: Mask, axis: int, dpi: float) -> Mask:
    """Keep the dark places that lie in a long enough run of them along `axis`."""
    run = max(int(_STRAIGHT * dpi / _STRIDE), 2)
    kept = np.zeros_like(dark)
    size = dark.shape[axis]
    if size <= run:
        return kept
    begins = dark
    length = 1  # of the runs that begin where `begins` is true
    while length < run:
        step = min(length, run - length)
        begins = _part(begins, axis, 0, -step) & _part(begins, axis, step, None)
        length += step
    _part(kept, axis, 0, size - run + 1)[:] = begins
    length = 1
    while length < run:
        step = min(length, run - length)
        before = kept.copy()
        _part(kept, axis, step, None)[:] |= _part(before, axis, 0, -step)
        length += step
    return kept


def _part(mask: Mask, axis: int, start: int, end: int | None) -> Mask:
    return mask[start:end] if axis == 0 else mask[:, start:end]


def _rules(mask: Mask, dpi: float) -> list[Rule]:
    """Join runs in neighbouring lines, and those that follow each other, to rules.

    `mask` has the shape (lines, places along them).
    """
    line_of, place = np.nonzero(mask)
    if not len(line_of):
        return []
    breaks = np.flatnonzero((np.diff(line_of) != 0) | (np.diff(place) != 1))
    begin = np.concatenate([[0], breaks + 1])
    last = np.concatenate([breaks, [len(place) - 1]])
    lines, starts, ends = line_of[begin], place[begin], place[last] + 1
    near = max(_BREAK * dpi / _STRIDE, 1.0)
    groups: list[list[tuple[int, int, int]]] = []
    growing: list[list[tuple[int, int, int]]] = []
    for line, start, end in zip(lines.tolist(), starts.tolist(), ends.tolist(), strict=True):
        growing = [group for group in growing if line - group[-1][0] <= 3]
        joined = [
            group
            for group in growing
            if any(start < e + near and s - near < end for _, s, e in group[-4:])
        ]
        if not joined:
            joined = [[]]
            groups.append(joined[0])
            growing.append(joined[0])
        first = joined[0]
        for other in joined[1:]:
            first += other
            groups.remove(other)
            growing.remove(other)
        if len(joined) > 1:
            first.sort()
        first.append((line, start, end))
    found = []
    for group in groups:
        start = min(s for _, s, _ in group) * _STRIDE
        end = max(e for _, _, e in group) * _STRIDE
        if end - start < _LEAST * dpi:
            continue
        # Its ends: where the runs at either side lie.
        reach = max((end - start) / 4, _STRIDE)
        left = [n for n, s, _ in group if s * _STRIDE < start + reach]
        right = [n for n, _, e in group if e * _STRIDE > end - reach]
        rule = Rule(start, end, sum(left) / len(left), sum(right) / len(right))
        thick = max(n for n, _, _ in group) - min(n for n, _, _ in group)
        tilt = abs(rule.at_end - rule.at_start)
        if thick < _THICK * dpi + 1.5 * tilt and abs(rule.slope) < _MOST_SLOPE:
            found.append(rule)
    return found

"""Printed runs of a page: what the engine put on one line, divided where a wide gap stands."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from rapidfuzz import fuzz

from vnadmin.document import Word
from vnadmin.formats.raw import Box, RawPage, union
from vnadmin.vietnamese import fold

_GAP = 1.4
"""Line heights between two words that divide a run. In 12 scanned letterheads the columns stand
1.7 and more apart, justified words at most 1.1."""
_STATES = ("conghoaxahoichunghiavietnam", "dangcongsanvietnam")
_MOTTO = "doclaptudohanhphuc"
_ALIKE = 72.0  # per cent; "CQNG HOA XA HQI CHU NGHiA VIET NAM" has 89
_MAX_SLOPE = 0.2  # 11°; more is no skew but another orientation
_LONG = 8.0  # line heights a run must be wide to tell the skew


@dataclass(frozen=True, eq=False)
class Atom:
    """A word of the text with its box (text without a box goes with the word before it).

    `start` and `end` are offsets into the page's text, `words` the boxes that belong to it, and
    `gap` the white space between the atom before and this one.
    """

    index: int
    start: int
    end: int
    text: str
    gap: str
    words: tuple[Word, ...]

    @cached_property
    def box(self) -> Box:
        """The box around its words, in pixels."""
        return union([word.box for word in self.words])

    @cached_property
    def confidence(self) -> float:
        """The least confidence of its words."""
        return min(word.confidence for word in self.words)


@dataclass(frozen=True, eq=False)
class Run:
    """Neighbouring words of one printed line, in deskewed pixels.

    `y` is the middle of the line, `x0` and `x1` its ends. `line` counts the engine's lines,
    `paragraph` its paragraphs.
    """

    atoms: tuple[Atom, ...]
    line: int
    paragraph: int
    x0: float
    x1: float
    y: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2

    @cached_property
    def text(self) -> str:
        return " ".join(atom.text for atom in self.atoms)

    @cached_property
    def key(self) -> str:
        """The letters alone, without diacritics, lower case."""
        return letters(self.text)

    @cached_property
    def confidence(self) -> float:
        """Mean over the words."""
        return sum(atom.confidence for atom in self.atoms) / len(self.atoms)


Line = tuple[Run, ...]
"""What stands on one printed line, or on one of a column, from left to right."""
Columns = tuple[tuple[Line, ...], ...]
"""The lines of each column, from left to right."""


@dataclass(frozen=True)
class Frame:
    """What the page's text as a whole shows.

    `height` is the usual height of a word's box in pixels; `left` and `right` are the margins of
    the body, `top` and `bottom` the first and last line's middle.
    """

    height: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def width(self) -> float:
        return self.right - self.left

    def is_wide(self, run: Run) -> bool:
        """Whether the run goes from one half of the body well into the other."""
        inset = 0.1 * self.width
        return (
            run.width > 0.55 * self.width
            and run.x0 < self.middle - inset
            and run.x1 > self.middle + inset
        )


def letters(text: str) -> str:
    """The letters of `text` without diacritics, lower case."""
    return re.sub(r"[^a-z]", "", fold(text).lower())


def is_like(key: str, phrase: str, least: float = _ALIKE) -> bool:
    """Whether letters as read are those of `phrase`, a few misread ones allowed."""
    return bool(key) and fuzz.ratio(key, phrase, score_cutoff=least) > 0


def is_upper(text: str) -> bool:
    """Whether nearly all of its letters, of which there must be some, are capitals."""
    cased = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in cased) > 0.7 * len(cased)


def is_motto(run: Run) -> bool:
    """Whether the run is the state's or the Party's name in capitals, or the motto below it."""
    if is_like(run.key, _MOTTO):
        return True
    return is_upper(run.text) and any(is_like(run.key, state) for state in _STATES)


def atoms_of(page: RawPage) -> list[Atom]:
    """The words of a page in its order; empty where none has a box."""
    words = iter(page.words)
    word = next(words, None)
    found: list[tuple[int, int, list[Word]]] = []
    for token in re.finditer(r"\S+", page.text):
        own: list[Word] = []
        while word is not None and word.start < token.end():
            own.append(word)
            word = next(words, None)
        if found and (not own or not found[-1][2]):
            start, _, before = found.pop()
            found.append((start, token.end(), before + own))
        else:
            found.append((token.start(), token.end(), own))
    atoms: list[Atom] = []
    position = 0
    for index, (start, end, own) in enumerate(found):
        if not own:
            return []
        gap = page.text[position:start]
        atoms.append(Atom(index, start, end, page.text[start:end], gap, tuple(own)))
        position = end
    return atoms


def runs_of(atoms: Sequence[Atom]) -> tuple[list[Run], float]:
    """Divide the words into runs, in the order of the page; and the height of a line."""
    words = [atom for atom in atoms if len(atom.text) > 1] or atoms
    height = max(float(median(a.box[3] - a.box[1] for a in words)), 1.0)
    pieces: list[tuple[list[Atom], int, int]] = []
    line = paragraph = 0
    for before, atom in zip([None, *atoms], atoms, strict=False):
        breaks = atom.gap.count("\n") if before is not None else 0
        line += breaks > 0
        paragraph += breaks > 1
        if before is None or breaks or _is_apart(before.box, atom.box, height):
            pieces.append(([atom], line, paragraph))
        else:
            pieces[-1][0].append(atom)
    pieces = [(part, at, par) for whole, at, par in pieces for part in _before_motto(whole)]
    slope = _slope([part for part, _, _ in pieces], height)
    return [_run(part, line, par, slope) for part, line, par in pieces], height


def _is_apart(before: Box, after: Box, height: float) -> bool:
    """Whether the next word on a line stands behind a wide gap, or not beside the last at all."""
    gap = after[0] - before[2]
    return gap > _GAP * height or after[2] < before[0]


def _before_motto(atoms: list[Atom]) -> list[list[Atom]]:
    """Divide issuer and motto where they stand so close that one run holds both."""
    score, cut = 0.0, 0
    for at in range(max(len(atoms) - 10, 0), len(atoms) - 3):
        rest = " ".join(atom.text for atom in atoms[at:])
        if is_upper(rest):
            key = letters(rest)
            score, cut = max((score, cut), (max(fuzz.ratio(key, m) for m in _STATES), at))
    return [atoms[:cut], atoms[cut:]] if cut and score > _ALIKE else [atoms]


def _slope(pieces: Iterable[Sequence[Atom]], height: float) -> float:
    """How many pixels down a line goes for each pixel to the right; 0 where nothing tells."""
    slopes = []
    for atoms in pieces:
        boxes = [atom.box for atom in atoms]
        if len(boxes) < 4 or boxes[-1][2] - boxes[0][0] < _LONG * height:
            continue
        # Accents reach up and some letters down: of half a line each, the median of both edges.
        half = len(boxes) // 2
        ends = []
        for part in (boxes[:half], boxes[-half:]):
            y = (median(b[1] for b in part) + median(b[3] for b in part)) / 2
            ends.append((median((b[0] + b[2]) / 2 for b in part), y))
        (xa, ya), (xb, yb) = ends
        if xb > xa:
            slopes.append((yb - ya) / (xb - xa))
    slope = median(slopes) if len(slopes) > 2 else 0.0
    return slope if abs(slope) <= _MAX_SLOPE else 0.0


def _run(atoms: Sequence[Atom], line: int, paragraph: int, slope: float) -> Run:
    scale = 1 / math.hypot(1, slope)

    def turned(x: float, y: float) -> tuple[float, float]:
        return (x + slope * y) * scale, (y - slope * x) * scale

    middles = []
    for atom in atoms:
        x0, y0, x1, y1 = atom.box
        middles.append(turned((x0 + x1) / 2, (y0 + y1) / 2)[1])
    y = float(median(middles))
    boxes = [atom.box for atom in atoms]
    left = min(turned(b[0], (b[1] + b[3]) / 2)[0] for b in boxes)
    right = max(turned(b[2], (b[1] + b[3]) / 2)[0] for b in boxes)
    return Run(tuple(atoms), line, paragraph, left, right, y)


def frame_of(runs: Sequence[Run], height: float) -> Frame:
    """The margins of the body: those of the wide lines, where there are some."""
    widest = max(run.width for run in runs)
    wide = [run for run in runs if run.width > 0.7 * widest and len(run.atoms) > 3]
    if len(wide) > 2:
        lefts = sorted(run.x0 for run in wide)
        left, right = lefts[len(lefts) // 4], float(median(run.x1 for run in wide))
    else:
        left, right = min(run.x0 for run in runs), max(run.x1 for run in runs)
    ys = [run.y for run in runs]
    return Frame(height, left, right, min(ys), max(ys))


def rows_of(runs: Iterable[Run], height: float) -> list[list[Run]]:
    """The runs line by line, top to bottom; those of one line from left to right."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: (r.y, r.x0)):
        if rows and run.y - rows[-1][0].y < 0.5 * height:
            rows[-1].append(run)
        else:
            rows.append([run])
    return [sorted(row, key=lambda r: r.x0) for row in rows]


def columns_of(columns: Sequence[Sequence[Run]], height: float) -> Columns | None:
    """Put each column's runs into lines; None where a column is empty."""
    if not all(columns):
        return None
    return tuple(tuple(tuple(row) for row in rows_of(runs, height)) for runs in columns)


def gaps_between(runs: Sequence[Run]) -> list[tuple[float, float]]:
    """The stretches of x where none of `runs` stands, between their outer ends."""
    found = []
    reach = None
    for run in sorted(runs, key=lambda r: r.x0):
        if reach is not None and run.x0 > reach:
            found.append((reach, run.x0))
        reach = run.x1 if reach is None else max(reach, run.x1)
    return found

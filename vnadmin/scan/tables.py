"""Ruled tables on a page's picture: their cells, and what was read put into their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from statistics import median

import numpy as np

from vnadmin.document import Word
from vnadmin.formats.raw import Box, union
from vnadmin.scan.engine import ReadText
from vnadmin.scan.rules import Rule, Rules

_SAME = 0.07  # inches between rules that are one line of the grid
_WALL = 0.6  # share of a side that a rule must cover to part two fields
_INSET = 0.03  # inches of a cell's edge that are the rule's
_FEWEST_CELLS = 4
_FEWEST_IN_ROW = 2
_SMALLEST = 0.12  # inches a cell is wide and high, at least


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the box around it and those of its cells, row by row, in pixels."""

    box: Box
    cells: tuple[Box, ...]


def find_tables(rules: Rules, dpi: float) -> list[Table]:
    """Find the tables that rules enclose: at least four cells, two of them beside each other."""
    across = _grid_lines(rules.across, dpi)
    down = _grid_lines(rules.down, dpi)
    if len(across) < 3 or len(down) < 3:
        return []
    # Rules may be turned: what stands where two of them cross is worked out there.
    owner = _fields(across, down, dpi)
    members: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for field, root in owner.items():
        members[root].append(field)
    outside = owner[-1, -1]
    cells: list[tuple[Box, list[tuple[int, int]]]] = []
    for root, fields in members.items():
        if root == outside:
            continue
        rows = [row for row, _ in fields]
        columns = [column for _, column in fields]
        corners = [
            _crossing(across[row], down[column])
            for row in (min(rows), max(rows) + 1)
            for column in (min(columns), max(columns) + 1)
        ]
        (xa, ya), (xb, yb), (xc, yc), (xd, yd) = corners
        inset = _INSET * dpi
        box = (
            round(min(xa, xc) + inset),
            round(min(ya, yb) + inset),
            round(max(xb, xd) - inset),
            round(max(yc, yd) - inset),
        )
        if min(box[2] - box[0], box[3] - box[1]) >= _SMALLEST * dpi:
            cells.append((box, fields))
    return [table for table in _tables(cells) if table is not None]


def _tables(cells: Sequence[tuple[Box, list[tuple[int, int]]]]) -> Iterator[Table]:
    """Group cells that touch each other; rows from top to bottom, each from left to right."""
    owner = {field: number for number, (_, fields) in enumerate(cells) for field in fields}
    group = list(range(len(cells)))

    def root(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    for (row, column), number in owner.items():
        for beside in ((row + 1, column), (row, column + 1)):
            if beside in owner:
                group[root(owner[beside])] = root(number)
    together: dict[int, list[int]] = defaultdict(list)
    for number in range(len(cells)):
        together[root(number)].append(number)
    for numbers in together.values():
        firsts = {n: min(cells[n][1]) for n in numbers}
        in_row: dict[int, int] = defaultdict(int)
        for row, _ in firsts.values():
            in_row[row] += 1
        if len(numbers) < _FEWEST_CELLS or max(in_row.values()) < _FEWEST_IN_ROW:
            continue
        boxes = [cells[n][0] for n in sorted(numbers, key=lambda n: firsts[n])]
        yield Table(union(boxes), tuple(boxes))


def _grid_lines(rules: Sequence[Rule], dpi: float) -> list[list[Rule]]:
    """Group rules that lie on one line of the grid, in order."""
    tilts = [rule.slope for rule in rules for _ in range(int(rule.length / dpi) + 1)]
    slope = float(np.median(tilts)) if tilts else 0.0
    lines: list[list[Rule]] = []
    last = 0.0
    for at, rule in sorted(((r.at_start - slope * r.start, r) for r in rules), key=lambda p: p[0]):
        if lines and at - last < _SAME * dpi:
            lines[-1].append(rule)
        else:
            lines.append([rule])
        last = at
    return lines


def _crossing(across: Sequence[Rule], down: Sequence[Rule]) -> tuple[float, float]:
    """Where two lines of the grid cross, as x and y."""
    x = down[0].at_start
    for _ in range(2):
        y = _at(across, x)
        x = _at(down, y)
    return x, _at(across, x)


def _at(line: Sequence[Rule], along: float) -> float:
    rule = min(line, key=lambda r: max(r.start - along, along - r.end, 0.0))
    return rule.at_start + rule.slope * (along - rule.start)


def _covered(line: Sequence[Rule], start: float, end: float) -> bool:
    """Whether rules cover enough of a stretch to part what lies at both sides."""
    covered = sum(max(min(rule.end, end) - max(rule.start, start), 0.0) for rule in line)
    return covered > _WALL * (end - start)


def _fields(
    across: Sequence[Sequence[Rule]], down: Sequence[Sequence[Rule]], dpi: float
) -> dict[tuple[int, int], tuple[int, int]]:
    """Join the fields between neighbouring lines where no rule parts them: field → first of all.

    Fields with number -1 and those behind the last lines are outside.
    """
    crossings = {
        (row, column): _crossing(across[row], down[column])
        for row, column in product(range(len(across)), range(len(down)))
    }
    parent = {field: field for field in product(range(-1, len(across)), range(-1, len(down)))}

    def root(field: tuple[int, int]) -> tuple[int, int]:
        while parent[field] != field:
            parent[field] = parent[parent[field]]
            field = parent[field]
        return field

    def join(one: tuple[int, int], other: tuple[int, int]) -> None:
        one, other = sorted((root(one), root(other)))
        parent[other] = one

    for row, column in list(parent):
        inside = 0 <= row < len(across) - 1 and 0 <= column < len(down) - 1
        if not inside:
            join((row, column), (-1, -1))
    for row in range(len(across)):
        for column, following in pairwise(range(len(down))):
            start, end = crossings[row, column][0], crossings[row, following][0]
            if not _covered(across[row], start, end):
                join((row - 1, column), (row, column))
    for column in range(len(down)):
        for row, following in pairwise(range(len(across))):
            start, end = crossings[row, column][1], crossings[following, column][1]
            if not _covered(down[column], start, end):
                join((row, column - 1), (row, column))
    return {field: root(field) for field in parent}


def in_cells(read: ReadText, tables: Sequence[Table], dpi: float) -> ReadText:
    """Put the words that stand in tables into the order of the cells; each a paragraph.

    A table stands before the first paragraph that begins under its top.
    """
    if not tables or not read.words:
        return read
    margin = round(_INSET * dpi)
    cells = [(n, box) for n, table in enumerate(tables) for box in table.cells]
    inside: dict[int, dict[int, list[Word]]] = defaultdict(lambda: defaultdict(list))
    outside: dict[int, dict[int, list[Word]]] = defaultdict(lambda: defaultdict(list))
    line = paragraph = 0
    for before, word in pairwise([read.words[0], *read.words]):
        breaks = read.text.count("\n", before.end, word.start)
        line += breaks > 0
        paragraph += breaks > 1
        cell = _cell_of(word.box, cells, margin)
        if cell is None:
            outside[paragraph][line].append(word)
        else:
            inside[cell][line].append(word)
    waiting = [
        (
            table.box[1],
            [list(inside[cell].values()) for cell, (of, _) in enumerate(cells) if of == n],
        )
        for n, table in enumerate(tables)
    ]
    waiting.sort(key=lambda pair: pair[0])
    paragraphs: list[list[list[Word]]] = []
    for lines in outside.values():
        top = min(word.box[1] for words in lines.values() for word in words)
        while waiting and waiting[0][0] < top:
            paragraphs += map(_from_top, waiting.pop(0)[1])
        paragraphs.append(list(lines.values()))
    for _, rest in waiting:
        paragraphs += map(_from_top, rest)
    return _text_of(read, [lines for lines in paragraphs if lines])


def _cell_of(box: Box, cells: Sequence[tuple[int, Box]], margin: int) -> int | None:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    for number, (_, (x0, y0, x1, y1)) in enumerate(cells):
        if x0 - margin <= x <= x1 + margin and y0 - margin <= y <= y1 + margin:
            return number
    return None


def _from_top(lines: Sequence[list[Word]]) -> list[list[Word]]:
    """Sort a cell's lines; pieces of one printed line are put together again."""
    rows: list[tuple[float, float, list[Word]]] = []
    for words in sorted(lines, key=lambda ws: median(w.box[1] + w.box[3] for w in ws)):
        y = median(w.box[1] + w.box[3] for w in words) / 2
        height = median(w.box[3] - w.box[1] for w in words)
        if rows and y - rows[-1][0] < 0.4 * min(height, rows[-1][1]):
            rows[-1][2].extend(words)
        else:
            rows.append((y, height, list(words)))
    return [sorted(words, key=lambda w: w.box[0]) for _, _, words in rows]


def _text_of(read: ReadText, paragraphs: Sequence[Sequence[Sequence[Word]]]) -> ReadText:
    """Lay words out anew."""
    parts: list[str] = []
    words: list[Word] = []
    position = 0
    gap = ""
    for paragraph in paragraphs:
        for line in paragraph:
            for word in line:
                text = read.text[word.start : word.end]
                start = position + len(gap)
                position = start + len(text)
                parts += [gap, text]
                words.append(replace(word, start=start, end=position))
                gap = " "
            gap = "\n"
        gap = "\n\n"
    return ReadText("".join(parts), tuple(words))

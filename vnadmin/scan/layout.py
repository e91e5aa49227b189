"""Reading order: a page's words as one reads them, what is no text of the document put aside."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

from vnadmin.document import Word
from vnadmin.formats.raw import RawPage
from vnadmin.scan.closing import closings
from vnadmin.scan.geometry import (
    Atom,
    Columns,
    Frame,
    Line,
    Run,
    atoms_of,
    frame_of,
    runs_of,
)
from vnadmin.scan.letterhead import letterheads
from vnadmin.scan.stamps import Aside, over_signature, put_aside, take_serials

_FEWEST = 4  # words; less has no layout
_MOST = 3000  # runs; a full page of a newspaper has some 1,000, and some steps are quadratic


@dataclass(frozen=True)
class Block:
    """Lines that belong together, in their order; `top` and `bottom` are middles of lines.

    `parts` has more than one element where the lines are columns.
    """

    parts: Columns

    @cached_property
    def runs(self) -> list[Run]:
        return [run for part in self.parts for line in part for run in line]

    @cached_property
    def top(self) -> float:
        return min(run.y for run in self.runs)

    @cached_property
    def bottom(self) -> float:
        return max(run.y for run in self.runs)

    @cached_property
    def order(self) -> int:
        """Where the engine has its first word."""
        return min(run.atoms[0].index for run in self.runs)

    def is_narrow(self, frame: Frame) -> bool:
        """Whether it leaves room for another beside it."""
        width = max(run.x1 for run in self.runs) - min(run.x0 for run in self.runs)
        return len(self.parts) == 1 and width < 0.55 * frame.width


def in_reading_order(page: RawPage) -> RawPage:
    """Return the page in reading order; what has it already is returned as it is.

    The left block of the letterhead comes before the right one, "Nơi nhận" before the signature;
    lines stay printed lines. Arrival stamps and what a pen or a speck left become `regions` of the
    page. No word is lost: each is in the text or in a region.
    """
    atoms = atoms_of(page)
    if len(atoms) < _FEWEST:
        return page
    kept, height = runs_of(atoms)
    if len(kept) > _MOST:
        return page
    asides: list[Aside] = []
    frame = frame_of(kept, height)
    while found := put_aside(kept, frame):
        asides += found
        kept = _without(kept, found)
        if not kept:
            return page
        frame = frame_of(kept, height)
    kept, serials = take_serials(kept)
    asides += serials
    zones = [Block(columns) for columns in letterheads(kept, frame)]
    taken = {run for zone in zones for run in zone.runs}
    below = max((run.y for run in taken), default=frame.top - 1)
    for columns in closings([r for r in kept if r not in taken and r.y > below], frame):
        signed = [run for column in columns[1:] for line in column for run in line]
        strokes = over_signature(signed)
        asides += strokes
        kept = _without(kept, strokes)
        zones.append(Block(_columns_of_kept(columns, set(kept))))
    taken = {run for zone in zones for run in zone.runs}
    blocks = _blocks([run for run in kept if run not in taken], height)
    return _rebuilt(page, atoms, asides, _sorted([*blocks, *zones], frame))


def _without(runs: Sequence[Run], asides: Sequence[Aside]) -> list[Run]:
    gone = {run for aside in asides for run in aside.runs}
    return [run for run in runs if run not in gone]


def _columns_of_kept(columns: Columns, kept: Set[Run]) -> Columns:
    """The columns without what was put aside."""
    lines = [[tuple(run for run in line if run in kept) for line in part] for part in columns]
    return tuple(tuple(line for line in part if line) for part in lines)


def _blocks(runs: Sequence[Run], height: float) -> list[Block]:
    """The engine's paragraphs, divided where a line isn't under the line before it."""
    lines: list[list[Run]] = []
    for run in runs:
        same = bool(lines) and lines[-1][-1].line == run.line
        if same and abs(lines[-1][-1].y - run.y) < 0.5 * height:
            lines[-1].append(run)
        else:
            lines.append([run])
    blocks: list[list[Line]] = []
    for line in lines:
        before = blocks[-1][-1] if blocks else None
        if (
            before is not None
            and line[0].line - before[-1].line < 2
            and before[-1].paragraph == line[0].paragraph
            and before[0].y < line[0].y
            and min(before[-1].x1, line[-1].x1) > max(before[0].x0, line[0].x0)
        ):
            blocks[-1].append(tuple(line))
        else:
            blocks.append([tuple(line)])
    return [Block((tuple(block),)) for block in blocks]


def _sorted(blocks: Sequence[Block], frame: Frame) -> list[Block]:
    """Top to bottom; where blocks stand beside each other (a table), the engine's order stays."""
    bands: list[list[Block]] = []  # what a horizontal line divides
    reach = 0.0
    for block in sorted(blocks, key=lambda b: (b.top, b.order)):
        if bands and block.top < reach + 0.4 * frame.height:
            bands[-1].append(block)
            reach = max(reach, block.bottom)
        else:
            bands.append([block])
            reach = block.bottom
    done: list[Block] = []
    table: list[Block] = []
    loose: list[Block] = []  # narrow blocks under a table that may be of it
    for band in bands:
        columns = any(len(block.parts) > 1 for block in band)
        if len(band) > 1 and not columns:
            table += [*loose, *band]
            loose = []
        elif table and not columns and band[0].is_narrow(frame):
            loose += band
        else:
            done += [*sorted(table, key=lambda b: b.order), *loose, *band]
            table, loose = [], []
    return [*done, *sorted(table, key=lambda b: b.order), *loose]


def _rebuilt(
    page: RawPage, atoms: Sequence[Atom], asides: Sequence[Aside], blocks: Sequence[Block]
) -> RawPage:
    """Lay the words out in their new order; between neighbours of old the white space stays."""
    out = {atom.index for aside in asides for run in aside.runs for atom in run.atoms}
    before_of: dict[int, int] = {}
    last = -1
    for atom in atoms:
        if atom.index not in out:
            before_of[atom.index] = last
            last = atom.index
    parts: list[str] = []
    words: list[Word] = []
    position = 0
    previous = -1
    for column, part in ((c, part) for block in blocks for c, part in enumerate(block.parts)):
        gap = "\n\n"
        begun = False
        for line in part:
            for run in line:
                for atom in run.atoms:
                    if before_of[atom.index] == previous:
                        old = _strongest([a.gap for a in atoms[previous + 1 : atom.index + 1]])
                        if begun or column == 0 or "\n" in old:  # columns never share a line
                            gap = old
                    gap = gap if parts else atoms[0].gap
                    shift = position + len(gap) - atom.start
                    words += [
                        replace(w, start=w.start + shift, end=w.end + shift) for w in atom.words
                    ]
                    parts += [gap, atom.text]
                    position += len(gap) + len(atom.text)
                    previous = atom.index
                    begun = True
                    gap = " "
            gap = "\n"
    tail = page.text[atoms[-1].end :]
    regions = (*page.regions, *(aside.region for aside in asides))
    return replace(page, text="".join(parts) + tail, words=tuple(words), regions=regions)


def _strongest(gaps: Sequence[str]) -> str:
    """Of several white spaces the one with the most line ends."""
    return max(gaps, key=lambda gap: gap.count("\n"))

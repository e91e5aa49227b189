"""How long texts are cut: into pieces, of stretches decoded together, of blocks judged as one."""

from __future__ import annotations

from collections.abc import Iterator

import regex

_BLOCK = 32_768
"""Characters judged as one: a page, or this much of a longer one."""

_PIECE = 200_000
"""Characters of text, edits and words held at a time when only the text is asked for."""

BATCH = 65_536
"""Characters decoded at a time, which bounds memory: whole texts, or stretches of a longer one."""


def pieces(text: str) -> Iterator[str]:
    """Cut a text too long to restore at once where stretches end; a shorter one is one piece."""
    start = 0
    for *_, (_, end) in stretches(text):
        if end - start >= _PIECE or end == len(text):
            yield text[start:end]
            start = end
    if not text:
        yield text


def stretches(source: str) -> Iterator[list[tuple[int, int]]]:
    """Group a text's blocks (first and last character) by what is decoded together.

    That is up to the text alone, not to those it is restored with.
    """
    stretch: list[tuple[int, int]] = []
    for start, end in _blocks(source):
        if stretch and end - stretch[0][0] > BATCH:
            yield stretch
            stretch = []
        stretch.append((start, end))
    if stretch:
        yield stretch


def _blocks(source: str) -> Iterator[tuple[int, int]]:
    """Cut a text at page ends, and long pages where a line or at least a word ends."""
    start = 0
    while start < len(source):
        end = start + _BLOCK
        page_end = source.find("\f", start, end)
        if page_end >= 0:
            end = page_end + 1
            yield start, end
            start = end
            continue
        if end < len(source):
            for mark in ("\n", " "):
                cut = source.rfind(mark, start, end)
                if cut > start:
                    end = cut + 1
                    break
        end = min(end, len(source))
        yield start, end
        start = end


_MARK = regex.compile(r"[ăơưđĂƠƯĐ\u1EA0-\u1EF9]")
_MARKS_SHOW = 0.15
"""Share of a line's words with marks that only who knows Vietnamese writes."""
_LEAST_WORDS = 40
"""Of either kind of lines for a page to be mixed."""
_SHORT_LINE = 4
"""Words; a shorter line goes with the one before."""


def of_one_kind(source: str, start: int, end: int) -> list[list[tuple[int, int]]]:
    """Part a block whose lines come from two hands: with Vietnamese marks, and without.

    Returns the lines of each kind, runs of them as (start, end); one kind where the other is rare.
    """
    runs: list[tuple[int, int, bool]] = []
    words = {True: 0, False: 0}
    position = start
    while position < end:
        line_end = source.find("\n", position, end) + 1 or end
        line = source[position:line_end]
        parts = line.split()
        count = len(parts)
        marked = sum(_MARK.search(part) is not None for part in parts) >= _MARKS_SHOW * count
        if runs and count < _SHORT_LINE:
            marked = runs[-1][2]
        words[marked] += count
        if runs and runs[-1][2] == marked:
            runs[-1] = (runs[-1][0], line_end, marked)
        else:
            runs.append((position, line_end, marked))
        position = line_end
    if min(words.values()) < _LEAST_WORDS:
        return [[(start, end)]]
    return [[(a, b) for a, b, own in runs if own == kind] for kind in (True, False)]

"""How long texts are cut: into pieces, of stretches decoded together, of blocks judged as one."""

from __future__ import annotations

from collections.abc import Iterator

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

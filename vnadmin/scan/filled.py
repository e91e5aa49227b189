"""Number and date of a signed PDF: filled in over the page, and so at no place in its text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from vnadmin.document import Word
from vnadmin.formats.raw import Box, RawPage

_MOST = 40  # words: more is a form, not what a clerk filled in
_GAP = 8.0  # heights between a word and the blank it fills at most


def put_in_place(before: RawPage, after: RawPage) -> RawPage:
    """Return the page `before` with the words that only `after` has where they stand on paper.

    Args:
        before: the page's own text.
        after: the same page with what was laid over it, at whatever place in its text: clerks put
            number and date on a document as signature fields, each with its picture of text.
    """
    known = {(word.box, before.text[word.start : word.end]) for word in before.words}
    new = [
        word for word in after.words if (word.box, after.text[word.start : word.end]) not in known
    ]
    if not new or len(new) > _MOST:
        return before
    added: dict[int, list[tuple[str, Word]]] = {}  # by the index of the word before the blank
    for word in sorted(new, key=lambda w: w.box[0]):
        at = _blank(word.box, before.words)
        if at is not None:
            added.setdefault(at, []).append((after.text[word.start : word.end], word))
    return _with(before, added)


def _blank(box: Box, words: Iterable[Word]) -> int | None:
    """The index of the word that a filled-in one stands behind, on its line."""
    height, middle = box[3] - box[1], (box[1] + box[3]) / 2
    best: tuple[float, int] | None = None
    for index, word in enumerate(words):
        other = word.box
        if not other[1] - 0.3 * height < middle < other[3] + 0.3 * height:
            continue
        gap = box[0] - other[2]
        if -0.5 * height < gap < _GAP * height and (best is None or gap < best[0]):
            best = gap, index
    return best[1] if best is not None else None


def _with(page: RawPage, added: dict[int, list[tuple[str, Word]]]) -> RawPage:
    parts: list[str] = []
    words: list[Word] = []
    length = end = 0
    for index, word in enumerate(page.words):
        parts.append(page.text[end : word.end])
        length += word.end - end
        end = word.end
        words.append(replace(word, start=length - (word.end - word.start), end=length))
        for text, filled in added.get(index, ()):
            parts.append(f" {text}")
            length += 1 + len(text)
            words.append(replace(filled, start=length - len(text), end=length))
        if index in added and not re.match(r"\s", page.text[end:]):
            parts.append(" ")
            length += 1
    return replace(page, text="".join(parts) + page.text[end:], words=tuple(words))

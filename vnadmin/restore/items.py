"""Source text → items in reading order: words, numbers, codes, stray signs; cut into sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import regex

from vnadmin.grammar import CodeSpan, find_codes, find_garbled_dates
from vnadmin.restore.case import is_upper
from vnadmin.restore.second import decided, known_codes
from vnadmin.restore.tokens import Chunk, chunks
from vnadmin.vietnamese import fold

if TYPE_CHECKING:
    from vnadmin.formats.raw import ReadWord

Kind = Literal["word", "number", "code", "sign"]

_UPPER = regex.compile(r"\p{Lu}")
_LOWER = regex.compile(r"\p{Ll}")
_NUMBER = regex.compile(r"\d+(?:[.,:/-]\d+)*%?")
_SETS_APART = frozenset(" \t\n\r\f\v\xa0”»)")
# Other scripts and emoji: no engine makes them of Vietnamese, so they were written.
_FOREIGN = regex.compile(r"[^\p{Latin}\p{Common}\p{Inherited}]|\p{Emoji_Presentation}")
_ENDS_SENTENCE = regex.compile(r"[)\]”’\"'»]*+[.;:!?…]++[)\]”’\"'»]*+")
_LONGEST_SENTENCE = 120
_LONGEST_WORD = 40
"""No syllable and no garbled syllable is longer; such a stretch is kept as it is."""


@dataclass(slots=True)
class Item:
    """One position of a lattice; offsets are code points of the source.

    Attributes:
        kind: what it was read as.
        start, core_start, core_end, end: the chunk and its core without punctuation.
        upper: whether it is read as capitals.
        acronym: whether it is capitals in a line that isn't.
        lone: whether besides its neighbours aren't: then a short word may only look so ("BO").
        edge: 2 alone on a short line, 1 at a line's edge, 0 elsewhere.
        first: whether it begins a line, as a bullet or a list's letter does.
        attached: whether no white space stands before it.
        repaired: for a code, what it reads, as far as one reading is possible.
        certain: whether that goes for all of it.
    """

    kind: Kind
    start: int
    core_start: int
    core_end: int
    end: int
    upper: bool = False
    acronym: bool = False
    lone: bool = False
    edge: int = 0
    first: bool = False
    attached: bool = False
    repaired: str = ""
    certain: bool = True


@dataclass(slots=True)
class Sentence:
    """Items of one source text that the language model sees in one context."""

    source: str
    items: list[Item]
    complete: bool
    """Whether it ends where a sentence does, not where it had to be cut."""


def sentences(
    source: str, start: int, end: int, *, codes: bool, twice: Sequence[ReadWord] = ()
) -> Iterator[Sentence]:
    """Split `source[start:end]` into sentences; with `codes`, garbled numbers are mended.

    `twice` are its words that were read twice.
    """
    found = _found(source[start:end]) if codes else []
    if twice:
        own = [replace(word, start=word.start - start, end=word.end - start) for word in twice]
        found = decided(source[start:end], found, own, known_codes(source))
    current: list[Item] = []
    for line in _lines(source, start, end, found):
        if current and _is_list_mark(source, line[0]):
            yield Sentence(source, current, False)
            current = []
        capitals = line[0].upper and line[-1].upper
        if current and capitals != (current[-1].upper and current[0].upper):
            yield Sentence(source, current, True)
            current = []
        for item in line:
            current.append(item)
            if _ends_sentence(source, item):
                yield Sentence(source, current, True)
                current = []
            elif len(current) >= _LONGEST_SENTENCE:
                yield Sentence(source, current, False)
                current = []
    if current:
        yield Sentence(source, current, True)


def _found(text: str) -> list[CodeSpan]:
    """Return the codes of `text` and the garbled figures of its dates, in order."""
    codes = find_codes(text)
    figures = [CodeSpan(*part, certain=True) for part in find_garbled_dates(text)]
    if not figures:
        return codes
    inside = {place for code in codes for place in range(code.start, code.end)}
    free = [part for part in figures if part.start not in inside]
    return sorted([*codes, *free], key=lambda span: span.start)


def _is_list_mark(source: str, item: Item) -> bool:
    """Whether a line begins with a list's letter: "a)"."""
    return item.core_end - item.core_start == 1 and source.startswith(")", item.core_end)


def _ends_sentence(source: str, item: Item) -> bool:
    tail = source[item.core_end : item.end]
    return item.kind != "sign" and _ENDS_SENTENCE.fullmatch(tail) is not None


def _lines(source: str, start: int, end: int, codes: list[CodeSpan]) -> Iterator[list[Item]]:
    """Yield the items of each line that has any; a code over two lines belongs to the first."""
    pending = [(c.start + start, c.end + start, c) for c in codes][::-1]
    position = start
    while position < end:
        line_end = source.find("\n", position, end)
        line_end = end if line_end < 0 else line_end
        items: list[Item] = []
        while pending and pending[-1][0] < line_end:
            code_start, code_end, code = pending.pop()
            items += _items(source, position, code_start)
            item = Item("code", code_start, code_start, code_end, code_end)
            item.repaired, item.certain = code.repaired, code.certain
            items.append(item)
            position = code_end
            line_end = source.find("\n", position, end)
            line_end = end if line_end < 0 else line_end
        items += _items(source, position, line_end)
        position = line_end + 1
        if items:
            _mark_line(source, items)
            yield items


def _is_echo(source: str, before: Item, item: Item) -> bool:
    """Whether an engine read the end of the word before once more ("Tô ổ chức")."""
    if item.kind != "word" or before.kind != "word" or before.end != before.core_end:
        return False
    core = source[item.core_start : item.core_end]
    if len(core) > 2:
        return False
    return fold(source[before.core_start + 1 : before.core_end]).endswith(fold(core))


def _items(source: str, start: int, end: int) -> list[Item]:
    return [_item(source, chunk) for chunk in chunks(source, start, end)]


def _item(source: str, chunk: Chunk) -> Item:
    start, core_start, core_end, end, address = chunk
    core = source[core_start:core_end]
    kind: Kind = "word"
    plain = core.isalpha()
    if not plain and _NUMBER.fullmatch(core):
        kind = "number"
    elif address or len(core) > _LONGEST_WORD or is_foreign(source[start:end]):
        kind = "code"
    elif not plain and not any(map(str.isalnum, core)):
        kind, core_start, core_end = "sign", start, end
    attached = start > 0 and source[start - 1] not in _SETS_APART
    return Item(kind, start, core_start, core_end, end, attached=attached, repaired=core)


def is_foreign(text: str) -> bool:
    """Whether `text` holds letters of another script than Latin, or emoji."""
    return not text.isascii() and _FOREIGN.search(text) is not None


def _mark_line(source: str, items: list[Item]) -> None:
    """Fill in what depends on the line: capitals, edges."""
    # A number's symbol says nothing about the words beside it ("Số: 02/QĐ-UBND").
    text = source[items[0].start : items[-1].end]
    if any(item.kind == "code" for item in items):
        text = " ".join(source[i.start : i.end] for i in items if i.kind != "code")
    upper = len(_UPPER.findall(text))
    line_upper = upper >= 4 and upper > 1.5 * len(_LOWER.findall(text))
    for item in items:
        if item.kind == "word":
            item.upper = is_upper(source[item.core_start : item.core_end], line_upper)
            item.acronym = item.upper and not line_upper
    items[0].first = True
    for before, item, after in zip([None, *items], items, [*items[1:], None], strict=False):
        beside = [other for other in (before, after) if other is not None and other.upper]
        item.lone = item.acronym and not beside
    alone = len(items) <= 3 and items[-1].end - items[0].start <= 8
    for side in (items, items[::-1]):
        for item in side:
            item.edge = 2 if alone else 1
            if item.kind in ("number", "code") or item.core_end - item.core_start > 2:
                break
    if len(items) == 1 and items[0].kind == "number":
        items[0].edge = 2
    for before, item in pairwise(items):
        if item.edge == 0 and _is_echo(source, before, item):
            item.edge = 1

"""The serial of a document's own number, set apart from print where it may be by hand."""

from __future__ import annotations

import re
from dataclasses import replace

from vnadmin.document import Word
from vnadmin.formats.raw import RawPage, ReadWord, part_of

# "Số:" as it is read, what follows in one word with it, and the rest of the number.
_OWN = re.compile(r"(?P<label>\W?[S5$][^\W\d_][:;.,]|)(?P<serial>[^\s/]{1,8})(?P<rest>/\S{3,}|)$")
_BEFORE = re.compile(r"\W?[S5$][^\W\d_][:;.,]?(?:[ ][^\s/]{1,4}){0,2}[ ]?$")  # a stroke or two
_SURE = 0.7
"""Confidence from which figures in one word with print are print: on 15 scans own numbers by hand
were read with at most 0.35 then, printed ones with 0.74 and more."""


def serials_apart(page: RawPage) -> RawPage:
    """Divide the words of a document's own number where its serial is read unsurely and two ways.

    "Số:5ˆ†5 /UBND-TH" becomes "Số: 5ˆ†5 /UBND-TH"; `stamps.take_serials` sees to the rest.
    """
    divided = {}
    for number, word in enumerate(page.words):
        if isinstance(word, ReadWord) and word.confidence < _SURE:
            parts = _parts(page, number)
            if len(parts) > 1:
                divided[number] = parts
    return _with(page, divided) if divided else page


def _parts(page: RawPage, number: int) -> list[str]:
    """Label, serial and rest of a word, as far as they are in it; one part if it is as it is."""
    word = page.words[number]
    text = page.text[word.start : word.end]
    own = _OWN.match(text)
    if own is None or not isinstance(word, ReadWord):
        return [text]
    before = page.text[: word.start].rpartition("\n")[2]
    if before if own["label"] else not _BEFORE.match(before):
        return [text]  # only what a line begins with can be "Số:"
    following = page.text[word.end : word.end + 2].lstrip(" ")
    if not own["rest"] and not following.startswith("/"):
        return [text]
    other = word.other.partition("/")[0].rpartition(":")[2]
    if _figures(other) == _figures(own["serial"]) != "":
        return [text]
    return [part for part in own.groups() if part]


def _figures(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _with(page: RawPage, divided: dict[int, list[str]]) -> RawPage:
    """The page with words in parts, spaces between these."""
    pieces: list[str] = []
    words: list[Word] = []
    length = end = 0
    for number, word in enumerate(page.words):
        gap = page.text[end : word.start]
        pieces.append(gap)
        length += len(gap)
        text = page.text[word.start : word.end]
        at = 0
        for index, part in enumerate(divided.get(number, [text])):
            if index:
                pieces.append(" ")
                length += 1
            share = word
            if part != text:
                box = part_of(word.box, at, at + len(part), len(text))
                share = Word(word.start, word.end, box, word.confidence)
            pieces.append(part)
            words.append(replace(share, start=length, end=length + len(part)))
            length += len(part)
            at += len(part)
        end = word.end
    return replace(page, text="".join(pieces) + page.text[end:], words=tuple(words))

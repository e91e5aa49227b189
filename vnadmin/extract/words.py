"""Words with offsets out of a stretch of text, page numbers and junk lines left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from ..vietnamese import canonical

# Specks read as marks at the end of a line ("Chủ * ',⏎tịch"); marks in use don't qualify.
LINE_END_SPECKS = (
    r"(?<=\s)(?=[^\w\n]{0,12}[*'#~\\|^=<>{}])[^\w\s]{1,3}(?:[ \t]+[^\w\s]{1,3}){0,4}[ \t]*(?=\n)"
)
# Left over in texts taken from pages and data sets.
TAG = r"</?[A-Za-z]{1,8}(?:\s[^<>\n]{0,60})?>"
# The unnamed alternatives eat specks, tags, and a line with nothing but a page number or a mark.
# Most tokens are words within a line: these are tried first.
_TOKEN = re.compile(
    rf"(?P<inner>(?<!\n)[^\W_][\w&]*) ?|{LINE_END_SPECKS}|"
    r"(?<=\n)[^\S\n]*(?:[-–—.]{0,2} ?[0-9]{1,3} ?[-–—.]{0,2}|[a-z]|[^\w\s]{1,3})[^\S\n]*(?=\n)"
    rf"|{TAG}|(?P<word>[^\W_][\w&]*)|(?P<mark>[^\w\s])"
)

# "nuớc" for "nước": the horn of "ươ" typed once. "uơ" itself only ends a word ("thuở").
_HORN = re.compile(r"u(?=[ơờớởỡợ][a-z])")


@lru_cache(maxsize=16384)
def canonical_word(word: str) -> str:
    """Return the form in which words are compared: `canonical`, a common slip of typing undone."""
    return _HORN.sub("ư", canonical(word))


class Word(NamedTuple):
    """A word or a mark: as printed, in canonical form, with its offsets in the text."""

    text: str
    key: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Whether the word starts with a capital."""
        return self.text[0].isupper()

    @property
    def is_mark(self) -> bool:
        """Whether this is a punctuation mark."""
        return not self.text[0].isalnum()


def words(text: str, start: int, end: int, limit: int = 40) -> list[Word]:
    """Return at most `limit` words and marks of `text[start:end]`."""
    found: list[Word] = []
    new = tuple.__new__  # twice as fast as Word's own, and most of the time is spent here
    for match in _TOKEN.finditer(text, start, min(end, len(text))):
        group = match.lastindex
        if group is None:
            continue
        piece = match[group]
        found.append(new(Word, (piece, canonical_word(piece), *match.span(group))))
        if len(found) == limit:
            break
    return found


class Trie:
    """Phrases by their canonical words; marks are passed over on both sides."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Build the trie of `phrases`."""
        self._root: dict[str, dict[str, object]] = {}
        for phrase in phrases:
            node: dict[str, object] = self._root  # type: ignore[assignment]
            for word in words(phrase, 0, len(phrase), 60):
                if not word.is_mark:
                    node = node.setdefault(word.key, {})  # type: ignore[assignment]
            node[""] = True

    def longest(
        self,
        tokens: list[Word],
        index: int,
        marks: str = ",-–/",
        expand: Mapping[str, tuple[str, ...]] | None = None,
    ) -> int:
        """Return the index after the longest phrase that starts at `index`, or `index` if none."""
        return self.walk(tokens, index, marks, expand)[0]

    def walk(
        self,
        tokens: list[Word],
        index: int,
        marks: str = ",-–/",
        expand: Mapping[str, tuple[str, ...]] | None = None,
    ) -> tuple[int, int]:
        """Return the index after the longest phrase (`index` if none), and how far was looked.

        Args:
            tokens: the words and marks of the text.
            index: where the phrase starts.
            marks: the marks that may stand between words of a phrase.
            expand: abbreviations that stand for several words ("gtgt").
        """
        node: dict[str, object] = self._root  # type: ignore[assignment]
        best = index
        position = index
        while position < len(tokens):
            token = tokens[position]
            if token.is_mark:
                if position == index or token.text not in marks:
                    break
                position += 1
                continue
            keys: tuple[str, ...] = (token.key,)
            if token.key not in node and expand and token.key in expand:
                keys = expand[token.key]
            for key in keys:
                follow = node.get(key)
                if not isinstance(follow, dict):
                    return best, position
                node = follow
            position += 1
            if "" in node:
                best = position
        return best, position

"""What else could be run on the same pages: the raw input, pyvi, symspellpy.

Neither package is needed to use vnadmin: they are imported when scored, and named as not installed
where they aren't.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import regex

from vnadmin.evaluate.files import lines
from vnadmin.vietnamese import canonical, fold, is_syllable

System = Callable[[Sequence[str]], list[str]]

RAW = "raw input"

_DISTANCE = 2
_SHORT = 3
"""A word of up to so many letters is looked up within distance 1: within 2 all words are near."""

_RARE = 5
"""Syllables and pairs seen less often are left out of the dictionary: mostly misprints."""

_WORD = regex.compile(r"[^\s\p{P}](?:\S*[^\s\p{P}])?")


def peers(dictionary_from: Sequence[Path] = ()) -> dict[str, System]:
    """Return the peers by name; symspellpy's only if there are texts to count its words in."""
    found: dict[str, System] = {RAW: list, "pyvi": pyvi}
    if dictionary_from:
        for folded in (False, True):
            for compound in (False, True):
                name = "symspellpy" + ", folded" * folded + ", compound" * compound
                found[name] = SymSpell(dictionary_from, folded=folded, compound=compound)
    return found


def pyvi(texts: Sequence[str]) -> list[str]:
    """pyvi's add_accents; it fails on text with accents (trungtv/pyvi#15), so it gets none.

    A line it fails on all the same is left as read.
    """
    from pyvi import ViUtils

    def line_with_accents(line: str) -> str:
        try:
            return str(ViUtils.add_accents(line)) if line.strip() else line
        except KeyError:
            return line

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ["\n".join(map(line_with_accents, fold(text).split("\n"))) for text in texts]


class SymSpell:
    """symspellpy with the syllables, and pairs of syllables, that texts hold.

    It finds the nearest word and, of equally near ones, the most frequent. Numbers and codes are
    left as they are: words that begin with a digit or hold a slash.
    """

    def __init__(self, files: Sequence[Path], *, folded: bool, compound: bool) -> None:
        """Take what to count (.gz and .xz too), read when first needed.

        Args:
            files: texts.
            folded: look up spellings without accents, then take the most frequent syllable so
                spelt.
            compound: let it join and split words, too.
        """
        self._files = tuple(files)
        self._folded = folded
        self._compound = compound

    def __call__(self, texts: Sequence[str]) -> list[str]:
        """Return the texts restored; raises ImportError where symspellpy isn't installed."""
        from symspellpy import SymSpell as Dictionary

        dictionary = Dictionary(_DISTANCE)
        syllables, pairs = _counts(self._files)
        write = fold if self._folded else str
        spelt: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for syllable, count in syllables.most_common():
            spelt.setdefault(write(syllable), syllable)
            counts[write(syllable)] += count
        for spelling, count in counts.items():
            dictionary.create_dictionary_entry(spelling, count)
        for (first, second), count in pairs.items():
            pair = f"{write(first)} {write(second)}"
            dictionary.bigrams[pair] = dictionary.bigrams.get(pair, 0) + count
        dictionary.bigram_count_min = min(dictionary.bigrams.values(), default=1)

        nearest_term = lru_cache(maxsize=None)(partial(_nearest, dictionary))

        def nearest(match: regex.Match[str]) -> str:
            word = match.group()
            term = nearest_term(write(canonical(word)))
            return word if term is None else _in_case_of(word, spelt[term])

        def look_up(words: Sequence[str]) -> list[str]:
            if not self._compound:
                return [_WORD.sub(nearest, word) for word in words]
            keys = [write(canonical(m.group())) for w in words if (m := _WORD.search(w))]
            (found,) = dictionary.lookup_compound(" ".join(keys), _DISTANCE, split_by_space=True)
            return [spelt.get(term, term) for term in found.term.split()]

        return ["\n".join(_line(line, look_up) for line in text.split("\n")) for text in texts]


def _nearest(dictionary: Any, word: str) -> str | None:
    from symspellpy import Verbosity

    distance = 1 if len(word) <= _SHORT else _DISTANCE
    found = dictionary.lookup(word, Verbosity.TOP, distance)
    return str(found[0].term) if found else None


def _in_case_of(word: str, term: str) -> str:
    if word.isupper() and len(word) > 1:
        return term.upper()
    return term.capitalize() if word[0].isupper() else term


def _line(line: str, look_up: Callable[[Sequence[str]], list[str]]) -> str:
    """Look up the words of a line between its numbers and codes."""
    result: list[str] = []
    for number, group in groupby(line.split(), key=_is_number):
        words = list(group)
        result += words if number else look_up(words)
    return " ".join(result)


def _is_number(word: str) -> bool:
    match = _WORD.search(word)
    return "/" in word or bool(match and match.group()[0].isdigit())


@lru_cache(maxsize=1)
def _counts(files: tuple[Path, ...]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Count the syllables and pairs of them; pairs broken by other words aren't any."""
    syllables: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for file in files:
        for line in lines(file):
            words = canonical(line).split()
            syllables.update(words)
            pairs.update(pairwise(words))
    kept = {w: n for w, n in syllables.items() if n >= _RARE and is_syllable(w)}
    return Counter(kept), Counter(
        {p: n for p, n in pairs.items() if n >= _RARE and p[0] in kept and p[1] in kept}
    )

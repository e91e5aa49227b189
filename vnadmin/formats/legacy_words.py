"""Words of a Unicode text that were made from the bytes of a legacy encoding, found and read.

Each word with characters outside ASCII is either what it seems or was meant in one of the encodings
of `formats.legacy`. A hidden Markov model over the words decides: the state is the encoding, which
changes seldom, and rather at a line's end; a word's likelihood is that of what it would then say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from vnadmin.formats.legacy import READINGS
from vnadmin.language import words as lm_words
from vnadmin.language.model import LanguageModel
from vnadmin.vietnamese import LETTERS, canonical, is_syllable

_TOKEN = regex.compile(r"[^ \t\n\r\f\v]+|\n")
_LETTER_RUN = regex.compile(r"[\p{L}\p{M}]+")
_PUNCTUATION = "\xa0“”„‘’‚–—…•«»›‹()[]{}<>.,;:!?/\\|\"'`´*+=-_~"
_BETWEEN = regex.compile(r"[\x00-\x40\[-`{-\x7f\xa0“”„‘’–—…•]+")
_VIETNAMESE = frozenset(LETTERS) | {letter.upper() for letter in LETTERS}
# What makes a text worth a look: a character of these encodings that no Vietnamese word holds.
_ODD = frozenset().union(*(r.characters for r in READINGS.values())) - _VIETNAMESE - {*_PUNCTUATION}
_IN_MEASURES = frozenset("²³°º½±÷×§")  # m², 20 °C: in correct texts, too
_HOLDS_ODD = regex.compile(f"[{regex.escape(''.join(sorted(_ODD - _IN_MEASURES)))}]")
_PLAIN = frozenset(map(chr, range(0x80))) | {*_PUNCTUATION}
_WESTERN = frozenset("äåæçëîïñöøûüßœÄÅÆÇËÎÏÑÖØÛÜŒ") | _VIETNAMESE

# Prices in nats. A word as it stands: of the language model, another language's, a stray sign.
_OTHER_WORD, _ODD_CHARACTER, _CASE_CHANGE, _STRAY = -14.0, -4.0, -3.0, -5.0
_CASE_CHANGES = regex.compile(r"\p{Ll}\p{Lu}")
# Read in an encoding: a syllable not in use, an abbreviation, no Vietnamese; what it can't hold.
_RARE, _ABBREVIATION, _NO_SYLLABLE = -16.0, -14.0, -24.0
_ALIEN_LETTER, _ALIEN_SIGN = -20.0, -8.0
_ABBREVIATION_LONGEST = 5
_FOREIGN_WORD = -1.5  # a small-letter ASCII word that is no syllable, in a legacy stretch
_IN_LINE, _AT_LINE_END = -14.0, -6.0  # the encoding changes
_AGAIN_IN_LINE, _AGAIN_AT_LINE_END = -8.0, -1.5  # where the document is known to mix it
_ENOUGH = 18.0  # nats by which the distinct words of an encoding must speak for it
_WORTH_A_LOOK = 12.0  # and those of them that hold what no Vietnamese word does


_REMEMBERED = 100_000
"""Log likelihoods kept from one text to the next: some 20 MB."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    text: str
    new_line: bool
    """Whether a line ended since the word before."""
    foreign: int
    """ASCII words since the one before that are no Vietnamese."""


def legacy_words(source: str, scores: Scores) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and true text of the words that were written in a legacy encoding."""
    if not _may_hold(source, scores):
        return
    words = list(_words(source))
    distinct = {word.text for word in words if _speaks(word.text)}
    names = [name for name in READINGS if scores.at_best(distinct, name) > _ENOUGH]
    path = _path(words, names, scores, _IN_LINE, _AT_LINE_END)
    names = [name for name in names if _gain(words, path, name, scores) > _ENOUGH]
    if not names:
        return
    path = _path(words, names, scores, _AGAIN_IN_LINE, _AGAIN_AT_LINE_END)
    for word, name in zip(words, path, strict=True):
        if name:
            end = word.start + len(word.text)
            yield word.start, end, read_as(source, word.start, end, name)


def _may_hold(source: str, scores: Scores) -> bool:
    """Whether words of a text that hold characters of a legacy encoding speak for one."""
    if source.isascii() or not _HOLDS_ODD.search(source):
        return False
    odd = {w.strip(_PUNCTUATION) for w in {*source.split()} if _speaks(w) and _HOLDS_ODD.search(w)}
    return any(scores.at_best(odd, name) > _WORTH_A_LOOK for name in READINGS)


def read_as(source: str, start: int, end: int, name: str) -> str:
    """Return what `source[start:end]` says, read in an encoding."""
    reading = READINGS[name]
    text = reading.read(source[start:end])
    if reading.capitals_font and text != text.upper() and _in_capitals(source, start, end):
        return text.upper()
    return text


def _words(source: str) -> Iterator[_Word]:
    """Yield the words that hold more than ASCII."""
    new_line, foreign = True, 0
    for match in _TOKEN.finditer(source):
        text = match.group()
        if not text.isascii():
            yield _Word(match.start(), text, new_line, foreign)
            new_line, foreign = False, 0
        elif text == "\n":
            new_line = True
        elif text.isalpha() and text.islower():
            foreign += not is_syllable(text)


class Scores:
    """Log likelihoods of words under each encoding, remembered from text to text."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self._known: dict[tuple[str, str], float] = {}

    def of(self, text: str, name: str) -> float:
        """Return log P of the word `text`; `name` is empty where it is what it seems."""
        value = self._known.get((text, name))
        if value is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            value = self._read(text, name) if name else self._as_it_stands(text)
            self._known[text, name] = value
        return value

    def at_best(self, texts: Iterable[str], name: str) -> float:
        """Return what an encoding can explain better than the words as they stand."""
        return sum(max(0.0, self.of(text, name) - self.of(text, "")) for text in texts)

    def _unigram(self, word: str) -> float | None:
        number = self.model.index.get(canonical(word), 0)
        return float(self.model.unigram[number]) if number >= len(lm_words.CLASSES) else None

    def _as_it_stands(self, text: str) -> float:
        total = 0.0
        for part in _BETWEEN.split(text):
            if part.isascii():
                continue
            word = part.strip(_PUNCTUATION)
            if word.isascii() or not any(map(str.isalpha, word)):
                total += _STRAY
                continue
            value = self._unigram(word)
            if value is None:
                odd = sum(not c.isascii() and c not in _WESTERN for c in word)
                changes = len(_CASE_CHANGES.findall(word))
                value = _OTHER_WORD + _ODD_CHARACTER * odd + _CASE_CHANGE * changes
            total += value
        return total or _STRAY

    def _read(self, text: str, name: str) -> float:
        reading = READINGS[name]
        read = reading.read(text)
        alien = ({*text} - reading.characters) | ({*read} & {*text} - _VIETNAMESE)
        total = sum(_ALIEN_LETTER if c.isalpha() else _ALIEN_SIGN for c in alien - _PLAIN)
        if read == text:
            return total + self.of(text, "")
        for word in _LETTER_RUN.findall(read):
            if word.isascii():
                continue
            value = self._unigram(word)
            if is_syllable(word):
                total += max(value or _RARE, _RARE)
            elif word.isupper() and len(word) <= _ABBREVIATION_LONGEST:
                total += _ABBREVIATION
            else:
                total += value or _NO_SYLLABLE
        return total or _STRAY


def _gain(words: Sequence[_Word], path: Sequence[str], name: str, scores: Scores) -> float:
    """How much the distinct words that `path` reads in an encoding speak for it.

    They speak for it where it makes better sense of them than any other state of the path does.
    """
    rivals = {"", *path} - {name}
    pairs = zip(words, path, strict=True)
    mine = {word.text for word, own in pairs if own == name and _speaks(word.text)}
    return sum(scores.of(t, name) - max(scores.of(t, rival) for rival in rivals) for t in mine)


def _speaks(text: str) -> bool:
    """Whether a word says something of its encoding: lists of characters (ä, å, ç) don't."""
    return len(text.strip(_PUNCTUATION)) > 1


def _path(
    words: Sequence[_Word], names: Sequence[str], scores: Scores, in_line: float, at_end: float
) -> list[str]:
    """Return the likeliest encoding of each word (Viterbi); empty for none."""
    states = ["", *names]
    if not names or not words:
        return [""] * len(words)
    stay = np.eye(len(states), dtype=np.bool_)
    legacy = np.array([bool(name) for name in states])
    value = np.where(legacy, at_end, 0.0)
    back: list[NDArray[np.int64]] = []
    for word in words:
        moved = value[:, None] + np.where(stay, 0.0, at_end if word.new_line else in_line)
        back.append(moved.argmax(axis=0))
        emitted = np.array([scores.of(word.text, name) for name in states])
        value = moved.max(axis=0) + emitted + _FOREIGN_WORD * word.foreign * legacy
    state = int(value.argmax())
    path = []
    for step in back[::-1]:
        path.append(states[state])
        state = int(step[state])
    return path[::-1]


def _in_capitals(source: str, start: int, end: int) -> bool:
    """Whether a word of small accented letters was typed in a font that shows them as capitals.

    It was where its own plain letters are capitals; one such letter may begin a name: then the
    nearest words of the line must be in capitals too.
    """
    own = _capitals(source[start:end])
    if own is not None:
        return own
    line_start = source.rfind("\n", 0, start) + 1
    line_end = source.find("\n", end)
    before = source[line_start:start].split()[::-1]
    after = source[end : len(source) if line_end < 0 else line_end].split()
    near = [_nearest(before), _nearest(after)]
    told = [verdict for verdict in near if verdict is not None]
    return bool(told) and all(told)


def _nearest(words: Sequence[str]) -> bool | None:
    return next((v for v in map(_capitals, words[:3]) if v is not None), None)


def _capitals(word: str) -> bool | None:
    """Whether the plain letters of a word are capitals; `None` where they don't tell."""
    plain = [c for c in word if c.isascii() and c.isalpha()]
    if any(map(str.islower, plain)):
        return False
    return True if len(plain) > 1 else None

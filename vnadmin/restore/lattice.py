"""Sentences → a lattice: for every item what it may stand for, and at what price."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np
import regex
from numpy.typing import NDArray

from vnadmin.language import words as lm_words
from vnadmin.language.model import LanguageModel
from vnadmin.restore.channel import NO_WORD, Candidates
from vnadmin.restore.decoder import Lattice
from vnadmin.restore.items import Item, Kind, Sentence
from vnadmin.restore.tokens import key_of, straight_quotes
from vnadmin.vietnamese import LETTERS, canonical, is_syllable

# Prices in nats, all log probabilities. Chosen on rendered pages and development scans.
_LETTER = -2.6  # of a letter in a word the model doesn't know
_ODD_SIGN_IN_WORD, _PLAIN_SIGN_IN_WORD = -6.0, -1.5
_PLAIN_SIGNS_IN_WORD = frozenset(".&/-")
_DIGITS = "0123456789"
# A word that runs into a stamp or a stroke of the pen at the line's edge: ccj\-a};_
_SMUDGED = regex.compile(r"(\p{L}{2,})[^\p{L}\d.&/’'‘`-].*[^\p{L}\d]")
_SMUDGE = -6.0
_ROMAN = regex.compile(r"[IVXLC]{2,}")
_SLASHED = regex.compile(r"\p{L}{1,2}/\p{L}{1,2}")  # V/v, Đ/c
_SLASHED_KEPT = -5.0
_GARBLED_NUMBER = regex.compile(r"(?=.*\d)[\dlIO|]{2,4}|[lI|]{2}")
_LETTERS_AS_DIGITS = str.maketrans("lI|O", "1110")
_LETTER_AS_DIGIT = -2.0
_FOOTNOTE = -4.0  # of a number set behind a word (CHỨC2)
_DIGIT = -2.303  # of a digit: one in ten
_IDENTITY = -3.0  # a known word that the channel never saw come out as itself
# Signs after a word, straight quotation marks for all: rather part of the garbled word?
_TAIL = {'"': -0.5, "'": -3.5, "?": -4.0} | dict.fromkeys("~|=<>*_{}", -6.0)
_ODD_TAIL, _ODD_IN_TAIL = frozenset("~|=<>*_{}"), -3.0
_JUNK_AT = (-9.0, -5.5, -3.0)  # junk inside a line, at its edge, on a line of its own
_JUNK_LETTER, _JUNK_SIGN = -3.3, -1.8
_JUNK_SYLLABLE = -4.0  # specks seldom make a syllable of three letters
_JUNK_LONGEST = 5
_DASHES = frozenset(["-", "–", "…", "..."])
_BULLETS = frozenset(["+", "•", "*"])
_PUNCTUATION = frozenset("()[]“”\"'’‘«».,;:!?/—+=%")
_SIGN_KEPT = (-0.5, -2.0, -12.0)  # a dash or bullet, punctuation standing alone, anything else
_ODD_JUNK_AT, _ODD_JUNK_SIGN = (-7.0, -4.0, -2.0), -1.5
_LIST_MARKS = (")", ".", "/", "-")
_DIGITS_AS_WORD = -7.0  # a number is kept rather than read as a word less likely to look so
_DIGITS_LONGEST = 3
_ACRONYM_AS_WORD = -5.0  # capitals among small letters are an abbreviation, not a word
_JOIN = -5.0  # an engine putting a space inside a word, where training never saw this one
_JOIN_LONGEST = 3  # one of the parts is at most this long


_SAID = 3
"""Words an arc can say at most."""

_REMEMBERED = 300_000
"""Choices remembered before starting anew: some 60 MB."""


class Noise(Protocol):
    """What garbles words (restore/channel.py, restore/stripped.py)."""

    name: str

    @property
    def keys(self) -> Container[str]:
        """The readings that training saw."""

    def candidates(self, keys: Sequence[str]) -> list[Candidates]:
        """Return the candidates of each key."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One reading of an item, or of two that belong together.

    `words` are what it says; `None` where the source stays as it is, empty where it is dropped.
    `said` is what the language model hears. `swallowed` counts the characters of the tail that the
    reading takes in. `digits` is the number that `words`, its class, stands for.
    """

    words: tuple[int, ...] | None
    said: tuple[int, ...]
    log_prob: float
    swallowed: int = 0
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """All that the choices of an item depend on; items of the same form share them."""

    kind: Kind
    core: str
    tail: str
    upper: bool
    acronym: bool
    edge: int
    first: bool
    attached: bool


@dataclass(frozen=True, slots=True)
class Readings:
    """A lattice over sentences, and the choice behind each of its arcs."""

    lattice: Lattice
    choice: list[Choice]
    """Choices by number."""
    choice_of: NDArray[np.int64]
    """Of each arc; -1 where a sentence ends."""
    sequence_of: list[int]
    """Of each sentence, its sequence in the lattice: those that look the same share one."""


class LatticeBuilder:
    """Builds lattices for one kind of noise; forms met before are remembered."""

    def __init__(self, model: LanguageModel, noise: Noise, *, drop_junk: bool) -> None:
        self._model = model
        self._noise = noise
        self._drop_junk = drop_junk
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._spans: dict[Form, tuple[int, int]] = {}
        self._choices: list[Choice] = []
        self._said = np.empty((0, _SAID), dtype=np.uint16)
        self._log_prob = np.empty(0, dtype=np.float32)

    def build(self, parts: Sequence[Sentence]) -> Readings:
        """Return the lattice of `parts`; formulas recur, so sentences alike stand in it once."""
        looks = [_look(sentence) for sentence in parts]
        unique = dict(zip(looks, parts, strict=True))
        sequence_of = {key: number for number, key in enumerate(unique)}
        parts = list(unique.values())
        forms = [key[0] for key in unique]
        with self._lock:
            if len(self._choices) > _REMEMBERED:
                self._forget()
            self._learn(forms)
            spans, said, log_prob = self._spans, self._said, self._log_prob
            choices = list(self._choices)
        sizes = np.array([len(s.items) for s in parts], dtype=np.int64)
        span = np.array([spans[form] for row in forms for form in row], dtype=np.int64)
        span = span.reshape(-1, 2)
        count = span[:, 1]
        place = np.arange(len(span)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        number = np.repeat(span[:, 0], count) + (
            np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        )
        sequence = np.repeat(np.repeat(np.arange(len(parts)), sizes), count)
        start = np.repeat(place, count)
        extra = self._joins(parts)
        joined_start = np.array(extra.start, dtype=np.int64)
        choices += extra.choices
        final = np.array([s.complete for s in parts])
        final_said = np.full((len(parts), _SAID), NO_WORD, dtype=np.uint16)
        final_said[final, 0] = self._model.index[lm_words.BOUNDARY]
        lattice = Lattice(
            sizes + 1,
            np.concatenate(
                [sequence, np.array(extra.sequence, dtype=np.int64), np.arange(len(parts))]
            ),
            np.concatenate([start, joined_start, sizes]),
            np.concatenate([start + 1, joined_start + 2, sizes + 1]),
            np.concatenate([said[number], _said_array(extra.choices), final_said]),
            np.concatenate(
                [
                    log_prob[number],
                    np.array([c.log_prob for c in extra.choices], dtype=np.float32),
                    np.zeros(len(parts), dtype=np.float32),
                ]
            ),
        )
        joined = np.arange(len(choices) - len(extra.choices), len(choices))
        ends = np.full(len(parts), -1)
        return Readings(
            lattice,
            choices,
            np.concatenate([number, joined, ends]),
            [sequence_of[key] for key in looks],
        )

    def _learn(self, forms: Sequence[Sequence[Form]]) -> None:
        """Work out the choices of all new forms in one go: unseen readings are cheaper together."""
        new = {form: None for row in forms for form in row if form not in self._spans}
        keys: dict[str, None] = {}
        for form in new:
            if _has_candidates(form):
                keys |= {key: None for key, _, _ in _variants(form)}
        wanted = list(keys)
        found = dict(zip(wanted, self._noise.candidates(wanted), strict=True))
        fresh: list[Choice] = []
        for form in new:
            own = self._form_choices(form, found)
            self._spans[form] = (len(self._choices) + len(fresh), len(own))
            fresh += own
        self._choices += fresh
        self._said = np.concatenate([self._said, _said_array(fresh)])
        log_prob = np.array([c.log_prob for c in fresh], dtype=np.float32)
        self._log_prob = np.concatenate([self._log_prob, log_prob])

    def _form_choices(self, form: Form, found: dict[str, Candidates]) -> list[Choice]:
        if form.kind == "code":
            return [Choice(None, (self._model.index[lm_words.CODE],), 0.0)]
        if form.kind == "sign":
            return self._sign_choices(form)
        if form.kind == "number" and not _has_candidates(form):
            word = (self._model.index[lm_words.number_class(form.core)],)
            return [Choice(None, () if form.edge == 2 else word, 0.0)]
        choices = self._word_choices(form, found)
        if self._drop_junk and _may_be_junk(form):
            signs = sum(not char.isalnum() for char in form.core)
            price = _JUNK_LETTER * (len(form.core) - signs) + _JUNK_SIGN * signs
            if len(form.core) > 2 and is_syllable(form.core):
                price += _JUNK_SYLLABLE
            choices.append(Choice((), (), _JUNK_AT[form.edge] + price, len(form.tail)))
        return choices

    def _sign_choices(self, form: Form) -> list[Choice]:
        text = form.core
        plain = text in _DASHES or (form.first and text in _BULLETS)
        oddness = 0 if plain else 1 if text in _PUNCTUATION else 2
        choices = [Choice(None, (), 0.0 if form.attached else _SIGN_KEPT[oddness])]
        if self._drop_junk and not form.attached:
            at, each = (_ODD_JUNK_AT, _ODD_JUNK_SIGN) if oddness == 2 else (_JUNK_AT, _JUNK_SIGN)
            choices.append(Choice((), (), at[form.edge] + each * len(text)))
        key = key_of(text, False)
        if key in self._noise.keys:  # training saw a word read as it ("&" for ở)
            (found,) = self._noise.candidates([key])
            choices += [Choice((word,), (word,), value) for word, value in found.singles()]
        return choices

    def _word_choices(self, form: Form, found: dict[str, Candidates]) -> list[Choice]:
        core = form.core
        result: dict[tuple[tuple[int, ...], int], Choice] = {}
        digits = core.isdigit()
        own = self._model.index.get(lm_words.word_of(core), 0) if not digits else 0
        dotted = form.acronym and not _PLAIN_SIGNS_IN_WORD.isdisjoint(core)  # TP.HCM
        for key, swallowed, price in () if dotted else _variants(form):
            candidates = found[key]
            for pair, value in zip(
                candidates.words.tolist(), candidates.log_prob.tolist(), strict=True
            ):
                words = (pair[0],) if pair[1] == NO_WORD else (pair[0], pair[1])
                if digits and value < _DIGITS_AS_WORD:
                    continue
                if form.acronym and is_syllable(self._model.vocabulary[words[0]]):
                    value += _ACRONYM_AS_WORD
                if form.acronym and _ROMAN.fullmatch(core):
                    value += 0.0 if words == (own,) else _ACRONYM_AS_WORD
                result[words, swallowed] = Choice(words, words, value + price, swallowed)
        whole = _tail_price(straight_quotes(form.tail))
        if digits:
            kind = self._model.index[lm_words.number_class(core)]
            result[(kind,), -1] = Choice(None, (kind,), _DIGIT * min(len(core), 4) + whole)
        elif 0 < own < len(lm_words.CLASSES):
            result[(own,), -1] = Choice(None, (own,), _LETTER * len(core) + whole)
            noted = self._model.index.get(canonical(core.rstrip(_DIGITS)), 0)
            if noted >= len(lm_words.CLASSES) and len(core.rstrip(_DIGITS)) > 1:
                result[(noted,), -1] = Choice(None, (noted,), _FOOTNOTE + whole)
        elif _SLASHED.fullmatch(core):
            result[(), -1] = Choice(None, (), _SLASHED_KEPT + whole)
        elif not own:
            result[(0,), -1] = Choice(None, (0,), _spelling_price(core) + whole)
        elif ((own,), 0) not in result:
            result[(own,), 0] = Choice((own,), (own,), _IDENTITY + whole)
        return [*result.values(), *self._as_number(core, whole)]

    def _as_number(self, core: str, whole: float) -> list[Choice]:
        """Return the number a core is once l, I and O among its digits are read as 1 and 0."""
        if core.isdigit() or not _GARBLED_NUMBER.fullmatch(core):
            return []
        digits = core.translate(_LETTERS_AS_DIGITS)
        kind = (self._model.index[lm_words.number_class(digits)],)
        letters = sum(map(str.isalpha, core))
        price = (_LETTER_AS_DIGIT if letters < len(core) else 2 * _LETTER_AS_DIGIT) * letters
        return [Choice(kind, kind, price + _DIGIT * len(digits) + whole, 0, digits)]

    def _joins(self, parts: Sequence[Sentence]) -> _Joins:
        """Find neighbours that may be one word, a space having come between them."""
        known = self._noise.keys
        result = _Joins([], [], [])
        for number, sentence in enumerate(parts):
            items = sentence.items
            for place in range(len(items) - 1):
                item, following = items[place], items[place + 1]
                short = min(
                    item.core_end - item.core_start, following.core_end - following.core_start
                )
                if short > _JOIN_LONGEST or item.kind != "word":
                    continue
                if item.end != item.core_end or following.start != following.core_start:
                    continue
                if following.kind not in ("word", "number"):
                    continue
                left = sentence.source[item.core_start : item.core_end]
                right = sentence.source[following.core_start : following.core_end]
                upper = item.upper or following.upper
                spaced, closed = key_of(f"{left} {right}", upper), key_of(left + right, upper)
                key, price = (spaced, 0.0) if spaced in known else (closed, _JOIN)
                if key not in known:
                    continue
                (found,) = self._noise.candidates([key])
                for word, value in found.singles():
                    result.choices.append(Choice((word,), (word,), value + price))
                    result.sequence.append(number)
                    result.start.append(place)
        return result


@dataclass(frozen=True, slots=True)
class _Joins:
    """Choices that cover two items: the sentence and the place of the first."""

    choices: list[Choice]
    sequence: list[int]
    start: list[int]


def _said_array(choices: Sequence[Choice]) -> NDArray[np.uint16]:
    result = np.full((len(choices), _SAID), NO_WORD, dtype=np.uint16)
    for row, choice in enumerate(choices):
        result[row, : len(choice.said)] = choice.said
    return result


_Look = tuple[tuple[Form, ...], tuple[int, ...], bool]


def _look(sentence: Sentence) -> _Look:
    """Return all that a sentence's lattice depends on: forms, leading punctuation, its end."""
    items = sentence.items
    forms = tuple(_form(sentence.source, item) for item in items)
    return forms, tuple(item.core_start - item.start for item in items), sentence.complete


def _form(source: str, item: Item) -> Form:
    core = source[item.core_start : item.core_end]
    if item.kind == "code":
        return _CODE_FORM
    tail = source[item.core_end : item.end]
    return Form(
        item.kind, core, tail, item.upper, item.acronym, item.edge, item.first, item.attached
    )


_CODE_FORM = Form("code", "", "", False, False, 0, False, False)


def _tail_price(straight: str) -> float:
    """Return log P of a word's tail being print: closing quotation marks, odd signs."""
    odd = sum(char in _ODD_TAIL for char in straight[1:])
    return _TAIL.get(straight[:1], 0.0) + _ODD_IN_TAIL * odd


def _spelling_price(core: str) -> float:
    """Return log P of the spelling of a word that the model doesn't know."""
    letters = sum(char in LETTERS for char in core.lower())
    plain = sum(char in _PLAIN_SIGNS_IN_WORD for char in core)
    odd = len(core) - letters - plain
    return _LETTER * letters + _PLAIN_SIGN_IN_WORD * plain + _ODD_SIGN_IN_WORD * odd


def _may_be_junk(form: Form) -> bool:
    """Whether a word at a line's edge may be a speck or a stamp: short, and no mark of a list."""
    if form.kind != "word" or not form.edge or form.attached:
        return False
    if (form.first and form.tail in _LIST_MARKS) or form.tail.startswith(")"):
        return False
    if form.core.isalnum() and not form.core.isalpha():  # m2
        return False
    signs = sum(not char.isalnum() for char in form.core)
    longest = _JUNK_LONGEST if 3 * signs < len(form.core) else 2 * _JUNK_LONGEST
    return len(form.core) <= longest


def _has_candidates(form: Form) -> bool:
    """Whether a channel has a say: a word, or a number that may be a garbled one (14 for là)."""
    if form.kind == "number":
        return form.core.isdigit() and len(form.core) <= _DIGITS_LONGEST and form.edge != 2
    return form.kind == "word"


def _variants(form: Form) -> list[tuple[str, int, float]]:
    """Return keys for the core alone, with signs of its tail taken in, and less what smudges it.

    Each with how many characters of the tail it takes in, and the price of the rest.
    """
    straight = straight_quotes(form.tail)
    result = [(key_of(form.core, form.upper), 0, _tail_price(straight))]
    for taken in (1, 2):
        if straight[taken - 1 : taken] not in _TAIL:
            break
        result.append((key_of(form.core + form.tail[:taken], form.upper), taken, 0.0))
    smudged = _SMUDGED.match(form.core) if form.edge else None
    if smudged:
        result.append((key_of(smudged[1], form.upper), len(form.tail), _SMUDGE))
    return result

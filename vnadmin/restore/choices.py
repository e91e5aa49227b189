"""What an item of a text may stand for, and at what price: the arcs that lead from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

from vnadmin.language import words as lm_words
from vnadmin.language.model import LanguageModel
from vnadmin.restore.channel import NO_WORD, Candidates, Noise
from vnadmin.restore.items import Item, Kind
from vnadmin.restore.tokens import key_of, straight_quotes
from vnadmin.vietnamese import LETTERS, canonical, is_syllable

# Prices in nats, all log probabilities. Chosen on rendered pages and development scans.
_LETTER = -3.2  # of a letter in a word the model doesn't know
_ODD_SIGN_IN_WORD, _PLAIN_SIGN_IN_WORD = -6.0, -1.5
_PLAIN_SIGNS_IN_WORD = frozenset(".&/-")
_DIGITS = "0123456789"
# A word that runs into a stamp or a stroke of the pen at the line's edge: ccj\-a};_
_SMUDGED = regex.compile(r"(\p{L}{2,})[^\p{L}\d.&/’'‘`-](?!.*\d\d).*[^\p{L}\d]")
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
_FORMULAS = {"Như", "Lưu", "Nơi", "Số", "./.", "./"}
"""Of "Số: 5/QĐ-UBND", "… thi hành./.", "Nơi nhận", "- Như trên;", "- Lưu: VT": papers have them,
corpora leave them out."""
_JUNK_AT = (-9.0, -4.0, -3.0)  # junk inside a line, at its edge, on a line of its own
_JUNK_LETTER, _JUNK_SIGN = -3.3, -1.8
_JUNK_SYLLABLE = -4.0  # specks seldom make a syllable of three letters
_JUNK_LONGEST = 5
_DASHES = frozenset(["-", "–", "…", "..."])
_BULLETS = frozenset(["+", "•", "*"])
_PUNCTUATION = frozenset("()[]“”\"'’‘«».,;:!?/—+=%")
_SIGN_KEPT = (-0.5, -2.0, -12.0)  # a dash or bullet, punctuation standing alone, anything else
_ODD_JUNK_AT, _ODD_JUNK_SIGN = (-7.0, -4.0, -2.0), -1.5
_LIST_MARKS = (")", ".", "/", "-")
_DIGITS_AS_WORD = -11.0  # a number is kept rather than read as a word less likely to look so
_DIGITS_LONGEST = 3
_ACRONYM_AS_WORD = -5.0  # capitals among small letters are an abbreviation, not a word

Floats = NDArray[np.floating]


class Choice(NamedTuple):
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


class Form(NamedTuple):
    """All that the choices of an item depend on; items of the same form share them."""

    kind: Kind
    core: str
    tail: str
    upper: bool
    acronym: bool
    edge: int
    first: bool
    attached: bool


SAID = 3
"""Words a choice can say at most."""


class Choices:
    """The choices of all forms met so far, for one kind of noise; columns, looked up by number."""

    def __init__(self, model: LanguageModel, noise: Noise, *, drop_junk: bool) -> None:
        self._model = model
        self._noise = noise
        self._drop_junk = drop_junk
        self._made: dict[int, Choice] = {}
        self.spans: dict[Form, tuple[int, int]] = {}
        """Of each form: its first choice and how many it has."""
        self.said = np.empty((0, SAID), dtype=np.uint16)
        self.log_prob = np.empty(0, dtype=np.float32)
        self._swallowed = np.empty(0, dtype=np.int16)

    def __len__(self) -> int:
        return len(self.log_prob)

    def __getitem__(self, number: int) -> Choice:
        """Return choice `number`."""
        choice = self._made.get(number)
        if choice is None:
            words = tuple(word for word in self.said[number].tolist() if word != NO_WORD)
            log_prob, swallowed = float(self.log_prob[number]), int(self._swallowed[number])
            choice = self._made[number] = Choice(words, words, log_prob, swallowed)
        return choice

    def learn(self, forms: Sequence[Form]) -> None:
        """Work out the choices of forms not met before, all in one go."""
        variants = [
            (number, variant)
            for number, form in enumerate(forms)
            if _has_candidates(form)
            and not (form.acronym and not _PLAIN_SIGNS_IN_WORD.isdisjoint(form.core))  # TP.HCM
            for variant in _variants(form)
        ]
        place = {key: n for n, key in enumerate(dict.fromkeys(v[0] for _, v in variants))}
        found = self._noise.candidates(list(place))
        plain = self._plain(forms, variants, [found[place[v[0]]] for _, v in variants])
        special = [
            (number, choice)
            for number, form in enumerate(forms)
            for choice in self._special_choices(form, said_itself=number in plain.said_itself)
        ]
        owner = np.concatenate([plain.owner, np.array([n for n, _ in special], dtype=np.int64)])
        order = np.argsort(owner, kind="stable")
        first = len(self)
        cuts = np.searchsorted(owner[order], np.arange(len(forms) + 1))
        for number, form in enumerate(forms):
            span = int(cuts[number]), int(cuts[number + 1])
            self.spans[form] = first + span[0], span[1] - span[0]
        number_of = np.empty(len(order), dtype=np.int64)
        number_of[order] = np.arange(first, first + len(order))
        ends = number_of[len(plain.owner) :].tolist()
        self._made.update(zip(ends, (choice for _, choice in special), strict=True))
        self._append(
            np.concatenate([plain.said, said_array([c for _, c in special])])[order],
            np.concatenate([plain.log_prob, [c.log_prob for _, c in special]])[order],
            np.concatenate([plain.swallowed, np.zeros(len(special), dtype=np.int64)])[order],
        )

    def _append(
        self, said: NDArray[np.uint16], log_prob: Floats, swallowed: NDArray[np.int64]
    ) -> None:
        self.said = np.concatenate([self.said, said])
        self.log_prob = np.concatenate([self.log_prob, log_prob.astype(np.float32)])
        self._swallowed = np.concatenate([self._swallowed, swallowed.astype(np.int16)])

    def _plain(
        self,
        forms: Sequence[Form],
        variants: Sequence[tuple[int, _Variant]],
        found: Sequence[Candidates],
    ) -> _Plain:
        """Return what the channel offers for the variants of forms, with the rest's prices."""
        length = np.array([len(c.log_prob) for c in found], dtype=np.int64)
        form_of = np.array([number for number, _ in variants], dtype=np.int64)
        owner = np.repeat(form_of, length)
        said = np.full((len(owner), SAID), NO_WORD, dtype=np.uint16)
        log_prob = np.empty(0)
        if found:
            said[:, :2] = np.concatenate([c.words for c in found])
            log_prob = np.concatenate([c.log_prob for c in found]).astype(np.float64)
        swallowed = np.repeat(np.array([v[1] for _, v in variants], dtype=np.int64), length)
        own = np.array([self._own(form) for form in forms], dtype=np.int64)[owner]
        itself = (said[:, 0] == own) & (said[:, 1] == NO_WORD)
        digits = np.array([form.core.isdigit() for form in forms], dtype=bool)[owner]
        acronym = np.array([form.acronym for form in forms], dtype=bool)[owner]
        roman = np.array([_is_roman(form) for form in forms], dtype=bool)[owner]
        kept = ~digits | (log_prob >= _DIGITS_AS_WORD)
        log_prob += _ACRONYM_AS_WORD * (roman & ~itself)
        capital = np.flatnonzero(acronym)
        if len(capital):
            log_prob[capital] += _ACRONYM_AS_WORD * self._model.syllables[said[capital, 0]]
        log_prob += np.repeat(np.array([v[2] for _, v in variants]), length)
        return _Plain(
            owner[kept],
            said[kept],
            log_prob[kept],
            swallowed[kept],
            set(owner[itself & (swallowed == 0)].tolist()),
        )

    def _own(self, form: Form) -> int:
        """Return the id of the word that a form reads as it stands, 0 for none."""
        if form.core.isdigit() or not _has_candidates(form):
            return 0
        return self._model.index.get(lm_words.word_of(form.core), 0)

    def _special_choices(self, form: Form, *, said_itself: bool) -> list[Choice]:
        """Return what a form may be besides what the channel makes of its letters."""
        if form.kind == "code":
            said = lm_words.number_class(form.core) if form.core else lm_words.CODE
            return [Choice(None, (self._model.index[said],), 0.0)]
        if form.kind == "sign":
            return self._sign_choices(form)
        if form.kind == "number" and not _has_candidates(form):
            word = (self._model.index[lm_words.number_class(form.core)],)
            return [Choice(None, () if form.edge == 2 else word, 0.0)]
        choices = self._as_read(form, said_itself=said_itself)
        if self._drop_junk and _may_be_junk(form):
            signs = sum(not char.isalnum() for char in form.core)
            price = _JUNK_LETTER * (len(form.core) - signs) + _JUNK_SIGN * signs
            if len(form.core) > 2 and is_syllable(form.core):
                price += _JUNK_SYLLABLE
            choices.append(Choice((), (), _JUNK_AT[form.edge] + price, len(form.tail)))
        return choices

    def _sign_choices(self, form: Form) -> list[Choice]:
        text = form.core
        if text in _FORMULAS:
            return [Choice(None, (), 0.0)]
        plain = text in _DASHES or (form.first and text in _BULLETS) or _is_blank(text)
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

    def _as_read(self, form: Form, *, said_itself: bool) -> list[Choice]:
        """Return the form as it stands, as far as the channel didn't offer that."""
        core = form.core
        index = self._model.index
        whole = _tail_price(straight_quotes(form.tail))
        own = self._own(form)
        if core.isdigit():
            kind = index[lm_words.number_class(core)]
            return [Choice(None, (kind,), _DIGIT * min(len(core), 4) + whole)]
        result = []
        if 0 < own < len(lm_words.CLASSES):
            result = [Choice(None, (own,), _LETTER * len(core) + whole)]
            noted = index.get(canonical(core.rstrip(_DIGITS)), 0)
            if noted >= len(lm_words.CLASSES) and len(core.rstrip(_DIGITS)) > 1:
                result.append(Choice(None, (noted,), _FOOTNOTE + whole))
        elif _SLASHED.fullmatch(core):
            result = [Choice(None, (), _SLASHED_KEPT + whole)]
        elif not own:
            result = [Choice(None, (0,), _spelling_price(core) + whole)]
        elif not said_itself:
            result = [Choice((own,), (own,), _IDENTITY + whole)]
        return [*result, *self._as_number(core, whole)]

    def _as_number(self, core: str, whole: float) -> list[Choice]:
        """Return the number a core is once l, I and O among its digits are read as 1 and 0."""
        if core.isdigit() or not _GARBLED_NUMBER.fullmatch(core):
            return []
        digits = core.translate(_LETTERS_AS_DIGITS)
        kind = (self._model.index[lm_words.number_class(digits)],)
        letters = sum(map(str.isalpha, core))
        price = (_LETTER_AS_DIGIT if letters < len(core) else 2 * _LETTER_AS_DIGIT) * letters
        return [Choice(kind, kind, price + _DIGIT * len(digits) + whole, 0, digits)]


@dataclass(frozen=True, slots=True)
class _Plain:
    """What a channel offers: of each choice its form, words, log P and characters swallowed."""

    owner: NDArray[np.int64]
    said: NDArray[np.uint16]
    log_prob: Floats
    swallowed: NDArray[np.int64]
    said_itself: set[int]
    """Forms that the channel knows to come out as they are."""


def said_array(choices: Sequence[Choice]) -> NDArray[np.uint16]:
    """Return what choices say, shape (n, SAID), filled up with NO_WORD."""
    result = np.full((len(choices), SAID), NO_WORD, dtype=np.uint16)
    for row, choice in enumerate(choices):
        result[row, : len(choice.said)] = choice.said
    return result


def form_of(source: str, item: Item) -> Form:
    core = source[item.core_start : item.core_end]
    if item.kind == "code":
        figures = item.repaired if item.repaired.isdigit() else ""  # of a garbled date
        return Form("code", figures, "", False, False, 0, False, False)
    tail = source[item.core_end : item.end]
    return Form(
        item.kind, core, tail, item.upper, item.acronym, item.edge, item.first, item.attached
    )


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
    if form.kind != "word" or not form.edge or form.attached or form.core in _FORMULAS:
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


def _is_blank(text: str) -> bool:
    """Whether dots or a line stand where something is to be filled in."""
    return len(text) > 2 and set(text) <= {".", "…", "_"}


def _is_roman(form: Form) -> bool:
    return form.acronym and _ROMAN.fullmatch(form.core) is not None


_Variant = tuple[str, int, float]


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

"""Sentences → a lattice: for every item what it may stand for, and at what price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vnadmin.language import words as lm_words
from vnadmin.language.model import LanguageModel
from vnadmin.restore.channel import NO_WORD, Candidates
from vnadmin.restore.decoder import Lattice
from vnadmin.restore.items import Item, Sentence
from vnadmin.restore.tokens import key_of, straight_quotes

# Prices in nats, all log probabilities. Chosen on rendered pages and development scans.
_LETTER = -2.6  # of a letter in a word the model doesn't know
_ODD_SIGN_IN_WORD = -6.0
_DIGIT = -2.303  # of a digit: one in ten
_IDENTITY = -3.0  # a known word that the channel never saw come out as itself
_QUOTE = {'"': -0.5, "'": -3.5}  # a closing mark that opened nowhere; else part of a garbled word
_JUNK_AT = (-9.0, -4.5, -1.0)  # junk inside a line, at its edge, on a line of its own
_JUNK_LETTER, _JUNK_SIGN = -3.3, -1.8
_JUNK_LONGEST = 5
_SIGN_KEPT = -0.5
_ODD_SIGN_KEPT = -8.0
_PLAIN_SIGNS = frozenset(["-", "–", "—", "+", "*", "•", "&", "/", "…", "...", "x", "="])
_JOIN = -5.0  # an engine putting a space inside a word, where training never saw this one
_JOIN_LONGEST = 3  # one of the parts is at most this long


class Noise(Protocol):
    """What garbles words (restore/channel.py, restore/stripped.py)."""

    name: str

    def candidates(self, keys: Sequence[str]) -> list[Candidates]:
        """Return the candidates of each key."""


@dataclass(frozen=True, slots=True)
class Arc:
    """What an arc does to the source: `words` replace `source[start:end]`.

    `words` is `None` where the source stays as it is, and empty where it is dropped.
    """

    start: int
    end: int
    words: tuple[int, ...] | None
    first: int
    last: int
    """The items it covers, numbers within its sentence, `last` exclusive."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One reading of a form: words, log P, and how much of the tail it swallows."""

    words: tuple[int, ...] | None
    said: tuple[int, ...]
    log_prob: float
    swallowed: int = 0


class LatticeBuilder:
    """Builds lattices for one kind of noise; forms met before are remembered."""

    def __init__(self, model: LanguageModel, noise: Noise, *, drop_junk: bool) -> None:
        self._model = model
        self._noise = noise
        self._drop_junk = drop_junk
        self._forms: dict[tuple[str, str, bool], list[Choice]] = {}

    def build(self, source: str, parts: Sequence[Sentence]) -> tuple[Lattice, list[Arc]]:
        """Return the lattice of `parts` and what each of its arcs does."""
        self._prepare(source, parts)
        arcs: list[Arc] = []
        said: list[tuple[int, ...]] = []
        log_prob: list[float] = []
        sequence: list[int] = []
        boundary = self._model.index[lm_words.BOUNDARY]
        lengths = []
        for number, sentence in enumerate(parts):
            for place, item in enumerate(sentence.items):
                for choice in self._choices(source, item):
                    arcs.append(
                        Arc(
                            item.core_start,
                            item.core_end + choice.swallowed,
                            choice.words,
                            place,
                            place + 1,
                        )
                    )
                    said.append(choice.said)
                    log_prob.append(choice.log_prob)
                if place + 1 < len(sentence.items):
                    following = sentence.items[place + 1]
                    for words, value in self._joins(source, item, following):
                        arcs.append(
                            Arc(item.core_start, following.core_end, words, place, place + 2)
                        )
                        said.append(words)
                        log_prob.append(value)
            size = len(sentence.items)
            arcs.append(Arc(0, 0, None, size, size + 1))
            said.append((boundary,) if sentence.complete else ())
            log_prob.append(0.0)
            lengths.append(size + 1)
            sequence += [number] * (len(arcs) - len(sequence))
        spoken = np.full((len(said), 3), NO_WORD, dtype=np.uint16)
        for row, saying in enumerate(said):
            spoken[row, : len(saying)] = saying
        lattice = Lattice(
            np.array(lengths, dtype=np.int64),
            np.array(sequence, dtype=np.int64),
            np.array([a.first for a in arcs], dtype=np.int64),
            np.array([a.last for a in arcs], dtype=np.int64),
            spoken,
            np.array(log_prob, dtype=np.float32),
        )
        return lattice, arcs

    def _prepare(self, source: str, parts: Sequence[Sentence]) -> None:
        """Work out all new forms in one go: unseen readings are cheaper together."""
        wanted: dict[str, None] = {}
        forms: dict[tuple[str, str, bool], None] = {}
        for sentence in parts:
            for item in sentence.items:
                if item.kind != "word" and not _short_number(source, item):
                    continue
                form = _form(source, item)
                if form not in self._forms and form not in forms:
                    forms[form] = None
                    for key, _, _ in _variants(*form):
                        wanted[key] = None
        keys = list(wanted)
        found = dict(zip(keys, self._noise.candidates(keys), strict=True))
        for form in forms:
            self._forms[form] = self._form_choices(form, found)

    def _form_choices(
        self, form: tuple[str, str, bool], found: dict[str, Candidates]
    ) -> list[Choice]:
        core, tail, upper = form
        result: dict[tuple[tuple[int, ...], int], Choice] = {}
        digits = core.isdigit()
        for key, swallowed, price in _variants(core, tail, upper):
            candidates = found[key]
            for pair, value in zip(
                candidates.words.tolist(), candidates.log_prob.tolist(), strict=True
            ):
                words = (pair[0],) if pair[1] == NO_WORD else (pair[0], pair[1])
                if digits and value < -7.0:
                    continue
                result[words, swallowed] = Choice(words, words, value + price, swallowed)
        whole = _QUOTE.get(straight_quotes(tail)[:1], 0.0)
        own = self._model.index.get(lm_words.word_of(core), 0) if not digits else 0
        if digits:
            kind = self._model.index[lm_words.number_class(core)]
            result[(kind,), -1] = Choice(None, (kind,), _DIGIT * min(len(core), 4) + whole)
        elif 0 < own < len(lm_words.CLASSES):
            result[(own,), -1] = Choice(None, (own,), _LETTER * len(core) + whole)
        elif not own:
            letters = sum(map(str.isalpha, core))
            price = _LETTER * letters + _ODD_SIGN_IN_WORD * (len(core) - letters)
            result[(0,), -1] = Choice(None, (0,), price + whole)
        elif ((own,), 0) not in result:
            result[(own,), 0] = Choice((own,), (own,), _IDENTITY + whole)
        return list(result.values())

    def _choices(self, source: str, item: Item) -> list[Choice]:
        length = item.core_end - item.core_start
        if item.kind == "code":
            word = (self._model.index[lm_words.CODE],)
            return [Choice(None, word, 0.0)]
        if item.kind == "number":
            if item.edge == 2:
                return [Choice(None, (), 0.0)]
            if _short_number(source, item):
                return self._forms[_form(source, item)]
            core = source[item.core_start : item.core_end]
            return [Choice(None, (self._model.index[lm_words.number_class(core)],), 0.0)]
        if item.kind == "sign":
            text = source[item.core_start : item.core_end]
            kept = _SIGN_KEPT if text in _PLAIN_SIGNS or item.attached else _ODD_SIGN_KEPT
            choices = [Choice(None, (), kept)]
            if self._drop_junk and not item.attached:
                price = _JUNK_AT[item.edge] + _JUNK_SIGN * length
                choices.append(Choice((), (), price))
            return choices
        choices = self._forms[_form(source, item)]
        if self._drop_junk and item.edge and not item.attached and self._may_be_junk(source, item):
            price = _JUNK_AT[item.edge] + _JUNK_LETTER * length
            choices = [*choices, Choice((), (), price, item.end - item.core_end)]
        return choices

    def _may_be_junk(self, source: str, item: Item) -> bool:
        """Short, and no mark of a list: "a)", "II."."""
        short = item.core_end - item.core_start <= _JUNK_LONGEST
        return short and source[item.core_end : item.end] not in (")", ".", "/", "-")

    def _joins(
        self, source: str, item: Item, following: Item
    ) -> list[tuple[tuple[int, ...], float]]:
        """Return words that both items together may be, a space having come between them."""
        if item.kind != "word" or following.kind not in ("word", "number"):
            return []
        if item.end != item.core_end or following.start != following.core_start:
            return []
        left = source[item.core_start : item.core_end]
        right = source[following.core_start : following.core_end]
        if min(len(left), len(right)) > _JOIN_LONGEST:
            return []
        known = getattr(self._noise, "keys", {})
        upper = item.upper or following.upper
        result: list[tuple[tuple[int, ...], float]] = []
        for key, price in (
            (key_of(f"{left} {right}", upper), 0.0),
            (key_of(left + right, upper), _JOIN),
        ):
            if key in known:
                (candidates,) = self._noise.candidates([key])
                for pair, value in zip(
                    candidates.words.tolist(), candidates.log_prob.tolist(), strict=True
                ):
                    if pair[1] == NO_WORD:
                        result.append(((pair[0],), value + price))
                break
        return result


def _form(source: str, item: Item) -> tuple[str, str, bool]:
    return source[item.core_start : item.core_end], source[item.core_end : item.end], item.upper


def _variants(core: str, tail: str, upper: bool) -> list[tuple[str, int, float]]:
    """Return keys for the core alone and with quotation marks of its tail taken in.

    Each with how many characters of the tail it takes in, and the price of the rest.
    """
    straight = straight_quotes(tail)
    result = [(key_of(core, upper), 0, _QUOTE.get(straight[:1], 0.0))]
    for taken in (1, 2):
        if straight[taken - 1 : taken] in _QUOTE:
            result.append((key_of(core + tail[:taken], upper), taken, 0.0))
        else:
            break
    return result


def _short_number(source: str, item: Item) -> bool:
    """Whether an item is a number that may be a garbled word (14 for là)."""
    core = source[item.core_start : item.core_end]
    return item.kind == "number" and core.isdigit() and len(core) <= 3

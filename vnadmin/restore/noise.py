"""Which kind of noise a block of text holds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from vnadmin.restore.case import is_upper
from vnadmin.restore.items import is_foreign
from vnadmin.restore.stripped import stripped_profile
from vnadmin.restore.tokens import chunks, key_of
from vnadmin.vietnamese import canonical

if TYPE_CHECKING:
    from vnadmin.restore.engine import Restorer

_FIRST_LOOK, _WORDS_READ = 200, 800
"""Words read: the first settle it where one kind explains them better by `_SETTLED` nats."""
_SETTLED = 40.0
_UNKNOWN_LETTER = -2.6
_UNSEEN = -16.0
_RIVAL = 4.0
"""Log odds against a reading that a channel never saw being its word as it is."""
_LEAST_LOST, _LOSS_SHOWS = 0.035, 10.0
"""Words with marks that lost some: the least share, and nats by which a text must show it.
Correct pages reach 0.02, those of the engine that knows Vietnamese 0.023."""

_MOST_UNKNOWN = 0.08
"""Words that are none, even without marks: more of them are an engine's. Stripped pages reach
0.06, those of engines and scanners that know no Vietnamese start at 0.1."""


def evidence(restorer: Restorer, text: str) -> Mapping[str, float]:
    """Return log P(text's words | profile) per word, each word by itself (natural log).

    Only the first words are read, as many as it takes; a text without words gives an empty mapping.
    """
    scores: Mapping[str, float] = {}
    for most in (_FIRST_LOOK, _WORDS_READ):
        counts = _words(text, most)
        scores = _evidence(restorer, counts) if counts else {}
        read = counts.total()
        best = sorted(scores.values())[-2:]
        if read < most or (len(best) == 2 and (best[1] - best[0]) * read > _SETTLED):
            break
    return scores


def _evidence(restorer: Restorer, counts: Counter[tuple[str, str]]) -> Mapping[str, float]:
    weight = np.array(list(counts.values()), dtype=np.float64)
    scores: dict[str, float] = {}

    own = np.array([_as_it_stands(restorer, core) for core, _ in counts])
    scores["clean"] = float(own @ weight / weight.sum())
    words, readings = restorer.stripped_words, _readings(counts)
    lost, value = words.lost_share(readings, partial(_as_it_stands, restorer))
    shown = lost > _LEAST_LOST and value > own @ weight + _LOSS_SHOWS
    if shown and words.unknown_share(readings) < _MOST_UNKNOWN:
        scores[stripped_profile(lost)] = value / float(weight.sum())
    for name in restorer.channel_names():
        channel = restorer.channel(name)
        rows = np.array([channel.keys.get(key, -1) for _, key in counts])
        values = np.where(rows >= 0, channel.evidence[rows], np.maximum(_UNSEEN, own - _RIVAL))
        scores[name] = float(values @ weight / weight.sum())
    return scores


def loss(restorer: Restorer, text: str) -> str:
    """Return the profile that fits how many words of a text that lost marks did."""
    counts = _words(text)
    if not counts:
        return "stripped"
    unknown = partial(_as_it_stands, restorer)
    return stripped_profile(restorer.stripped_words.lost_share(_readings(counts), unknown)[0])


def _words(text: str, most: int = _WORDS_READ) -> Counter[tuple[str, str]]:
    """Count the first words of a text, each with its key."""
    counts: Counter[tuple[str, str]] = Counter()
    read = 0
    for chunk in chunks(text):
        core = text[chunk.core_start : chunk.core_end]
        if any(c.isalpha() for c in core) and len(core) < 20 and not is_foreign(core):
            counts[core, key_of(core, is_upper(core, False))] += 1
            read += 1
            if read >= most:
                break
    return counts


def _readings(counts: Counter[tuple[str, str]]) -> Counter[str]:
    result: Counter[str] = Counter()
    for (core, _), count in counts.items():
        result[canonical(core)] += count
    return result


def _as_it_stands(restorer: Restorer, core: str) -> float:
    """Return log P of a word that is what it seems."""
    word = restorer.model.index.get(canonical(core))
    unigram = restorer.model.unigram
    return float(unigram[word]) if word else _UNKNOWN_LETTER * len(core) + float(unigram[0])


def judge(restorer: Restorer, text: str) -> str:
    """Return the profile that explains `text` best by its single words.

    Correct text and the slips of an engine that knows Vietnamese can't be told apart that way:
    where one of these is likeliest, the answer is that engine's, and `is_noisy` decides once the
    edits are known.
    """
    scores = dict(evidence(restorer, text))
    if not scores:
        return "clean"
    best = max(scores, key=lambda name: scores[name])
    return LIGHT_NOISE if best == "clean" and LIGHT_NOISE in scores else best


LIGHT_NOISE = "vie"
"""The channel of an engine that reads most words right."""

SERVED_BY = {"script/Vietnamese": LIGHT_NOISE, "scanner": "eng"}
"""Kinds of noise that another's channel reads as well as one of their own: Tesseract's model of all
Vietnamese scripts (98.91 % of 50,195 syllables right, with a channel of its own 98.89 %), and
scanners' text layers (84.4 % of 885, with one learnt from such layers 83.6 %)."""

_SURE = 0.9
_CLEAN_RATE, _NOISY_RATE = 0.001, 0.01
"""Sure edits per word proposed on correct text (measured on held-back documents), and on the least
noisy pages worth mending."""
_PRIOR = 1.6
"""Log odds for correct text before anything is seen: five to one."""


def is_noisy(sure_edits: int, words: int) -> bool:
    """Whether that many sure edits among so many words speak for noise (Poisson likelihoods)."""
    gain = sure_edits * math.log(_NOISY_RATE / _CLEAN_RATE)
    return gain - words * (_NOISY_RATE - _CLEAN_RATE) > _PRIOR


def is_sure(confidence: float) -> bool:
    """Whether an edit counts as evidence in `is_noisy`."""
    return confidence >= _SURE


_STRANGE = -11.0
"""Log P a word of what was read, below which it isn't Vietnamese: development scans and rendered
pages give -3 to -9, English and French texts -13 to -15."""


def is_strange(evidence: float, words: int) -> bool:
    """Whether text read with that log probability is no garbled Vietnamese, as far as it shows."""
    return evidence < _STRANGE * words

"""Which kind of noise a block of text holds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from vnadmin.restore.case import is_upper
from vnadmin.restore.items import is_foreign
from vnadmin.restore.tokens import chunks, key_of
from vnadmin.vietnamese import canonical

if TYPE_CHECKING:
    from vnadmin.restore.engine import Restorer

_WORDS_READ = 800
_UNKNOWN_LETTER = -2.6
_UNSEEN = -16.0
_RIVAL = 4.0
"""Log odds against a reading that a channel never saw being its word as it is."""
_MARKS_PARTLY_LOST = -3.0
"""Log P of a word that kept marks in a text whose marks were stripped."""


def evidence(restorer: Restorer, text: str) -> Mapping[str, float]:
    """Return log P(text's words | profile) per word, each word by itself (natural log).

    Only the first words are read; a text without words gives an empty mapping.
    """
    counts: Counter[tuple[str, str]] = Counter()
    read = 0
    for chunk in chunks(text):
        core = text[chunk.core_start : chunk.core_end]
        if any(c.isalpha() for c in core) and len(core) < 20 and not is_foreign(core):
            counts[core, key_of(core, is_upper(core, False))] += 1
            read += 1
            if read >= _WORDS_READ:
                break
    if not counts:
        return {}
    unigram = restorer.model.unigram
    index = restorer.model.index
    weight = np.array(list(counts.values()), dtype=np.float64)
    scores: dict[str, float] = {}

    def clean(core: str) -> float:
        word = index.get(canonical(core))
        return float(unigram[word]) if word else _UNKNOWN_LETTER * len(core) + float(unigram[0])

    own = np.array([clean(core) for core, _ in counts])
    scores["clean"] = float(own @ weight / weight.sum())
    stripped = restorer.stripped_unigram
    bare = np.array(
        [
            stripped.get(canonical(core), value) if core.isascii() else value + _MARKS_PARTLY_LOST
            for (core, _), value in zip(counts, own, strict=True)
        ]
    )
    scores["stripped"] = float(bare @ weight / weight.sum())
    for name in restorer.channel_names():
        channel = restorer.channel(name)
        rows = np.array([channel.keys.get(key, -1) for _, key in counts])
        values = np.where(rows >= 0, channel.evidence[rows], np.maximum(_UNSEEN, own - _RIVAL))
        scores[name] = float(values @ weight / weight.sum())
    return scores


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

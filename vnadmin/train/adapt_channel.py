"""`vnadmin train channel --from` a few corrected lines: a channel that starts from another one.

P(reading | word) is a mixture of what the corrected lines counted, what the base channel tabled,
and the edit channel, whose steps are those of the base bent to the lines. How far each is to be
trusted, by how often the lines have the word, is chosen so that each fifth of the lines is
likeliest, given the other four.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vnadmin.errors import InputError
from vnadmin.formats.output import check_replaceable
from vnadmin.language.model import LanguageModel
from vnadmin.restore.channel import NO_WORD, Candidates, Channel, Shortlist, vocabulary_id
from vnadmin.restore.edits import FLOOR, EditModel, Steps
from vnadmin.train.align import align
from vnadmin.train.channel import (
    MANIFEST,
    Confusions,
    Words,
    count_confusions,
    count_steps,
    first_steps,
    normalised,
    trimmed,
    write_channel,
)
from vnadmin.train.mixture import mixture_weights

_FOLDS = 5
_PIECE = 20
"""Groups of aligned words that stay together in a fold: two lines or so."""
_ROUNDS = 2
_LETTERS = 100.0
"""How many letters of a kind, as `count_steps` counts them, the base's steps are worth: best on
development pages, where likelihood alone would take 3 to 30 and lose what is rare."""
_GROUPS = 6
"""Words seen 0 times, once, 2 to 3, 4 to 7, 8 to 15 times, and more often."""
_BASE_LEAST = 0.1
"""Weight that table and edit channel keep together: the lines are few, and repeat themselves."""
_LEAST = 1e-7

Pairs = Sequence[tuple[str, str]]
Scores = NDArray[np.float64]


def adapt_channel(
    pairs: Pairs,
    model: LanguageModel,
    base: Path,
    output: Path,
    *,
    sources: Sequence[Mapping[str, object]] = (),
    log: Callable[[str], None] = print,
) -> None:
    """Bend the channel in `base` to (truth, reading) lines or pages; write it to `output`.

    Args:
        pairs: what was printed and what was read, NFC.
        model: the language model both channels work with.
        base: directory of the channel to start from.
        output: created, or replaced as a whole once the channel is complete.
        sources: where the pairs come from, for the record.
        log: called with a line at each step.

    Raises:
        InputError: the pairs hold too few words that can be aligned.
        ModelError: there is no usable channel in `base`.
        OutputError: `output` can't be written.
    """
    check_replaceable(output, marker=MANIFEST)
    start = Channel.load(base, model)
    pieces = list(_pieces(pairs))
    cuts = [len(pieces) * number // _FOLDS for number in range(_FOLDS + 1)]
    folds = [pieces[a:b] for a, b in pairwise(cuts)]
    counted = count_confusions(pieces, model)
    held_out = [count_confusions(fold, model) for fold in folds]
    if not all(part.spellings for part in held_out):
        raise InputError("the pairs hold too few words that can be aligned")
    log(f"{len(pairs):,} pairs, {counted.words:,} true words; starting from {base.name}")
    rest = [
        count_confusions(chain(*folds[:number], *folds[number + 1 :]), model)
        for number in range(_FOLDS)
    ]
    likelihoods, groups = [], []
    for counts, part in zip(rest, held_out, strict=True):
        events = _events(part)
        found, group = _likelihoods(start, counts, _bent(counts, start)[1], list(events))
        likelihoods.append(np.repeat(found, list(events.values()), axis=0))
        groups.append(np.repeat(group, list(events.values())))
    weights = mixture_weights(np.concatenate(likelihoods), np.concatenate(groups), _GROUPS)
    weights = (1 - _BASE_LEAST) * weights + _BASE_LEAST * np.array([0.0, 0.5, 0.5])
    weights[0] += weights[0, 0] * np.array([-1.0, 0.5, 0.5])  # no counts of unseen words
    log(f"words printed often: {weights[-1, 0]:.0%} by what was counted here")
    steps, shortlist = _bent(counted, start)
    keys, candidates = _table(start, counted, shortlist, weights)
    before = start.manifest
    manifest = {
        "vocabulary": vocabulary_id(model),
        "pages": before["pages"] + len(pairs),
        "words": before["words"] + counted.words,
        "sources": [*before["sources"], *(dict(source) for source in sources)],
        "base": {"name": base.name, "weights": np.round(weights, 3).tolist()},
    }
    confidence = base / "confidence.json"  # what makes a word sure is much the same
    kept = confidence.read_bytes() if confidence.exists() else None
    write_channel(output, keys, candidates, steps, manifest)
    if kept is not None:
        (output / confidence.name).write_bytes(kept)


def nearest_channel(pairs: Pairs, model: LanguageModel, directory: Path) -> Path | None:
    """Return the channel of a model directory that explains the pairs best, if it has any."""
    events = _events(count_confusions(pairs, model))
    fit: dict[Path, float] = {}
    for manifest in sorted(directory.glob(f"*/{MANIFEST}")):
        channel = Channel.load(manifest.parent, model)
        likelihoods, _ = _likelihoods(channel, Confusions(), channel.shortlist, list(events))
        times = np.array(list(events.values()), dtype=np.float64)
        fit[manifest.parent] = float(times @ np.log(likelihoods.mean(axis=1)))
    return max(fit, key=fit.__getitem__) if events and fit else None


def _pieces(pairs: Pairs) -> Iterable[tuple[str, str]]:
    """Cut pages where truth and reading agree on a space."""
    for truth, read in pairs:
        groups = list(align(truth, read))
        for start in range(0, len(groups), _PIECE):
            part = groups[start : start + _PIECE]
            yield " ".join(chain(*(t for t, _ in part))), " ".join(chain(*(r for _, r in part)))


def _bent(counted: Confusions, base: Channel) -> tuple[Steps, Shortlist]:
    """Return the steps of the base bent to the counts, and what finds candidates by them."""
    steps = {**first_steps(counted.spellings), **base.steps}
    counts: Counter[tuple[str, str]] = Counter()
    own: Steps = {}
    for _ in range(_ROUNDS):
        counts = count_steps(counted.spellings, {**steps, **own})
        own = normalised(counts)
    size: Counter[str] = Counter()
    for (left, _), n in counts.items():
        size[left[:1]] += n
    size[""] = size.total()
    bent: Steps = {}
    for step in {*own, *base.steps}:
        n = size[step[0][:1]]
        new, old = (math.exp(s[step]) if step in s else 0.0 for s in (own, base.steps))
        bent[step] = max(math.log((n * new + _LETTERS * old) / (n + _LETTERS)), FLOOR)
    return bent, Shortlist.of(base.model, EditModel.from_steps(bent))


def _events(counted: Confusions) -> dict[tuple[str, int], int]:
    """Return how often each reading stood for each single word."""
    return {
        (key, words[0]): n
        for key, by_words in counted.readings.items()
        for words, n in by_words.items()
        if words[1] == NO_WORD
    }


def _tabled(base: Channel, key: str) -> dict[Words, float]:
    """Return log P(key | words) of the base's table; empty for a reading it never saw."""
    row = base.keys.get(key)
    if row is None:
        return {}
    words, log_prob = base.row(row)
    return {(a, b): v for (a, b), v in zip(words.tolist(), log_prob.tolist(), strict=True)}


def _likelihoods(
    base: Channel, counted: Confusions, shortlist: Shortlist, events: Sequence[tuple[str, int]]
) -> tuple[Scores, NDArray[np.int64]]:
    """Return P(reading | word) by counts, table and edits, shape (n, 3), and the word's group."""
    total: Counter[int] = Counter()
    for (_, word), n in _events(counted).items():
        total[word] += n
    result = np.zeros((len(events), 3))
    tabled: dict[str, dict[Words, float]] = {}
    for place, (key, word) in enumerate(events):
        if total[word] and key in counted.readings:
            result[place, 0] = counted.readings[key][word, NO_WORD] / total[word]
        if key not in tabled:
            tabled[key] = _tabled(base, key)
        value = tabled[key].get((word, NO_WORD))
        result[place, 1] = 0.0 if value is None else math.exp(value)
    edits = shortlist.score([word for _, word in events], [key for key, _ in events])
    result[:, 2] = np.maximum(np.exp(edits), 1e-12)
    group = np.array([min(total[word].bit_length(), _GROUPS - 1) for _, word in events])
    return result, group.astype(np.int64)


def _table(
    base: Channel, counted: Confusions, shortlist: Shortlist, weights: Scores
) -> tuple[list[str], list[Candidates]]:
    """Work out the candidates of every reading that the base or the lines have seen."""
    keys = sorted({*base.keys, *counted.readings})
    events: list[tuple[str, int]] = []
    pairs: list[dict[Words, float]] = []
    for start in range(0, len(keys), 2000):
        some = keys[start : start + 2000]
        for key, guess in zip(some, shortlist.candidates(some), strict=True):
            known = {**_tabled(base, key), **dict.fromkeys(counted.readings.get(key, ()), 0.0)}
            single = {a for a, b in known if b == NO_WORD}
            events += [(key, word) for word in {*single, *guess.words[:, 0].tolist()}]
            pairs.append({words: v for words, v in known.items() if words[1] != NO_WORD})
    likelihoods, group = _likelihoods(base, counted, shortlist, events)
    mixed = np.log(np.maximum((weights[group] * likelihoods).sum(axis=1), _LEAST))
    scores: dict[str, dict[Words, float]] = {key: {} for key in keys}
    for (key, word), value in zip(events, mixed.tolist(), strict=True):
        scores[key][word, NO_WORD] = value
    printed: Counter[int] = Counter()
    for (_, word), n in _events(counted).items():
        printed[word] += n
    for key, two in zip(keys, pairs, strict=True):
        for words, value in two.items():
            seen = counted.readings[key][words] if key in counted.readings else 0
            share = math.log(seen / max(printed[words[0]], 10 * seen)) if seen else -math.inf
            scores[key][words] = max(share, value) if value else share
    return keys, [trimmed(scores[key], shortlist.unigram) for key in keys]

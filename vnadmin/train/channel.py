"""`vnadmin train channel`: pairs of truth and reading → the channel of one kind of noise."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vnadmin.errors import InputError
from vnadmin.formats.output import atomic_directory, check_replaceable
from vnadmin.language.model import LanguageModel
from vnadmin.restore.channel import (
    FORMAT,
    NO_WORD,
    Candidates,
    Shortlist,
    pack_candidates,
    vocabulary_id,
)
from vnadmin.restore.edits import FLOOR, EditModel, Steps, best_path
from vnadmin.restore.tokens import key_of, split_affixes, straight_quotes
from vnadmin.train.align import align, split_insertions
from vnadmin.vietnamese import canonical, fold, split_tone

MANIFEST = "channel.json"
_ROUNDS = 4
_SMOOTHING = 0.1
_CANDIDATE_MARGIN = 10.0
_TRUST = 0.9
"""Most that counts may weigh: other scanners and fonts garble otherwise than the pages seen."""

Words = tuple[int, int]


@dataclass(slots=True)
class Confusions:
    """Counts over aligned pages."""

    readings: dict[str, Counter[Words]] = field(default_factory=lambda: defaultdict(Counter))
    """Key read → true words (the second NO_WORD where it is one)."""
    spellings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(True spelling, key without its mark) for single words, for the edit channel."""
    junk: Counter[str] = field(default_factory=Counter)
    """Words read where the page has none."""
    words: int = 0
    pages: int = 0


def count_confusions(pairs: Iterable[tuple[str, str]], model: LanguageModel) -> Confusions:
    """Align each (truth, reading) and count what became what."""
    result = Confusions()
    for truth, read in pairs:
        result.pages += 1
        for raw in align(truth, read):
            (true_words, read_words), inserted = split_insertions(raw)
            result.junk.update(inserted)
            result.words += len(true_words)
            if len(true_words) == 1 and 1 <= len(read_words) <= 2:
                _count_one(result, true_words[0], read_words, model)
            elif len(true_words) == 2 and len(read_words) == 1:
                _count_joined(result, true_words, read_words[0], model)
    return result


def _count_one(result: Confusions, truth: str, read_words: list[str], model: LanguageModel) -> None:
    start, end = split_affixes(truth)
    core = truth[start:end]
    if not core.isalpha():
        return
    read = _strip_same(" ".join(read_words), truth[:start], truth[end:])
    word = model.index.get(canonical(core))
    if not read or word is None:
        return
    upper = core.isupper() and len(core) > 1
    key = key_of(read, upper)
    result.readings[key][word, NO_WORD] += 1
    if len(read_words) == 1:
        spelling = core if upper else core.lower()
        result.spellings[spelling, key.removeprefix("^")] += 1


def _count_joined(
    result: Confusions, true_words: list[str], read: str, model: LanguageModel
) -> None:
    first, second = true_words
    start, end = split_affixes(first)[0], split_affixes(second)[1]
    one, two = first[start:], second[:end]
    stripped = _strip_same(read, first[:start], second[end:])
    ids = [model.index.get(canonical(w)) for w in (one, two)]
    if not stripped or not one.isalpha() or not two.isalpha() or None in ids:
        return
    upper = (one + two).isupper()
    result.readings[key_of(stripped, upper)][ids[0] or 0, ids[1] or 0] += 1


def _strip_same(read: str, prefix: str, suffix: str) -> str | None:
    """Strip the truth's punctuation from the reading; None where it was read otherwise."""
    plain = straight_quotes(read)
    prefix, suffix = straight_quotes(prefix), straight_quotes(suffix)
    if not (plain.startswith(prefix) and plain.endswith(suffix)):
        return None
    return read[len(prefix) : len(read) - len(suffix)] or None


def learn_edits(spellings: Counter[tuple[str, str]]) -> Steps:
    """Learn the edit channel's steps by Viterbi training from aligned words."""
    steps = first_steps(spellings)
    for _ in range(_ROUNDS):
        steps = normalised(count_steps(spellings, steps))
    return steps


def count_steps(spellings: Counter[tuple[str, str]], steps: Steps) -> Counter[tuple[str, str]]:
    """Count the steps on the best paths; a spelling seen n times counts log(1 + n)."""
    counts: Counter[tuple[str, str]] = Counter()
    for (left, right), n in spellings.items():
        if len(left) <= 9 and abs(len(left) - len(right)) <= 4:
            for step in best_path(steps, left, right):
                counts[step] += math.log1p(n)  # type: ignore[assignment]
    return counts


def first_steps(spellings: Counter[tuple[str, str]]) -> Steps:
    """Return a start: letters stay, or lose their marks, or become anything at a price."""
    letters = {c for left, _ in spellings for c in left}
    readings = {c for _, right in spellings for c in right}
    steps: Steps = {}
    for letter in letters:
        steps[letter, ""] = -6.0
        for char in readings:
            same = fold(letter) == fold(char)
            steps[letter, char] = -0.1 if letter == char else -1.0 if same else -4.0
    for char in readings:
        steps["", char] = -6.0
    for left, right in spellings:
        for i in range(len(left)):
            for j in range(len(right)):
                steps.setdefault((left[i], right[j : j + 2]), -5.0)
                steps.setdefault((left[i], right[j : j + 3]), -6.5)
                steps.setdefault((left[i : i + 2], right[j]), -5.5)
    return {k: v for k, v in steps.items() if (len(k[0]), len(k[1])) != (0, 0)}


def normalised(counts: Counter[tuple[str, str]]) -> Steps:
    """Turn counts into log P(step | first letter); an insertion's share is of all letters.

    A letter's own shares are interpolated with those of its kin: letters that differ by tone
    only, and letters of the same base. What happens to ồ tells something about ổ.
    """
    total: Counter[str] = Counter()
    for (left, _), n in counts.items():
        total[left[:1]] += n
    everything = sum(total.values())
    own: Shares = defaultdict(dict)
    steps: Steps = {}
    for (left, right), n in counts.items():
        if not left:
            steps[left, right] = math.log((n + _SMOOTHING) / everything + math.exp(FLOOR))
        elif n >= _SEEN_ONCE or len(left) + len(right) <= 2:
            own[left[0]][left[1:], right] = n / total[left[0]]
    by_tone = _kin_shares(own, total, lambda letter: split_tone(letter)[0])
    by_base = _kin_shares(own, total, fold)
    for letter, shares in own.items():
        kin = (by_tone[split_tone(letter)[0]], by_base[fold(letter)])
        for rest, right in {*shares, *kin[0], *kin[1]}:
            mixed = sum(
                weight * table.get((rest, right), 0.0)
                for weight, table in zip(_OWN_AND_KIN, (shares, *kin), strict=True)
            )
            if mixed > 0:
                steps[letter + rest, right] = math.log(0.98 * mixed + math.exp(FLOOR))
    return steps


Shares = dict[str, dict[tuple[str, str], float]]
"""By first letter: share of each step, named by its second letter (or "") and what is read."""

_OWN_AND_KIN = (0.8, 0.15, 0.05)
_SEEN_ONCE = 0.7  # log1p(1): long steps seen once are alignment accidents


def _kin_shares(own: Shares, total: Counter[str], kin_of: Callable[[str], str]) -> Shares:
    """Return the shares of each family of letters, its members weighed by frequency."""
    result: Shares = defaultdict(dict)
    size: Counter[str] = Counter()
    for letter, shares in own.items():
        family = kin_of(letter)
        size[family] += total[letter]
        for step, share in shares.items():
            result[family][step] = result[family].get(step, 0.0) + share * total[letter]
    return {
        family: {step: value / size[family] for step, value in shares.items()}
        for family, shares in result.items()
    }


def train_channel(
    pairs: Iterable[tuple[str, str]],
    model: LanguageModel,
    output: Path,
    *,
    sources: Sequence[Mapping[str, object]] = (),
    log: Callable[[str], None] = print,
) -> None:
    """Learn a channel from (truth, reading) pages and write it to the directory `output`.

    Args:
        pairs: what each page says and what was read on it, NFC.
        model: the language model it shall work with.
        output: created, or replaced as a whole once the channel is complete.
        sources: where the pairs come from, for the record.
        log: called with a line at each step.

    Raises:
        InputError: if the pairs hold no words that can be aligned.
        OutputError: if `output` can't be written.
    """
    check_replaceable(output, marker=MANIFEST)
    counted = count_confusions(pairs, model)
    if not counted.spellings:
        raise InputError("the pairs hold no words that can be aligned")
    log(
        f"{counted.pages:,} pages, {counted.words:,} true words, "
        f"{len(counted.readings):,} distinct readings"
    )
    steps = learn_edits(counted.spellings)
    log(f"{len(steps):,} edit steps")
    edits = EditModel.from_steps(steps)
    keys, found = candidate_table(counted, Shortlist.of(model, edits))
    manifest = {
        "vocabulary": vocabulary_id(model),
        "pages": counted.pages,
        "words": counted.words,
        "junk_rate": sum(counted.junk.values()) / counted.words,
        "sources": [dict(source) for source in sources],
    }
    write_channel(output, keys, found, steps, manifest)
    log(f"{sum(len(c.words) for c in found):,} candidates for {len(keys):,} readings")


def write_channel(
    output: Path,
    keys: Sequence[str],
    found: Sequence[Candidates],
    steps: Steps,
    manifest: Mapping[str, object],
) -> None:
    """Write the files that `Channel.load` reads, all or nothing: readings and their candidates."""
    offsets, words, costs = pack_candidates(found)
    rows = [[a, b, round(v, 3)] for (a, b), v in sorted(steps.items())]
    with atomic_directory(output, marker=MANIFEST) as directory:
        np.save(directory / "offsets.npy", offsets)
        np.save(directory / "words.npy", words)
        np.save(directory / "log_prob.npy", costs)
        (directory / "keys.txt").write_text("\n".join(keys), encoding="utf-8")
        text = json.dumps({"format": FORMAT, **manifest, "steps": rows}, ensure_ascii=False)
        (directory / MANIFEST).write_text(text + "\n", encoding="utf-8")


def candidate_table(
    counted: Confusions, shortlist: Shortlist
) -> tuple[list[str], list[Candidates]]:
    """Work out the candidates of every reading seen, counts and edit channel interpolated.

    P(reading | word) = λ · count share + (1 - λ) · edit channel, with Witten–Bell's λ times _TRUST.
    """
    total: Counter[Words] = Counter()
    kinds: Counter[Words] = Counter()
    for by_words in counted.readings.values():
        for words, n in by_words.items():
            total[words] += n
            kinds[words] += 1
    keys = sorted(counted.readings)
    guesses = []
    for start in range(0, len(keys), 2000):
        guesses += shortlist.candidates(keys[start : start + 2000])
    result = []
    for key, guess in zip(keys, guesses, strict=True):
        scores: dict[Words, float] = {}
        for (word, _), value in zip(guess.words, guess.log_prob, strict=True):
            scores[int(word), NO_WORD] = float(value)
        missing = [w for w in counted.readings[key] if w not in scores and w[1] == NO_WORD]
        if missing:
            edit = shortlist.score([w[0] for w in missing], [key] * len(missing))
            scores |= {w: float(v) for w, v in zip(missing, edit, strict=True)}
        for words in {*scores, *counted.readings[key]}:
            seen = counted.readings[key][words]
            if words[1] != NO_WORD:  # a lost space: of all times the first word was printed
                scores[words] = math.log(seen / max(total[words[0], NO_WORD], 10 * seen))
                continue
            n = total[words]
            weight = _TRUST * n / (n + kinds[words]) if n else 0.0
            by_edit = math.exp(scores.get(words, -30.0))
            share = seen / n if n else 0.0
            scores[words] = math.log(max(weight * share + (1 - weight) * by_edit, 1e-7))
        result.append(trimmed(scores, shortlist.unigram))
    return keys, result


def trimmed(
    scores: dict[Words, float], unigram: np.ndarray[tuple[int], np.dtype[np.float32]]
) -> Candidates:
    def weighed(words: Words) -> float:
        return scores[words] + float(unigram[words[0]])

    best = max(map(weighed, scores))
    kept = [w for w in scores if weighed(w) > best - _CANDIDATE_MARGIN]
    kept.sort(key=lambda w: -weighed(w))
    return Candidates(
        np.array(kept, dtype=np.uint16).reshape(-1, 2),
        np.array([scores[w] for w in kept], dtype=np.float32),
    )

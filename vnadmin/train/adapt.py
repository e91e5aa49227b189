"""`vnadmin train language --add`: a language model bent to the wording of an archive.

The base model's tables can't be listed, so its counts can't be added to. Instead the archive's text
gets a model of its own over the same word ids, and both are mixed: language/model.py says how. The
weights of the mixture are those under which each fifth of the text is likeliest, given the other
four.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vnadmin.errors import InputError, UsageError
from vnadmin.formats.output import atomic_directory, check_replaceable
from vnadmin.language.model import FORMAT, Added, LanguageModel
from vnadmin.restore.channel import vocabulary_id
from vnadmin.train.corpus import documents, lines_of, sha256_of
from vnadmin.train.counts import Encoder, encode_all, without_overlap
from vnadmin.train.kneser_ney import estimate, prune
from vnadmin.train.language import write_model
from vnadmin.train.mixture import mixture_weights
from vnadmin.vietnamese import is_syllable

MARKER = "language/language.json"
"""Tells a model directory from others."""

_FOLDS = 5
_NEW_SYLLABLE, _NEW_OTHER = 2, 3
"""How often a word must occur to become known; a word seen once may be a slip of the pen."""
_MOST_WORDS = 0xFFFF
_MOST = 0.98
"""Weight of the texts in the mixture; the base model always has a say."""
_FEW_DOCUMENTS = 10
_MANIFEST = "language.json"

Ids = NDArray[np.uint16]
Scores = NDArray[np.float64]
Lengths = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What was learnt.

    Attributes:
        words: n words of the texts, ends of sentences included, each paragraph once.
        new_words: words the base model didn't know and the new one does.
        before: perplexity of the texts under the base model.
        after: their perplexity, each fifth scored by a model of the other four fifths. Words the
            base model doesn't know are left out of both.
    """

    words: int
    new_words: tuple[str, ...]
    before: float
    after: float


def adapt_language(
    texts: Sequence[Path],
    base: Path,
    output: Path,
    *,
    exclude_texts: Sequence[Path] = (),
    log: Callable[[str], None] = print,
) -> Adaptation:
    """Write a copy of the model directory `base`, bent to the wording of `texts`, to `output`.

    Args:
        texts: right text, files as train/corpus.py reads them.
        base: a directory with `language` and channels; they work with the result as well.
        output: created, or replaced if it is a model directory.
        exclude_texts: texts that will be scored on; paragraphs that repeat them are left out.
        log: called with a line at each step.

    Raises:
        InputError: a text can't be read, or there is too little to learn from.
        ModelError: there is no usable model in `base`.
        OutputError: the model can't be written.
        UsageError: `base` was adapted already.
    """
    model = LanguageModel.load(base / "language")
    if model.added is not None:
        raise UsageError(
            f"{base} was adapted before; adapt the model it was made from, with all texts together"
        )
    check_replaceable(output, marker=MARKER)
    encoder = Encoder(model.vocabulary)
    units = _units(texts, exclude_texts, encoder)
    vocabulary, renumber = _vocabulary(units, model.vocabulary, list(encoder.index))
    folds = _folds([renumber[unit] for unit in units])
    new_words = vocabulary[len(model.vocabulary) :]
    words = sum(map(len, folds))
    log(f"{words:,} words; {len(new_words):,} words new to the model")
    with atomic_directory(output, marker=MARKER) as directory:
        copy_model(base, directory)
        language = directory / "language"
        _extend(language, model, vocabulary)
        extended = LanguageModel.load(language)
        for channel in directory.glob("*/channel.json"):  # ids of the words it knows are the same
            _update(channel, vocabulary=vocabulary_id(extended))
        histories = []
        with TemporaryDirectory(prefix="vnadmin-") as scratch:
            for number, fold in enumerate(folds):
                rest = np.concatenate(folds[:number] + folds[number + 1 :])
                other = _build(rest, vocabulary, model.order, Path(scratch) / "model")
                histories.append(_Histories.of(fold, extended, other))
        held_out = _Histories(*map(np.concatenate, zip(*histories, strict=True)))
        share = held_out.shares(model.order)
        _build(np.concatenate(folds), vocabulary, model.order, language / "added")
        sources = [{"name": path.name, "sha256": sha256_of(path)} for path in texts]
        added = {"share": np.round(share, 4).tolist(), "words": words, "texts": sources}
        _update(language / _MANIFEST, added=added)
    known = held_out.word < len(model.vocabulary)
    mixed = held_out.mixed(share)
    before, after = (float(np.exp(-x[known].mean())) for x in (held_out.base, mixed))
    return Adaptation(words, tuple(new_words), before, after)


def copy_model(source: Path, target: Path) -> None:
    """Copy the parts of one model directory that another one lacks."""
    for name in ("language.json", "channel.json", "confidence.json"):
        for marker in source.glob(f"*/{name}"):
            if not (target / marker.parent.name).exists():
                shutil.copytree(marker.parent, target / marker.parent.name)


class _Histories(NamedTuple):
    """Words of the texts after their histories; all arrays of shape (n,)."""

    word: Ids
    base: Scores
    """log P under the base model."""
    added: Scores
    """log P under a model of other parts of the texts."""
    base_length: Lengths
    """Of the longest context the base model knows."""
    added_length: Lengths

    @classmethod
    def of(cls, ids: Ids, base: LanguageModel, added: LanguageModel) -> _Histories:
        words = ids.astype(np.uint64)
        contexts = base.contexts(words)
        both = Added(added, *[np.zeros((base.order, base.order), dtype=np.float32)] * 2)
        weights, known = replace(base, added=both).context_backoffs(contexts)
        rows = base.order - 1
        return cls(
            ids,
            base.score(contexts, words, weights[:rows], known[:rows]).astype(np.float64),
            added.score(contexts, words, weights[rows:], known[rows:]).astype(np.float64),
            known[:rows].sum(axis=0),
            known[rows:].sum(axis=0),
        )

    def shares(self, order: int) -> Scores:
        """Return the likeliest λ for each pair of lengths, shape (order, order)."""
        known = self.added_length > 0
        cell = self.base_length * order + self.added_length
        both = np.exp(np.stack([self.base, self.added], axis=1))
        share = mixture_weights(both[known], cell[known], order * order)[:, 1].reshape(order, order)
        share[:, 0] = 0.0
        return np.minimum(share, _MOST)

    def mixed(self, share: Scores) -> Scores:
        """Return log P under the mixture."""
        lam = share[self.base_length, self.added_length]
        mixed: Scores = np.log((1 - lam) * np.exp(self.base) + lam * np.exp(self.added))
        return mixed


def _units(
    texts: Sequence[Path], exclude_texts: Sequence[Path], encoder: Encoder
) -> list[NDArray[np.uint32]]:
    """Return the documents' words, or the paragraphs' where documents are few."""
    forbidden = encode_all(chain.from_iterable(map(lines_of, exclude_texts)), encoder)
    read = [document for path in texts for document in documents(path)]
    if len(read) < _FEW_DOCUMENTS:
        read = [[paragraph] for document in read for paragraph in document]
    seen: set[bytes] = set()
    streams = [without_overlap(encode_all(unit, encoder, seen), forbidden) for unit in read]
    return [stream.ids for stream in streams if len(stream.ids)]


def _vocabulary(
    units: Sequence[NDArray[np.uint32]], base: Sequence[str], words: list[str]
) -> tuple[list[str], Ids]:
    """Return the base's words and the new ones that are frequent enough; each word's new id."""
    counts = np.bincount(np.concatenate([*units, []]).astype(np.int64), minlength=len(words))
    fresh = [
        number
        for number in range(len(base), len(words))
        if counts[number] >= (_NEW_SYLLABLE if is_syllable(words[number]) else _NEW_OTHER)
    ]
    fresh = sorted(fresh, key=lambda n: (-counts[n], words[n]))[: _MOST_WORDS - len(base)]
    renumber = np.zeros(len(words), dtype=np.uint16)
    renumber[: len(base)] = np.arange(len(base))
    renumber[fresh] = np.arange(len(base), len(base) + len(fresh))
    return [*base, *(words[number] for number in fresh)], renumber


def _folds(units: Sequence[Ids]) -> list[Ids]:
    """Cut the texts, in order, into stretches of about as many words, at the ends of units.

    Raises:
        InputError: there is less than a unit for each.
    """
    sizes = np.array([len(unit) for unit in units])
    before = np.cumsum(sizes) - sizes
    place = before * _FOLDS // max(int(sizes.sum()), 1)
    if len(np.unique(place)) < _FOLDS:
        raise InputError("too little text to learn from: at least five paragraphs are needed")
    return [
        np.concatenate([unit for unit, at in zip(units, place, strict=True) if at == number])
        for number in range(_FOLDS)
    ]


def _build(ids: Ids, vocabulary: Sequence[str], order: int, directory: Path) -> LanguageModel:
    """Build the model of some text; it is small, so nothing is pruned."""
    orders = estimate(ids, len(vocabulary), order)
    pruned = prune(orders, sum(len(each.keys) for each in orders), len(vocabulary))
    write_model(pruned, vocabulary, {"format": FORMAT, "order": order}, directory, seed=1)
    return LanguageModel.load(directory)


def _extend(language: Path, model: LanguageModel, vocabulary: Sequence[str]) -> None:
    """Let the copied base model know the new words: they share what unknown words get."""
    unigram = np.load(language / "unigram.npy")
    fresh = len(vocabulary) - len(model.vocabulary)
    more = np.zeros((2, fresh), dtype=unigram.dtype)
    more[0] = float(model.unigram[0]) - np.log(max(fresh, 1))
    np.save(language / "unigram.npy", np.concatenate([unigram, more], axis=1))
    (language / "vocabulary.txt").write_text("\n".join(vocabulary), encoding="utf-8")


def _update(path: Path, **changes: object) -> None:
    content = {**json.loads(path.read_text("utf-8")), **changes}
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")

"""`vnadmin train language`: plain-text corpora → the language model's directory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vnadmin.errors import InputError, UsageError
from vnadmin.formats.output import atomic_directory, check_replaceable, write_atomically
from vnadmin.language.model import FORMAT, LanguageModel
from vnadmin.language.table import build
from vnadmin.train.corpus import documents, is_held_back, lines_of, sha256_of
from vnadmin.train.counts import (
    BOUNDARY_ID,
    Encoder,
    Keys,
    choose_vocabulary,
    encode_all,
    without_overlap,
)
from vnadmin.train.kneser_ney import Floats, Pruned, estimate, prune, weigh
from vnadmin.vietnamese import nfc

_MANIFEST = "language.json"
_BATCH = 200_000
"""Words scored at a time."""


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """How to build a language model."""

    order: int = 4
    """Longest n-gram, 2 to 4 (four 16-bit ids fill a key)."""
    entries: int = 7_000_000
    """N-grams kept; about 4.3 bytes each, contexts' back-off weights extra."""
    seed: int = 1
    """Of the hash tables' random walk."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """By a corpus's file name: what its n-grams count when choosing which to keep (else 1.0)."""

    def __post_init__(self) -> None:
        if not 2 <= self.order <= 4:
            raise UsageError(f"the order is {self.order}; it must be 2, 3 or 4")
        if self.entries < 1:
            raise UsageError(f"entries is {self.entries}; at least one n-gram must be kept")


def train_language(
    corpora: Sequence[Path],
    output: Path,
    *,
    exclude_texts: Sequence[Path] = (),
    held_back: Path | None = None,
    options: LanguageOptions | None = None,
    log: Callable[[str], None] = print,
) -> LanguageModel:
    """Build a model from `corpora` into the directory `output` and return it.

    One document in a hundred is held back from training (train/corpus.py) and so is every
    paragraph that repeats one of those or a paragraph of `exclude_texts`.

    Args:
        corpora: files as train/corpus.py reads them.
        output: created or replaced as a whole once the model is complete.
        exclude_texts: texts that will be scored on.
        held_back: where to write the held-back documents, for scoring.
        options: order and size.
        log: called with a line at each step.

    Raises:
        InputError: if a corpus can't be read or holds no text.
        OutputError: if the model or the held-back text can't be written.
    """
    options = options or LanguageOptions()
    check_replaceable(output, marker=_MANIFEST)
    encoder = Encoder()
    forbidden_texts = [*held_back_paragraphs(corpora)]
    if held_back:
        write_atomically(held_back, "".join(f"{p}\n" for p in forbidden_texts).encode())
    for path in exclude_texts:
        forbidden_texts += lines_of(path)
    forbidden = encode_all(forbidden_texts, encoder)
    log(f"held back or excluded: {len(forbidden.ids):,} words")
    seen: set[bytes] = set()
    streams = [encode_all(_training_paragraphs([path]), encoder, seen) for path in corpora]
    read = sum(len(stream.ids) for stream in streams)
    if not read:
        raise InputError("the corpora hold no text to train on")
    parts = [without_overlap(stream, forbidden).ids for stream in streams]
    words_trained = sum(map(len, parts))
    log(f"words to train on: {words_trained:,} of {read:,}; the rest repeats held-back text")
    ids, vocabulary = choose_vocabulary(np.concatenate(parts), list(encoder.index))
    log(f"vocabulary: {len(vocabulary):,}; unknown: {np.mean(ids == 0):.4%} of words")
    ends = np.cumsum([len(part) for part in parts])
    del streams, parts, seen, encoder
    orders = estimate(ids, len(vocabulary), options.order)
    log("distinct n-grams by order: " + ", ".join(f"{len(o.keys):,}" for o in orders))
    if options.weights:
        weights = [options.weights.get(path.name, 1.0) for path in corpora]
        weigh(orders, list(zip(np.split(ids, ends[:-1]), weights, strict=True)))
    pruned = prune(orders, options.entries, len(vocabulary))
    kept = [len(keys) for keys in pruned.keys]
    log("kept n-grams by order: " + ", ".join(f"{n:,}" for n in kept))
    manifest = {
        "format": FORMAT,
        "order": options.order,
        "entries": kept,
        "words": words_trained,
        "seed": options.seed,
        "corpora": [
            {
                "name": path.name,
                "sha256": sha256_of(path),
                "weight": options.weights.get(path.name, 1.0),
            }
            for path in corpora
        ],
    }
    write_model(pruned, vocabulary, manifest, output, options.seed)
    return LanguageModel.load(output)


def perplexity(model: LanguageModel, paragraphs: Iterable[str], order: int) -> tuple[float, int]:
    """Return the perplexity per word (ends of sentences included) at up to `order`, and n words."""
    total, count = 0.0, 0
    for ids in _batches(model, paragraphs):
        total -= float(model.sequence(ids, order).sum(dtype=np.float64))
        count += len(ids)
    return float(np.exp(total / max(count, 1))), count


def _batches(model: LanguageModel, paragraphs: Iterable[str]) -> Iterator[list[int]]:
    """Yield the ids of many paragraphs in a row, boundaries between them as in training."""
    batch: list[int] = []
    for paragraph in paragraphs:
        start = len(batch)
        for number in (*model.ids(nfc(paragraph)), BOUNDARY_ID):
            if number != BOUNDARY_ID or (len(batch) > start and batch[-1] != BOUNDARY_ID):
                batch.append(number)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def held_back_paragraphs(corpora: Sequence[Path]) -> Iterator[str]:
    """Yield the paragraphs of the documents that training leaves out for scoring."""
    for path in corpora:
        for document in documents(path):
            if is_held_back(document):
                yield from document


def _training_paragraphs(corpora: Sequence[Path]) -> Iterator[str]:
    for path in corpora:
        for document in documents(path):
            if not is_held_back(document):
                yield from document


def write_model(
    pruned: Pruned,
    vocabulary: Sequence[str],
    manifest: dict[str, object],
    output: Path,
    seed: int,
) -> None:
    """Write the files that `LanguageModel.load` reads, all or nothing."""
    with atomic_directory(output, marker=_MANIFEST) as directory:
        unigram = np.full((2, len(vocabulary)), 0.0, dtype=np.float16)
        unigram[0] = pruned.unseen
        unigram[0, pruned.keys[0].astype(np.int64)] = pruned.log_prob[0]
        unigram[1, pruned.contexts[0].astype(np.int64)] = pruned.log_backoff[0]
        np.save(directory / "unigram.npy", unigram)
        quantisation = {}
        for n in range(2, len(pruned.keys) + 1):
            quantisation[f"ngram{n}"] = _save_table(
                directory / f"ngram{n}.npy", pruned.keys[n - 1], pruned.log_prob[n - 1], seed
            )
        for n in range(2, len(pruned.keys)):
            quantisation[f"backoff{n}"] = _save_table(
                directory / f"backoff{n}.npy",
                pruned.contexts[n - 1],
                pruned.log_backoff[n - 1],
                seed,
            )
        (directory / "vocabulary.txt").write_text("\n".join(vocabulary), encoding="utf-8")
        text = json.dumps({**manifest, "quantisation": quantisation}, ensure_ascii=False, indent=1)
        (directory / _MANIFEST).write_text(text + "\n", encoding="utf-8")


def _save_table(path: Path, keys: Keys, values: Floats, seed: int) -> tuple[float, float]:
    """Quantise to 256 even steps, save, and return the lowest value and the step."""
    low = float(values.min()) if len(values) else 0.0
    high = float(values.max()) if len(values) else 0.0
    step = (high - low) / 255 or 1.0
    codes = np.rint((values - low) / step).astype(np.uint8)
    np.save(path, build(keys, codes, seed))
    return low, step

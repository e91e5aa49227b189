"""`vnadmin train language`: plain-text corpora → the language model's directory."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vnadmin.errors import InputError
from vnadmin.language.model import FORMAT, LanguageModel
from vnadmin.language.table import build
from vnadmin.train.corpus import documents, is_held_back
from vnadmin.train.counts import Encoder, Keys, choose_vocabulary, encode_all, without_overlap
from vnadmin.train.kneser_ney import Floats, Pruned, estimate, prune


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """How to build a language model."""

    order: int = 4
    """Longest n-gram, 2 to 4 (four 16-bit ids fill a key)."""
    entries: int = 7_000_000
    """N-grams kept; about 4.3 bytes each, contexts' back-off weights extra."""
    seed: int = 1
    """Of the hash tables' random walk."""


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
    """
    options = options or LanguageOptions()
    encoder = Encoder()
    forbidden_texts = [*_held_back_paragraphs(corpora)]
    if held_back:
        held_back.write_text("\n".join(forbidden_texts) + "\n", encoding="utf-8")
    for path in exclude_texts:
        forbidden_texts += path.read_text("utf-8").splitlines()
    forbidden = encode_all(forbidden_texts, encoder)
    log(f"held back or excluded: {len(forbidden.ids):,} words")
    stream = encode_all(_training_paragraphs(corpora), encoder)
    if not len(stream.ids):
        raise InputError("the corpora hold no text to train on")
    read = len(stream.ids)
    stream = without_overlap(stream, forbidden)
    log(f"words to train on: {len(stream.ids):,} of {read:,}; the rest repeats held-back text")
    ids, vocabulary = choose_vocabulary(stream.ids, list(encoder.index))
    words_trained = len(ids)
    log(f"vocabulary: {len(vocabulary):,}; unknown: {np.mean(ids == 0):.4%} of words")
    del stream, encoder
    orders = estimate(ids, len(vocabulary), options.order)
    log("distinct n-grams by order: " + ", ".join(f"{len(o.keys):,}" for o in orders))
    pruned = prune(orders, options.entries)
    kept = [len(keys) for keys in pruned.keys]
    log("kept n-grams by order: " + ", ".join(f"{n:,}" for n in kept))
    manifest = {
        "format": FORMAT,
        "order": options.order,
        "entries": kept,
        "words": words_trained,
        "seed": options.seed,
        "corpora": [{"name": path.name, "sha256": _sha256(path)} for path in corpora],
    }
    write_model(pruned, vocabulary, manifest, output, options.seed)
    return LanguageModel.load(output)


def perplexity(model: LanguageModel, paragraphs: Iterable[str], order: int) -> tuple[float, int]:
    """Return the perplexity per word (boundaries included) at up to `order`, and n words."""
    total, count = 0.0, 0
    for paragraph in paragraphs:
        ids = model.ids(paragraph)
        if ids:
            total -= float(model.sequence(ids, order).sum())
            count += len(ids)
    return float(np.exp(total / max(count, 1))), count


def _held_back_paragraphs(corpora: Sequence[Path]) -> Iterator[str]:
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
    output.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=output.parent, prefix=f".{output.name}-"))
    try:
        unigram = np.full((2, len(vocabulary)), 0.0, dtype=np.float16)
        unigram[0] = -20.0
        unigram[0, pruned.keys[0].astype(np.int64)] = pruned.log_prob[0]
        unigram[1, pruned.contexts[0].astype(np.int64)] = pruned.log_backoff[0]
        np.save(scratch / "unigram.npy", unigram)
        quantisation = {}
        for n in range(2, len(pruned.keys) + 1):
            quantisation[f"ngram{n}"] = _save_table(
                scratch / f"ngram{n}.npy", pruned.keys[n - 1], pruned.log_prob[n - 1], seed
            )
        for n in range(2, len(pruned.keys)):
            quantisation[f"backoff{n}"] = _save_table(
                scratch / f"backoff{n}.npy", pruned.contexts[n - 1], pruned.log_backoff[n - 1], seed
            )
        (scratch / "vocabulary.txt").write_text("\n".join(vocabulary), encoding="utf-8")
        text = json.dumps({**manifest, "quantisation": quantisation}, indent=1)
        (scratch / "language.json").write_text(text + "\n", encoding="utf-8")
        scratch.chmod(0o755)
        if output.exists():
            shutil.rmtree(output)
        scratch.rename(output)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _save_table(path: Path, keys: Keys, values: Floats, seed: int) -> tuple[float, float]:
    """Quantise to 256 even steps, save, and return the lowest value and the step."""
    low = float(values.min()) if len(values) else 0.0
    high = float(values.max()) if len(values) else 0.0
    step = (high - low) / 255 or 1.0
    codes = np.rint((values - low) / step).astype(np.uint8)
    np.save(path, build(keys, codes, seed))
    return low, step


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

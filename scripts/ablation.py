"""What each part of restoring buys: python scripts/ablation.py PROFILE TRUTH [OCR]

PROFILE is the kind of noise (eng, vie, …), TRUTH and OCR are files, or folders of files of the same
names; with "stripped" OCR is left out, it is the truth without its accents. Each row is the shipped
model without one part, taken out from here, not by options: syllables right, tokens that the truth
doesn't have, document codes intact and the character error rate.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from vnadmin.evaluate.metrics import measure, total
from vnadmin.evaluate.run import read_pairs
from vnadmin.grammar.find import CodeSpan, find_codes
from vnadmin.language.model import LanguageModel, Table
from vnadmin.language.table import build
from vnadmin.options import Options
from vnadmin.restore.channel import NO_WORD, Candidates, Noise
from vnadmin.restore.decoder import Decoded, Lattice
from vnadmin.restore.document_words import read_again
from vnadmin.restore.engine import Restorer, shipped_model
from vnadmin.restore.lattice import LatticeBuilder
from vnadmin.vietnamese import fold, nfc

Part = Callable[[Noise], Noise]


def limited(model: LanguageModel, order: int) -> LanguageModel:
    """Return the model up to `order`, its values as they are; one of order 1 holds no bigram."""
    if order > 1:
        ngrams, backoffs = model.ngrams[: order - 1], model.backoffs[: order - 2]
        return replace(model, order=order, ngrams=ngrams, backoffs=backoffs)
    empty = Table(build(np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.uint8)), 0.0, 1.0)
    weightless = np.zeros_like(model.unigram_backoff)
    return replace(model, order=2, unigram_backoff=weightless, ngrams=(empty,), backoffs=())


@dataclass
class Partial:
    """A channel some of whose candidates are kept back."""

    name: str
    keys: Container[str]
    candidates: Callable[[Sequence[str]], list[Candidates]]


def whole(noise: Noise) -> Noise:
    """Leave a channel as it is."""
    return noise


def without_seen(noise: Noise) -> Noise:
    """Forget the readings that training saw: all are left to the edit channel."""
    noise.keys = {}  # type: ignore[misc]
    return noise


def without_unseen(noise: Noise) -> Noise:
    """Give readings that training never saw no candidates."""
    nothing = Candidates(np.empty((0, 2), dtype=np.uint16), np.empty(0, dtype=np.float32))

    def candidates(keys: Sequence[str]) -> list[Candidates]:
        return [found if key in noise.keys else nothing for key, found in both(keys)]

    def both(keys: Sequence[str]) -> Iterator[tuple[str, Candidates]]:
        return zip(keys, noise.candidates(keys), strict=True)

    return Partial(noise.name, noise.keys, candidates)


def without_spaces(noise: Noise) -> Noise:
    """Neither split words nor join them."""

    def candidates(keys: Sequence[str]) -> list[Candidates]:
        single = [(found, found.words[:, 1] == NO_WORD) for found in noise.candidates(keys)]
        return [Candidates(found.words[kept], found.log_prob[kept]) for found, kept in single]

    return Partial(noise.name, (), candidates)


def read_once(
    _: LanguageModel, lattice: Lattice, decoded: Decoded, documents: Iterable[Sequence[int]]
) -> Decoded:
    """Leave what the first pass found."""
    return decoded


def unmended(text: str) -> Iterator[CodeSpan]:
    """Find document codes and leave them as they are."""
    return (replace(code, repaired=text[code.start : code.end]) for code in find_codes(text))


@dataclass(frozen=True)
class Row:
    """What is left out."""

    name: str
    order: int = 4
    part: Part = whole
    codes: bool = True
    junk: bool = True
    own_words: bool = True


ROWS = (
    Row("complete"),
    Row("3-grams", order=3),
    Row("2-grams", order=2),
    Row("1-grams", order=1),
    Row("no readings seen in training", part=without_seen),
    Row("no candidates for unseen readings", part=without_unseen),
    Row("no splits and joins", part=without_spaces),
    Row("no codes mended", codes=False),
    Row("no junk dropped", junk=False),
    Row("not the document's own words", own_words=False),
)


def restored(row: Row, profile: str, texts: Sequence[str]) -> list[str]:
    """Restore without what the row leaves out."""
    restorer = Restorer(shipped_model())
    restorer.model = limited(restorer.model, row.order)

    def builder(model: LanguageModel, noise: Noise, *, drop_junk: bool) -> LatticeBuilder:
        return LatticeBuilder(model, row.part(noise), drop_junk=row.junk and drop_junk)

    with (
        patch("vnadmin.restore.engine.LatticeBuilder", builder),
        patch("vnadmin.restore.items.find_codes", find_codes if row.codes else unmended),
        patch("vnadmin.restore.engine.read_again", read_again if row.own_words else read_once),
    ):
        results = restorer.explain_many(texts, Options(profile=profile))
        return [result.text for result in results]


def main(profile: str, *paths: str) -> None:
    """Print the table."""
    truth = Path(paths[0])
    if profile == "stripped":
        files = sorted(truth.iterdir()) if truth.is_dir() else [truth]
        right = [nfc(path.read_text("utf-8")) for path in files]
        read = [fold(text) for text in right]
    else:
        pairs = list(read_pairs(truth, Path(paths[1])))
        right, read = [pair.truth for pair in pairs], [pair.ocr for pair in pairs]
    for row in ROWS:
        if profile == "stripped" and (row.part is not whole or not row.junk):
            continue  # there is no training, and nothing but marks is lost
        both = zip(right, restored(row, profile, read), strict=True)
        counts = total(measure(text, output) for text, output in both)
        if row is ROWS[0]:
            print(f"n = {counts.syllables:,} syllables, {counts.codes:,} codes")
            print(f"{'':<34} {'right':>8} {'inserted':>9} {'codes':>6} {'CER':>8}")
        print(
            f"{row.name:<34} {counts.accuracy:>8.2%} {counts.inserted_share:>9.2%} "
            f"{counts.codes_right:>6,} {counts.cer:>8.2%}",
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) != (3 if sys.argv[1:2] == ["stripped"] else 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])

"""Whole pages of scans against their truth: as the engine read them, in reading order, restored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vnadmin.errors import InputError
from vnadmin.evaluate.files import read_text
from vnadmin.evaluate.metrics import Counts, measure, total
from vnadmin.options import Options
from vnadmin.restore import evidence_of, restore_many
from vnadmin.scan import HEAD, kind_of, read_pages
from vnadmin.scan.layout import in_reading_order

_STAGES = ("raw", "raw_restored", "ordered", "restored")


@dataclass(frozen=True, slots=True)
class PageScore:
    """One page's counts at each stage, all against the same truth.

    `raw` is the engine's text, `raw_restored` that restored, `ordered` the page in reading order
    and `restored` that restored.
    """

    name: str
    raw: Counts
    raw_restored: Counts
    ordered: Counts
    restored: Counts

    @property
    def worse(self) -> bool:
        """Whether reading order and restoring left more wrong characters than the engine."""
        return self.restored.cer > self.raw.cer

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return {**asdict(self), "worse": self.worse}


def score_scans(
    files: Sequence[Path], truth: Path, *, options: Options, language: str
) -> Iterator[PageScore]:
    """Score files (images, PDF, hOCR, ALTO) page by page.

    Args:
        files: what to read; the truth of `a.png` is `truth/a.txt`, a form feed between pages.
        truth: a folder.
        options: how to restore.
        language: Tesseract's, where a page must be recognised.

    Raises:
        InputError: a file or its truth can't be read, or they differ in their pages.
    """
    for file in files:
        texts = read_text(truth / f"{file.stem}.txt").rstrip("\f\n").split("\f")
        try:
            with file.open("rb") as stream:
                kind = kind_of(stream.read(HEAD))
        except OSError as error:
            raise InputError(f"{file}: {(error.strerror or str(error)).lower()}") from error
        pages = list(read_pages(file, name=str(file), kind=kind, language=language, in_order=False))
        if len(pages) != len(texts):
            raise InputError(f"{file}: has {len(pages)} page(s), its truth {len(texts)}")
        for page, text in zip(pages, texts, strict=True):
            in_order = in_reading_order(page)
            raw, ordered = page.text, in_order.text
            raw_restored, restored = restore_many(
                [raw, ordered],
                options=options,
                evidence=[evidence_of([page]), evidence_of([in_order])],
            )
            name = file.name if len(pages) == 1 else f"{file.name}:{page.number}"
            stages = (raw, raw_restored, ordered, restored)
            yield PageScore(name, *(measure(text, stage) for stage in stages))


def report(scores: Sequence[PageScore]) -> str:
    """Return the table: a line a page, then all together."""
    names = [score.name for score in scores]
    width = max(map(len, [*names, "all"]))
    stages = "".join(f"{stage.replace('_', ' '):>17}" for stage in _STAGES)
    lines = [
        f"{'':{width}}        {stages}",
        f"{'page':{width}}       n" + "    CER %  right %" * len(_STAGES),
    ]
    whole = {stage: total(getattr(score, stage) for score in scores) for stage in _STAGES}
    rows = [(s.name, {k: getattr(s, k) for k in _STAGES}, s.worse) for s in scores]
    for name, counts, worse in [*rows, ("all", whole, False)]:
        cells = "".join(f"{100 * c.cer:9.2f}{100 * c.accuracy:9.2f}" for c in counts.values())
        lines.append(f"{name:{width}}{counts['raw'].syllables:8}{cells}{'  worse' * worse}")
    codes = (f"{c.codes_right} + {c.codes_invented} invented" for c in whole.values())
    lines.append(f"codes, of {whole['raw'].codes}: " + ", ".join(codes))
    lines.append(f"pages worse than raw: {sum(score.worse for score in scores)} of {len(scores)}")
    return "\n".join(lines)

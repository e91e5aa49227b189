"""Whole pages of scans against their truth: as the engine reads them, and as vnadmin does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vnadmin.errors import InputError
from vnadmin.evaluate.body import body, stretch_like, without_marks
from vnadmin.evaluate.files import read_text
from vnadmin.evaluate.metrics import Counts, measure, total
from vnadmin.options import Options
from vnadmin.restore import evidence_of, restore_many
from vnadmin.scan import HEAD, kind_of, read_pages
from vnadmin.scan.engine import engine_named
from vnadmin.scan.layout import in_reading_order
from vnadmin.scan.recognise import plainly

_STAGES = ("raw", "raw_restored", "ordered", "restored")


@dataclass(frozen=True, slots=True)
class PageScore:
    """One page's counts at each stage, all against the same truth.

    `raw` is the engine's text of the page as it is, `raw_restored` that restored; `ordered` the
    prepared page, read again where in doubt and put into reading order, and `restored` that
    restored. `raw_body` and `body` are `raw` and `restored` against the body of the page alone
    (`evaluate.body`). `engine_seconds` is the engine's processor time for `raw`, `seconds` that of
    all programs for `restored`.
    """

    name: str
    raw: Counts
    raw_restored: Counts
    ordered: Counts
    restored: Counts
    raw_body: Counts
    body: Counts
    engine_seconds: float
    seconds: float

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
    list(restore_many(["Căn cứ"], options=options))  # load the model before the clock starts
    for file in files:
        texts = read_text(truth / f"{file.stem}.txt").rstrip("\f\n").split("\f")
        try:
            with file.open("rb") as stream:
                kind = kind_of(stream.read(HEAD))
        except OSError as error:
            raise InputError(f"{file}: {(error.strerror or str(error)).lower()}") from error
        own, others = _processor_seconds()
        read = partial(
            read_pages,
            file,
            name=str(file),
            kind=kind,
            language=language,
            in_order=False,
            engine=engine_named(options.engine),
        )
        with plainly():
            plain = list(read())
        engine_seconds = _processor_seconds()[1] - others
        own, others = _processor_seconds()
        pages = list(read())
        in_order = [in_reading_order(page) for page in pages]
        known = [evidence_of([page]) for page in in_order]
        restored = list(
            restore_many([page.text for page in in_order], options=options, evidence=known)
        )
        seconds = sum(_processor_seconds()) - own - others
        if len(pages) != len(texts):
            raise InputError(f"{file}: has {len(pages)} page(s), its truth {len(texts)}")
        first = [evidence_of([page]) for page in plain]
        raw_restored = restore_many([page.text for page in plain], options=options, evidence=first)
        for each in zip(plain, raw_restored, in_order, restored, texts, strict=True):
            alone, alone_restored, page, output, text = each
            whole = without_marks(text)
            yield PageScore(
                file.name if len(pages) == 1 else f"{file.name}:{page.number}",
                measure(whole, alone.text),
                measure(whole, alone_restored),
                measure(whole, page.text),
                measure(whole, output),
                _body(text, alone.text),
                _body(text, output),
                engine_seconds / len(pages),
                seconds / len(pages),
            )


def _processor_seconds() -> tuple[float, float]:
    """Processor time of this process, and of the programs it ran."""
    times = os.times()
    return times.user + times.system, times.children_user + times.children_system


def _body(truth: str, output: str) -> Counts:
    wanted = body(truth)
    start, end = stretch_like(wanted, output)
    return measure(wanted, output[start:end])


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
    bodies = [total(getattr(s, kind) for s in scores) for kind in ("raw_body", "body")]
    shares = [f"{100 * c.accuracy:.2f} % right" for c in bodies]
    lines.append(f"body, of {bodies[1].syllables}: raw {shares[0]}, restored {shares[1]}")
    own = sum(score.engine_seconds for score in scores)
    if own:
        seconds = sum(score.seconds for score in scores)
        added = 100 * (seconds - own) / own
        lines.append(f"processor time: {own:.1f} s of the engine for raw, {seconds:.1f} s in all")
        lines[-1] += f" (+{added:.0f} %)"
    lines.append(f"pages worse than raw: {sum(score.worse for score in scores)} of {len(scores)}")
    return "\n".join(lines)

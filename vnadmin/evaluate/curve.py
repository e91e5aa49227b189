"""The learning curve of a channel: what more pages to learn from would bring."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from vnadmin.errors import InputError
from vnadmin.evaluate.metrics import measure, total
from vnadmin.language.model import LanguageModel
from vnadmin.options import Options
from vnadmin.restore.channel import NO_WORD, Channel
from vnadmin.restore.engine import Restorer
from vnadmin.train.adapt_channel import adapt_channel
from vnadmin.train.channel import count_confusions, train_channel

_HELD_OUT_ONE_IN = 10
_FIRST = 25
_NAME = "curve"

PagePair = tuple[str, str]
"""What a page says, and how it was read."""


@dataclass(frozen=True, slots=True)
class Point:
    """A channel learnt from `pages` pages, scored on the pages held out.

    Attributes:
        pages: learnt from.
        held_out: pages scored on.
        words: n of the words held out, read as one stretch, that the language model knows.
        seen: share of them read as something that was seen in learning.
        explained: share of them that are among the candidates of what was read.
        syllables: n of the syllables held out.
        accuracy: share of them right once restored.
    """

    pages: int
    held_out: int
    words: int
    seen: float
    explained: float
    syllables: int
    accuracy: float


def learning_curve(
    pages: Sequence[PagePair],
    language: Path,
    *,
    base: Path | None = None,
    log: Callable[[str], None] = print,
) -> Iterator[Point]:
    """Yield a point for 25, 50, 100, … and all pages but every tenth, which is scored on.

    Args:
        pages: in random order; pages or only lines.
        language: directory of the language model.
        base: directory of the channel that is adapted to the pages; its own point, 0, comes
            first. Else channels are learnt anew.
        log: called with a line at each step.

    Raises:
        InputError: there are too few pages, or they hold no words.
    """
    held_out = list(pages[_HELD_OUT_ONE_IN - 1 :: _HELD_OUT_ONE_IN])
    learnt = [p for i, p in enumerate(pages, 1) if i % _HELD_OUT_ONE_IN]
    if not held_out:
        raise InputError(f"{len(pages)} pages are too few for a curve: one in ten is held out")
    model = LanguageModel.load(language)
    for count in chain([] if base is None else [0], _sizes(len(learnt))):
        with tempfile.TemporaryDirectory(prefix="vnadmin-") as name:
            directory = Path(name)
            os.symlink(language.resolve(), directory / "language")
            if base is None:
                train_channel(learnt[:count], model, directory / _NAME, log=log)
            elif count:
                adapt_channel(learnt[:count], model, base, directory / _NAME, log=log)
            else:
                shutil.copytree(base, directory / _NAME)
            yield _point(count, held_out, directory, model)


def report(points: Sequence[Point]) -> str:
    """Return the curve as a table."""
    last = points[-1]
    lines = [
        f"{last.held_out} pages held out; n = {last.words:,} words, {last.syllables:,} syllables",
        f"{'pages':>8} {'readings seen':>14} {'explained':>10} {'right':>8}",
    ]
    lines += [
        f"{p.pages:>8,} {p.seen:>14.2%} {p.explained:>10.2%} {p.accuracy:>8.2%}" for p in points
    ]
    return "\n".join(lines)


def _sizes(available: int) -> Iterator[int]:
    size = _FIRST
    while size < available:
        yield size
        size *= 2
    yield available


def _point(
    count: int, held_out: Sequence[PagePair], directory: Path, model: LanguageModel
) -> Point:
    words, seen, explained = _readings(held_out, directory, model)
    options = Options(model=directory, profile=_NAME)
    restored = Restorer(directory).explain_many([read for _, read in held_out], options)
    counts = total(
        measure(truth, result.text) for (truth, _), result in zip(held_out, restored, strict=True)
    )
    return Point(
        pages=count,
        held_out=len(held_out),
        words=words,
        seen=seen / max(words, 1),
        explained=explained / max(words, 1),
        syllables=counts.syllables,
        accuracy=counts.accuracy,
    )


def _readings(
    held_out: Sequence[PagePair], directory: Path, model: LanguageModel
) -> tuple[int, int, int]:
    """Count the words of single readings; those read as seen before; those among candidates."""
    channel = Channel.load(directory / _NAME, model)
    readings = count_confusions(held_out, model).readings
    words = seen = explained = 0
    for (key, wanted), found in zip(
        readings.items(), channel.candidates(list(readings)), strict=True
    ):
        possible = {tuple(pair) for pair in found.words.tolist()}
        for pair, times in wanted.items():
            if pair[1] != NO_WORD:
                continue
            words += times
            seen += times * (key in channel.keys)
            explained += times * (pair in possible)
    return words, seen, explained

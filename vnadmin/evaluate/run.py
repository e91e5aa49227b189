"""Scores of restoring, on anyone's pairs of truth and OCR, ours beside others'."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vnadmin.errors import InputError, UsageError
from vnadmin.evaluate.body import body, stretch_like, without_marks
from vnadmin.evaluate.calibration import Calibration, Judged, calibration, judge
from vnadmin.evaluate.files import lines, read_text
from vnadmin.evaluate.made import made
from vnadmin.evaluate.metrics import Counts, Harm, harm, measure, tokens, total
from vnadmin.evaluate.peers import System
from vnadmin.evaluate.remaining import Wrong, remaining
from vnadmin.options import Options
from vnadmin.restore import Restoration, restore_many
from vnadmin.restore.engine import restorer
from vnadmin.vietnamese import nfc


@dataclass(frozen=True, slots=True)
class Pair:
    """What a page says, and how it was read."""

    name: str
    truth: str
    ocr: str


@dataclass(frozen=True, slots=True)
class Score:
    """One system on all pairs; `error` says why there are no counts.

    `pages` are the counts by the pairs' names, in order; `calibration` and `remaining` are told
    of our own explained results only.
    """

    system: str
    pairs: int
    counts: Counts = field(default_factory=Counts)
    harm: Harm | None = None
    seconds: float = 0.0
    error: str | None = None
    pages: Mapping[str, Counts] = field(default_factory=dict)
    calibration: Calibration | None = None
    remaining: tuple[Wrong, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return counts and rates as plain values; pages and what is still wrong are left out."""
        plain = replace(self, pages={}, calibration=None, remaining=())
        result = asdict(plain)
        del result["pages"], result["remaining"]
        result["calibration"] = self.calibration.to_dict() if self.calibration else None
        result["rates"] = {
            "accuracy": self.counts.accuracy,
            "inserted": self.counts.inserted_share,
            "wer": self.counts.wer,
            "cer": self.counts.cer,
        }
        if self.harm is not None:
            result["rates"]["changed"] = self.harm.changed_share
        result["syllables_per_second"] = (
            self.counts.syllables / self.seconds if self.seconds else None
        )
        return result


def read_pairs(truth: Path, ocr: Path) -> Iterator[Pair]:
    """Yield the pairs of two files, or of two folders whose files have the same stems.

    Raises:
        InputError: a file can't be read, or the folders have no stem in common.
    """
    if truth.is_dir() != ocr.is_dir():
        raise UsageError("--truth and --ocr must be two files or two folders")
    if not truth.is_dir():
        yield Pair(truth.name, read_text(truth), read_text(ocr))
        return
    read = {path.stem: path for path in sorted(ocr.iterdir()) if path.is_file()}
    common = [p for p in sorted(truth.iterdir()) if p.is_file() and p.stem in read]
    if not common:
        raise InputError(f"{truth} and {ocr}: no files of the same name")
    for path in common:
        yield Pair(path.stem, read_text(path), read_text(read[path.stem]))


def read_pair_file(path: Path, language: str | None) -> Iterator[Pair]:
    """Yield the pairs of a JSON Lines file (.gz and .xz too) or of a folder of examples.

    A line is `{"truth": str, "ocr": str or {language: str}}`; a folder holds a folder an example
    with `truth.txt` and `<language>.txt`.

    Raises:
        InputError: the file isn't of that shape, or doesn't have `language`.
        UsageError: there are several languages and none was chosen.
    """
    if path.is_dir():
        if language is None:
            raise UsageError("say which reading with --language (eng, vie, …)")
        folders = [f for f in sorted(path.iterdir()) if (f / f"{language}.txt").is_file()]
        if not folders:
            raise InputError(f"{path}: no folder in it holds {language}.txt")
        for folder in folders:
            text = read_text(folder / "truth.txt")
            yield Pair(folder.name, text, read_text(folder / f"{language}.txt"))
        return
    for number, line in enumerate(lines(path), 1):
        name = f"{path.name}:{number}"
        try:
            record = json.loads(line)
            truth, read = record["truth"], record["ocr"]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f'{name}: not a {{"truth": …, "ocr": …}} object') from error
        if isinstance(read, dict):
            if language is None:
                raise UsageError(f"choose --language out of {', '.join(sorted(read))}")
            if language not in read:
                raise InputError(f"{name}: no reading in language {language}")
            read = read[language]
        yield Pair(name, str(truth), str(read))


def made_from_truth(path: Path, kind: str) -> Iterator[Pair]:
    """Yield pairs whose input is made from the truth itself; for kinds see made.py."""
    paths = [p for p in sorted(path.iterdir()) if p.is_file()] if path.is_dir() else [path]
    for file in paths:
        truth = nfc(read_text(file))
        yield Pair(file.name, truth, made(without_marks(truth), kind))


def score(
    pairs: Iterable[Pair],
    *,
    options: Options,
    identity: bool = False,
    body_only: bool = False,
    explained: bool = False,
    others: Mapping[str, System] = MappingProxyType({}),
) -> list[Score]:
    """Score ours and other systems on `pairs`.

    Args:
        pairs: what to score on; all are held in memory.
        options: how we restore.
        identity: the inputs are right already: count the harm.
        body_only: score the body of each page (body.py); an empty body is left out.
        explained: judge our confidences, and tell what is still wrong.
        others: systems by name; one that isn't installed is named so in its score.

    Raises:
        InputError: no truth holds a word to score.
    """
    held = [_cut(pair, body_only=body_only) for pair in pairs]
    held = [pair for pair in held if tokens(pair.truth)]
    if not held:
        raise InputError("the truth holds no words" + (" of a body" if body_only else ""))
    restore = restorer(options.model)
    list(restore.explain_many(["Căn cứ"], options))  # load the model before the clock starts
    kept: list[Restoration] = []

    def ours(texts: Sequence[str]) -> list[str]:
        if not explained:
            return list(restore_many(texts, options=options))
        kept.extend(restore.explain_many(texts, options))
        return [result.text for result in kept]

    def scored(name: str, system: System) -> Score:
        return _score(name, system, held, identity=identity, body_only=body_only)

    own = scored("vnadmin", ours)
    if explained:
        judged: list[Judged] = []
        wrong: list[Wrong] = []
        for pair, result in zip(held, kept, strict=True):
            part = stretch_like(pair.truth, result.text) if body_only else None
            judged += judge(pair.truth, result, part)
            wrong += remaining(pair.truth, result, part)
        own = replace(own, calibration=calibration(judged), remaining=tuple(wrong))
    return [own, *(scored(name, system) for name, system in others.items())]


def _cut(pair: Pair, *, body_only: bool) -> Pair:
    return replace(pair, truth=body(pair.truth) if body_only else without_marks(pair.truth))


def _score(
    name: str, system: System, pairs: Sequence[Pair], *, identity: bool, body_only: bool
) -> Score:
    started = time.perf_counter()
    try:
        outputs = system([pair.ocr for pair in pairs])
    except ImportError:
        return Score(name, len(pairs), error="not installed")
    except Exception as error:
        if name == "vnadmin":
            raise
        return Score(name, len(pairs), error=f"failed: {type(error).__name__}: {error}")
    seconds = time.perf_counter() - started
    if body_only:
        outputs = [
            output[slice(*stretch_like(pair.truth, output))]
            for pair, output in zip(pairs, outputs, strict=True)
        ]
    both = list(zip(pairs, outputs, strict=True))
    pages = {pair.name: measure(pair.truth, output) for pair, output in both}
    return Score(
        name,
        len(pairs),
        counts=total(pages.values()),
        harm=sum((harm(p.truth, o) for p, o in both), Harm()) if identity else None,
        seconds=seconds,
        pages=pages,
    )

"""Scores of restoring, on anyone's pairs of truth and OCR: ours, the raw input, and pyvi's."""

from __future__ import annotations

import gzip
import json
import lzma
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vnadmin.errors import InputError, UsageError
from vnadmin.evaluate.metrics import Counts, Harm, harm, measure, total
from vnadmin.formats.decode import decode
from vnadmin.options import Options
from vnadmin.restore import restore_many
from vnadmin.vietnamese import fold, nfc

System = Callable[[Sequence[str]], list[str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """What a page says, and how it was read."""

    name: str
    truth: str
    ocr: str


@dataclass(frozen=True, slots=True)
class Score:
    """One system on all pairs; `error` says why there are no counts."""

    system: str
    pairs: int
    counts: Counts = field(default_factory=Counts)
    harm: Harm | None = None
    seconds: float = 0.0
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return counts and rates as plain values."""
        result = asdict(self)
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
        yield Pair(truth.name, _read(truth), _read(ocr))
        return
    read = {path.stem: path for path in sorted(ocr.iterdir()) if path.is_file()}
    common = [p for p in sorted(truth.iterdir()) if p.is_file() and p.stem in read]
    if not common:
        raise InputError(f"{truth} and {ocr}: no files of the same name")
    for path in common:
        yield Pair(path.stem, _read(path), _read(read[path.stem]))


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
            text = _read(folder / "truth.txt")
            yield Pair(folder.name, text, _read(folder / f"{language}.txt"))
        return
    for number, line in enumerate(_lines(path), 1):
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


def made_from_truth(path: Path, *, strip_accents: bool) -> Iterator[Pair]:
    """Yield pairs whose input is the truth itself, its accents stripped or as it is."""
    paths = [p for p in sorted(path.iterdir()) if p.is_file()] if path.is_dir() else [path]
    for file in paths:
        truth = nfc(_read(file))
        yield Pair(file.name, truth, fold(truth) if strip_accents else truth)


def score(
    pairs: Iterable[Pair], *, options: Options, identity: bool = False, baselines: bool = True
) -> list[Score]:
    """Score ours, the raw input and (if installed) pyvi's add_accents on `pairs`.

    Args:
        pairs: what to score on; all are held in memory.
        options: how we restore.
        identity: the inputs are right already: count the harm.
        baselines: score raw and pyvi too.
    """
    held = list(pairs)

    def ours(texts: Sequence[str]) -> list[str]:
        return list(restore_many(texts, options=options))

    ours(["Căn cứ"])  # load the model before the clock starts
    systems: dict[str, System] = {"vnadmin": ours}
    if baselines:
        systems |= {"raw input": list, "pyvi": _pyvi}
    return [_score(name, system, held, identity) for name, system in systems.items()]


def _score(name: str, system: System, pairs: Sequence[Pair], identity: bool) -> Score:
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
    both = list(zip(pairs, outputs, strict=True))
    return Score(
        name,
        len(pairs),
        counts=total(measure(pair.truth, output) for pair, output in both),
        harm=sum((harm(p.truth, o) for p, o in both), Harm()) if identity else None,
        seconds=seconds,
    )


def _pyvi(texts: Sequence[str]) -> list[str]:
    """pyvi's add_accents; it fails on text with accents (trungtv/pyvi#15), so it gets none.

    A line it fails on all the same is left as read.
    """
    from pyvi import ViUtils

    def line_with_accents(line: str) -> str:
        try:
            return str(ViUtils.add_accents(line)) if line.strip() else line
        except KeyError:
            return line

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ["\n".join(map(line_with_accents, fold(text).split("\n"))) for text in texts]


def report(scores: Sequence[Score]) -> str:
    """Return the table of `scores`."""
    first = scores[0]
    c = first.counts
    lines = [
        f"{first.pairs} pair(s); n = {c.syllables:,} syllables, {c.graphemes:,} graphemes, "
        f"{c.codes:,} document codes",
        f"{'':<10} {'right':>8} {'inserted':>9} {'WER':>8} {'CER':>8} "
        f"{'codes intact':>13} {'invented':>9} {'seconds':>8} {'syll./s':>9}",
    ]
    for each in scores:
        if each.error:
            lines.append(f"{each.system:<10} {each.error}")
            continue
        c = each.counts
        speed = f"{c.syllables / each.seconds:>9,.0f}" if each.seconds > 1e-3 else f"{'–':>9}"
        lines.append(
            f"{each.system:<10} {c.accuracy:>8.2%} {c.inserted_share:>9.2%} {c.wer:>8.2%} "
            f"{c.cer:>8.2%} {f'{c.codes_right}/{c.codes}':>13} {c.codes_invented:>9} "
            f"{each.seconds:>8.2f} {speed}"
        )
    for each in scores:
        if each.harm is not None:
            h = each.harm
            lines.append(
                f"{each.system}: {h.changed:,} of {h.tokens:,} tokens of correct text changed "
                f"({h.changed_share:.3%}), {h.numbers} with digits; "
                f"codes lost: {h.codes_lost} of {h.codes}"
            )
    return "\n".join(lines)


def _read(path: Path) -> str:
    try:
        return decode(path.read_bytes(), name=str(path)).text
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def _lines(path: Path) -> Iterator[str]:
    openers: dict[str, Callable[..., Any]] = {".xz": lzma.open, ".gz": gzip.open}
    try:
        with openers.get(path.suffix, open)(path, "rt", encoding="utf-8") as stream:
            yield from (line for line in stream if line.strip())
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: {reason.lower()}") from error

"""Many sets of pages scored in one run: a Markdown table of figures, ours beside the peers'."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from vnadmin.errors import InputError
from vnadmin.evaluate.calibration import Calibration
from vnadmin.evaluate.metrics import Harm
from vnadmin.evaluate.peers import RAW, peers
from vnadmin.evaluate.report import pages_worse
from vnadmin.evaluate.run import Pair, Score, made_from_truth, read_pair_file, read_pairs, score
from vnadmin.evaluate.speed import Speed, measure_speed
from vnadmin.options import Options

_SYMSPELL = "symspellpy"


@dataclass(frozen=True, slots=True)
class PageSet:
    """Pages to score on, and the figures wanted of them with what is asked of each.

    Paths as in run.py: `truth` with `ocr` or with what the input is `made` as, or `pairs` with a
    `language`. `body`: only the body is scored; `limit`: only the first so many pairs;
    `baselines`: peers are scored too.
    """

    name: str
    show: Mapping[str, str]
    truth: Path | None = None
    ocr: Path | None = None
    made: str | None = None
    pairs: Path | None = None
    language: str | None = None
    body: bool = False
    limit: int | None = None
    baselines: bool = True

    def read(self) -> list[Pair]:
        """Return the pairs.

        Raises:
            InputError: a file can't be read, or the set doesn't say what to read.
        """
        if self.pairs is not None:
            found = read_pair_file(self.pairs, self.language)
        elif self.truth is not None and self.made is not None:
            found = made_from_truth(self.truth, self.made)
        elif self.truth is not None and self.ocr is not None:
            found = read_pairs(self.truth, self.ocr)
        else:
            raise InputError(f"{self.name}: needs truth and ocr, truth and made, or pairs")
        return list(islice(found, self.limit))


class _Figure(NamedTuple):
    """How a figure is called, what it counts, and how it is told of a system."""

    label: str
    n: Callable[[Score], str]
    value: Callable[[Score, Score], str]
    """Of a system's score and the raw input's."""


class _Own(NamedTuple):
    label: str
    n: Callable[[Calibration], str]
    value: Callable[[Calibration], str]


class _Timed(NamedTuple):
    label: str
    n: Callable[[Speed], str]
    value: Callable[[Speed], str]


def _of_harm(tell: Callable[[Harm], str]) -> Callable[[Score], str]:
    return lambda s: tell(s.harm or Harm())


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.2%}" if whole else "–"


_FIGURES = {
    "right": _Figure(
        "syllables right",
        lambda s: f"{s.counts.syllables:,}",
        lambda s, _: f"{s.counts.accuracy:.2%}",
    ),
    "inserted": _Figure(
        "inserted",
        lambda s: f"{s.counts.syllables:,}",
        lambda s, _: f"{s.counts.inserted_share:.2%}",
    ),
    "cer": _Figure(
        "CER", lambda s: f"{s.counts.graphemes:,} graphemes", lambda s, _: f"{s.counts.cer:.2%}"
    ),
    "diacritics": _Figure(
        "syllables with diacritics right",
        lambda s: f"{s.counts.accented:,}",
        lambda s, _: _share(s.counts.accented_right, s.counts.accented),
    ),
    "worse": _Figure(
        "pages worse than raw",
        lambda s: f"{len(s.pages):,} pages",
        lambda s, raw: f"{pages_worse(s, raw):,}",
    ),
    "codes": _Figure(
        "codes intact or repaired",
        lambda s: f"{s.counts.codes:,} codes",
        lambda s, _: _share(s.counts.codes_right, s.counts.codes),
    ),
    "invented": _Figure(
        "codes the page doesn't print",
        lambda s: f"{s.counts.codes:,} codes",
        lambda s, _: f"{s.counts.codes_invented:,}",
    ),
    "kept": _Figure(
        "tokens kept",
        _of_harm(lambda h: f"{h.tokens:,} tokens"),
        lambda s, _: _of_harm(lambda h: f"{1 - h.changed_share:.3%}")(s),
    ),
    "numbers": _Figure(
        "numbers, codes and dates changed",
        _of_harm(lambda h: f"{h.tokens_with_digits:,}"),
        lambda s, _: _of_harm(lambda h: f"{h.numbers:,}")(s),
    ),
}
_OWN = {
    "ece": _Own("calibration error", lambda c: f"{c.doubtful:,} words", lambda c: f"{c.ece:.4f}"),
    "brier": _Own(
        "Brier score by the constant's",
        lambda c: f"{c.doubtful:,} words",
        lambda c: f"{c.brier_ratio:.2f}",
    ),
    "found": _Own(
        "wrong words among the 5 % least sure",
        lambda c: f"{c.wrong:,} wrong of {c.words:,}",
        lambda c: f"{c.found_share:.1%}",
    ),
}
_SPEED = {
    "rate": _Timed(
        "syllables a second",
        lambda s: f"{s.distinct_pages:,} pages, {s.syllables:,}",
        lambda s: f"{s.rate:,.0f}",
    ),
    "first_page": _Timed(
        "syllables a second, first page",
        lambda s: f"{s.first_page_syllables:,}",
        lambda s: f"{s.first_page_rate:,.0f}",
    ),
    "first_word": _Timed(
        "first word of a fresh process",
        lambda s: "best of 3",
        lambda s: f"{s.first_word_seconds:.2f} s",
    ),
    "memory": _Timed(
        "peak memory", lambda s: f"{s.pages:,} pages", lambda s: f"{s.peak_bytes / 1e6:.0f} MB"
    ),
}
FIGURES = (*_FIGURES, *_OWN, *_SPEED)


def read_sets(config: Path) -> tuple[list[PageSet], list[Path]]:
    """Return the sets of a TOML file (see `vnadmin evaluate report --help`), and the dictionary's.

    Raises:
        InputError: the file can't be read, or isn't of that shape.
    """
    try:
        read = tomllib.loads(config.read_text("utf-8"))
        sets = [_page_set(each, config.parent) for each in read["set"]]
        return sets, [config.parent / name for name in read.get("dictionary_from", [])]
    except OSError as error:
        raise InputError(f"{config}: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{config}: not sets to score: {error}") from error


def _page_set(table: Mapping[str, Any], folder: Path) -> PageSet:
    paths = {key: folder / table[key] for key in ("truth", "ocr", "pairs") if key in table}
    found = PageSet(**{**table, **paths})
    unknown = [figure for figure in found.show if figure not in FIGURES]
    if unknown:
        raise ValueError(f"{found.name}: no figure {unknown[0]!r}; there are {', '.join(FIGURES)}")
    return found


def table(
    sets: Sequence[PageSet],
    *,
    options: Options,
    dictionary_from: Sequence[Path] = (),
    baselines: bool = True,
) -> Iterator[str]:
    """Yield the table's lines; of symspellpy's manners each set gets the one that does best."""
    systems = peers(dictionary_from)
    columns = [RAW, "pyvi"] + [_SYMSPELL] * bool(dictionary_from)
    yield _row(["text", "figure", "asked", "n", "vnadmin", *columns])
    yield _row(["---"] * (5 + len(columns)))
    for each in sets:
        pairs = each.read()
        scored = any(figure in _FIGURES for figure in each.show)
        own, others, raw = Score("vnadmin", 0), dict[str, Score](), Score(RAW, 0)
        if scored or any(figure in _OWN for figure in each.show):
            used = systems if baselines and each.baselines and scored else {RAW: systems[RAW]}
            own, *rest = score(
                pairs,
                options=options,
                identity=each.made == "identity",
                body_only=each.body,
                explained=any(figure in _OWN for figure in each.show),
                others=used,
            )
            others = _best(rest)
            raw = others[RAW]
        speed = None
        if any(figure in _SPEED for figure in each.show):
            speed = measure_speed([pair.ocr for pair in pairs], options=options)
        for number, (key, asked) in enumerate(each.show.items()):
            cells = ["–"] * len(columns)
            if key in _FIGURES:
                figure = _FIGURES[key]
                label, n, value = figure.label, figure.n(own), figure.value(own, raw)
                cells = [_cell(figure, others.get(name), raw) for name in columns]
            elif key in _OWN:
                assert own.calibration is not None
                label, count, tell = _OWN[key]
                n, value = count(own.calibration), tell(own.calibration)
            else:
                assert speed is not None
                label, of_speed, tell_speed = _SPEED[key]
                n, value = of_speed(speed), tell_speed(speed)
            yield _row(["" if number else each.name, label, asked, n, value, *cells])


def _best(scores: Sequence[Score]) -> dict[str, Score]:
    """Return the scores by column."""
    found: dict[str, Score] = {}
    for each in scores:
        column = each.system.split(",")[0]
        if column not in found or each.counts.right > found[column].counts.right:
            found[column] = each
    return found


def _cell(figure: _Figure, other: Score | None, raw: Score) -> str:
    if other is None:
        return "–"
    return other.error or figure.value(other, raw)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("%", " %").replace("  %", " %")

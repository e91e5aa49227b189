"""Scoring provisions: sentences, each with the places it names in each document, form by form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vnadmin.document import Provision
from vnadmin.errors import InputError
from vnadmin.evaluate.citations import Counts
from vnadmin.extract import extract_from_text

_BEFORE = (("gạch", "dash"), ("đoạn", "paragraph"), ("tiết", "subpoint"))
_AFTER = (
    ("tiểu mục", "subsection"),
    ("mục", "section"),
    ("chương", "chapter"),
    ("phần", "part"),
    ("phụ lục", "appendix"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence of one form, and the (document, place) pairs it names."""

    form: str
    text: str
    expected: frozenset[tuple[str, str]]


@dataclass(slots=True)
class ProvisionReport:
    """Counts of (document, place) pairs over all sentences and by form; what differs."""

    sentences: int = 0
    total: Counts = field(default_factory=Counts)
    forms: dict[str, Counts] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the rates and counts as plain values."""
        rows = {"all": self.total, **self.forms}
        return {
            "sentences": self.sentences,
            **{
                name: {
                    "precision": counts.precision,
                    "recall": counts.recall,
                    "f1": counts.f1,
                    "expected": counts.expected,
                    "found": counts.found,
                    "hits": counts.hits,
                }
                for name, counts in rows.items()
            },
        }

    def report(self) -> str:
        """Return the table for people."""
        rows = {"all": self.total, **self.forms}
        lines = [f"{self.sentences} sentence(s); right: the document and each part of the place"]
        lines += [f"  {name:<16} {counts}" for name, counts in rows.items()]
        return "\n".join([*lines, *self.differences])


def short_form(provision: Provision) -> str:
    """Write a place in short: point/clause/article ("a/2/5"), other parts by their names."""
    small = "/".join(part or "-" for part in (provision.point, provision.clause, provision.article))
    parts = [f"{word} {value}" for word, key in _BEFORE if (value := getattr(provision, key))]
    parts += [small] if small != "-/-/-" else []
    parts += [f"{word} {value}" for word, key in _AFTER if (value := getattr(provision, key))]
    return " ".join(parts)


def read_cases(path: Path) -> Iterator[Case]:
    """Read a TSV file of form, expected places and sentence, a header row first.

    The places are "NUMBER OR NAME: a/2/5, -/-/7 | …"; "self" is the document itself.

    Raises:
        InputError: unreadable, or a row has another shape.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != 3:
            raise InputError(f"{path}:{number}: {len(cells)} cells, expected 3")
        form, places, text = cells
        pairs = set()
        for each in places.split(" | ") if places else []:
            key, separator, listed = each.rpartition(": ")
            if not separator:
                raise InputError(f"{path}:{number}: no ': ' in {each!r}")
            pairs |= {(key, place) for place in listed.split(", ")}
        yield Case(form, text, frozenset(pairs))


def places_of(text: str) -> frozenset[tuple[str, str]]:
    """Return the (document, place) pairs read out of `text`."""
    _, citations, references = extract_from_text(text)
    found = {(c.number or c.name or "", short_form(p)) for c in citations for p in c.provisions}
    found |= {("self", short_form(p)) for r in references for p in r.provisions}
    return frozenset(found)


def score_provisions(cases: Iterable[Case]) -> ProvisionReport:
    """Score what is read out of each sentence against what it names."""
    result = ProvisionReport()
    for case in cases:
        found = places_of(case.text)
        result.sentences += 1
        for counts in (result.total, result.forms.setdefault(case.form, Counts())):
            counts.expected += len(case.expected)
            counts.found += len(found)
            counts.hits += len(case.expected & found)
        for sign, pairs in (("-", case.expected - found), ("+", found - case.expected)):
            result.differences += [f"{sign} {key}: {p} in: {case.text}" for key, p in sorted(pairs)]
    return result

"""Scoring citations and headers, field by field, against expected lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..document import Citation, Header
from ..vietnamese import canonical

FIELDS = ("type", "number", "name", "date", "issuer", "title")
HEADER_FIELDS = ("issuer", "parent_issuer", "number", "place", "date", "type", "subject")


@dataclass(slots=True)
class Counts:
    """Hits, expected and found, and the rates from them (1.0 where there was nothing to do)."""

    hits: int = 0
    expected: int = 0
    found: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.hits / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what was expected that was found."""
        return self.hits / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __str__(self) -> str:
        """One row of a table, n included."""
        return (
            f"P {self.precision:.4f}  R {self.recall:.4f}  F1 {self.f1:.4f}"
            f"  (expected {self.expected}, found {self.found})"
        )


@dataclass(slots=True)
class FieldScores:
    """Counts of whole documents (type, number or name, date) and of each field."""

    documents: Counts = field(default_factory=Counts)
    fields: dict[str, Counts] = field(default_factory=lambda: {f: Counts() for f in FIELDS})
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)


def _same(left: object, right: object) -> bool:
    if left is None or right is None:
        return left is right
    return " ".join(canonical(str(left)).split()) == " ".join(canonical(str(right)).split())


def _key(type_: str | None, number: str | None, name: str | None, date: str | None) -> str:
    return canonical(" ".join(f"{type_}|{number or name}|{date}".split()))


def _get(mapping: Mapping[str, Any], name: str) -> Any:
    return mapping.get(name)


_Mention = TypeVar("_Mention")


def _distinct(mentions: Iterable[_Mention], get: Callable[[_Mention, str], Any]) -> list[_Mention]:
    """Keep one mention of each document: the fullest; a dated law stands for undated mentions."""
    best: dict[str, _Mention] = {}

    def filled(mention: _Mention) -> int:
        return sum(get(mention, name) is not None for name in FIELDS)

    for mention in mentions:
        number, date = get(mention, "number"), get(mention, "date")
        key = canonical(number or get(mention, "name") or "")
        if number is None and date:
            key += date
        if key not in best or filled(mention) > filled(best[key]):
            best[key] = mention
    dated = {canonical(get(m, "name")) for m in best.values() if get(m, "name") and get(m, "date")}
    return [
        m
        for m in best.values()
        if get(m, "date") or not get(m, "name") or canonical(get(m, "name")) not in dated
    ]


def score_documents(
    expected: Sequence[Mapping[str, Any]], found: Sequence[Citation], scores: FieldScores
) -> None:
    """Add the score of one document's distinct citations to `scores`.

    `expected` holds mappings with `type`, `number`, `name`, `date` and maybe `issuer`, `title`
    (a key that is absent isn't scored). Mentions of one document count once: the fullest.
    """
    left = _distinct(found, getattr)
    for want in _distinct(expected, _get):
        match = _best(want, left)
        scores.documents.expected += 1
        label = f"{want.get('type')} {want.get('number') or want.get('name')} {want.get('date')}"
        if match is None:
            scores.missed.append(label)
        else:
            left.remove(match)
            scores.documents.found += 1
            exact = _key(
                want.get("type"), want.get("number"), want.get("name"), want.get("date")
            ) == _key(match.type, match.number, match.name, match.date)
            scores.documents.hits += exact
            if not exact:
                scores.missed.append(f"{label}: read {match.type} {match.number} {match.date}")
        for name in FIELDS:
            if name not in want:
                continue
            counts = scores.fields[name]
            value = getattr(match, name) if match is not None else None
            counts.expected += want[name] is not None
            counts.found += value is not None
            counts.hits += want[name] is not None and _same(want[name], value)
    for citation in left:
        scores.documents.found += 1
        scores.extra.append(f"{citation.type} {citation.number or citation.name} {citation.date}")


def _best(want: Mapping[str, Any], left: Sequence[Citation]) -> Citation | None:
    for citation in left:
        if want.get("number"):
            if _same(want["number"], citation.number):
                return citation
        elif _same(want.get("name"), citation.name) and _same(want.get("date"), citation.date):
            return citation
    if not want.get("number"):
        for citation in left:
            if _same(want.get("name"), citation.name):
                return citation
    return None


def score_header(
    expected: Mapping[str, Any], header: Header, fields: dict[str, Counts], wrong: list[str]
) -> None:
    """Add one document's header fields to `fields`; differences go into `wrong`."""

    def tally(name: str, same: bool, difference: str) -> None:
        counts = fields.setdefault(name, Counts())
        counts.expected += 1
        counts.found += 1
        counts.hits += same
        if not same:
            wrong.append(f"{name}: {difference}")

    for name in HEADER_FIELDS:
        if name not in expected:
            continue
        want, value = expected[name], getattr(header, name)
        tally(name, _same(want, value), f"expected {want!r}, read {value!r}")
    if "addressees" in expected:
        addressees = expected["addressees"]
        same = [canonical(a) for a in addressees] == [canonical(a) for a in header.addressees]
        tally("addressees", same, f"expected {addressees}, read {header.addressees}")
    if "signers" in expected:
        want_signers = [(s.get("name"), s.get("position")) for s in expected["signers"]]
        same = want_signers == [(s.name, s.position) for s in header.signers]
        tally("signers", same, f"expected {want_signers}, read {header.signers}")

"""Scoring citations, field by field, against expected lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..document import Citation
from ..vietnamese import canonical

FIELDS = ("type", "number", "name", "date", "issuer", "title")
# What a text calls a document whose type it leaves open: a letter's (docs/extraction.md).
_TYPES = {"Văn bản": "Công văn"}


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
    """Keep one mention of each document: the fullest; a dated one stands for undated ones."""
    best: dict[tuple[str, str | None], _Mention] = {}

    def label(mention: _Mention) -> str:
        return canonical(get(mention, "number") or get(mention, "name") or "")

    def filled(mention: _Mention) -> int:
        return sum(get(mention, name) is not None for name in FIELDS)

    for mention in mentions:
        key = label(mention), get(mention, "date")
        if key not in best or filled(mention) > filled(best[key]):
            best[key] = mention
    dated = {text for text, date in best if date is not None}
    return [m for (text, date), m in best.items() if date is not None or text not in dated]


def score_documents(
    expected: Sequence[Mapping[str, Any]],
    found: Sequence[Citation],
    scores: FieldScores,
    *,
    name: str = "",
) -> None:
    """Add the score of one document's distinct citations to `scores`.

    `expected` holds mappings with `type`, `number`, `name`, `date` and maybe `issuer`, `title`
    (a key that is absent isn't scored). Mentions of one document count once: the fullest. `name`
    is what to call the citing document in what was missed.
    """
    before = f"{name}: " if name else ""
    left = _distinct(found, getattr)
    expected = [{**want, "type": _TYPES.get(want["type"], want["type"])} for want in expected]
    for want in _distinct(expected, _get):
        match = _best(want, left)
        scores.documents.expected += 1
        cited = want.get("number") or want.get("name")
        label = f"{before}{want.get('type')} {cited} {want.get('date')}"
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
        for part in FIELDS:
            if part not in want:
                continue
            counts = scores.fields[part]
            value = getattr(match, part) if match is not None else None
            counts.expected += want[part] is not None
            counts.found += value is not None
            counts.hits += want[part] is not None and _same(want[part], value)
    for citation in left:
        scores.documents.found += 1
        cited = citation.number or citation.name
        scores.extra.append(f"{before}{citation.type} {cited} {citation.date}")


def _best(want: Mapping[str, Any], left: Sequence[Citation]) -> Citation | None:
    part = "number" if want.get("number") else "name"
    near = [citation for citation in left if _same(want.get(part), getattr(citation, part))]
    same = (citation for citation in near if _same(want.get("date"), citation.date))
    return next(same, near[0] if near else None)

"""When: a document among those it cites and those that cite it, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from vnadmin.index.rows import Entry, Mention

_MOST = 60


@dataclass(frozen=True, slots=True)
class Event:
    """A dated document: this one, one it cites, or one that cites it."""

    date: str
    kind: Literal["own", "cites", "cited"]
    mention: Mention | None


def timeline(
    entry: Entry, cites: Sequence[Mention], cited_by: Sequence[Mention]
) -> list[tuple[str, list[Event]]]:
    """Years, each with its events by date; of too many, what changes others is kept."""
    events: dict[tuple[str, object], Event] = {}
    for mention in cited_by:
        if mention.document.date:
            key = ("cited", mention.document.id)
            events.setdefault(key, Event(mention.document.date, "cited", mention))
    for mention in cites:
        if mention.date:
            events.setdefault(("cites", mention.work), Event(mention.date, "cites", mention))
    kept = sorted(events.values(), key=_weight)[:_MOST]
    if entry.date:
        kept.append(Event(entry.date, "own", None))
    kept.sort(key=lambda event: event.date)
    return [(year, list(group)) for year, group in groupby(kept, key=lambda e: e.date[:4])]


def _weight(event: Event) -> int:
    assert event.mention is not None
    return int(event.mention.relation not in ("repeals", "replaces", "amends"))

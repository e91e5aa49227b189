"""Scoring a header, field by field, against what a person reads on the paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..document import Header
from ..vietnamese import canonical
from .citations import Counts

FIELDS = (
    "issuer", "parent_issuer", "number", "symbol", "place", "date", "type", "subject",
    "addressees", "recipients", "urgency", "secrecy",
)  # fmt: skip
SIGNER_FIELDS = ("name", "position", "authority")
_TAG = re.compile(r"\s*(TM|KT|TL|TUQ|Q|T/M|K/T|T/L)(?!\w)")


@dataclass(slots=True)
class HeaderScores:
    """Counts of each field over what is printed, every miss, and every value nobody printed.

    A field counts where the truth has a value that isn't written by hand. A value read where the
    truth has none, or one by hand that is read wrong, is in `invented`.
    """

    fields: dict[str, Counts] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)

    @property
    def printed(self) -> Counts:
        """All fields that a person can read in print, together."""
        every = self.fields.values()
        return Counts(*(sum(getattr(c, n) for c in every) for n in ("hits", "expected", "found")))

    def rows(self) -> Iterable[str]:
        """A line a field: hits of those printed."""
        for name, counts in [*self.fields.items(), ("all printed", self.printed)]:
            yield f"{name:<18} {counts.hits:4} of {counts.expected:4}  {100 * counts.recall:6.1f} %"


def score_header(
    expected: Mapping[str, Any], header: Header, scores: HeaderScores, *, name: str = ""
) -> None:
    """Add one document's header to `scores`.

    Args:
        expected: keys of a document's `header` (one that is left out isn't scored), and maybe
            `handwritten`, the names of the fields that are filled in by hand.
        header: what was read.
        scores: what to add to.
        name: what to call the document.
    """
    by_hand = expected.get("handwritten", ())
    pairs = [(key, expected[key], getattr(header, key)) for key in FIELDS if key in expected]
    if "signers" in expected:
        for key in SIGNER_FIELDS:
            wanted = [signer.get(key) for signer in expected["signers"]]
            read = [getattr(signer, key) for signer in header.signers]
            if key == "authority":
                wanted, read = [_tag(tag) for tag in wanted], [_tag(tag) for tag in read]
            pairs.append((f"signers.{key}", wanted, read))
    for key, wanted, read in pairs:
        same, wants, has = _plain(wanted) == _plain(read), _filled(wanted), _filled(read)
        line = f"{name}: {key}: expected {wanted!r}, read {read!r}".removeprefix(": ")
        if not wants or key in by_hand:
            if has and not same:
                scores.invented.append(line)
            continue
        counts = scores.fields.setdefault(key, Counts())
        counts.expected += 1
        counts.found += has
        counts.hits += same
        if not same:
            scores.missed.append(line)


def _filled(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(item is not None for item in value)
    return value is not None


def _tag(authority: str | None) -> str | None:
    match = _TAG.match(authority or "")
    return match[1].replace("/", "") + "." if match is not None else None


def _plain(value: object) -> object:
    """In the one form used for comparing: case, old and new tone marks, dashes and spaces alike."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    if value is None:
        return None
    text = re.sub(r"\s*[-–—]\s*", "-", canonical(str(value)))
    return " ".join(re.sub("[“”]", '"', text).split())

"""The fields of a header and of a citation, as rows to be shown and corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from vnadmin.document import Citation, Header, Provision

_HEADER = (
    "parent_issuer", "issuer", "number", "place", "date", "type", "subject", "urgency", "secrecy",
)  # fmt: skip
_CITATION = ("type", "number", "name", "date", "issuer", "title")


@dataclass(frozen=True, slots=True)
class Row:
    """A field.

    Attributes:
        label: key of its name in interface.toml.
        path: what a correction calls it: `header.number`, `parts.0.signers.1.name`, `number`.
        value: as text; "" where there is none.
        confidence: P(it is right), if it is known.
        can_change: whether it can be corrected.
    """

    label: str
    path: str
    value: str
    confidence: float | None = None
    can_change: bool = True


def header_rows(header: Header, path: str) -> list[Row]:
    """Return the fields of a header that hold something, and those that each document has."""
    found = [
        Row(name, f"{path}.{name}", getattr(header, name) or "", header.confidence.get(name))
        for name in _HEADER
        if getattr(header, name) or name in ("issuer", "number", "date", "type")
    ]
    for name in ("addressees", "recipients"):
        found += [
            Row(name, f"{path}.{name}.{number}", value)
            for number, value in enumerate(getattr(header, name))
        ]
    for number, signer in enumerate(header.signers):
        for name in ("authority", "position", "name"):
            value = getattr(signer, name)
            if value or name == "name":
                sure = header.confidence.get("signers") if name == "name" else None
                found.append(
                    Row(f"signer_{name}", f"{path}.signers.{number}.{name}", value or "", sure)
                )
    if header.arrival is not None:
        arrival = header.arrival
        parts = (arrival.body, arrival.number, arrival.date)
        value = " · ".join(filter(None, parts))
        found.append(Row("arrival", f"{path}.arrival", value, can_change=False))
    return found


def citation_rows(citation: Citation) -> list[Row]:
    """Return the fields of a citation: what it states, then what is derived."""
    found = [
        Row(name, name, getattr(citation, name) or "", citation.confidence.get(name))
        for name in _CITATION
        if getattr(citation, name) or name == "number"
    ]
    if citation.provisions:
        value = "; ".join(map(provision_text, citation.provisions))
        found.append(Row("provisions", "provisions", value, can_change=False))
    if citation.resolved is not None:
        for name in ("number", "date", "issuer"):
            value = getattr(citation.resolved, name)
            if value:
                found.append(Row(f"resolved_{name}", f"resolved.{name}", value, can_change=False))
        if citation.resolved.candidates:
            value = "; ".join(citation.resolved.candidates)
            found.append(Row("candidates", "resolved.candidates", value, can_change=False))
    return found


_PARTS: Mapping[str, str] = {
    "dash": "gạch đầu dòng", "paragraph": "đoạn", "subpoint": "tiết", "point": "điểm",
    "clause": "khoản", "article": "Điều", "subsection": "Tiểu mục", "section": "Mục",
    "chapter": "Chương", "part": "Phần", "appendix": "Phụ lục",
}  # fmt: skip


def provision_text(provision: Provision) -> str:
    """Return a place as laws name it: "điểm a khoản 2 Điều 5"."""
    assert {field.name for field in fields(provision)} == set(_PARTS)
    return " ".join(
        f"{word} {getattr(provision, name)}"
        for name, word in _PARTS.items()
        if getattr(provision, name) is not None
    )

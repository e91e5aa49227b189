"""Fields of a header and of a citation replaced by what a person says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vnadmin.document import Citation, Document, Header, Part
from vnadmin.extract.bodies import NOWHERE, identity_name
from vnadmin.extract.identity import identity, own_identity, uri
from vnadmin.extract.own_checks import own_warnings
from vnadmin.grammar import parse_number


def field_value(document: Document, path: str) -> str | None:
    """Return what a field holds: "" where it holds nothing, `None` where there is no such field."""
    try:
        room, *steps = path.split(".")
        if room == "parts":
            value: Any = document.parts[int(steps[0])].header
            steps = steps[1:]
        else:
            value = document.header
        for step in steps:
            value = value[int(step)] if step.isdigit() else getattr(value, step)
    except (IndexError, ValueError, AttributeError, TypeError):
        return None
    return value if isinstance(value, str) else "" if value is None else None


def with_field(document: Document, path: str, value: str | None) -> Document:
    """Return the document with another value in a field that it has (see `field_value`)."""
    room, *steps = path.split(".")
    if room == "header":
        return replace(document, header=_with(document.header, steps, value))
    number = int(steps[0])
    part = document.parts[number]
    header = _with(part.header, steps[1:], value)
    parts: list[Part] = list(document.parts)
    parts[number] = replace(part, header=header)
    if number == 0:  # the document's header is that of its first
        header = replace(header, arrival=document.header.arrival)
        document = replace(document, header=header)
    return replace(document, parts=tuple(parts))


def _with(header: Header, steps: list[str], value: str | None) -> Header:
    name = steps[0]
    changed: dict[str, Any] = {"confidence": {**header.confidence, name: 1.0}}
    if name == "signers":
        signers = list(header.signers)
        at = int(steps[1])
        one: dict[str, Any] = {steps[2]: value or None}
        signers[at] = replace(signers[at], **one)
        changed[name] = tuple(s for s in signers if s.name or s.position or s.authority)
    elif len(steps) == 2:
        entries = list(getattr(header, name))
        entries[int(steps[1])] = value or ""
        changed[name] = tuple(filter(None, entries))
    else:
        changed[name] = value or None
    if name == "number":
        parsed = parse_number(value) if value else None
        changed["symbol"] = parsed.symbol if parsed else header.symbol if value else None
    header = replace(header, **changed)
    key, work = own_identity(header)
    return replace(header, id=key, uri=work, warnings=own_warnings(header))


def with_citation_field(citation: Citation, name: str, value: str | None) -> Citation:
    """Return a citation with another value in a field; its id and URI follow."""
    changed: dict[str, Any] = {
        name: value or None,
        "confidence": {**citation.confidence, name: 1.0},
    }
    if name == "type" and not value:
        changed[name] = citation.type
    citation = replace(citation, **changed)
    parsed = parse_number(citation.number) if citation.number else None
    year = citation.year
    if name == "number":
        year = parsed.year if parsed and parsed.year else year
        symbol = parsed.symbol if parsed else citation.symbol
        citation = replace(citation, symbol=symbol, resolved=None)
    if name in ("number", "date") and citation.date and not (parsed and parsed.year):
        year = int(citation.date[:4])
    issuer = citation.issuer or (citation.resolved.issuer if citation.resolved else None)
    body = identity_name(issuer, NOWHERE) if issuer else None
    number = parsed or citation.number
    return replace(
        citation,
        year=year,
        id=identity(citation.type, number, citation.name, year, body) or citation.id,
        uri=uri(citation.type, citation.number, citation.name, year, body),
    )

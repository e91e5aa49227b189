"""Citations of other documents: numbered ones and laws by name."""

from __future__ import annotations

import bisect
import re
from dataclasses import replace
from typing import NamedTuple

from ..document import Citation, Resolved, Span, Spans
from ..grammar import DocumentNumber
from ..grammar.standards import STANDARD_TYPES
from ..vietnamese import canonical
from .bodies import NOWHERE, Home, canonical_body, history_warning, identity_name, issuer_of_symbol
from .checks import check, confidences, likely_number
from .draft import Draft
from .drafts import find_drafts
from .identity import identity, uri
from .law_table import date_warning, misread, resolve
from .words import LINE_END_SPECKS, TAG


def citations(
    text: str, *, citing_date: str | None = None, home: Home = NOWHERE
) -> tuple[Citation, ...]:
    """Find every mention of another numbered document or law by name in clean `text`.

    Args:
        text: restored or clean text; offsets in the result point into it.
        citing_date: the date of the document itself (YYYY-MM-DD), where known: laws younger than
            it are no candidates, and a later date of a cited document gets a warning.
        home: where the document's own issuer is, to tell which "UBND tỉnh" is meant.

    Returns:
        The citations in text order; `source_*` fields equal their counterparts in `text`.
    """
    breaks = [match.start() for match in re.finditer("\f", text)]
    drafts = find_drafts(text)
    latest = max((d.date.iso for d in drafts if d.date and d.date.iso), default=None)
    context = _Context(breaks, citing_date, latest, home)
    built = [_build(text, draft, context) for draft in drafts]
    return tuple(_agree(built))


def _squeeze(text: str) -> str:
    """One line of the text: page numbers, junk lines and specks at line ends left out."""
    text = _TAGS.sub("", _SPECKS.sub("", text))
    lines = [line for line in re.split(r"[\n\f]+", text) if not _JUNK_LINE.fullmatch(line)]
    return " ".join(" ".join(lines).split())


_SPECKS = re.compile(LINE_END_SPECKS)
_UNEVEN = re.compile(r"[\n\f\r\t\xa0<]|  ")
_TAGS = re.compile(TAG)
_JUNK_LINE = re.compile(r"\s*(?:[-–—.]{0,2} ?[0-9]{1,3} ?[-–—.]{0,2}|[^\w\s]{1,3}|[a-z])?\s*")


def _slice(text: str, span: Span | None) -> str | None:
    if span is None:
        return None
    piece = text[span[0] : span[1]]
    return _squeeze(piece) if _UNEVEN.search(piece) else piece


class _Context(NamedTuple):
    """What of the citing document bears on each citation."""

    breaks: list[int]
    citing_date: str | None
    latest: str | None
    home: Home


def _build(text: str, draft: Draft, context: _Context) -> Citation:
    breaks, citing_date, latest, home = context
    issuer = _slice(text, draft.issuer.span) if draft.issuer else None
    warnings = check(draft, issuer)
    date = draft.date.iso if draft.date else None
    if citing_date is not None and date is not None and date > citing_date:
        warnings.append(f"future-date: dated {date}, after this document ({citing_date})")
    name = draft.law_name or _slice(text, draft.name_span)
    if name is not None:
        name = name[0].upper() + name[1:]
    number = draft.number
    year = _year(draft)
    resolved = None
    if name is not None and number is None:
        resolved = resolve(draft.type, name, year, date, citing_date, latest)
        full = misread(draft.type, name, date) if resolved is None else None
        if full is not None:
            warnings.append(f'law-name: printed "{name}"')
            name, resolved = full, resolve(draft.type, full, year, date, citing_date, latest)
    elif any(warning.startswith(("symbol-issuer", "symbol-unknown")) for warning in warnings):
        likely = likely_number(draft)
        resolved = Resolved(candidates=(likely,)) if likely else None
    law_number = number.text if number is not None else resolved.number if resolved else None
    contradicted = date_warning(law_number, date)
    warnings += [contradicted] if contradicted else []
    resolved = _with_issuer(resolved, issuer, number, home)
    if issuer is not None and date is not None:
        past = history_warning(canonical_body(issuer, home), date)
        warnings += [past] if past else []
    date_span: Span | None = None
    if draft.date is not None:
        date_span = (draft.date.start, draft.date.end)
    elif draft.year is not None:
        date_span = (draft.year.start, draft.year.end)
    start, end = draft.start, draft.end
    printed = text[start:end]
    standard = number is not None and number.symbol in STANDARD_TYPES
    body = identity_name(issuer, home) if issuer is not None else None
    key = identity("" if standard else draft.type, number or draft.serial, name, year, body)
    if name is not None and number is None and resolved is not None and resolved.number:
        key = (
            f"{identity(draft.type, None, draft.type, None, None)}/{_number_slug(resolved.number)}"
        )
    elif name is not None and number is not None:
        key = f"{identity(draft.type, None, draft.type, None, None)}/{_number_slug(number.text)}"
    work_number, work_year = draft.serial if number is not None else None, year
    if name is not None and number is None and resolved is not None and resolved.number:
        work_number = resolved.number
        work_year = int(resolved.date[:4]) if resolved.date else year
    return Citation(
        type=draft.type,
        number=draft.serial,
        symbol=number.symbol if number else None,
        year=year,
        name=name,
        date=date,
        issuer=issuer,
        title=_slice(text, draft.title),
        provisions=draft.provisions,
        relation=draft.relation or "refers",
        start=start,
        end=end,
        source_start=start,
        source_end=end,
        text=printed,
        source_text=printed,
        page=bisect.bisect_right(breaks, start) + 1 if breaks else None,
        spans=Spans(
            type=draft.type_span,
            number=draft.number_span,
            name=draft.name_span,
            date=date_span,
            issuer=draft.issuer.span if draft.issuer else None,
            title=draft.title,
        ),
        resolved=resolved,
        confidence=confidences(draft, warnings),
        warnings=tuple(warnings),
        id=key,
        uri=uri(draft.type, work_number, name, work_year, body),
    )


def _with_issuer(
    resolved: Resolved | None, issuer: str | None, number: DocumentNumber | None, home: Home
) -> Resolved | None:
    """Add the issuer's full name, or the body its symbol names, where the text has less."""
    if resolved is not None and resolved.issuer is not None:
        return resolved
    full = None
    if issuer is not None:
        full = canonical_body(issuer, home)
        full = full if canonical(full) != canonical(issuer) else None
    elif number is not None and number.serial is not None:
        full = issuer_of_symbol(number.symbol)
    if full is None:
        return resolved
    return replace(resolved or Resolved(), issuer=full)


def _number_slug(number: str) -> str:
    return identity("", number, None, None, None)


def _year(draft: Draft) -> int | None:
    if draft.number is not None and draft.number.year is not None:
        return draft.number.year
    if draft.date is not None:
        return draft.date.year or None
    return (draft.year.year or None) if draft.year is not None else None


def _agree(found: list[Citation]) -> list[Citation]:
    """Give mentions of one document one id: a short mention takes the id of its full one.

    Two mentions of one number with different dates get a warning each.
    """
    fullest: dict[str, Citation] = {}
    dates: dict[str, set[str]] = {}
    for citation in found:
        key = _short_key(citation)
        if key is None:
            continue
        best = fullest.get(key)
        if best is None or _weight(citation) > _weight(best):
            fullest[key] = citation
        if citation.date is not None:
            dates.setdefault(key, set()).add(citation.date)
    result = []
    for citation in found:
        key = _short_key(citation)
        if key is not None:
            full = fullest[key]
            if full.id != citation.id and _weight(citation) < _weight(full):
                citation = replace(citation, id=full.id, uri=full.uri)
            if len(dates.get(key, ())) > 1 and _one_document(citation):
                listed = ", ".join(sorted(dates[key]))
                warning = f"date-conflict: {citation.number} is dated {listed} in this text"
                citation = replace(citation, warnings=(*citation.warnings, warning))
        result.append(citation)
    return _spell_out(result)


def _spell_out(found: list[Citation]) -> list[Citation]:
    """Resolve a short name ("Nghị định 54") to the document of that serial cited last before it."""
    last: dict[str, Citation] = {}
    result = []
    for citation in found:
        number = citation.number or ""
        serial = re.match("[0-9]+[a-zđ]?", number)
        if citation.name is None and serial is not None:
            key = f"{citation.type}|{serial[0]}"
            full = last.get(key) if number == serial[0] and citation.date is None else None
            if full is not None:
                known = Resolved(full.number, full.date, full.issuer, ())
                citation = replace(citation, id=full.id, uri=full.uri, resolved=known)
            elif citation.symbol is not None:
                last[key] = citation
        result.append(citation)
    return result


def _short_key(citation: Citation) -> str | None:
    if citation.number is None or citation.name is not None:
        return None
    return f"{citation.type}|{citation.number}"


def _weight(citation: Citation) -> int:
    return (citation.date is not None) * 2 + (citation.issuer is not None)


def _one_document(citation: Citation) -> bool:
    """Whether the number alone tells the document, so that two dates contradict each other."""
    symbol = citation.symbol or ""
    local = ("UBND", "HĐND", "TU", "HU", "QU", "ĐU")
    return bool(re.search(r"/(?:19|20)[0-9]{2}/", citation.number or "")) and not any(
        part in local for part in re.split("[-/]", symbol)
    )

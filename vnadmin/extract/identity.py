"""One id and one URI for one document, however it is cited."""

from __future__ import annotations

import re
from functools import lru_cache

from ..document import Header
from ..grammar import DocumentNumber, parse_number
from ..grammar.tables import COURT_OR_PROCURACY, document_types, issuer_symbols
from ..vietnamese import canonical, fold
from .bodies import home_of, identity_name

_LOCAL = ("UBND", "HĐND", "UB", "TU", "HU", "QU", "ĐU", "TTHĐND")
_HIGHEST = ("TANDTC", "VKSNDTC", "VKSTC")
_LOCAL_LEVELS = ("department", "party-province", "party-district", "party-grassroots")


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """A readable ASCII key: "Nghị định" → "nghi-dinh"."""
    return re.sub(r"[^a-z0-9]+", "-", fold(canonical(text))).strip("-")


@lru_cache(maxsize=4096)
def is_local(symbol: str) -> bool:
    """Whether many bodies of the land number their documents with `symbol`."""
    for part in re.split("[-/]", symbol):
        bodies = issuer_symbols().get(part, ())
        if COURT_OR_PROCURACY.fullmatch(part) and part not in _HIGHEST:
            return True
        if part in _LOCAL or (bodies and all(body.level in _LOCAL_LEVELS for body in bodies)):
            return True
    return False


def identity(
    kind: str,
    number: DocumentNumber | str | None,
    name: str | None,
    year: int | None,
    body: str | None,
) -> str:
    """One id for one document however it is cited: no spacing, no position in it.

    A number with a year names a document of a central body; other numbers need the year, and a
    local body's or a Party committee's number its name.
    """
    parts = [slug(kind)]
    if isinstance(number, DocumentNumber):
        parts.append(slug(number.text))
        if number.year is None and year is not None and "qh" not in number.symbol.lower():
            parts.append(str(year))
        if body is not None and (kind == "Bản án" or is_local(number.symbol)):
            parts.append(slug(body))
    elif number is not None:
        parts += [slug(number), str(year or ""), slug(body or "")]
    elif name is not None:
        parts[0] = slug(name)
        if year is not None:
            parts.append(str(year))
    return "/".join(part for part in parts if part)


def uri(
    kind: str, number: str | None, name: str | None, year: int | None, body: str | None
) -> str | None:
    """The document as an Akoma Ntoso work: "/akn/vn/act/nghi-dinh/2022/39-2022-nd-cp".

    The date is the year alone, which the naming convention allows where it identifies the work:
    so a citation that leaves the day out has the same URI. A body comes in only where its number
    series isn't the only one of that symbol. `None` where the year or the number isn't known.

    Args:
        kind: the type ("Nghị định").
        number: the full number; or
        name: the law's name, type word included.
        year: of the number or the date.
        body: who issued it, in canonical form.
    """
    parsed = parse_number(number) if number is not None else None
    if parsed is not None and parsed.year is not None:
        year = parsed.year
    if year is None or (parsed is None and name is None and not _standard(number)):
        return None
    local = parsed is not None and (kind == "Bản án" or is_local(parsed.symbol))
    author = body if local else None
    work = number if number is not None else (name or "")
    parts = ["", "akn", "vn", _class(kind), slug(kind), slug(author or ""), str(year), slug(work)]
    return "/" + "/".join(part for part in parts if part)


def _standard(number: str | None) -> bool:
    return number is not None and re.search("[A-Z] [0-9]", number) is not None


@lru_cache(maxsize=256)
def _class(kind: str) -> str:
    systems = next((each.systems for each in document_types() if each.name == kind), ())
    if kind in ("Bản án", "Án lệ"):
        return "judgment"
    return "act" if "normative" in systems or "old" in systems else "doc"


def own_identity(own: Header) -> tuple[str | None, str | None]:
    """The id and URI that citations of the document itself have, as far as its header tells."""
    number = parse_number(own.number) if own.number is not None else None
    if own.type is None or number is None or own.number is None:
        return None, None
    year = int(own.date[:4]) if own.date is not None else None
    body = identity_name(own.issuer, home_of(own)) if own.issuer is not None else None
    key = identity(own.type, number, None, year, body)
    return key, uri(own.type, own.number, None, year, body)

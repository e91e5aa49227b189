"""Cross-checks of a citation's parts: warnings and confidence."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz.distance import Levenshtein

from ..grammar import symbol_issuers, symbol_known, symbol_types
from ..grammar.tables import Issuer, issuer_symbols, symbols
from ..vietnamese import canonical
from .draft import Draft

_PARTY_LEVELS = {"TW": "party-central", "TƯ": "party-central", "TU": "party-province"}
_LEVEL_SYMBOL = {"party-central": "TW", "party-province": "TU", "party-district": "HU"}
# First and last year of each National Assembly's acts.
_TERMS = {
    9: (1992, 1997), 10: (1997, 2002), 11: (2002, 2007), 12: (2007, 2011), 13: (2011, 2016),
    14: (2016, 2021), 15: (2021, 2026), 16: (2026, 2031),
}  # fmt: skip


def check(draft: Draft, issuer_text: str | None) -> list[str]:
    """Return the warnings about `draft`, each starting with a stable code."""
    found = list(draft.warnings)
    number, date = draft.number, draft.date
    if date is not None and date.impossible:
        found.append("impossible-date: the date printed can't exist")
    if number is None:
        return found
    types = symbol_types(number.symbol)
    if draft.type_named and types and symbol_known(number.symbol) and not _type_fits(draft, types):
        found.append(
            f"symbol-type: {number.text} is the number of a {types[0]}, but the text says"
            f" {draft.type}"
        )
    if date is not None and number.year is not None and date.year not in (0, number.year):
        found.append(f"year-date: {number.text} is dated {date.year}")
    term = re.search(r"QH([0-9]{1,2})$", number.symbol)
    year = number.year or (date.year if date else None)
    if term is not None and year and int(term[1]) in _TERMS:
        first, last = _TERMS[int(term[1])]
        if not first <= year <= last:
            found.append(f"term-date: {term[0]} sat from {first} to {last}, not in {year}")
    mismatch = issuer_mismatch(draft, issuer_text)
    if mismatch is not None:
        found.append(mismatch)
    elif not symbol_known(number.symbol):
        likely = likely_number(draft)
        if likely is not None and Levenshtein.distance(likely, number.text) == 1:
            found.append(f"symbol-unknown: nobody numbers with {number.symbol}; likely {likely}")
    return found


def _type_fits(draft: Draft, types: tuple[str, ...]) -> bool:
    if draft.type in types or types[0] == "Thông cáo":
        return True  # TC is the Ministry of Finance, too
    joint = draft.type.split(" liên")[0]
    if any(joint == kind.split(" liên")[0] or joint.startswith(f"{kind} ") for kind in types):
        return True
    # "Công văn" is also what the text may call a petition, report or notice sent as a letter;
    # an issuer-unit symbol may carry any letter-like document.
    return types[0] == "Công văn" or draft.type in ("Công văn", "Luật", "Bộ luật", "Pháp lệnh")


def issuer_mismatch(draft: Draft, issuer_text: str | None) -> str | None:
    """The `symbol-issuer` warning, naming the likely reading, or `None` where all agrees."""
    if draft.number is None or draft.issuer is None or issuer_text is None:
        return None
    symbol = draft.number.symbol
    theirs = symbol_issuers(symbol)
    bodies = draft.issuer.bodies
    if not theirs or not bodies:
        return None
    # "59 TC/TCT": the ministry before its department
    if any(_owns(body, part) for body in bodies for part in (*theirs, draft.number.segments[0])):
        return None
    known = [issuer_symbols()[part] for part in theirs if part in issuer_symbols()]
    if not known or any(_related(body, other) for body in bodies for g in known for other in g):
        return None
    message = f'symbol-issuer: {draft.number.text} is not a number of "{issuer_text}"'
    likely = likely_number(draft)
    return message + (f"; likely {likely}" if likely else "")


def likely_number(draft: Draft) -> str | None:
    """The number with the symbol the issuer would have, where that is one."""
    if draft.number is None or draft.issuer is None:
        return None
    for part, level in _PARTY_LEVELS.items():
        levels = {body.level for body in draft.issuer.bodies}
        if part in draft.number.segments and level not in levels:
            for other in levels:
                if other in _LEVEL_SYMBOL:
                    return draft.number.text.removesuffix(part) + _LEVEL_SYMBOL[other]
    if len(draft.number.segments) == 2 and draft.issuer.bodies and draft.issuer.bodies[0].symbols:
        for own in draft.issuer.bodies[0].symbols:
            kind = draft.number.segments[0]
            for separator in "-/":
                if f"{kind}{separator}{own}" in symbols():
                    cut = len(draft.number.text) - len(draft.number.symbol)
                    return draft.number.text[:cut] + f"{kind}{separator}{own}"
    return None


def _owns(body: Issuer, part: str) -> bool:
    bare = re.sub("[0-9]+$", "", part)
    return part in body.symbols or bare in body.symbols or part in body.abbreviations


def _related(body: Issuer, other: Issuer) -> bool:
    """Bodies that issue under each other's symbol: a ministry's heirs, a body and its office."""
    if body.name == other.name or body.level == other.level:
        # Ministries merged and renamed; provinces share one symbol.
        same_party = body.level.startswith("party")
        return body.name == other.name or same_party or bool(set(body.symbols) & set(other.symbols))
    first, second = canonical(body.name), canonical(other.name)
    state = {"Chính phủ", "Thủ tướng Chính phủ", "Hội đồng Chính phủ", "Phủ Thủ tướng"}
    return first in second or second in first or {body.name, other.name} <= state


def confidences(draft: Draft, warnings: list[str]) -> Mapping[str, float]:
    """How sure each part is, from the evidence there is; 0 for a part that isn't there."""
    codes = {warning.split(":")[0] for warning in warnings}
    return {
        "type": _type_confidence(draft, codes),
        "number": _number_confidence(draft, codes),
        "date": _date_confidence(draft, codes),
        "issuer": _issuer_confidence(draft, codes),
    }


def _type_confidence(draft: Draft, codes: set[str]) -> float:
    if "symbol-type" in codes:
        return 0.6
    if draft.name_span is not None:
        return 0.99
    types = symbol_types(draft.number.symbol) if draft.number else ()
    if not draft.type_named:
        return 0.85 if types else 0.6
    return 0.99 if draft.type in types else 0.95


def _number_confidence(draft: Draft, codes: set[str]) -> float:
    if draft.name_span is not None and draft.number is None:
        return 0.0
    if draft.serial is None:
        return 0.0
    if draft.number is None:
        return 0.8 if draft.date is not None else 0.6
    value = 0.97 if symbol_known(draft.number.symbol) else 0.85
    if draft.date is not None and draft.number.year == draft.date.year:
        value = min(0.99, value + 0.02)
    if draft.elided:
        value -= 0.05
    for code, cost in (("symbol-issuer", 0.4), ("year-date", 0.25), ("term-date", 0.25)):
        if code in codes:
            value -= cost
    return round(max(value, 0.1), 3)


def _date_confidence(draft: Draft, codes: set[str]) -> float:
    if draft.date is None or draft.date.iso is None:
        return 0.0
    return 0.6 if "year-date" in codes else 0.98


def _issuer_confidence(draft: Draft, codes: set[str]) -> float:
    if draft.issuer is None:
        return 0.0
    if "symbol-issuer" in codes:
        return 0.6
    value = 0.75 if draft.issuer.guessed else 0.93
    theirs = symbol_issuers(draft.number.symbol) if draft.number else ()
    if any(_owns(body, part) for body in draft.issuer.bodies for part in theirs):
        value = 0.98
    return round(value - (0.05 if draft.issuer_before else 0.0), 3)

"""The number of a document: "39/2022/NĐ-CP", "23-QĐ/TW", "64/2025/QH15", "1842b/CTPH-BVHTTDL".

A number is a serial, maybe a letter, maybe a year, and a symbol: parts of capital letters that say
the type and the issuer (or, for an official letter, the issuer and the unit). Separators are
kept as printed; spaces and line breaks inside are not part of it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .tables import COURT_OR_PROCURACY, issuer_segment_known, issuer_symbols, symbols, type_symbols

SegmentRole = Literal["type", "issuer", "other"]

_SEGMENT = r"[A-ZĐƯ][A-Za-zĐđƯ0-9&]{0,15}"
_NUMBER = re.compile(
    r"(?P<serial>[0-9]{1,6})?(?P<suffix>[a-zđ]{1,3}|[A-D](?=[-/]))?"
    r"(?:[/-](?P<year>(?:19|20)[0-9]{2}|[4-9][0-9](?=/)|[0-9]{2}(?=/QH)"
    r"|(?P<misprint>0[0-9]{2}|20[0-9])(?=/)))?"
    rf"[/-](?P<symbol>{_SEGMENT}(?:[-/]{_SEGMENT}){{0,11}})"
)
_PREFIX = re.compile(r"\s*(?:[Ss][ốô]|SỐ)?\s*:?[\s.…_]*")
_SLASHES = str.maketrans(
    {
        "⁄": "/",
        "∕": "/",
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "\u00ad": "-",
        "\ufffe": "-",
        "Ð": "Đ",
    }
)
_LONE = re.compile(
    r"\n\s{0,16}(?:[-–—.]{0,2} ?[0-9]{1,3} ?[-–—.]{0,2}|[^\w\s/⁄∕‐‑–—-]{1,3}|[a-z])"
    r"[ \t\r]{0,4}(?=\n)"
)
_MAX_LENGTH = 160


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A parsed number.

    `serial` and `suffix` are as printed ("07", "b"); `serial` is `None` where the blank was
    never filled in. `text` is the normalised number: no spaces, Đ restored.
    """

    text: str
    serial: str | None
    suffix: str
    year: int | None
    symbol: str

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of the symbol: ("QĐ", "TW")."""
        return tuple(re.split("[-/]", self.symbol))


def squeeze(text: str) -> str:
    """Return `text` as NFC without white space, its dashes, slashes and Đ in the usual form.

    A page number or a speck on a line of its own goes, too.
    """
    return "".join(_LONE.sub("", unicodedata.normalize("NFC", text)).translate(_SLASHES).split())


def parse_number(text: str) -> DocumentNumber | None:
    """Read `text` as one document number, a leading "Số:" and blanks allowed; else `None`.

    A bare serial ("217") or a date is not a number: a number has a symbol.
    """
    if len(text) > _MAX_LENGTH:
        return None
    prefix = _PREFIX.match(text)
    body = squeeze(text[prefix.end() if prefix else 0 :])
    body = re.sub(r"^([0-9]{1,6})\.([a-zđ][/-])", r"\1\2", body)
    return _parse_squeezed(body)


@lru_cache(maxsize=4096)
def _parse_squeezed(body: str) -> DocumentNumber | None:
    match = _NUMBER.fullmatch(body)
    if match is None:
        return None
    serial, suffix, symbol = match["serial"], match["suffix"] or "", match["symbol"]
    if serial is None and suffix:
        return None
    if not all(_well_formed(segment) for segment in re.split("[-/]", symbol)):
        return None
    year = int(match["year"]) if match["year"] else None
    if match["misprint"]:
        year = None
    elif year is not None and year < 100:
        year += 1900 if year >= 40 else 2000
    return DocumentNumber(body, serial, suffix, year, symbol)


def _well_formed(segment: str) -> bool:
    """Mostly capitals, as in "TTg" or "BLĐTBXH", unlike a word with a capital."""
    if segment in type_symbols() or issuer_segment_known(segment):
        return True
    lower = sum(c.islower() for c in segment)
    return lower <= 2 and lower < sum(c.isupper() for c in segment)


def roles(symbol: str) -> tuple[SegmentRole, ...]:
    """What each part of `symbol` stands for; only the first part can be a type."""
    segments = re.split("[-/]", symbol)
    found: list[SegmentRole] = []
    for index, segment in enumerate(segments):
        if index == 0 and segment in type_symbols() and not _issuer_first(segments):
            found.append("type")
        elif issuer_segment_known(segment):
            found.append("issuer")
        else:
            found.append("other")
    return tuple(found)


def _issuer_first(segments: list[str]) -> bool:
    """Whether letters that are both a type and an issuer mean the issuer ("TC-TCT")."""
    first = segments[0]
    return (
        first in issuer_symbols()
        and "-".join(segments) not in symbols()
        and "/".join(segments) not in symbols()
        and not (len(segments) > 1 and issuer_segment_known(segments[-1]))
        and not any(map(COURT_OR_PROCURACY.fullmatch, segments[1:]))
    )


@lru_cache(maxsize=4096)
def symbol_known(symbol: str) -> bool:
    """Whether `symbol` is in use or made of parts in use: a type and issuers, a term, a letter.

    "NĐ-CP", "TTLT-BYT-BTC", "QH15", "UBTVQH14", "HĐBT" and "VPCP-CN" are known; "ABC-DEF" isn't.
    """
    if symbol in symbols() or re.fullmatch(r"(?:QH|UBTVQH)[0-9]{1,2}", symbol):
        return True
    parts = roles(symbol)
    if parts[0] == "type":
        return "issuer" in parts[1:]
    if parts[0] == "issuer":  # an official letter: issuer and unit
        return len(parts) > 1
    return False


@lru_cache(maxsize=4096)
def symbol_types(symbol: str) -> tuple[str, ...]:
    """The types the symbol can stand for, most usual first; empty where it says nothing."""
    entry = symbols().get(symbol)
    if entry is not None and entry.type:
        named = type_symbols().get(symbol.split("-")[0].split("/")[0], ())
        return (entry.type, *(name for name in named if name != entry.type))
    segments = re.split("[-/]", symbol)
    if segments[0] in type_symbols() and roles(symbol)[0] == "type":
        return type_symbols()[segments[0]]
    for segment in segments[1:]:  # old order: "BYT/QĐ", "LĐTBXH-QĐ"
        if segment in ("QĐ", "TT", "CT", "NQ") and segments[0] in issuer_symbols():
            return type_symbols()[segment]
    if symbol.startswith(("QH", "UBTVQH")) and len(segments) == 1:
        return ()
    if roles(symbol)[0] == "issuer" and len(segments) > 1:
        return ("Công văn",)
    return ()


@lru_cache(maxsize=4096)
def symbol_issuers(symbol: str) -> tuple[str, ...]:
    """Symbols of the issuers within `symbol`: ("BYT", "BTC") of "TTLT-BYT-BTC"."""
    segments = re.split("[-/]", symbol)
    kinds = roles(symbol)
    if kinds[0] == "issuer":
        return (segments[0],)
    return tuple(s for s, kind in zip(segments, kinds, strict=True) if kind == "issuer")

"""The tables in `data/`: document types, issuers, symbols in use, laws, provinces.

Each is a TSV file with a header row and a `source` column, read once, on first use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..errors import ModelError
from ..vietnamese import canonical, fold
from .custom import custom_rows

TABLES = (
    "document_types", "issuers", "symbols", "symbols_cited", "laws", "law_abbreviations",
    "provinces", "divisions", "issuer_history", "treaties",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A kind of document, its abbreviations and the systems (state, party, …) that issue it."""

    name: str
    abbreviations: tuple[str, ...]
    systems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issuer:
    """A body that issues documents: its symbols in numbers, level and abbreviated names."""

    name: str
    symbols: tuple[str, ...]
    level: str
    abbreviations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol in use ("QĐ-TTg"), the type it stands for and whose it is (`None`: several's)."""

    symbol: str
    type: str | None
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Law:
    """A law, code or ordinance: `name` without the type word; dates as YYYY-MM-DD.

    `date` is when it was passed, `effective` when it took effect; `date_known` tells whether the
    table's source for the date is a good one.
    """

    type: str
    name: str
    number: str | None
    date: str | None
    issuer: str | None
    effective: str | None = None
    date_known: bool = True

    @property
    def year(self) -> int | None:
        """The year it was passed: of its date, or the one within its number."""
        if self.date is not None:
            return int(self.date[:4])
        within = re.search(r"/((?:19|20)[0-9]{2})/", self.number or "")
        return int(within[1]) if within else None


def data_directory() -> Path:
    """Return the directory of the tables: inside the wheel, or the checkout's `data/`.

    Raises:
        ModelError: if neither place holds them.
    """
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "data", package.parent / "data"):
        if (candidate / "document_types.tsv").is_file():
            return candidate
    raise ModelError(f"the data tables are missing from {package / 'data'}: reinstall vnadmin")


def read_table(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of the table `name`, the user's own last, keyed by the header row.

    Raises:
        ModelError: if the table is missing or a row has too few or too many cells.
    """
    path = data_directory() / f"{name}.tsv"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    head = lines[0].split("\t")
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != len(head):
            raise ModelError(f"{path}:{number}: {len(cells)} cells, expected {len(head)}")
        yield dict(zip(head, cells, strict=True))
    yield from custom_rows(name)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


@lru_cache(maxsize=1)
def document_types() -> tuple[DocumentType, ...]:
    """Every known document type."""
    return tuple(
        DocumentType(row["name"], _split(row["abbreviations"]), _split(row["systems"]))
        for row in read_table("document_types")
    )


@lru_cache(maxsize=1)
def issuers() -> tuple[Issuer, ...]:
    """Every known issuer."""
    return tuple(
        Issuer(row["name"], _split(row["symbols"]), row["level"], _split(row["abbreviations"]))
        for row in read_table("issuers")
    )


@lru_cache(maxsize=1)
def symbols() -> Mapping[str, Symbol]:
    """The symbols in use, by symbol."""
    return {
        row["symbol"]: Symbol(row["symbol"], row["type"] or None, row["issuer"] or None)
        for row in read_table("symbols")
    }


@lru_cache(maxsize=1)
def symbols_by_skeleton() -> Mapping[str, tuple[str, ...]]:
    """Symbols in use or often cited, by what an engine without a đ makes of them."""
    result: dict[str, tuple[str, ...]] = {}
    for symbol in dict.fromkeys(
        [*symbols(), *(row["symbol"] for row in read_table("symbols_cited"))]
    ):
        result[fold(symbol)] = (*result.get(fold(symbol), ()), symbol)
    return result


@lru_cache(maxsize=1)
def no_comma_after() -> frozenset[str]:
    """Words that all but never stand before a comma ("các"): what looks like one is a speck."""
    return frozenset(row["word"] for row in read_table("no_comma_after"))


@lru_cache(maxsize=1)
def laws() -> tuple[Law, ...]:
    """Every known law, code and ordinance; older ones may lack number or date."""
    return tuple(
        Law(
            row["type"],
            row["name"],
            row["number"] or None,
            row["date"] or None,
            row["issuer"] or None,
            row["effective"] or None,
            re.search("date (?:second-hand|not checked)", row["source"]) is None,
        )
        for row in read_table("laws")
    )


@lru_cache(maxsize=1)
def treaties() -> tuple[str, ...]:
    """The treaties known by name, their type word first, in short ("Công ước về quyền trẻ em")."""
    return tuple(f"{row['type']} {row['name']}" for row in read_table("treaties"))


@lru_cache(maxsize=1)
def type_symbols() -> Mapping[str, tuple[str, ...]]:
    """Type names by abbreviation ("QĐ" → Quyết định, Quy định)."""
    found: dict[str, list[str]] = {}
    for kind in document_types():
        for abbreviation in kind.abbreviations:
            found.setdefault(abbreviation, []).append(kind.name)
    # "QĐ" is first of all a decision; a regulation of the Party shares the letters.
    return {
        key: tuple(sorted(names, key=lambda n: n == "Quy định")) for key, names in found.items()
    }


@lru_cache(maxsize=1)
def issuer_symbols() -> Mapping[str, tuple[Issuer, ...]]:
    """Issuers by the symbol they have in numbers ("BTC" → Bộ Tài chính)."""
    found: dict[str, list[Issuer]] = {}
    for issuer in issuers():
        for symbol in issuer.symbols:
            found.setdefault(symbol, []).append(issuer)
    return {key: tuple(bodies) for key, bodies in found.items()}


@lru_cache(maxsize=1)
def types_by_name() -> Mapping[str, str]:
    """Full type names by canonical name and by the abbreviations safe to read as a word."""
    found = {canonical(kind.name): kind.name for kind in document_types()}
    found["uỷ quyền"] = "Giấy ủy quyền"
    return found


_TERM = re.compile(r"(?:QH|UBTVQH|HĐNN)[0-9]{1,2}")
COURT_OR_PROCURACY = re.compile("(?:VKS|TAND)[A-ZĐ]{0,8}")
"""The letters of a court or procuracy and its place: "VKSTP", "VKSHN"."""
_UNIT_NUMBER = re.compile(r"[0-9]+$")


def issuer_segment_known(segment: str) -> bool:
    """Whether one part of a symbol stands for an issuer ("BTC", "QH15", "NHNN1")."""
    known = issuer_symbols()
    return (
        segment in known
        or _TERM.fullmatch(segment) is not None
        or _UNIT_NUMBER.sub("", segment) in known
        or COURT_OR_PROCURACY.fullmatch(segment) is not None
    )

"""What a page about documents shows beside them: how many of each kind, and which need a look."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from vnadmin.errors import UsageError
from vnadmin.index.questions import entry
from vnadmin.index.rows import Doubtful, Entry, Facets, Warned
from vnadmin.index.schema import BANDS, DOUBTFUL, RELATIONS

_VALUES = 100  # of each facet, at most
_NARROW = "documents INDEXED BY documents_narrow"


def facets(
    connection: sqlite3.Connection,
    hits: str,
    values: Sequence[object],
    *,
    works: Sequence[int] = (),
) -> Facets:
    """Count documents by what they are.

    Args:
        hits: a query of them, with a column `id`.
        values: of its parameters.
        works: if any, only their citations count for `relation`, as the filter of search has it.
    """
    found: dict[str, Counter[Any]] = {name: Counter() for name in _FACETS}
    cursor = connection.cursor()
    cursor.row_factory = None
    rows = cursor.execute(
        f"SELECT type, issuing_body, date, relations, least FROM ({hits}) AS hits "
        f"CROSS JOIN {_NARROW} ON documents.id = hits.id",
        values,
    ).fetchall()
    if rows:  # by column: SQLite would sort them all
        kinds, issuers, dates, relations, least = map(Counter, zip(*rows, strict=True))
        found["type"], found["issuer"] = kinds, issuers
        for date, count in dates.items():
            found["year"][date and date[:4]] += count
        for bits, count in relations.items():
            for number in range(len(RELATIONS)):
                if bits >> number & 1:
                    found["relation"][number] += count
        for sure, count in least.items():
            for limit in BANDS:
                if sure is not None and sure < limit:
                    found["below"][limit] += count
    if works:
        marks = ",".join("?" * len(works))
        found["relation"] = Counter(
            dict(
                connection.execute(
                    f"SELECT relation, count(DISTINCT document) FROM citations WHERE work IN "
                    f"({marks}) AND document IN ({hits}) GROUP BY 1",
                    (*works, *values),
                ).fetchall()
            )
        )
    return _told(connection, found)


def all_facets(connection: sqlite3.Connection) -> Facets:
    """The same of all documents, as the adder keeps count of them."""
    found: dict[str, Counter[Any]] = {name: Counter() for name in _FACETS}
    for kind, value, count in connection.execute("SELECT kind, value, documents FROM tallies"):
        if kind in found and value != "":
            found[kind][value] = count
    return _told(connection, found)


_FACETS = ("type", "issuer", "year", "relation", "below")


def _told(connection: sqlite3.Connection, found: dict[str, Counter[Any]]) -> Facets:
    """The most frequent values with their names; years and bands in their order."""
    counts: dict[str, tuple[tuple[str, int], ...]] = {}
    for name, counter in found.items():
        counter.pop(None, None)
        named = [(_named(connection, name, value), n) for value, n in counter.items()]
        if name == "year":
            named.sort(reverse=True)
        elif name == "below":
            named.sort(key=lambda pair: int(pair[0]))
        else:
            named.sort(key=lambda pair: (-pair[1], pair[0]))
        counts[name] = tuple(named[:_VALUES])
    return Facets(**counts)


def _named(connection: sqlite3.Connection, name: str, value: Any) -> str:
    if name == "relation":
        return RELATIONS[value]
    if name in ("type", "issuer"):
        (text,) = connection.execute("SELECT text FROM strings WHERE id = ?", (value,)).fetchone()
        return str(text)
    return str(value)


def located(connection: sqlite3.Connection, document_id: str, part: int) -> Entry:
    """The document of that id of its JSON, and that part of the file.

    Raises:
        UsageError: there is none.
    """
    row = connection.execute(
        "SELECT documents.id FROM files JOIN documents ON documents.file = files.id "
        "WHERE document_id = ? AND copy_of IS NULL AND part = ?",
        (document_id, part),
    ).fetchone()
    if row is None:
        raise UsageError(f"no document {document_id} in the index")
    return entry(connection, row["id"])


def warnings_of(connection: sqlite3.Connection, document: int) -> list[Warned]:
    """The warnings of a document and of its citations, its own first."""
    rows = connection.execute(
        "SELECT seq, code, text FROM warnings WHERE document = ? ORDER BY seq, id", (document,)
    )
    return [Warned(row["seq"], row["code"], row["text"]) for row in rows]


def doubtful(
    connection: sqlite3.Connection, *, limit: int = 50, offset: int = 0
) -> Iterator[Doubtful]:
    """Documents by how many warnings and unsure citations they have; incomplete ones first."""
    rows = connection.execute(
        "SELECT id, (SELECT count(*) FROM warnings WHERE document = documents.id) AS warned, "
        "(SELECT count(*) FROM citations WHERE document = documents.id AND confidence < ?) "
        "AS unsure FROM documents WHERE doubt > 0 ORDER BY doubt DESC, id LIMIT ? OFFSET ?",
        (DOUBTFUL, limit, offset),
    ).fetchall()
    for row in rows:
        yield Doubtful(entry(connection, row["id"]), row["warned"], row["unsure"])

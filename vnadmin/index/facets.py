"""What a page about documents shows beside them: how many of each kind, and which need a look."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from vnadmin.errors import UsageError
from vnadmin.index.questions import entry
from vnadmin.index.rows import Doubtful, Entry, Facets, Warned
from vnadmin.index.schema import RELATIONS

DOUBTFUL = 80
"""Per cent: a citation less sure than this is worth a look."""
BANDS = (50, 80, 95)
"""Per cent: documents are counted that have a citation less sure than each."""
_COUNTED_CITATIONS = 2_000  # documents: of more, their citations aren't counted one by one
_VALUES = 100  # of each facet, at most

_OF_DOCUMENTS = """
SELECT 'type', (SELECT text FROM strings WHERE id = type), count(*) FROM hits
    JOIN documents USING (id) WHERE type IS NOT NULL GROUP BY type
UNION ALL SELECT 'issuer', (SELECT text FROM strings WHERE id = issuing_body), count(*) FROM hits
    JOIN documents USING (id) WHERE issuing_body IS NOT NULL GROUP BY issuing_body
UNION ALL SELECT 'year', substr(date, 1, 4), count(*) FROM hits
    JOIN documents USING (id) WHERE date IS NOT NULL GROUP BY 2
"""
_OF_CITATIONS = """
UNION ALL SELECT 'relation', relation, count(*) FROM
    (SELECT DISTINCT relation, document FROM hits JOIN citations ON document = hits.id {cited})
    GROUP BY 2
UNION ALL SELECT 'below', limits.value, count(*) FROM
    (SELECT min(confidence) AS least FROM hits JOIN citations ON document = hits.id
    GROUP BY hits.id) JOIN json_each(?) AS limits ON least < limits.value GROUP BY 2
"""


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
    found: dict[str, list[tuple[str, int]]] = {}
    (total,) = connection.execute(f"SELECT count(*) FROM ({hits})", values).fetchone()
    sql = f"WITH hits AS MATERIALIZED ({hits}) {_OF_DOCUMENTS}"
    given = list(values)
    if total <= _COUNTED_CITATIONS:
        cited = f"WHERE work IN ({','.join('?' * len(works))})" if works else ""
        sql += _OF_CITATIONS.format(cited=cited)
        given += [*works, json.dumps(BANDS)]
    for name, value, count in connection.execute(sql, given):
        found.setdefault(name, []).append((_named(name, value), count))
    for name, counts in found.items():
        if name == "year":
            counts.sort(reverse=True)
        elif name == "below":
            counts.sort(key=lambda pair: int(pair[0]))
        else:
            counts.sort(key=lambda pair: (-pair[1], pair[0]))
        del counts[_VALUES:]
    return Facets(
        **{
            name: tuple(found.get(name, ()))
            for name in ("type", "issuer", "year", "relation", "below")
        }
    )


def all_facets(connection: sqlite3.Connection) -> Facets:
    """The same of all documents, their citations counted however many they are."""
    of_documents = facets(connection, "SELECT id FROM documents", ())
    relations = connection.execute(
        "SELECT relation, count(*) FROM (SELECT DISTINCT relation, document FROM citations) "
        "GROUP BY 1 ORDER BY 2 DESC"
    ).fetchall()
    least = "SELECT min(confidence) AS least FROM citations GROUP BY document"
    below = connection.execute(
        f"SELECT limits.value, count(*) FROM ({least}) JOIN json_each(?) AS limits "
        "ON least < limits.value GROUP BY 1 ORDER BY 1",
        (json.dumps(BANDS),),
    ).fetchall()
    return Facets(
        of_documents.type, of_documents.issuer, of_documents.year,
        tuple((_named("relation", value), count) for value, count in relations),
        tuple((_named("below", value), count) for value, count in below),
    )  # fmt: skip


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
        "SELECT found.document, sum(warned) AS warned, sum(unsure) AS unsure, complete FROM ("
        "SELECT document, 1 AS warned, 0 AS unsure FROM warnings UNION ALL "
        "SELECT document, 0, 1 FROM citations WHERE confidence < ?1 UNION ALL "
        "SELECT documents.id, 0, 0 FROM documents JOIN files ON files.id = file WHERE NOT complete"
        ") AS found JOIN documents ON documents.id = found.document "
        "JOIN files ON files.id = documents.file "
        "GROUP BY found.document ORDER BY complete, warned + unsure DESC, found.document "
        "LIMIT ?2 OFFSET ?3",
        (DOUBTFUL, limit, offset),
    ).fetchall()
    for row in rows:
        yield Doubtful(entry(connection, row["document"]), row["warned"], row["unsure"])


def _named(name: str, value: object) -> str:
    return RELATIONS[value] if name == "relation" and isinstance(value, int) else str(value)

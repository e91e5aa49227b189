"""What an index answers: who cites what, what was repealed, what is missing, how many."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from vnadmin.errors import UsageError
from vnadmin.index.keys import code_key
from vnadmin.index.rows import (
    Change,
    Contradiction,
    Count,
    Entry,
    Mention,
    Repealed,
    Stats,
    Variant,
    Work,
)
from vnadmin.index.schema import CHANGES, MUCH_CITED, RELATIONS, VERSION
from vnadmin.vietnamese import fold

_DEEPEST = 20  # steps of a chain of amendment
_CONTRADICTIONS = (
    "symbol-issuer", "symbol-type", "year-date", "term-date", "law-date", "issuer-date",
    "unit-date", "future-date", "date-conflict", "impossible-date",
)  # fmt: skip
_STRING = "(SELECT text FROM strings WHERE id = {})"
_NAMES = {
    "year": "nullif(value, '')",
    "issuer": _STRING.format(  # of its spellings, that of the latest document
        "(SELECT issuer FROM documents WHERE issuing_body = value ORDER BY date DESC LIMIT 1)"
    ),
    "type": _STRING.format("value"),
    "place": _STRING.format("value"),
    "relation": "(SELECT name FROM relations WHERE id = value)",
}
COUNTED = tuple(_NAMES)
"""What `counts` can count by."""

_Row = TypeVar("_Row", Work, Variant, Entry)


def make(kind: type[_Row], row: sqlite3.Row) -> _Row:
    """A row of a view as the class whose fields its columns are named as."""
    values: dict[str, Any] = {field.name: row[field.name] for field in fields(kind)}
    if kind is Entry:
        values["path"] = os.fsdecode(values["path"])
        values["complete"] = bool(values["complete"])
    elif kind is Work:
        values["present"] = bool(values["present"])
    return kind(**values)


def work(connection: sqlite3.Connection, identifier: int) -> Work:
    """The work of that number."""
    row = connection.execute("SELECT * FROM work_list WHERE id = ?", (identifier,)).fetchone()
    if row is None:
        raise UsageError(f"no work {identifier} in the index")
    return make(Work, row)


def entry(connection: sqlite3.Connection, identifier: int) -> Entry:
    """The document of that number."""
    row = connection.execute("SELECT * FROM document_list WHERE id = ?", (identifier,)).fetchone()
    if row is None:
        raise UsageError(f"no document {identifier} in the index")
    return make(Entry, row)


def entries(connection: sqlite3.Connection, identifiers: Sequence[int]) -> dict[int, Entry]:
    """The documents of those numbers."""
    marks = ",".join("?" * len(identifiers))
    rows = connection.execute(f"SELECT * FROM document_list WHERE id IN ({marks})", identifiers)
    return {row["id"]: make(Entry, row) for row in rows}


def mention(
    connection: sqlite3.Connection, document: int, seq: int, *, of: Entry | None = None
) -> Mention:
    """The citation of that number in its document."""
    row = connection.execute(
        "SELECT * FROM citation_list WHERE document = ? AND seq = ?", (document, seq)
    ).fetchone()
    names = [field.name for field in fields(Mention)][1:]
    values: dict[str, Any] = {name: row[name] for name in names}
    values["provisions"] = tuple(filter(None, (row["provisions"] or "").split("; ")))
    return Mention(of or entry(connection, document), **values)


def find_works(connection: sqlite3.Connection, query: str, *, limit: int = 20) -> list[Work]:
    """The works that a number, a name or a key means, the most cited first.

    Tried in turn, until one finds any: the key; number or name in any spacing and case, with or
    without diacritics, a type before it or a year behind it; numbers that begin like it.
    """
    key = code_key(query)
    if not key:
        return []
    digits = next((i for i, char in enumerate(key) if char.isdigit()), len(key))
    kind, number = key[:digits], key[digits:]
    base, year = (key[:-4], key[-4:]) if key[-4:].isdigit() else (key, "")
    tries: list[tuple[str, tuple[Any, ...]]] = [
        ("key = ?", (query.strip(),)),
        ("number_key = ?", (key,)),
        ("name_key = ? AND (year IS NULL OR ? = '')", (key, "")),
        ("name_key = ? AND year = ?", (base, year)),
        ("number_key = ?", (number,)),
    ]
    if len(number) > 1 and kind in ("", "so"):
        tries.append(("number_key >= ? AND number_key < ?", (number, number + "{")))
    for condition, values in tries:
        found = connection.execute(
            f"SELECT * FROM work_list WHERE id IN (SELECT id FROM works WHERE {condition})",
            values,
        ).fetchall()
        works = [make(Work, row) for row in found]
        if kind and kind != "so" and condition == "number_key = ?" and works:
            works = [
                each for each in works if code_key(each.type) == kind.removesuffix("so")
            ] or works
        if works:
            works.sort(key=lambda each: (-each.citers, -each.present, each.key))
            return works[:limit]
    return []


def variants(connection: sqlite3.Connection, identifier: int) -> list[Variant]:
    """The ways in which a work is cited, the most usual first."""
    rows = connection.execute(
        "SELECT * FROM variant_list WHERE work = ? ORDER BY mentions DESC, id", (identifier,)
    )
    return [make(Variant, row) for row in rows]


def documents_of(connection: sqlite3.Connection, identifier: int) -> list[Entry]:
    """The documents of the archive that are the work."""
    rows = connection.execute(
        "SELECT * FROM document_list WHERE work = ? ORDER BY id", (identifier,)
    )
    return [make(Entry, row) for row in rows]


def cited_by(
    connection: sqlite3.Connection,
    identifier: int,
    *,
    relation: str | None = None,
    provision: str | None = None,
    likely: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> Iterator[Mention]:
    """The citations of a work: those that change it first, then in the order they were added."""
    where, values = ["work = ?"], [identifier]
    source = "citations"
    order = "relation, document, seq"
    if likely:
        where[0] = "likely = ?"
    if relation is not None:
        where.append("relation = ?")
        values.append(relation_number(relation))
    if provision is not None:
        found = matching_provisions(connection, identifier, provision)
        marks = ",".join("?" * len(found))
        source = (
            f"(SELECT DISTINCT document, seq FROM cited_provisions WHERE work = ? "
            f"AND provision IN ({marks})) JOIN citations USING (document, seq)"
        )
        values = [identifier, *found, *values]
    keys = connection.execute(
        f"SELECT document, seq FROM {source} WHERE {' AND '.join(where)} "
        f"ORDER BY {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    return _mentions(connection, keys)


def matching_provisions(
    connection: sqlite3.Connection, identifier: int, provision: str
) -> list[int]:
    """The provisions cited of a work that lie in the one given: "Điều 5" has its clauses too."""
    asked = _pieces(provision)
    rows = connection.execute(
        "SELECT id, text FROM provisions WHERE id IN "
        "(SELECT DISTINCT provision FROM cited_provisions WHERE work = ?)",
        (identifier,),
    )
    return [row["id"] for row in rows if asked <= _pieces(row["text"])]


def cites(connection: sqlite3.Connection, document: int) -> list[Mention]:
    """The citations in a document, in text order."""
    own = entry(connection, document)
    keys = connection.execute(
        "SELECT seq FROM citations WHERE document = ? ORDER BY seq", (document,)
    ).fetchall()
    return [mention(connection, document, row["seq"], of=own) for row in keys]


def most_cited(
    connection: sqlite3.Connection, *, missing: bool = False, limit: int = 50, offset: int = 0
) -> list[Work]:
    """Works by the number of documents that cite them; `missing`: those not in the archive."""
    absent = "AND NOT EXISTS (SELECT 1 FROM documents WHERE work = works.id)" if missing else ""

    def first(least: int) -> list[sqlite3.Row]:
        return connection.execute(
            f"SELECT id FROM works WHERE citers >= {least} {absent} "
            "ORDER BY citers DESC, mentions DESC, key LIMIT ? OFFSET ?",
            (limit, offset),
        ).fetchall()

    rows = first(MUCH_CITED)  # by an index
    if len(rows) < limit:
        rows = first(1)
    return [work(connection, row["id"]) for row in rows]


def repealed(
    connection: sqlite3.Connection, *, limit: int = 50, offset: int = 0
) -> Iterator[Repealed]:
    """Citations of what another document had repealed or replaced as a whole before.

    Documents without a date count as later. A repeal of single provisions is no repeal of the work.
    """
    rows = connection.execute(
        "SELECT c.document, c.seq, c.work, r.document AS by, r.seq AS by_seq "
        "FROM citations AS r INDEXED BY citations_that_change "
        "JOIN documents AS rd ON rd.id = r.document "
        "JOIN citations AS c ON c.work = r.work AND c.relation >= 2 "
        "JOIN documents AS cd ON cd.id = c.document "
        "WHERE r.relation < 3 AND r.relation < 2 AND c.document != r.document "
        "AND NOT EXISTS (SELECT 1 FROM cited_provisions AS p "
        "WHERE p.document = r.document AND p.seq = r.seq) "
        "AND (cd.date IS NULL OR rd.date IS NULL OR cd.date > rd.date) "
        "LIMIT ? OFFSET ?",
        (limit, offset),
    ).fetchall()
    for row in rows:
        yield Repealed(
            mention(connection, row["document"], row["seq"]),
            work(connection, row["work"]),
            mention(connection, row["by"], row["by_seq"]),
        )


def chain(
    connection: sqlite3.Connection, identifier: int, *, limit: int | None = None
) -> list[Change]:
    """What changed a work, what changed that, and so on; back, what the work itself changes."""
    return [
        *reversed(_changed(connection, identifier, forward=False, limit=limit)),
        *_changed(connection, identifier, forward=True, limit=limit),
    ]


def _changed(
    connection: sqlite3.Connection, identifier: int, *, forward: bool, limit: int | None
) -> list[Change]:
    ask = "c.work = ?" if forward else "d.work = ?"
    query = (
        "SELECT DISTINCT c.document, c.relation, c.work, d.work AS own FROM citations AS c "
        f"JOIN documents AS d ON d.id = c.document WHERE {ask} AND c.relation < {CHANGES} "
        "AND d.work IS NOT c.work ORDER BY d.date, c.relation, c.document"
    )
    steps: list[Change] = []
    seen, level = {identifier}, [identifier]
    for depth in range(1, _DEEPEST + 1):
        following: list[int] = []
        for each in level:
            for row in connection.execute(query, (each,)).fetchall():
                if limit is not None and len(steps) >= limit:
                    return steps
                steps.append(
                    Change(
                        depth if forward else -depth,
                        entry(connection, row["document"]),
                        RELATIONS[row["relation"]],  # type: ignore[arg-type]
                        work(connection, row["work"]),
                    )
                )
                other = row["own"] if forward else row["work"]
                if other is not None and other not in seen:
                    seen.add(other)
                    following.append(other)
        level = following
    return steps


def chained(connection: sqlite3.Connection, *, limit: int = 50, offset: int = 0) -> list[Work]:
    """The works with which chains of amendment begin: changed by others, changing none."""
    rows = connection.execute(
        "SELECT work FROM (SELECT work, count(DISTINCT document) AS changes FROM citations "
        f"INDEXED BY citations_that_change WHERE relation < {CHANGES} GROUP BY work) AS c "
        "WHERE NOT EXISTS (SELECT 1 FROM documents "
        "JOIN citations AS o ON o.document = documents.id "
        f"WHERE documents.work = c.work AND o.relation < {CHANGES} AND o.work != c.work) "
        "ORDER BY changes DESC, work LIMIT ? OFFSET ?",
        (limit, offset),
    ).fetchall()
    return [work(connection, row["work"]) for row in rows]


def contradictions(
    connection: sqlite3.Connection, *, limit: int = 50, offset: int = 0
) -> Iterator[Contradiction]:
    """Works that have several dates in the archive, then mentions that contradict themselves."""
    several = connection.execute(
        "SELECT work, (SELECT group_concat(date, ', ') FROM (SELECT DISTINCT date FROM variants "
        "WHERE work = found.work AND date IS NOT NULL ORDER BY date)) AS dates FROM (SELECT work "
        "FROM variants WHERE date IS NOT NULL GROUP BY work HAVING min(date) < max(date) "
        "LIMIT ? OFFSET ?) AS found",
        (limit, offset),
    ).fetchall()
    for row in several:
        yield Contradiction("dates", row["dates"], work(connection, row["work"]), None)
    if len(several) == limit:
        return
    marks = ",".join("?" * len(_CONTRADICTIONS))
    rows = connection.execute(
        "SELECT warnings.document, warnings.seq, code, text, work FROM warnings "
        "JOIN citations ON citations.document = warnings.document "
        "AND citations.seq = warnings.seq "
        f"WHERE code IN ({marks}) ORDER BY warnings.id LIMIT ? OFFSET ?",
        (*_CONTRADICTIONS, limit - len(several), offset),
    ).fetchall()
    for row in rows:
        yield Contradiction(
            row["code"],
            row["text"],
            work(connection, row["work"]),
            mention(connection, row["document"], row["seq"]),
        )


def counts(connection: sqlite3.Connection, by: str) -> list[Count]:
    """Documents and citations by year, issuer, type or place, or citations by relation."""
    if by not in COUNTED:
        raise UsageError(f"{by}: not one of {', '.join(COUNTED)}")
    order = "1" if by == "year" else "3 DESC" if by == "relation" else "2 DESC, 1"
    rows = connection.execute(
        f"SELECT {_NAMES[by]}, documents, citations FROM tallies WHERE kind = ? ORDER BY {order}",
        (by,),
    )
    return [Count(*row) for row in rows]


def stats(connection: sqlite3.Connection) -> Stats:
    """How much is in the index."""

    def count(what: str) -> int:
        return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])

    (size,) = connection.execute(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    missing = (
        "works WHERE mentions > 0 AND NOT EXISTS (SELECT 1 FROM documents WHERE work = works.id)"
    )
    return Stats(
        files=count("files WHERE copy_of IS NULL"),
        copies=count("files WHERE copy_of IS NOT NULL"),
        documents=count("documents"),
        pages=count("pages"),
        citations=count("citations"),
        works=count("works"),
        missing=count(missing),
        variants=count("variants"),
        provisions=count("cited_provisions"),
        edits=count("edits"),
        warnings=count("warnings"),
        size=size,
        version=VERSION,
    )


def relation_number(relation: str) -> int:
    """The number of a relation by its name.

    Raises:
        UsageError: there is none of that name.
    """
    if relation not in RELATIONS:
        raise UsageError(f"{relation}: not a relation; {', '.join(RELATIONS)}")
    return RELATIONS.index(relation)


def _mentions(connection: sqlite3.Connection, keys: Sequence[sqlite3.Row]) -> Iterator[Mention]:
    entries: dict[int, Entry] = {}
    for row in keys:
        own = entries.get(row["document"]) or entry(connection, row["document"])
        entries[own.id] = own
        yield mention(connection, own.id, row["seq"], of=own)


def _pieces(provision: str) -> set[tuple[str, str]]:
    """ "khoản 2 Điều 5" → its pieces, folded: (khoan, 2), (dieu, 5)."""
    pieces: set[tuple[str, str]] = set()
    label: list[str] = []
    for word in map(_plain, provision.split()):
        if word in _LABEL_WORDS:
            label.append(word)
        elif word:
            pieces.add((" ".join(label), word))
            label = []
    return pieces


def _plain(word: str) -> str:
    return fold(word).lower().strip(",;.")


_LABEL_WORDS = frozenset(
    "dieu khoan diem chuong muc phu luc phan tieu tiet doan gach dau dong".split()
)

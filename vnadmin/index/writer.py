"""Documents into the tables: in batches, each a transaction, each whole or not at all."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from typing import Any

from vnadmin.errors import InputError
from vnadmin.grammar import parse_number
from vnadmin.index.interning import Interned
from vnadmin.index.keys import searchable
from vnadmin.index.prepare import MALFORMED, Part, Prepared, malformed
from vnadmin.index.schema import BANDS, DOUBTFUL, INCOMPLETE

_FULL_ROWS, _FULL_TEXT = 50_000, 20_000_000  # a batch: citations and edits, code points
_MUCH = 1.5  # times as many documents as when the words were counted last

_INSERTS = {
    "files": 10,
    "pages": 7,
    "edits": 10,
    "documents": 21,
    "citations": 12,
    "cited_provisions": 4,
    "warnings": 5,
    "texts": 3,
}
"""Columns of the tables that rows are gathered for, parents before children."""
_USES = {
    "strings": {
        "files": "kind",
        "works": "type number name issuer",
        "variants": "type number name issuer",
        "documents": "type number issuer issuing_body parent_issuer place urgency secrecy",
    },
    "provisions": {"cited_provisions": "provision"},
}
"""Which columns use what is kept once."""


class Writer:
    """Puts documents into an open index; the caller begins and ends the transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known = Interned(connection)
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _INSERTS}
        self._folded: list[tuple[int, str, str]] = []
        self._seen = _Seen()
        self._gone = _Seen()
        self._text = 0
        self._file = self._document = 0

    def begin(self) -> None:
        """Take note of where ids go on; at the start of each transaction."""
        self._known.begin()
        self._file = self._last("files")
        self._document = self._last("documents")

    def full(self) -> bool:
        """Whether it is time to commit."""
        rows = len(self._rows["citations"]) + len(self._rows["edits"])
        return rows >= _FULL_ROWS or self._text >= _FULL_TEXT

    def add(self, path: str | bytes, stamp: str, digest: bytes, document: Prepared) -> None:
        """Add a file's documents; none of that path or id is in the index.

        Raises:
            InputError: the form isn't that of a document; nothing of it is added.
        """
        lists = [*self._rows.values(), self._folded, *self._seen.lists()]
        lengths = [len(each) for each in lists]
        try:
            self._add_file(path, stamp, digest, document, None)
            self._rows["pages"] += [(self._file, *page) for page in document.pages]
            self._rows["edits"] += [(self._file, *edit) for edit in document.edits]
            for number, part in enumerate(document.parts):
                self._add_part(number, part, document.source[4])
        except MALFORMED as error:
            for each, length in zip(lists, lengths, strict=True):
                del each[length:]
            self._known.unsettle_new()
            raise InputError(malformed(error)) from error

    def add_copy(
        self, path: str | bytes, stamp: str, digest: bytes, document: Prepared, of: int
    ) -> None:
        """Note a file whose document is in the index from the file `of`."""
        self._add_file(path, stamp, digest, document, of)

    def _add_file(
        self,
        path: str | bytes,
        stamp: str,
        digest: bytes,
        document: Prepared,
        copy_of: int | None,
    ) -> None:
        self._file += 1
        identifier, name, kind, pages, complete = document.source
        self._rows["files"].append(
            (
                self._file, path, stamp, digest, identifier, name, self._known.string(kind),
                pages, complete, copy_of,
            )
        )  # fmt: skip

    def _add_part(self, number: int, part: Part, complete: bool) -> None:
        self._document += 1
        document, known, rows = self._document, self._known, self._rows
        string = known.optional_string
        rows["texts"].append((document, part.head, part.body))
        self._folded.append((document, *part.folded))
        for warning in part.warnings:
            self._warn(document, None, warning)
        works, variants, cited = [], [], rows["citations"].append
        relations, sure, warned = [], [], len(part.warnings)
        for seq, (key, stated, new, relation, spot, likely, places, warnings) in enumerate(
            part.citations
        ):
            work = known.works.get(key) or known.work(key, new)
            variant = known.variants.get((work, stated)) or known.variant(work, stated)
            likely_work = known.work(*likely) if likely else None
            cited((document, seq, work, variant, likely_work, relation, *spot))
            works.append(work)
            variants.append(variant)
            relations.append(relation)
            sure.append(spot[5])
            warned += len(warnings)
            if places:
                cited_places = sorted(map(known.provision, places))
                rows["cited_provisions"] += [(work, each, document, seq) for each in cited_places]
            for warning in warnings:
                self._warn(document, seq, warning)
        kind, _, _, body, _, place = names = tuple(map(string, part.names[:6]))
        least = min(sure, default=None)
        doubt = warned + sum(each < DOUBTFUL for each in sure) + (0 if complete else INCOMPLETE)
        rows["documents"].append(
            (
                document, self._file, number, part.start, part.end, self._own(part), *names,
                part.date, part.subject, part.signers, *map(string, part.names[6:]), len(sure),
                sum(1 << each for each in set(relations)), least, doubt,
            )
        )  # fmt: skip
        self._seen.documents.append((kind, body, place, part.date, least, tuple(relations)))
        self._seen.works += works
        self._seen.variants += variants
        self._seen.citers += set(works)
        self._text += len(part.body)

    def _own(self, part: Part) -> int | None:
        if part.own is None:
            return None
        key, address = part.own
        work = self._known.works.get(key)
        if work is None:
            kind, number, issuer = part.names[:3]
            parsed = parse_number(number) if number else None
            year = (parsed.year if parsed else None) or (int(part.date[:4]) if part.date else None)
            work = self._known.work(
                key, (kind or "", number, None, year, part.date, issuer, part.subject, address)
            )
        self._known.own(work)
        return work

    def _warn(self, document: int, seq: int | None, warning: str) -> None:
        code, _, rest = warning.partition(": ")
        self._rows["warnings"].append((None, document, seq, code, rest))

    def remove(self, file: int) -> None:
        """Take a file and its documents out; rows that were gathered are written first."""
        self.write()
        run = self._connection.execute
        gone = run(
            "SELECT document, head, body FROM texts JOIN documents ON documents.id = document "
            "WHERE file = ?",
            (file,),
        ).fetchall()
        for document, head, body in gone:
            run(
                "INSERT INTO search (search, rowid, head, body) VALUES ('delete', ?, ?, ?)",
                (document, searchable(head), searchable(body)),
            )
            cited = run(
                "SELECT work, variant, relation FROM citations WHERE document = ?", (document,)
            ).fetchall()
            self._gone.works += [row["work"] for row in cited]
            self._gone.variants += [row["variant"] for row in cited]
            self._gone.citers += {row["work"] for row in cited}
            facts = run(
                "SELECT type, issuing_body, place, date, least FROM documents WHERE id = ?",
                (document,),
            ).fetchone()
            self._gone.documents.append((*facts, tuple(row["relation"] for row in cited)))
        self._known.unsettle(
            row[0]
            for row in run(
                "SELECT work FROM documents WHERE file = ?1 AND work IS NOT NULL UNION "
                "SELECT likely FROM citations JOIN documents ON documents.id = document "
                "WHERE file = ?1 AND likely IS NOT NULL",
                (file,),
            )
        )
        for document, *_ in gone:
            for table in ("cited_provisions", "warnings", "citations", "texts"):
                run(f"DELETE FROM {table} WHERE document = ?", (document,))
        for table in ("documents", "pages", "edits"):
            run(f"DELETE FROM {table} WHERE file = ?", (file,))
        run("DELETE FROM files WHERE id = ?1 OR copy_of = ?1", (file,))
        self.write()

    def leave_no_trace(self) -> None:
        """Take out what only removed documents used, which else stays to be used again."""
        for table, columns in _USES.items():
            used = " UNION ".join(
                f"SELECT {column} FROM {user} WHERE {column} IS NOT NULL"
                for user, names in columns.items()
                for column in names.split()
            )
            self._connection.execute(f"DELETE FROM {table} WHERE id NOT IN ({used})")
        self._connection.execute("INSERT INTO search (search) VALUES ('optimize')")
        self.refresh_words(anew=True)
        self._known.forget()

    def write(self) -> None:
        """Write what was gathered, and bring the counts up to date."""
        many = self._connection.executemany
        self._known.write()
        for table, width in _INSERTS.items():
            rows = self._rows[table]
            many(f"INSERT INTO {table} VALUES ({','.join('?' * width)})", rows)
            rows.clear()
        many("INSERT INTO search (rowid, head, body) VALUES (?, ?, ?)", self._folded)
        self._folded.clear()
        self._count(self._seen, 1)
        self._count(self._gone, -1)
        self._known.settle(self._gone.works)
        self._seen, self._gone, self._text = _Seen(), _Seen(), 0

    def _count(self, seen: _Seen, sign: int) -> None:
        many = self._connection.executemany
        citers = Counter(seen.citers)
        many(
            "UPDATE works SET mentions = mentions + ?, citers = citers + ? WHERE id = ?",
            [(sign * n, sign * citers[work], work) for work, n in Counter(seen.works).items()],
        )
        many(
            "UPDATE variants SET mentions = mentions + ? WHERE id = ?",
            [(sign * n, variant) for variant, n in Counter(seen.variants).items()],
        )
        many(
            "INSERT INTO tallies VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "documents = documents + excluded.documents, "
            "citations = citations + excluded.citations",
            [(*key, sign * n, sign * cited) for key, (n, cited) in seen.tallies().items()],
        )
        if sign < 0 and seen.documents:
            self._connection.execute("DELETE FROM tallies WHERE documents <= 0")

    def refresh_words(self, *, anew: bool = False) -> None:
        """Count the words of the archive again once it has grown much since it was last done."""
        run = self._connection.execute
        (documents,) = run("SELECT count(*) FROM documents").fetchone()
        (known,) = run("SELECT coalesce(max(documents), 0) FROM words").fetchone()
        if not anew and documents < known * _MUCH:
            return
        run("DELETE FROM words")
        run("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, search, row)")
        run(
            "INSERT INTO words SELECT term, doc FROM temp.vocabulary "
            "WHERE length(term) <= 30 AND term NOT GLOB '*[0-9]*'"
        )
        run("DROP TABLE temp.vocabulary")

    def _last(self, table: str) -> int:
        (last,) = self._connection.execute(f"SELECT max(id) FROM {table}").fetchone()
        return int(last or 0)


_Facts = tuple[int | None, int | None, int | None, str | None, int | None, tuple[int, ...]]
"""Of a document: type, issuing body, place, date, its least sure citation, their relations."""


class _Seen:
    """What the documents at hand mention; counted when they are written."""

    def __init__(self) -> None:
        self.works: list[int] = []
        self.variants: list[int] = []
        self.citers: list[int] = []
        """Each work once for each document that cites it."""
        self.documents: list[_Facts] = []

    def lists(self) -> tuple[list[Any], ...]:
        return self.works, self.variants, self.citers, self.documents

    def tallies(self) -> dict[tuple[str, object], tuple[int, int]]:
        """Of each kind and value, how many documents and citations."""
        counts: dict[tuple[str, object], list[int]] = defaultdict(lambda: [0, 0])
        for (kind, body, place, date, least, relations), times in Counter(self.documents).items():
            cited = len(relations)
            keys: list[tuple[str, object, int]] = [
                ("type", kind, cited),
                ("issuer", body, cited),
                ("place", place, cited),
                ("year", date and date[:4], cited),
                *(("relation", each, n) for each, n in Counter(relations).items()),
            ]
            if least is not None:
                keys += [("below", band, cited) for band in BANDS if least < band]
            for name, value, n in keys:
                count = counts[name, "" if value is None else value]
                count[0] += times
                count[1] += n * times
        return {key: (n, cited) for key, (n, cited) in counts.items()}

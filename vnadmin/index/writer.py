"""Documents into the tables: in batches, each a transaction, each whole or not at all."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from vnadmin.document import Header
from vnadmin.errors import InputError
from vnadmin.extract.bodies import canonical_body, home_of
from vnadmin.extract.identity import identity, uri
from vnadmin.grammar import parse_number
from vnadmin.index.interning import Interned, Place
from vnadmin.index.keys import searchable
from vnadmin.index.schema import RELATIONS
from vnadmin.vietnamese import canonical, fold

_RELATION = {name: number for number, name in enumerate(RELATIONS)}
_SECRET = frozenset(("mat", "toi mat", "tuyet mat"))
_PARTS = (
    ("dash", "gạch đầu dòng"),
    ("subpoint", "tiết"),
    ("point", "điểm"),
    ("paragraph", "đoạn"),
    ("clause", "khoản"),
    ("article", "Điều"),
    ("subsection", "Tiểu mục"),
    ("section", "Mục"),
    ("chapter", "Chương"),
    ("part", "Phần"),
    ("appendix", "Phụ lục"),
)
_OTHER_PARTS = [part for part, _ in _PARTS if part not in ("article", "clause", "point")]
_FULL_ROWS, _FULL_TEXT = 20_000, 8_000_000  # a batch: citations and edits, code points
_MUCH = 1.5  # times as many documents as when the words were counted last

_INSERTS = {
    "files": 10,
    "pages": 7,
    "edits": 10,
    "documents": 18,
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


def is_secret(document: Mapping[str, Any]) -> bool:
    """Whether the file, or a document in it, is marked Mật, Tối mật or Tuyệt mật."""
    headers = [document["header"], *(part["header"] for part in document["parts"])]
    marks = (fold(header.get("secrecy") or "").lower().split() for header in headers)
    return any(" ".join(mark) in _SECRET for mark in marks)


class Writer:
    """Puts documents into an open index; the caller begins and ends the transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known = Interned(connection)
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _INSERTS}
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

    def add(
        self, path: str | bytes, stamp: str, digest: bytes, document: Mapping[str, Any]
    ) -> None:
        """Add a document in its JSON form; none of that path or id is in the index.

        Raises:
            InputError: the form isn't that of a document; nothing of it is added.
        """
        lists = [*self._rows.values(), *self._seen.lists()]
        lengths = [len(each) for each in lists]
        try:
            self._add(path, stamp, digest, document)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            for each, length in zip(lists, lengths, strict=True):
                del each[length:]
            self._known.unsettle_new()
            name = path if isinstance(path, str) else path.decode("utf-8", "replace")
            raise InputError(
                f"{name}: not the JSON of a document ({error!r}); convert it again"
            ) from error

    def add_copy(
        self, path: str | bytes, stamp: str, digest: bytes, document: Mapping[str, Any], of: int
    ) -> None:
        """Note a file whose document is in the index from the file `of`."""
        self._add_file(path, stamp, digest, document, of)

    def _add_file(
        self,
        path: str | bytes,
        stamp: str,
        digest: bytes,
        document: Mapping[str, Any],
        copy_of: int | None,
    ) -> None:
        self._file += 1
        source = document["source"]
        self._rows["files"].append(
            (
                self._file, path, stamp, digest, document["id"], source["name"],
                self._known.string(source["kind"]), source["pages"], document["complete"], copy_of,
            )
        )  # fmt: skip

    def _add(
        self, path: str | bytes, stamp: str, digest: bytes, document: Mapping[str, Any]
    ) -> None:
        self._add_file(path, stamp, digest, document, None)
        text: str = document["text"].replace("\0", "\ufffd")
        self._rows["pages"] += [
            (self._file, p["number"], p["width"], p["height"], p["start"], p["end"], p["reading"])
            for p in document["pages"]
        ]
        self._rows["edits"] += [
            (
                self._file, seq, e["start"], e["end"], e["source_start"], e["source_end"],
                e["source"], e["restored"], e["kind"], round(e["confidence"] * 100),
            )
            for seq, e in enumerate(document["edits"])
        ]  # fmt: skip
        parts = document["parts"] or [{"start": 0, "end": len(text), "header": document["header"]}]
        starts = [part["start"] for part in parts]
        cited: list[list[Mapping[str, Any]]] = [[] for _ in parts]
        for citation in document["citations"]:
            cited[max(bisect_right(starts, citation["start"]) - 1, 0)].append(citation)
        for number, (part, citations) in enumerate(zip(parts, cited, strict=True)):
            body = text[part["start"] : part["end"]]
            warnings = document["warnings"] if number == 0 else ()
            self._add_part(number, part, body, citations, warnings)
        self._text += len(text)

    def _add_part(
        self,
        number: int,
        part: Mapping[str, Any],
        body: str,
        citations: Sequence[Mapping[str, Any]],
        warnings: Sequence[str],
    ) -> None:
        self._document += 1
        document, header, known = self._document, part["header"], self._known
        string = known.optional_string
        body_name = _body(header["issuer"], header["parent_issuer"], header["place"])
        self._rows["documents"].append(
            (
                document, self._file, number, part["start"], part["end"], self._own(header),
                string(header["type"]), string(header["number"]), string(header["issuer"]),
                string(body_name), string(header["parent_issuer"]), string(header["place"]),
                header["date"], header["subject"], _signers(header),
                string(header.get("urgency")), string(header.get("secrecy")), len(citations),
            )
        )  # fmt: skip
        names = (header[key] for key in ("type", "number", "issuer", "subject"))
        self._rows["texts"].append((document, " ".join(name for name in names if name), body))
        for warning in [*warnings, *header.get("warnings", ())]:
            self._warn(document, None, warning)
        self._seen.citers += {
            self._cite(document, seq, citation) for seq, citation in enumerate(citations)
        }

    def _cite(self, document: int, seq: int, citation: Mapping[str, Any]) -> int:
        known = self._known
        work = known.works.get(citation["id"]) or self._work(citation)
        stated = (
            work, citation["type"], citation["number"], citation["name"], citation["date"],
            citation["issuer"],
        )  # fmt: skip
        variant = known.variants.get(stated) or known.variant(stated)
        likely = None
        if citation["year"] is None and citation["resolved"]:
            likely = self._likely(citation, citation["resolved"])
        start = citation["start"]
        title = citation["spans"]["title"]
        sure = citation["confidence"]
        self._rows["citations"].append(
            (
                document, seq, work, variant, likely, _RELATION[citation["relation"]],
                start, citation["end"] - start,
                title[0] - start if title else None, title[1] - title[0] if title else None,
                citation["page"], round((sure.get("number") or sure.get("type") or 0) * 100),
            )
        )  # fmt: skip
        self._seen.works.append(work)
        self._seen.variants.append(variant)
        if citation["provisions"]:
            places = {known.provision(_place(each)) for each in citation["provisions"]}
            self._rows["cited_provisions"] += [
                (work, place, document, seq) for place in sorted(places)
            ]
        for warning in citation["warnings"]:
            self._warn(document, seq, warning)
        return work

    def _work(self, citation: Mapping[str, Any]) -> int:
        """The work of a citation that isn't remembered."""
        resolved = citation["resolved"] or {}
        number = citation["number"]
        if number is None and citation["year"] is not None:
            number = resolved.get("number")
        return self._known.work(
            citation["id"], citation["type"], number, citation["name"], citation["year"],
            citation["date"], citation["issuer"] or resolved.get("issuer"), citation["title"],
            citation["uri"],
        )  # fmt: skip

    def _likely(self, citation: Mapping[str, Any], resolved: Mapping[str, Any]) -> int | None:
        """The work that context says is meant, where what is printed has no year of it."""
        number = resolved.get("number")
        if not number:
            return None
        year = int(resolved["date"][:4]) if resolved.get("date") else None
        parsed = parse_number(number)
        if parsed is None:
            return None
        key = identity(citation["type"], parsed, None, year, resolved.get("issuer"))
        if key == citation["id"]:
            return None
        return self._known.work(
            key, citation["type"], number, citation["name"], parsed.year or year,
            resolved.get("date"), resolved.get("issuer"), None,
            uri(citation["type"], number, citation["name"], year, resolved.get("issuer")),
        )  # fmt: skip

    def _own(self, header: Mapping[str, Any]) -> int | None:
        if not header.get("id"):
            return None
        date = header["date"]
        parsed = parse_number(header["number"])
        year = (parsed.year if parsed else None) or (int(date[:4]) if date else None)
        work = self._known.work(
            header["id"], header["type"], header["number"], None, year, date,
            header["issuer"], header["subject"], header["uri"],
        )  # fmt: skip
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
                "SELECT work, variant FROM citations WHERE document = ?", (document,)
            ).fetchall()
            self._gone.works += [work for work, _ in cited]
            self._gone.variants += [variant for _, variant in cited]
            self._gone.citers += {work for work, _ in cited}
        self._known.unsettle(
            row[0]
            for row in run(
                "SELECT work FROM documents WHERE file = ?1 AND work IS NOT NULL UNION "
                "SELECT likely FROM citations JOIN documents ON documents.id = document "
                "WHERE file = ?1 AND likely IS NOT NULL",
                (file,),
            )
        )
        run("DELETE FROM files WHERE copy_of = ?", (file,))
        run("DELETE FROM files WHERE id = ?", (file,))
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
            if table == "texts":
                many(
                    "INSERT INTO search (rowid, head, body) VALUES (?, ?, ?)",
                    ((row[0], searchable(row[1]), searchable(row[2])) for row in rows),
                )
            rows.clear()
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


@lru_cache(maxsize=4096)
def _body(issuer: str | None, parent: str | None, place: str | None) -> str | None:
    """The issuer's full name in small letters."""
    if issuer is None:
        return None
    home = home_of(Header(issuer=issuer, parent_issuer=parent, place=place))
    return canonical(canonical_body(issuer, home))


class _Seen:
    """What the documents at hand mention; counted when they are written."""

    def __init__(self) -> None:
        self.works: list[int] = []
        self.variants: list[int] = []
        self.citers: list[int] = []
        """Each work once for each document that cites it."""

    def lists(self) -> tuple[list[Any], ...]:
        return self.works, self.variants, self.citers


def _signers(header: Mapping[str, Any]) -> str | None:
    signers = (
        " ".join(each[key] for key in ("authority", "position", "name") if each[key])
        for each in header["signers"]
    )
    return "; ".join(signers) or None


def _place(provision: Mapping[str, str | None]) -> Place:
    """A provision as a row: as it is written in Vietnamese, article, clause, point, the others."""
    article, clause, point = provision["article"], provision["clause"], provision["point"]
    return _place_row(article, clause, point, *map(provision.get, _OTHER_PARTS))


@lru_cache(maxsize=65536)
def _place_row(
    article: str | None, clause: str | None, point: str | None, *others: str | None
) -> Place:
    parts = dict(zip(_OTHER_PARTS, others, strict=True))
    parts |= {"article": article, "clause": clause, "point": point}
    named = [(part, f"{label} {parts[part]}") for part, label in _PARTS if parts[part]]
    rest = [text for part, text in named if part in _OTHER_PARTS]
    return " ".join(text for _, text in named), article, clause, point, " ".join(rest) or None

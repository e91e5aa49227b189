"""What many rows share, kept once: strings, cited works and their variants, provisions."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Iterable, Mapping
from itertools import islice
from typing import Any

from vnadmin.index.keys import code_key

_MOST = 400_000  # entries remembered of each kind, some 100 MB; the older half goes at a time
_MANY = 1_000  # looked up one by one before a table is read whole

Stated = tuple[str, str | None, str | None, str | None, str | None]
"""What a mention states of a work: type, number, name, date, issuer."""
NewWork = tuple[
    str, str | None, str | None, int | None, str | None, str | None, str | None, str | None
]
"""What is known of a work: type, number, name, year, date, issuer, title, URI."""
Place = tuple[str, str | None, str | None, str | None, str | None]
"""A provision: its text, article, clause, point and other parts."""

_ALL = {
    "strings": "SELECT text, id FROM strings",
    "works": "SELECT key, id FROM works",
    "variants": "SELECT work, type, number, name, date, issuer, id FROM variant_list",
    "provisions": "SELECT text, id FROM provisions",
}


class Interned:
    """Gives ids to what is seen, new ones to what is new; `write` puts the new into the tables.

    While all of a table is remembered, as of an index that was empty, nothing is looked up in it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tables = tuple(_ALL)
        self._ids: dict[str, dict[Any, int]] = {table: {} for table in self._tables}
        self.works: Mapping[str, int] = self._ids["works"]
        """Those remembered, by key; `work` knows the others."""
        self.variants: Mapping[tuple[int, Stated], int] = self._ids["variants"]
        self._new: dict[str, list[tuple[Any, ...]]] = {table: [] for table in self._tables}
        self._last = dict.fromkeys(self._tables, 0)
        self._whole = dict.fromkeys(self._tables, False)  # all of the table is remembered
        self._missed = dict.fromkeys(self._tables, 0)
        self._seen_version = -1
        self._first: set[int] = set()  # new works, not mentioned yet
        self._changed: set[int] = set()  # works of which more was said
        self._unsettled: set[int] = set()  # works that may be mentioned nowhere

    def begin(self) -> None:
        """At the start of a transaction: forget what another writer may have changed."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        for table in self._tables:
            ids = self._ids[table]
            if version != self._seen_version:
                self._forget(table)
            elif len(ids) > _MOST:
                for key in list(islice(ids, _MOST // 2)):
                    del ids[key]
                self._whole[table] = False
            (last,) = self._connection.execute(f"SELECT max(id) FROM {table}").fetchone()
            self._last[table] = last or 0
            if not last:
                self._whole[table] = True
        self._seen_version = version

    def forget(self) -> None:
        """Drop all that was remembered, after a rollback."""
        self._seen_version = -1
        for table in self._tables:
            self._new[table].clear()
        for works in (self._first, self._changed, self._unsettled):
            works.clear()

    def _forget(self, table: str) -> None:
        self._ids[table].clear()
        self._whole[table], self._missed[table] = False, 0

    def string(self, text: str) -> int:
        """The id of a string."""
        return self._ids["strings"].get(text) or self._find(
            "strings", text, "SELECT id FROM strings WHERE text = ?", (text,), (text,)
        )

    def optional_string(self, text: str | None) -> int | None:
        """The id of a string, if there is one."""
        return self.string(text) if text else None

    def provision(self, place: Place) -> int:
        """The id of a provision."""
        return self._ids["provisions"].get(place[0]) or self._find(
            "provisions", place[0], "SELECT id FROM provisions WHERE text = ?", place[:1], place
        )

    def work(self, key: str, new: NewWork) -> int:
        """The id of the document that citations with this key cite, and what it is if it's new."""
        found = self._ids["works"].get(key)
        if found:
            return found
        string = self.optional_string
        kind, number, name, year, date, issuer, title, uri = new
        row = (
            key, self.string(kind), string(number), string(name), year, date, string(issuer),
            title, uri, code_key(number) if number else None, code_key(name) if name else None,
        )  # fmt: skip
        return self._find("works", key, "SELECT id FROM works WHERE key = ?", (key,), row)

    def own(self, work: int) -> None:
        """Note that the work itself is in the archive: it says best what it is."""
        if work not in self._first:
            self._changed.add(work)

    def variant(self, work: int, stated: Stated) -> int:
        """The id of the way in which a work is cited."""
        key = (work, stated)
        found = self._ids["variants"].get(key)
        if found:
            return found
        string = self.optional_string
        kind, number, name, date, issuer = stated
        row = (work, self.string(kind), string(number), string(name), date, string(issuer))
        if work in self._first:  # it can't have been cited before
            self._first.discard(work)
            return self._put("variants", key, row)
        self._changed.add(work)
        return self._find(
            "variants",
            key,
            "SELECT id FROM variants WHERE work = ? AND type = ? AND number IS ? AND name IS ? "
            "AND date IS ? AND issuer IS ?",
            row,
            row,
        )

    def _find(
        self, table: str, key: Hashable, query: str, values: tuple[Any, ...], row: tuple[Any, ...]
    ) -> int:
        if not self._whole[table]:
            self._missed[table] += 1
            if self._missed[table] == _MANY and self._last[table] < _MOST:
                self._read(table)
                return self._ids[table].get(key) or self._put(table, key, row)
            found = self._connection.execute(query, values).fetchone()
            if found is not None:
                identifier = self._ids[table][key] = int(found[0])
                return identifier
        return self._put(table, key, row)

    def _read(self, table: str) -> None:
        """Remember all of a table: a run that needs so much of it is likely to need the rest."""
        ids = self._ids[table]
        rows = self._connection.execute(_ALL[table])
        if table == "variants":
            for work, kind, number, name, date, issuer, identifier in rows:
                ids[work, (kind, number, name, date, issuer)] = identifier
        else:
            ids.update((key, identifier) for key, identifier in rows)
        self._whole[table] = True

    def _put(self, table: str, key: Hashable, row: tuple[Any, ...]) -> int:
        self._last[table] += 1
        identifier = self._ids[table][key] = self._last[table]
        self._new[table].append((identifier, *row))
        if table == "works":
            self._first.add(identifier)
        return identifier

    def write(self) -> None:
        """Write what is new."""
        columns = {"strings": 2, "works": 12, "variants": 7, "provisions": 6}
        names = {
            "works": "(id, key, type, number, name, year, date, issuer, title, uri, number_key, "
            "name_key)",
            "variants": "(id, work, type, number, name, date, issuer)",
        }
        for table, width in columns.items():
            self._connection.executemany(
                f"INSERT INTO {table} {names.get(table, '')} VALUES ({','.join('?' * width)})",
                self._new[table],
            )
            self._new[table].clear()

    def unsettle(self, works: Iterable[int]) -> None:
        """Note works that may be mentioned nowhere any more."""
        self._unsettled.update(works)

    def unsettle_new(self) -> None:
        """Note that what is new may not be mentioned after all."""
        self._unsettled.update(row[0] for row in self._new["works"])
        self._unsettled.update(row[1] for row in self._new["variants"])

    def settle(self, fewer: Iterable[int]) -> None:
        """Say anew what changed works are, and take out what nothing mentions any more.

        Args:
            fewer: works of which mentions were removed.
        """
        many = self._connection.executemany
        gone = [(work,) for work in self._unsettled.union(fewer)]
        if gone:
            many("DELETE FROM variants WHERE work = ? AND mentions <= 0", gone)
            many(
                "DELETE FROM works WHERE id = ?1 AND mentions <= 0 "
                "AND NOT EXISTS (SELECT 1 FROM documents WHERE work = ?1) "
                "AND NOT EXISTS (SELECT 1 FROM citations WHERE likely = ?1)",
                gone,
            )
            for table in ("works", "variants"):
                self._forget(table)
        many(_SAY_ANEW, [(work,) for work in self._changed.union(work for (work,) in gone)])
        for works in (self._first, self._changed, self._unsettled):
            works.clear()


_MOST_USUAL = (
    "(SELECT {0} FROM variants WHERE work = works.id AND {0} IS NOT NULL "
    "GROUP BY {0} ORDER BY sum(mentions) DESC, {0} LIMIT 1)"
)
_OWN = "(SELECT {0} FROM documents WHERE work = works.id AND {0} IS NOT NULL ORDER BY id LIMIT 1)"
_SAY_ANEW = (
    f"UPDATE works SET date = coalesce({_OWN.format('date')}, {_MOST_USUAL.format('date')}), "
    f"issuer = coalesce({_OWN.format('issuer')}, {_MOST_USUAL.format('issuer')}, issuer), "
    f"title = coalesce({_OWN.format('subject')}, title), "
    f"name = coalesce({_MOST_USUAL.format('name')}, name) WHERE id = ?"
)
"""What its own copy in the archive says, else what most mentions say."""

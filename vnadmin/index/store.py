"""The index file: opened, migrated, written to in batches."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vnadmin.errors import InputError, OutputError, VnadminError
from vnadmin.index import schema
from vnadmin.index.intake import shown

_WAIT = 60.0  # seconds for another writer's transaction
_CACHE = 64 * 1024  # KiB of pages


class Store:
    """One index file, a connection for each thread and process that uses it."""

    def __init__(self, path: Path, *, create: bool) -> None:
        """Open the index at `path`.

        Raises:
            InputError: there is none (unless `create`), or it is something else, or newer.
            OutputError: it can't be made or brought to this version.
        """
        self.path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._closed = False
        if not create and not path.exists():
            raise InputError(f"{shown(path)}: no such index; make it with vnadmin index add")
        with _told(path):
            self.connection()

    def connection(self) -> sqlite3.Connection:
        """The connection of this thread."""
        if self._closed:
            raise InputError(f"{shown(self.path)}: the index was closed")
        known: tuple[int, sqlite3.Connection] | None = getattr(self._local, "known", None)
        if known is not None and known[0] == os.getpid():
            return known[1]
        connection = _open(self.path)
        with self._lock:
            self._connections.append(connection)
        self._local.known = (os.getpid(), connection)
        return connection

    def close(self) -> None:
        """Close all connections."""
        self._closed = True
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """All reads in the block see one state of the index."""
        with _told(self.path):
            connection = self.connection()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is committed when the block ends well.

        Foreign keys aren't looked up row by row in it, a fifth of the time: `Index.check` does.
        """
        with _told(self.path, writing=True):
            connection = self.connection()
            connection.execute("PRAGMA foreign_keys = OFF")
            try:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
            finally:
                connection.execute("PRAGMA foreign_keys = ON")

    def tidy(self, *, wholly: bool = False) -> None:
        """Bring what was written from the log into the file, as far as no reader is in the way.

        Args:
            wholly: wait for readers, and empty the log.
        """
        mode = "TRUNCATE" if wholly else "PASSIVE"
        with _told(self.path, writing=True):
            self.connection().execute(f"PRAGMA wal_checkpoint({mode})").fetchall()


def _open(path: Path) -> sqlite3.Connection:
    fresh = not path.exists() or path.stat().st_size == 0
    connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        _prepare(connection, path, fresh)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, fresh: bool) -> None:
    run = connection.execute
    run(f"PRAGMA cache_size = -{_CACHE}")
    (application,) = run("PRAGMA application_id").fetchone()
    (version,) = run("PRAGMA user_version").fetchone()
    if not fresh and application != schema.APPLICATION_ID and _tables(connection):
        raise InputError(f"{shown(path)}: a database, but not an index of vnadmin")
    if version > schema.VERSION:
        raise InputError(
            f"{shown(path)}: an index of version {version}, and this vnadmin knows up to "
            f"{schema.VERSION}; install a newer vnadmin"
        )
    if version < schema.VERSION:
        _upgrade(connection, path)
    run("PRAGMA synchronous = NORMAL")
    run("PRAGMA foreign_keys = ON")
    run("PRAGMA secure_delete = ON")


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    run = connection.execute
    with _told(path, writing=True):
        _use_log(connection)
        run("PRAGMA foreign_keys = OFF")
        run("BEGIN IMMEDIATE")
        try:
            (version,) = run("PRAGMA user_version").fetchone()  # another may have been first
            if version < schema.VERSION:
                schema.migrate(connection, version)
            run("COMMIT")
        except BaseException:
            connection.rollback()
            raise


def _use_log(connection: sqlite3.Connection) -> None:
    """Turn to the write-ahead log; SQLite doesn't wait by itself for others that do the same."""
    end = time.monotonic() + _WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.05)


def _tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


@contextmanager
def _told(path: Path, *, writing: bool = False) -> Iterator[None]:
    """Turn SQLite's errors into those of vnadmin, which name the file."""
    try:
        yield
    except (VnadminError, sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except OSError as error:
        raise InputError(f"{shown(path)}: {(error.strerror or str(error)).lower()}") from error
    except sqlite3.OperationalError as error:
        text = str(error)
        if writing or any(sign in text for sign in ("full", "readonly", "unable to open")):
            raise OutputError(f"cannot write {shown(path)}: {text}") from error
        raise InputError(f"{shown(path)}: {text}") from error
    except sqlite3.DatabaseError as error:
        raise InputError(f"{shown(path)}: not an index, or a damaged one ({error})") from error

"""convert's files into the index: what is new or changed, each source once."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from vnadmin.errors import InputError
from vnadmin.index.ahead import Outcome, read, read_ahead
from vnadmin.index.intake import Converted, find_files, shown, stamp
from vnadmin.index.prepare import MALFORMED, Prepared, malformed, prepare
from vnadmin.index.rows import Added
from vnadmin.index.store import Store
from vnadmin.index.writer import Writer

Progress = Callable[[int, str], None]
"""Called with the number of files gone through and the name of the next."""


def add_files(
    store: Store, places: Iterable[Path], *, skip_secret: bool, progress: Progress | None
) -> Added:
    """Bring the index up to date with the JSON files in `places` (see `Index.add`)."""
    adding = _Adding(store, skip_secret=skip_secret)
    with adding, closing(read_ahead(find_files(places), adding.wants)) as files:
        for number, (path, outcome) in enumerate(files):
            if progress is not None:
                progress(number, shown(path))
            adding.file(path, outcome)
        adding.orphans()
    return adding.result()


def add_documents(
    store: Store, documents: Iterable[Mapping[str, Any]], *, skip_secret: bool
) -> Added:
    """Add documents in their JSON form (see `Index.add_documents`)."""
    adding = _Adding(store, skip_secret=skip_secret)
    with adding:
        for document in documents:
            adding.document(document)
    return adding.result()


class _Adding:
    """One run of adding; a context in which transactions follow each other."""

    def __init__(self, store: Store, *, skip_secret: bool) -> None:
        self._store = store
        self._skip_secret = skip_secret
        self._connection = store.connection()
        self._writer = Writer(self._connection)
        self._block = store.writing()
        self._pending: set[str | bytes] = set()  # paths and ids not in the tables yet
        self._orphans: deque[str | bytes] = deque()
        self._counts = dict.fromkeys(
            ("new", "replaced", "unchanged", "copies", "secret", "citations"), 0
        )
        self._failed: list[tuple[str, str]] = []
        self._secret_gone = self._settling = False

    def __enter__(self) -> None:
        self._block.__enter__()
        self._writer.begin()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is None:
            try:
                self._writer.write()
                self._writer.refresh_words()
                if self._secret_gone:
                    self._writer.leave_no_trace()
            except BaseException as failed:
                self._block.__exit__(type(failed), failed, failed.__traceback__)
                raise
        self._block.__exit__(kind, error, trace)
        if error is None:
            self._store.tidy(wholly=self._secret_gone)

    def result(self) -> Added:
        return Added(**self._counts, failed=tuple(self._failed))

    def wants(self, path: Path) -> bool:
        """Whether the file has to be read, as things are now."""
        known = self._known(_stored(path))
        return known is None or known["stamp"] != stamp(path) or self._unwanted(known["id"])

    def file(self, path: Path, ahead: Outcome | bool = False) -> None:
        """Bring one file up to date; `ahead`: what was read in it, if anything was."""
        name = _stored(path)
        if name in self._pending:
            self._write()
        mark = ahead.stamp if isinstance(ahead, Converted) else stamp(path)
        known = self._known(name)
        if known is not None and known["stamp"] == mark and not self._unwanted(known["id"]):
            self._counts["unchanged"] += 1
            return
        converted = read(path) if isinstance(ahead, bool) else ahead
        if isinstance(converted, InputError):
            self._failed.append((shown(path), str(converted)))
            return
        if converted is None:
            return
        same = known is not None and known["digest"] == converted.digest
        if same and known is not None and not self._unwanted(known["id"]):
            run = self._connection.execute
            run("UPDATE files SET stamp = ? WHERE id = ?", (mark, known["id"]))
            self._counts["unchanged"] += 1
            return
        self._take(name, converted.stamp, converted.digest, converted.document, known)

    def document(self, document: Mapping[str, Any]) -> None:
        """Add a document that no file holds; its source's name stands for the path."""
        name = document["source"]["name"]
        if name in self._pending:
            self._write()
        try:
            prepared = prepare(document)
        except MALFORMED as error:
            self._fail(name, malformed(error))
            return
        self._take(name, "", b"", prepared, self._known(name))

    def orphans(self) -> None:
        """Read again the files whose documents went to others, and copies of what is gone."""
        self._write()
        self._settling = True
        while self._orphans:
            path = Path(os.fsdecode(self._orphans.popleft()))
            if path.is_file():
                self.file(path)

    def _take(
        self,
        name: str | bytes,
        mark: str,
        digest: bytes,
        document: Prepared,
        known: sqlite3.Row | None,
    ) -> None:
        identifier = document.source[0]
        secret = self._skip_secret and document.secret
        if identifier in self._pending:
            self._write()
        twin: sqlite3.Row | None = self._connection.execute(
            "SELECT * FROM files WHERE document_id = ? AND copy_of IS NULL", (identifier,)
        ).fetchone()
        if secret:
            for file in {row["id"] for row in (known, twin) if row is not None}:
                self._remove(file)
                self._secret_gone = True
            self._counts["secret"] += 1
            return
        if known is not None:
            self._remove(known["id"])
        if twin is not None and twin["path"] != name:
            theirs, ours = _time(twin["stamp"]), _time(mark)
            if theirs > ours or (self._settling and theirs == ours):
                self._writer.add_copy(name, mark, digest, document, twin["id"])
                self._pending.add(name)
                self._counts["copies"] += 1
                return
            self._orphans.append(twin["path"])
            self._remove(twin["id"])
        try:
            self._writer.add(name, mark, digest, document)
        except InputError as error:
            self._fail(name, str(error))
            return
        self._pending.update((name, identifier))
        self._counts["new" if known is None and twin is None else "replaced"] += 1
        self._counts["citations"] += sum(len(part.citations) for part in document.parts)
        if self._writer.full():
            self._commit()

    def _remove(self, file: int) -> None:
        copies = self._connection.execute("SELECT path FROM files WHERE copy_of = ?", (file,))
        self._orphans += [row["path"] for row in copies.fetchall()]
        self._writer.remove(file)
        self._pending.clear()

    def _unwanted(self, file: int) -> bool:
        """Whether secret documents of the file were indexed and aren't to be."""
        if not self._skip_secret:
            return False
        found = self._connection.execute(
            "SELECT 1 FROM documents WHERE file = ? AND secrecy IS NOT NULL", (file,)
        ).fetchone()
        return found is not None

    def _known(self, name: str | bytes) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(
            "SELECT * FROM files WHERE path = ?", (name,)
        ).fetchone()
        return row

    def _fail(self, name: str | bytes, reason: str) -> None:
        told = shown(Path(os.fsdecode(name)))
        self._failed.append((told, f"{told}: {reason}"))

    def _write(self) -> None:
        self._writer.write()
        self._pending.clear()

    def _commit(self) -> None:
        self._write()
        self._block.__exit__(None, None, None)
        self._block = self._store.writing()
        self._block.__enter__()
        self._writer.begin()


def _stored(path: Path) -> str | bytes:
    """The path as the index keeps it: absolute; bytes where it isn't UTF-8."""
    raw = os.fsencode(os.path.abspath(path))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw


def _time(mark: str) -> int:
    """When the conversion was written, in ns; nothing is older than a document without a file."""
    return int(mark.partition(" ")[0].partition(":")[2] or 0)

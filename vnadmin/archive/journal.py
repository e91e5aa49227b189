"""What has been converted: one SQLite file in OUTDIR/.vnadmin, opened by one process only.

A row is an input file, known by where its outputs go. File names are stored as bytes: not all of
them are text.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from vnadmin.archive.inputs import shown
from vnadmin.archive.task import Outcome
from vnadmin.errors import InputError, OutputError

FORMAT = 1
_APPLICATION = 0x764E4164  # "vNAd"
_CREATE = """
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    base BLOB NOT NULL UNIQUE,      -- of outputs, below OUTDIR; of a secret: its digest
    source BLOB,                    -- as it was named; NULL of a secret
    inside BLOB,                    -- where the source lies below OUTDIR, if it does
    size INTEGER, mtime_ns INTEGER, inode INTEGER,
    sha256 TEXT,
    recipe TEXT,                    -- version, model and options it was converted with
    forms TEXT NOT NULL DEFAULT '', -- that were asked for
    written TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,            -- todo, done, failed, secret
    same_as INTEGER REFERENCES files (id), -- whose content, and outputs, are these
    conversions INTEGER NOT NULL DEFAULT 0, -- how often it was converted to the end
    deaths INTEGER NOT NULL DEFAULT 0,      -- workers that were lost over it
    cause TEXT, message TEXT, exit_code INTEGER NOT NULL DEFAULT 0,
    missing TEXT,                   -- what couldn't be read of it
    kind TEXT, pages INTEGER NOT NULL DEFAULT 0, confidence REAL,
    is_secret INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    run INTEGER NOT NULL            -- the last that it was an input of
);
CREATE INDEX files_by_content ON files (sha256);
CREATE INDEX files_to_do ON files (id) WHERE state = 'todo';
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    seconds REAL NOT NULL DEFAULT 0, ended TEXT -- how, if it did
);
CREATE TABLE problems (message TEXT NOT NULL); -- folders that couldn't be read in the last run
"""
_STEPS = (_CREATE,)
"""What makes each format of the one before; the first of nothing."""
_LOCAL_DISKS = frozenset("ext2 ext3 ext4 xfs btrfs zfs f2fs jfs tmpfs overlay".split())


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file is written or replaced."""

    size: int
    mtime_ns: int
    inode: int


class Journal:
    """The rows of a journal; made by `open_journal`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Take an open database of this format."""
        self.db = db
        self.run = 0

    def begin_run(self) -> None:
        """Number a new run, and forget the last one's problems."""
        self.run = self.db.execute("INSERT INTO runs DEFAULT VALUES").lastrowid or 0
        self.db.execute("DELETE FROM problems")

    def end_run(self, seconds: float, how: str) -> None:
        """Write down that the run ended, and how."""
        self.db.execute(
            "UPDATE runs SET seconds = ?, ended = ? WHERE id = ?", (seconds, how, self.run)
        )
        self.db.commit()

    def by_base(self, base: bytes) -> sqlite3.Row | None:
        """The row of the file whose outputs are called so."""
        found = self.db.execute("SELECT * FROM files WHERE base = ?", (base,))
        return found.fetchone()  # type: ignore[no-any-return]

    def has_secrets(self) -> bool:
        """Whether any file was left out for its mark."""
        return bool(
            self.db.execute("SELECT 1 FROM files WHERE state = 'secret' LIMIT 1").fetchone()
        )

    def add(self, base: bytes, source: bytes, inside: bytes | None, stamp: Stamp | None) -> None:
        """Add a file that is to be converted."""
        self.db.execute(
            "INSERT INTO files (base, source, inside, size, mtime_ns, inode, state, run)"
            " VALUES (?, ?, ?, ?, ?, ?, 'todo', ?)",
            (base, source, inside, *_parts(stamp), self.run),
        )

    def keep(self, row: int) -> None:
        """Note that the file is an input of this run, and needs nothing."""
        self.db.execute("UPDATE files SET run = ? WHERE id = ?", (self.run, row))

    def again(
        self, row: int, base: bytes, source: bytes, inside: bytes | None, stamp: Stamp | None
    ) -> None:
        """Note that a known file is to be converted, again or at last."""
        self.db.execute(
            "UPDATE files SET base = ?, source = ?, inside = ?, size = ?, mtime_ns = ?, inode = ?,"
            " run = ?, state = 'todo', same_as = NULL, message = NULL, cause = NULL, missing = NULL"
            " WHERE id = ?",
            (base, source, inside, *_parts(stamp), self.run, row),
        )

    def restamp(self, row: int, stamp: Stamp) -> None:
        """Note the new stamp of a file whose content is what it was."""
        self.db.execute(
            "UPDATE files SET size = ?, mtime_ns = ?, inode = ? WHERE id = ?",
            (*_parts(stamp), row),
        )

    def to_do(self, *, suspects: bool, after: int = 0, most: int = 200) -> list[sqlite3.Row]:
        """The next files to convert: those no worker was lost over, or (suspects) the others."""
        return self.db.execute(
            "SELECT id, base, source, sha256, deaths FROM files"
            " WHERE state = 'todo' AND run = ? AND id > ? AND (deaths > 0) = ?"
            " ORDER BY id LIMIT ?",
            (self.run, after, suspects, most),
        ).fetchall()

    def begin(self, row: int, stamp: Stamp, sha256: str) -> None:
        """Write down what the file is that is about to be converted."""
        self.db.execute(
            "UPDATE files SET size = :size, mtime_ns = :mtime_ns, inode = :inode,"
            " deaths = iif(sha256 IS :sha256, deaths, 0),"
            " forms = iif(sha256 IS :sha256, forms, ''),"
            " written = iif(sha256 IS :sha256, written, ''),"
            " sha256 = :sha256 WHERE id = :id",
            {**asdict(stamp), "sha256": sha256, "id": row},
        )

    def twins(self, row: int, sha256: str) -> list[sqlite3.Row]:
        """Other inputs of this run with the same content."""
        return self.db.execute(
            "SELECT * FROM files WHERE sha256 = ? AND id <> ? AND run = ? AND same_as IS NULL",
            (sha256, row, self.run),
        ).fetchall()

    def settle(self, row: int, outcome: Outcome, recipe: str, forms: Sequence[str]) -> None:
        """Write down, for good, what became of a file."""
        known = self.db.execute(
            "SELECT forms, written FROM files WHERE id = ? AND recipe = ?", (row, recipe)
        ).fetchone()
        asked, written = forms, outcome.written
        if known is not None and outcome.state == "done":  # more forms of what was done before
            asked, written = _union(known["forms"], forms), _union(known["written"], written)
        self.db.execute(
            "UPDATE files SET state = ?, recipe = ?, forms = ?, written = ?, cause = ?,"
            " message = ?, exit_code = ?, missing = ?, kind = ?, pages = ?, confidence = ?,"
            " is_secret = ?, seconds = ?, deaths = 0, conversions = conversions + ? WHERE id = ?",
            (
                outcome.state, recipe, ",".join(asked), ",".join(written), outcome.cause,
                outcome.message, outcome.exit_code, outcome.missing, outcome.kind, outcome.pages,
                outcome.confidence, outcome.is_secret, outcome.seconds,
                outcome.state == "done", row,
            ),
        )  # fmt: skip
        self.db.commit()

    def same(self, row: int, first: int, message: str | None) -> None:
        """Write down that a file is another's copy, and shares what became of that."""
        self.db.execute(
            "UPDATE files SET (state, recipe, forms, written, cause, exit_code, missing, kind,"
            " pages, confidence, is_secret) = (SELECT state, recipe, forms, written, cause,"
            " exit_code, missing, kind, pages, confidence, is_secret FROM files WHERE id = ?),"
            " message = ?, seconds = 0, same_as = ?, deaths = 0 WHERE id = ?",
            (first, message, first, row),
        )
        self.db.commit()

    def lost(self, row: int) -> None:
        """Write down that a worker was lost over a file: it is tried again alone."""
        self.db.execute("UPDATE files SET deaths = deaths + 1 WHERE id = ?", (row,))
        self.db.commit()

    def forget_name(self, row: int, digest: bytes) -> None:
        """Leave nothing in the journal that tells which file a secret is."""
        self.db.execute(
            "UPDATE files SET base = ?, source = NULL, inside = NULL, message = NULL,"
            " missing = NULL WHERE id = ?",
            (digest, row),
        )
        self.db.commit()

    def problem(self, message: str) -> None:
        """Write down what can't be read."""
        self.db.execute("INSERT INTO problems VALUES (?)", (message,))

    def count(self, where: str = "1") -> int:
        """How many inputs of this run are such."""
        found = self.db.execute(
            f"SELECT count(*) FROM files WHERE run = ? AND ({where})", (self.run,)
        )
        return int(found.fetchone()[0])


@contextmanager
def open_journal(path: Path, *, is_shared: bool = False) -> Iterator[Journal]:
    """Open or make a journal.

    Args:
        path: of the file.
        is_shared: whether it lies where other machines see it, whatever the disk says.

    Raises:
        InputError: it is damaged, or of a newer version.
        OutputError: it can't be written; also while it is used.
    """
    try:
        db = sqlite3.connect(path, timeout=30.0)
        db.row_factory = sqlite3.Row
        try:
            _set_up(db, path, wal=not is_shared and is_local(path))
            yield Journal(db)
        finally:
            db.close()
    except sqlite3.OperationalError as error:  # the disk is full, or can't be written to
        raise OutputError(f"cannot write {shown(path)}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise InputError(
            f"{shown(path)}: damaged journal ({error}); move it away, and everything is converted "
            "anew"
        ) from error


def _set_up(db: sqlite3.Connection, path: Path, *, wal: bool) -> None:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    application = int(db.execute("PRAGMA application_id").fetchone()[0])
    if (version or application) and application != _APPLICATION:
        raise InputError(f"{shown(path)}: not a journal of vnadmin; move it away")
    if version > FORMAT:
        raise InputError(
            f"{shown(path)}: written by a newer vnadmin (format {version}, this one knows "
            f"{FORMAT}); update vnadmin, or convert into another folder"
        )
    # Write-ahead logs need memory that all readers share: not on a network's disk.
    db.execute(f"PRAGMA journal_mode = {'WAL' if wal else 'DELETE'}")
    db.execute(f"PRAGMA synchronous = {'NORMAL' if wal else 'FULL'}")
    db.execute("PRAGMA cache_size = -1000")
    db.execute("PRAGMA secure_delete = ON")  # names of secrets
    for number, step in enumerate(_STEPS[version:], version + 1):
        db.executescript(
            f"BEGIN; {step}; PRAGMA application_id = {_APPLICATION};"
            f" PRAGMA user_version = {number}; COMMIT;"
        )


def is_local(path: Path) -> bool:
    """Whether a file lies on a disk of this machine, as far as can be told."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as mounts:
            lines = [line.split() for line in mounts]
    except OSError:  # not Linux
        return False
    whole = os.path.realpath(path)
    best, kind = "", ""
    for parts in lines:
        point = parts[4].replace("\\040", " ")
        inside = whole == point or whole.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, parts[parts.index("-") + 1]
    return kind in _LOCAL_DISKS


def _union(known: str, more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*filter(None, known.split(",")), *more]))


def _parts(stamp: Stamp | None) -> tuple[int | None, int | None, int | None]:
    return (None, None, None) if stamp is None else (stamp.size, stamp.mtime_ns, stamp.inode)

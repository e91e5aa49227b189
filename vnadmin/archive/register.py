"""Which files are to be converted: those that are new, changed or lack an output."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from vnadmin.archive.inputs import Item, shown
from vnadmin.archive.journal import Journal, Stamp
from vnadmin.archive.task import PASSING
from vnadmin.errors import UsageError

_COMMIT_EVERY = 5000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to make of each file.

    Attributes:
        forms: to write.
        recipe: `recipe.recipe_of` what decides the rest.
        checksum: look at the content of every file, not only of one whose size, time or inode
            has changed.
        retry_failed: try again what failed, or was read in part.
        skip_secret: leave out what is marked secret.
    """

    forms: tuple[str, ...]
    recipe: str
    checksum: bool = False
    retry_failed: bool = False
    skip_secret: bool = False


@dataclass(slots=True)
class Register:
    """Enters files into a journal.

    Attributes:
        removed: how many documents' outputs were removed as they turned out to be secret.
    """

    journal: Journal
    outdir: Path
    wanted: Wanted
    removed: int = 0
    _root: Path = field(init=False)
    _links: list[tuple[Item, str, str]] = field(init=False, default_factory=list)
    _secrets: bool = field(init=False)

    def __post_init__(self) -> None:
        self._root = self.outdir.resolve()
        self._secrets = self.journal.has_secrets()

    def enter(self, items: Iterable[Item]) -> None:
        """Enter the inputs of a run.

        Raises:
            UsageError: two would have the same outputs, or an output would replace an input.
        """
        for count, item in enumerate(items, 1):
            self._enter(item)
            if count % _COMMIT_EVERY == 0:
                self.journal.db.commit()
        self._check_outputs()
        self.journal.db.commit()

    def _enter(self, item: Item) -> None:
        base = os.fsencode(item.base.relative_to(self.outdir))
        source = os.fsencode(item.source)
        inside = self._inside(item.source)
        stamp = stamp_of(item.source)
        row = self.journal.by_base(base)
        if row is None and self._secrets:
            row = self.journal.by_base(secret_base(base))
        if row is None:
            self.journal.add(base, source, inside, stamp)
            self._note_links(item)
            return
        if row["run"] == self.journal.run:
            other = Path(os.fsdecode(row["source"] or source))
            if os.path.abspath(other) != os.path.abspath(item.source):
                raise UsageError(
                    f"{shown(other)} and {shown(item.source)} would both be written to "
                    f"{shown(item.base)}.*; convert them into two folders"
                )
            return
        if self._is_settled(row, item, stamp):
            if row["is_secret"] and self.wanted.skip_secret and row["state"] == "done":
                self._take_back(row, item, base)
            self.journal.keep(row["id"])
        else:
            self.journal.again(row["id"], base, source, inside, stamp)
            self._note_links(item)

    def _is_settled(self, row: sqlite3.Row, item: Item, stamp: Stamp | None) -> bool:
        """Whether what is known of a file still holds, and is all that is wanted."""
        wanted = self.wanted
        if row["state"] == "todo" or row["recipe"] != wanted.recipe or stamp is None:
            return False
        known = (row["size"], row["mtime_ns"], row["inode"])
        if known != (stamp.size, stamp.mtime_ns, stamp.inode) or wanted.checksum:
            if row["sha256"] is None or digest_of(item.source) != row["sha256"]:
                return False
            self.journal.restamp(row["id"], stamp)
        if row["state"] == "secret":
            return wanted.skip_secret
        if row["state"] == "failed":
            again = wanted.retry_failed or row["cause"] in PASSING
            return not again and set(wanted.forms) == set(row["forms"].split(","))
        if row["is_secret"] and wanted.skip_secret:
            return True
        if row["missing"] and wanted.retry_failed:
            return False
        if not set(wanted.forms) <= set(row["forms"].split(",")):
            return False
        written = set(row["written"].split(","))
        there = [form for form in wanted.forms if form in written]
        return bool(there) and all(os.path.exists(item.output(form)) for form in there)

    def _take_back(self, row: sqlite3.Row, item: Item, base: bytes) -> None:
        """Remove the outputs of a secret that were written when secrets weren't left out."""
        for form in filter(None, row["written"].split(",")):
            item.remove(form)
        self.removed += 1
        self._secrets = True
        self.journal.db.execute(
            "UPDATE files SET state = 'secret', written = '' WHERE id = ?", (row["id"],)
        )
        self.journal.forget_name(row["id"], secret_base(base))

    def _inside(self, source: Path) -> bytes | None:
        real = os.path.join(_real(source.parent), source.name)
        if os.path.islink(real):
            real = os.path.realpath(real)
        root = os.path.join(self._root, "")
        return os.fsencode(real[len(root) :]) if real.startswith(root) else None

    def _note_links(self, item: Item) -> None:
        """An output that is a link is written through: note where to."""
        for form in self.wanted.forms:
            output = item.output(form)
            if os.path.islink(output):
                self._links.append((item, form, os.path.realpath(output)))

    def _check_outputs(self) -> None:
        """Find out, before anything is written, whether an output would replace an input."""
        journal = self.journal
        endings = [
            os.fsencode(Item(Path(), Path("x")).output(f).name[1:]) for f in self.wanted.forms
        ]
        query = "SELECT source, inside FROM files WHERE run = ? AND inside IS NOT NULL"
        for source, inside in journal.db.execute(query, (journal.run,)):
            for ending in endings:
                other = journal.by_base(inside[: -len(ending)]) if inside.endswith(ending) else None
                if other is not None and other["run"] == journal.run:
                    self._refuse(self.outdir / os.fsdecode(inside), source)
        for item, form, target in self._links:
            sources = journal.db.execute("SELECT source FROM files WHERE run = ?", (journal.run,))
            for row in sources:
                if row[0] is not None and os.path.realpath(os.fsdecode(row[0])) == target:
                    self._refuse(item.output(form), row[0])

    def _refuse(self, output: Path, source: bytes) -> None:
        raise UsageError(
            f"{shown(output)} would replace {shown(Path(os.fsdecode(source)))}, which is to be "
            "read; choose another folder"
        )


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of a file; `None` if it can't be reached."""
    try:
        now = path.stat()
    except OSError:
        return None
    return Stamp(now.st_size, now.st_mtime_ns, now.st_ino)


def digest_of(path: Path) -> str | None:
    """Return the SHA-256 of a file's content; `None` if it can't be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def secret_base(base: bytes) -> bytes:
    """What stands for the name of a secret."""
    return b"sha256:" + hashlib.sha256(base).hexdigest().encode()


@lru_cache(maxsize=16)
def _real(folder: Path) -> str:
    return os.path.realpath(folder)

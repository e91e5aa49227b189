"""An archive converted: only what is missing or changed, and no document stops another."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Protocol

from vnadmin.archive.executors import Executor
from vnadmin.archive.forms import FORMS
from vnadmin.archive.inputs import Item, shown
from vnadmin.archive.journal import Journal, open_journal
from vnadmin.archive.lock import locked
from vnadmin.archive.process import Lost
from vnadmin.archive.register import (
    Register,
    Wanted,
    digest_of,
    secret_base,
    stamp_of,
)
from vnadmin.archive.task import PASSING, Convert, Outcome, failure
from vnadmin.errors import ExitCode, InputError, OutputError, VnadminError
from vnadmin.formats.output import atomic_output

FOLDER = ".vnadmin"
"""Below OUTDIR: the journal, the lock, the report, and what isn't complete yet."""
_MOST_DEATHS = 2
"""Workers that may be lost over a document: one in the crowd, which may have been any other's or
nobody's fault, and one when it is alone."""


class Watch(Protocol):
    """Told how a batch goes on."""

    def problem(self, error: InputError) -> None:
        """Something can't be read."""

    def begins(self, found: int, to_do: int) -> None:
        """So many files were found; so many of them are to be converted."""

    def settled(self, item: Item, outcome: Outcome) -> None:
        """A file is done, or has failed."""


@dataclass(slots=True)
class Summary:
    """How a run ended.

    Attributes:
        found: how many inputs there were.
        converted, copied, failed, secret: what became of those that were to do.
        unchanged: how many needed nothing.
        failed_before: how many of them had failed, or were read in part.
        problems: folders and listed files that can't be read.
        removed: how many secrets' outputs of earlier runs were removed.
        only: of a single input that failed, its error's message and exit code.
    """

    found: int = 0
    converted: int = 0
    copied: int = 0
    failed: int = 0
    partial: int = 0
    secret: int = 0
    unchanged: int = 0
    failed_before: int = 0
    problems: int = 0
    removed: int = 0
    pages: int = 0
    seconds: float = 0.0
    only: tuple[str, int] | None = None

    @property
    def exit_code(self) -> int:
        """0 where all went well."""
        if self.only is not None:
            return self.only[1]
        bad = self.failed + self.partial + self.failed_before + self.problems
        return ExitCode.SOME_FAILED if bad else ExitCode.OK


@dataclass(slots=True)
class Batch:
    """One run of a conversion.

    Attributes:
        outdir: where outputs go.
        task: what is done with each file.
        wanted: what there is to be of each.
        executor: who does it.
        watch: told how it goes on.
        is_shared: whether other machines write to `outdir` too.
    """

    outdir: Path
    task: Convert
    wanted: Wanted
    executor: Executor
    watch: Watch
    is_shared: bool = False
    summary: Summary = field(init=False, default_factory=Summary)
    _journal: Journal = field(init=False)
    _under_way: dict[int, str] = field(init=False, default_factory=dict)
    _rows: dict[Item, int] = field(init=False, default_factory=dict)
    _problems: list[str] = field(init=False, default_factory=list)

    def run(self, items: Iterator[Item]) -> Summary:
        """Convert what is to be converted, and write the report.

        Raises:
            UsageError: two inputs would have the same outputs, or an output replace an input.
            InputError: there is no input, or the journal is damaged or of a newer version.
            OutputError: nothing can be written; what is done is kept.
        """
        started = time.monotonic()
        first = next(items, None)  # before anything is made
        if first is None and not self.summary.problems:
            raise InputError("no files to convert")
        folder = self._make_folders()
        with (
            locked(folder, self.outdir),
            open_journal(folder / "journal.db", is_shared=self.is_shared) as self._journal,
        ):
            self._clear(folder / "incomplete")
            how = "failed"
            self._journal.begin_run()
            try:
                self._enter(chain([] if first is None else [first], items))
                self._convert()
                how = "completed"
            except KeyboardInterrupt:
                how = "interrupted"
                raise
            finally:
                self.summary.seconds = time.monotonic() - started
                with suppress(sqlite3.Error):
                    self._journal.end_run(self.summary.seconds, how)
            self._report(folder)
        return self.summary

    def problem(self, error: InputError) -> None:
        """Take down that something can't be read (for `find_inputs`)."""
        self.summary.problems += 1
        self._problems.append(str(error))
        self.watch.problem(error)

    def _make_folders(self) -> Path:
        folder = self.outdir / FOLDER
        try:
            (folder / "incomplete").mkdir(parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            name = shown(self.outdir)
            raise OutputError(f"cannot write {name}: {error.strerror or error}") from error
        return folder

    def _clear(self, scratch: Path) -> None:
        """Remove what a run that was killed had begun to write."""
        for left in scratch.iterdir():
            with suppress(OSError):
                left.unlink()

    def _enter(self, items: Iterator[Item]) -> None:
        journal, summary = self._journal, self.summary
        register = Register(journal, self.outdir, self.wanted)
        register.enter(items)
        for message in self._problems:
            journal.problem(message)
        to_do = journal.count("state = 'todo'")
        summary.found = journal.count()
        if summary.found == 1 and not to_do and not summary.problems:
            self._retry_only()  # a file that is named by itself is meant
            to_do = journal.count("state = 'todo'")
        summary.removed = register.removed
        summary.unchanged = summary.found - to_do
        summary.failed_before = journal.count(
            "state = 'failed' OR (state = 'done' AND missing IS NOT NULL)"
        )
        self.watch.begins(summary.found, to_do)

    def _retry_only(self) -> None:
        self._journal.db.execute(
            "UPDATE files SET state = 'todo'"
            " WHERE run = ? AND (state = 'failed' OR missing IS NOT NULL)",
            (self._journal.run,),
        )
        self._journal.db.commit()

    def _convert(self) -> None:
        window = 2 * self.executor.slots
        for suspects, most in ((False, window), (True, 1)):
            # Files that wait for their twin to be done are left for another round.
            while self._journal.to_do(suspects=suspects, most=1):
                for item, result in self.executor.run(self.task, self._items(suspects), most):
                    self._settle(item, result)

    def _items(self, suspects: bool) -> Iterator[Item]:
        """Files for the executor; what needs none is settled on the way."""
        last = 0
        while rows := self._journal.to_do(suspects=suspects, after=last):
            for row in rows:
                last = row["id"]
                base = self.outdir / os.fsdecode(row["base"])
                source = Path(os.fsdecode(row["source"]))
                item = Item(source.absolute() if self.is_shared else source, base)
                if self._begin(row, item):
                    yield item

    def _begin(self, row: sqlite3.Row, item: Item) -> bool:
        """Look at a file's content; returns whether it is to be converted now."""
        number: int = row["id"]
        stamp = stamp_of(item.source)
        sha256 = digest_of(item.source) if os.path.isfile(item.source) else None
        if stamp is None or sha256 is None:
            self._start(number, item, "")
            self._settle(item, failure(item.source, _why_not(item.source)))
            return False
        self._journal.begin(number, stamp, sha256)
        if sha256 in self._under_way.values():
            return False
        for twin in self._journal.twins(number, sha256):
            if twin["state"] == "todo" and twin["deaths"] > row["deaths"]:
                self._journal.lost(number)  # it would be lost over this one too
                return False
            if self._shares(number, item, twin):
                return False
        return self._start(number, item, sha256)

    def _start(self, number: int, item: Item, sha256: str) -> bool:
        self._under_way[number] = sha256
        self._rows[item] = number
        return True

    def _shares(self, number: int, item: Item, twin: sqlite3.Row) -> bool:
        """Give a file what became of another with its content; returns whether it could be."""
        wanted = self.wanted
        if twin["recipe"] != wanted.recipe or twin["state"] == "todo":
            return False
        forms = set(twin["forms"].split(","))
        if not set(wanted.forms) <= forms or (
            twin["state"] == "failed" and twin["cause"] in PASSING
        ):
            return False
        if twin["state"] == "failed" and set(wanted.forms) != forms:
            return False
        if twin["state"] == "done":
            first = Item(item.source, self.outdir / os.fsdecode(twin["base"]))
            written = [form for form in twin["written"].split(",") if form in wanted.forms]
            if not written:
                return False
            if "html" in written and os.path.isdir(first.pictures):
                return False  # its page names its folder of pictures
            if os.path.exists(first.corrections) or os.path.exists(item.corrections):
                return False  # one of them is corrected
            try:
                for form in written:
                    self._copy(first.output(form), item.output(form))
            except OSError:
                return False  # the other's were removed, or can't be copied: it is converted
        message = twin["message"]
        if message is not None:
            message = f"{shown(item.source)}: the same content failed: {message}"
        self._journal.same(number, twin["id"], message)
        outcome = Outcome(
            twin["state"],
            cause=twin["cause"],
            message=message,
            exit_code=twin["exit_code"],
            missing=twin["missing"],
            pages=twin["pages"],
            confidence=twin["confidence"],
            is_secret=bool(twin["is_secret"]),
        )
        if outcome.state == "secret":
            self._hide(number, item)
        self._count(item, outcome, copied=True)
        return True

    def _copy(self, first: Path, second: Path) -> None:
        """Give an output a second name or, where a disk knows no such, copy it."""
        second.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.outdir / FOLDER / "incomplete" / "copy"
        temporary.unlink(missing_ok=True)
        try:
            os.link(first, temporary)
        except OSError:
            shutil.copyfile(first, temporary)
        os.replace(temporary, second)

    def _settle(self, item: Item, result: Outcome | Lost) -> None:
        number = self._rows.pop(item)
        sha256 = self._under_way.pop(number)
        if isinstance(result, Lost):
            row = self._journal.db.execute(
                "SELECT deaths FROM files WHERE id = ?", (number,)
            ).fetchone()
            if result.cause == "crash" and row["deaths"] + 1 < _MOST_DEATHS:
                self._journal.lost(number)
                return
            message = f"{shown(item.source)}: {result.message}"
            result = Outcome("failed", cause=result.cause, message=message, exit_code=1)
        if result.is_final:
            raise _Final(result)
        if result.sha256 is not None and result.sha256 != sha256 and sha256:
            result = failure(
                item.source,
                InputError(f"{shown(item.source)}: changed while it was read; try again"),
            )
        self._journal.settle(number, result, self.wanted.recipe, self.wanted.forms)
        if result.state == "secret":
            self._hide(number, item)
        self._count(item, result)

    def _hide(self, number: int, item: Item) -> None:
        """Leave nothing of a secret, nor of what was written before it was known to be one."""
        for form in FORMS:
            item.remove(form)
        base = os.fsencode(item.base.relative_to(self.outdir))
        self._journal.forget_name(number, secret_base(base))

    def _count(self, item: Item, outcome: Outcome, *, copied: bool = False) -> None:
        summary = self.summary
        if outcome.state == "failed":
            summary.failed += 1
            if summary.found == 1 and not summary.problems:
                summary.only = (outcome.message or "", outcome.exit_code)
        elif outcome.state == "secret":
            summary.secret += 1
        else:
            summary.converted += not copied
            summary.copied += copied
            summary.partial += outcome.missing is not None
            summary.pages += outcome.pages
        self.watch.settled(item, outcome)

    def _report(self, folder: Path) -> None:
        from vnadmin.archive.report import html_report, json_report

        for name, make in (("report.json", json_report), ("report.html", html_report)):
            with atomic_output(folder / name) as stream:
                for part in make(self._journal, self.summary):
                    stream.write(part.encode("utf-8", "replace"))


def _why_not(source: Path) -> InputError:
    """Why a file can't be read."""
    try:
        if source.stat() and not os.path.isfile(source):
            return InputError(f"{shown(source)}: is no file; save what it gives as one")
        source.open("rb").close()
    except OSError as error:
        found = InputError(f"{shown(source)}: {(error.strerror or str(error)).lower()}")
        found.__cause__ = error
        return found
    return InputError(f"{shown(source)}: changed while it was read; try again")


class _Final(VnadminError):
    """No document can be converted any more."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.exit_code = ExitCode(outcome.exit_code)

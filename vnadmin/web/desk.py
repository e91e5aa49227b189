"""Where corrections are taken down: the documents under review, and the one thread that writes."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vnadmin.document import Document
from vnadmin.errors import InputError, OutputError, VnadminError
from vnadmin.index import Index
from vnadmin.index.intake import corrections_of, stamp
from vnadmin.web.folders import Folders

if TYPE_CHECKING:
    from vnadmin.corrections import Correction, Corrections

_OPEN = 4  # documents kept as read; one of 100 pages takes some 30 MB
_MOST = 32 * 2**20  # bytes of a document's corrections: some 60,000
_PATIENCE = 3.0  # seconds that who reads a document waits for what was just corrected in it
_log = logging.getLogger("vnadmin.web")


@dataclass(frozen=True, slots=True)
class Open:
    """A document under review.

    Attributes:
        path: its JSON file.
        stamp: of that file and its corrections, when they were read.
        document: as the file has it.
        corrections: all there are.
        shown: the document as its review page shows it.
    """

    path: Path
    stamp: str
    document: Document
    corrections: Corrections
    shown: Document

    @property
    def version(self) -> str:
        """Which state of the document a page shows; corrections sent by it are about that."""
        return f"{len(self.corrections.records)} {self.stamp.partition(' ')[0]}"


class Desk:
    """Reads documents for review, and writes what is corrected: one thing after the other."""

    def __init__(self, index: Index, folders: Folders) -> None:
        """Take the index, which is brought up to date after each correction."""
        self._index = index
        self._folders = folders
        self._writer = ThreadPoolExecutor(1, "vnadmin-write")
        self._lock = threading.Lock()
        self._open: OrderedDict[Path, Open] = OrderedDict()
        self._waiting: set[Path] = set()
        self._last: dict[Path, Future[None]] = {}

    @property
    def writer(self) -> ThreadPoolExecutor:
        """The thread that writes."""
        return self._writer

    def close(self) -> None:
        """End the thread, when what it was given is done."""
        self._writer.shutdown()

    def open(self, path: Path) -> Open:
        """Read a document and its corrections, as the files have them now.

        Raises:
            InputError: they can't be read.
        """
        mark = stamp(path)
        with self._lock:
            known = self._open.get(path)
            if known is not None and known.stamp == mark:
                self._open.move_to_end(path)
                return known
        read = self._read(path, mark, known)
        with self._lock:
            self._open[path] = read
            while len(self._open) > _OPEN:
                self._open.popitem(last=False)
        return read

    def correct(self, path: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Take down a correction as the review page sends it (`Corrections.add`).

        Returns:
            It, as `Corrections.shown` has it.

        Raises:
            InputError: it can't be so, or is about a page that has changed since.
            OutputError: it can't be written.
        """
        opened = self._checked(path)
        shown = self._as_seen(opened, asked.get("version"))
        kept, record = opened.corrections.add(shown, asked)
        self._changed(path)
        return next((e for e in kept.shown(shown) if e["id"] == record.id), {"id": record.id})

    def undo(self, path: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Take a correction back: `id` and `by`.

        Raises:
            InputError: none of that id is in force.
            OutputError: it can't be written.
        """
        opened = self._checked(path)
        _, record = opened.corrections.undo(str(asked.get("id")), by=asked.get("by", ""))
        self._changed(path)
        return {"id": record.id}

    def rewrite(self, path: Path) -> list[str]:
        """Write the outputs of a document that are there anew, with its corrections.

        Returns:
            What is to be told; no folder of this machine is named.

        Raises:
            InputError: there are no corrections.
            OutputError: an output can't be written.
        """
        from vnadmin.archive.rewrite import load_corrected, rewrite

        opened = self._checked(path)
        if not opened.corrections.records:
            raise InputError("nothing was corrected")
        found = load_corrected(opened.corrections.path)
        name = found.document.source.name.replace("\\", "/").rpartition("/")[2]
        source = self._folders.source(path, found.document) or path.with_name(name)
        try:
            notes = rewrite(replace(found, item=replace(found.item, source=source)))
        finally:
            self._changed(path)
        return [nowhere(note, path.parent, source.parent) for note in notes]

    def unfit(self, opened: Open) -> tuple[Correction, ...]:
        """The corrections that fit nowhere in the document any more."""
        return opened.corrections.unfit(opened.document) if opened.corrections.records else ()

    def settle(self, path: Path) -> bool:
        """Wait a moment for the index to have what was corrected in a document.

        Returns:
            Whether anything was: what was read of the index before may be old.
        """
        with self._lock:
            last = self._last.get(path)
        if last is not None:
            wait([last], _PATIENCE)
        return last is not None

    def _read(self, path: Path, mark: str, known: Open | None) -> Open:
        from vnadmin.corrections import Corrections

        if known is not None and known.stamp.partition(" ")[0] == mark.partition(" ")[0]:
            document = known.document
        else:
            try:
                document = Document.from_json(path.read_text("utf-8"))
            except (OSError, ValueError, RecursionError) as error:
                raise InputError(f"{path}: can't be read ({error}); convert it again") from error
        corrections = Corrections.load(corrections_of(path))
        return Open(path, mark, document, corrections, corrections.reviewed(document))

    def _checked(self, path: Path) -> Open:
        """The document, if its corrections may be added to."""
        beside = corrections_of(path)
        if beside.is_symlink():
            raise OutputError(f"{beside}: is a link; corrections are kept beside their document")
        if beside.exists() and beside.stat().st_size > _MOST:
            raise InputError(f"more than {_MOST >> 20} MiB of corrections of one document")
        return self.open(path)

    def _as_seen(self, opened: Open, version: object) -> Document:
        """The document as the page showed it: later corrections move its citations."""
        if version is None:
            return opened.shown
        count, _, mark = str(version).partition(" ")
        records = opened.corrections.records
        if mark != opened.stamp.partition(" ")[0] or not count.isdecimal():
            raise InputError("the document has changed since; load the page again")
        if int(count) >= len(records):
            return opened.shown
        return replace(opened.corrections, records=records[: int(count)]).reviewed(opened.document)

    def _changed(self, path: Path) -> None:
        """Have the index brought up to date, once for all that is corrected until then."""
        with self._lock:
            if path not in self._waiting:
                self._waiting.add(path)
                self._last[path] = self._writer.submit(self._reload, path)

    def _reload(self, path: Path) -> None:
        with self._lock:
            self._waiting.discard(path)
        try:
            for _, reason in self._index.add(path).failed:
                _log.error("%s", reason)
        except VnadminError as error:
            _log.error("%s: the index doesn't have its corrections yet: %s", path, error)


def nowhere(note: str, *folders: Path) -> str:
    """The note without the folders that it names: where files lie is nobody's business."""
    for folder in folders:
        note = note.replace(f"{folder}/", "")
    return note

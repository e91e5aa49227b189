"""Where a document's files lie, and which files may be read: those of the index's own folders."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from vnadmin.archive.inputs import Item
from vnadmin.document import Document
from vnadmin.index import Index
from vnadmin.index.rows import Entry

_PICTURE = 16 * 2**20  # bytes of a page's picture; convert writes some 100 KB
_DIGESTS = 1000  # files whose content is remembered


class Folders:
    """The folder of the index, those of its documents' JSON files, and those given as sources.

    What a JSON file says is believed as little as what stands in a scan: a source that it names is
    read only if it lies in one of these folders and has the SHA-256 that the JSON states.
    """

    def __init__(self, index: Index, sources: Iterable[Path]) -> None:
        """Take the index and the folders in which its documents' sources may lie."""
        self._index = index
        self._given = [folder.resolve() for folder in (index.path.parent, *sources)]
        self._digests: dict[tuple[str, int, int, int], str] = {}
        self._lock = threading.Lock()

    def converted(self, entry: Entry) -> Path | None:
        """The JSON file a document was added from; `None` if no file holds it any more."""
        row = self._index.connection.execute(
            "SELECT path, stamp FROM files WHERE id = ?", (entry.file,)
        ).fetchone()
        if row is None or not row["stamp"]:  # added by a program: its path is what it says itself
            return None
        path = Path(os.fsdecode(row["path"]))
        return path if path.is_file() else None

    def source(self, converted: Path, document: Document) -> Path | None:
        """The file that a document was made of, where it is still that and may be read."""
        if document.source.kind not in ("pdf", "image"):
            return None
        allowed = [converted.parent.resolve(), *self._given]
        for place in self._places(document.source.name, allowed):
            try:
                real = place.resolve()
                if not any(real.is_relative_to(folder) for folder in allowed):
                    continue
                if real.is_file() and self._digest(real) == document.source.sha256:
                    return real
            except (OSError, ValueError):  # no such name can be
                continue
        return None

    @staticmethod
    def beside(converted: Path, number: int) -> Path:
        """Where `convert --to html` writes a page's picture, if it writes it beside its page."""
        base = converted.with_name(converted.name.removesuffix(".json"))
        return Item(converted, base).pictures / f"{number:04}.webp"

    def picture(self, converted: Path, number: int) -> bytes | None:
        """A page's picture that `convert --to html` wrote beside its page."""
        try:
            real = self.beside(converted, number).resolve()
            inside = real.is_relative_to(converted.parent.resolve())
            if not inside or not real.is_file() or real.stat().st_size > _PICTURE:
                return None
            data = real.read_bytes()
        except (OSError, ValueError):
            return None
        return data if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None

    @staticmethod
    def _places(name: str, allowed: Iterable[Path]) -> Iterator[Path]:
        yield Path(name)
        for folder in allowed:
            yield folder / name
            yield folder / name.replace("\\", "/").rpartition("/")[2]

    def _digest(self, path: Path) -> str:
        status = path.stat()
        key = (str(path), status.st_size, status.st_mtime_ns, status.st_ino)
        with self._lock:
            known = self._digests.get(key)
        if known is None:
            with path.open("rb") as stream:
                known = hashlib.file_digest(stream, "sha256").hexdigest()
            with self._lock:
                if len(self._digests) >= _DIGESTS:
                    self._digests.clear()
                self._digests[key] = known
        return known

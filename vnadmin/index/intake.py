"""convert's JSON files found and read."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vnadmin.document import SCHEMA, Document
from vnadmin.errors import InputError

if TYPE_CHECKING:
    from vnadmin.index.prepare import Prepared

_CORRECTIONS = ".corrections.jsonl"
_NO_STAMP = "-"


@dataclass(frozen=True, slots=True)
class Converted:
    """A document as read from its file, the file's stamp, and the digest of what was read."""

    stamp: str
    digest: bytes
    document: Prepared


def find_files(places: Iterable[Path]) -> Iterator[Path]:
    """Yield the JSON files named, and those in folders named, folder by folder, by name.

    Raises:
        InputError: a place isn't there or can't be read.
    """
    for place in places:
        if place.is_dir():
            yield from _walk(place)
        elif place.exists():
            yield place
        else:
            raise InputError(f"{shown(place)}: no such file or directory")


def corrections_of(path: Path) -> Path:
    """Where a person's corrections of the document in `path` stand: `a.pdf.corrections.jsonl`."""
    return path.with_name(path.name.removesuffix(".json") + _CORRECTIONS)


def stamp(path: Path) -> str:
    """Size and time of the file and of its corrections: while it is the same, so are they."""
    name = os.fspath(path)
    return f"{_stamp(name)} {_stamp(name.removesuffix('.json') + _CORRECTIONS)}"


def read_converted(path: Path) -> Converted | None:
    """Read a JSON file of `convert`; `None` where it is JSON of something else.

    Raises:
        InputError: it can't be read, is damaged, or was written by a newer version.
    """
    mark = stamp(path)  # first: what changes while it is read is read again the next time
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{shown(path)}: {(error.strerror or str(error)).lower()}") from error
    digest = hashlib.blake2b(data, digest_size=16)
    corrections = corrections_of(path)
    if corrections.is_file():
        digest.update(corrections.read_bytes())
    try:
        document = json.loads(_without_words(data))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{shown(path)}: damaged JSON ({error}); convert it again") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema == SCHEMA and corrections.is_file():
        document = _corrected(path, data, corrections)
    if schema == SCHEMA:
        # Here: it loads what extracts, and those who only read the index needn't wait for that.
        from vnadmin.index.prepare import MALFORMED, malformed, prepare

        try:
            return Converted(mark, digest.digest(), prepare(document))
        except MALFORMED as error:
            raise InputError(f"{shown(path)}: {malformed(error)}") from error
    if isinstance(schema, str) and schema.startswith("vnadmin/document/"):
        raise InputError(f"{shown(path)}: written as {schema}; this version reads {SCHEMA}")
    return None


def _corrected(path: Path, data: bytes, corrections: Path) -> Mapping[str, Any]:
    """The document as people corrected it; a word is found by its box."""
    from vnadmin.corrections import Corrections

    try:
        document = Document.from_json(data.decode())
    except ValueError as error:
        message = f"{shown(path)}: not the JSON of a document ({error}); convert it again"
        raise InputError(message) from error
    document = Corrections.load(corrections).apply(document).document
    pages = tuple(replace(page, words=()) for page in document.pages)  # they aren't indexed
    return replace(document, pages=pages).to_dict()


def shown(path: Path) -> str:
    """The path as messages name it, whatever its bytes."""
    return os.fsencode(path).decode("utf-8", "replace")


def _walk(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        name = shown(Path(error.filename or folder))
        raise InputError(f"{name}: {(error.strerror or str(error)).lower()}") from error

    for parent, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(".json") and not name.startswith("."):
                yield Path(parent, name)


def _stamp(name: str) -> str:
    try:
        status = os.stat(name)
    except OSError:
        return _NO_STAMP
    return f"{status.st_size}:{status.st_mtime_ns}"


def _without_words(data: bytes) -> bytes:
    """The JSON without the boxes of the words, nine tenths of a scan's, which aren't indexed.

    The quotation marks of a string's text are escaped in JSON: the key can't be text.
    """
    key = b'"words": [{'
    parts = []
    position = 0
    while (start := data.find(key, position)) >= 0:
        end = data.find(b"}]", start)
        if end < 0:
            break
        parts += [data[position : start + len(key) - 1]]
        position = end + 1
    parts.append(data[position:])
    return b"".join(parts)

"""What is to be converted, and where its outputs go."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vnadmin.errors import InputError, UsageError

_NO_DOCUMENTS = frozenset(("thumbs.db", "desktop.ini"))  # what Windows puts into folders
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Item:
    """One file, and what its outputs are called before their extension."""

    source: Path
    base: Path

    def output(self, form: str) -> Path:
        """Where the output in a form goes: `a.pdf.json`; as PDF `a.pdf.vnadmin.pdf`."""
        extension = "vnadmin.pdf" if form == "pdf" else form
        return self.base.with_name(f"{self.base.name}.{extension}")

    @property
    def pictures(self) -> Path:
        """The folder beside a large document's HTML page that holds the pictures of its pages."""
        return self.base.with_name(f"{self.base.name}.pages")

    @property
    def corrections(self) -> Path:
        """Where people's corrections stand: never removed, never replaced."""
        return self.base.with_name(f"{self.base.name}.corrections.jsonl")

    def remove(self, form: str) -> None:
        """Remove the output in a form, if it is there."""
        self.output(form).unlink(missing_ok=True)
        if form == "html" and os.path.isdir(self.pictures):
            for picture in self.pictures.glob("[0-9]*.webp"):
                picture.unlink(missing_ok=True)
            with suppress(OSError):  # what else is in it isn't ours
                self.pictures.rmdir()


Problem = Callable[[InputError], None]
"""Told of each folder, and each line of a list, that can't be read."""


def find_inputs(
    sources: Sequence[Path], outdir: Path, *, listed: Iterable[Path] = (), problem: Problem
) -> Iterator[Item]:
    """Find the files of `sources` and of a list, one by one; folders by name.

    A folder's files keep their place in it under `outdir`, and so do those of a pattern
    (`scans/**/*.pdf`) in the folder it starts from, and those of a list in the current one. Hidden
    files of folders, and links to folders in them, are left out.

    Args:
        sources: files, folders and patterns. What is there by that name is no pattern.
        outdir: where outputs will go.
        listed: more files and folders.
        problem: called with what can't be read.

    Raises:
        UsageError: `outdir` lies in a folder that is to be read.
        InputError: a source isn't there.
    """
    for source in sources:
        for path, place in _expanded(source):
            yield from _found(path, place, outdir, problem)
    for path in listed:
        if os.path.lexists(path):
            yield from _found(path, _place(path), outdir, problem)
        else:
            problem(InputError(f"{shown(path)}: no such file or directory"))


def read_list(stream: BinaryIO) -> Iterator[Path]:
    """The paths of a list: one a line or, if it holds NUL characters, between those."""
    rest = stream.read(_CHUNK).removeprefix(b"\xef\xbb\xbf")
    end = b"\0" if b"\0" in rest else b"\n"
    while True:
        *whole, rest = rest.split(end)
        for name in whole:
            if line := (name if end == b"\0" else name.rstrip(b"\r")):
                yield Path(os.fsdecode(line))
        more = stream.read(_CHUNK)
        if not more:
            break
        rest += more
    if line := (rest if end == b"\0" else rest.rstrip(b"\r")):
        yield Path(os.fsdecode(line))


def shown(path: Path) -> str:
    """The path as messages name it, whatever its bytes."""
    return os.fsencode(path).decode("utf-8", "replace")


def _expanded(source: Path) -> Iterator[tuple[Path, Path]]:
    """What a source stands for, each with its place under the folder of outputs."""
    if os.path.lexists(source):
        yield source, Path() if os.path.isdir(source) else Path(source.name)
        return
    if not glob.has_magic(str(source)):
        raise InputError(f"{shown(source)}: no such file or directory")
    fixed = [part for part in source.parts if part]
    first = next(at for at, part in enumerate(fixed) if glob.has_magic(part))
    start = Path(*fixed[:first])
    matched = sorted(glob.iglob(str(source), recursive=True))
    if not matched:
        raise InputError(f"{shown(source)}: no file has such a name")
    for name in matched:
        path = Path(name)
        # A folder that matches has been gone through where the pattern goes into folders itself.
        if not (os.path.isdir(path) and "**" in fixed):
            yield path, path.relative_to(start)


def _place(path: Path) -> Path:
    """Where a listed path stands under the folder of outputs: as written, else as absolute."""
    plain = Path(os.path.normpath(path))
    if plain.is_absolute() or ".." in plain.parts:
        plain = Path(os.path.abspath(path))
        return plain.relative_to(plain.anchor)
    return plain


def _found(path: Path, place: Path, outdir: Path, problem: Problem) -> Iterator[Item]:
    if not os.path.isdir(path):
        yield Item(path, outdir / place)
        return
    if outdir.resolve().is_relative_to(path.resolve()):
        raise UsageError(f"{shown(outdir)} lies in {shown(path)}; put outputs outside what is read")
    yield from _walk(path, outdir / place, problem)


def _walk(source: Path, target: Path, problem: Problem) -> Iterator[Item]:
    def note(error: OSError) -> None:
        name = shown(Path(error.filename or source))
        problem(InputError(f"{name}: {(error.strerror or str(error)).lower()}"))

    for folder, subfolders, files in os.walk(source, onerror=note):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if name.startswith(".") or name.lower() in _NO_DOCUMENTS:
                continue
            if path.is_file() or path.is_symlink():  # no pipes; a dangling link is told of
                yield Item(path, target / path.relative_to(source))

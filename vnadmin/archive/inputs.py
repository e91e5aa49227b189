"""What is to be converted, and where its outputs go."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vnadmin.errors import InputError, UsageError

_NO_DOCUMENTS = frozenset(("thumbs.db", "desktop.ini"))  # what Windows puts into folders


@dataclass(frozen=True, slots=True)
class Item:
    """One file, and what its outputs are called before their extension."""

    source: Path
    base: Path

    def output(self, form: str) -> Path:
        """Where the output in a form goes: `a.pdf.json`; as PDF `a.pdf.vnadmin.pdf`."""
        extension = "vnadmin.pdf" if form == "pdf" else form
        return self.base.with_name(f"{self.base.name}.{extension}")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was found: the files, and the folders that can't be read."""

    items: tuple[Item, ...]
    problems: tuple[InputError, ...]


def find_inputs(sources: Sequence[Path], outdir: Path) -> Inputs:
    """Find the files of `sources`, files and folders, folder by folder, by name.

    A folder's files keep their place in it under `outdir`. Hidden files, and links to folders, are
    left out.

    Raises:
        UsageError: `outdir` lies in a source, or two files would have the same outputs.
        InputError: a source isn't there, or no source holds a file.
    """
    items: dict[Path, Item] = {}
    problems: list[InputError] = []
    for source in sources:
        if not os.path.lexists(source):
            raise InputError(f"{shown(source)}: no such file or directory")
        if not source.is_dir():
            found = [Item(source, outdir / source.name)]
        else:
            if _lies_in(outdir, source):
                raise UsageError(
                    f"{shown(outdir)} lies in {shown(source)}; put outputs outside what is read"
                )
            found = _walk(source, outdir, problems)
        for item in found:
            other = items.setdefault(item.base, item)
            if other.source.absolute() != item.source.absolute():
                raise UsageError(
                    f"{shown(other.source)} and {shown(item.source)} would both be written to "
                    f"{shown(item.base)}.*; convert them into two folders"
                )
    if not items and not problems:
        raise InputError(f"{', '.join(map(shown, sources))}: no files to convert")
    return Inputs(tuple(items.values()), tuple(problems))


def shown(path: Path) -> str:
    """The path as messages name it, whatever its bytes."""
    return os.fsencode(path).decode("utf-8", "replace")


def _walk(source: Path, outdir: Path, problems: list[InputError]) -> list[Item]:
    def note(error: OSError) -> None:
        name = shown(Path(error.filename or source))
        problems.append(InputError(f"{name}: {(error.strerror or str(error)).lower()}"))

    found = []
    for folder, subfolders, files in os.walk(source, onerror=note):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if name.startswith(".") or name.lower() in _NO_DOCUMENTS:
                continue
            if path.is_file() or path.is_symlink():  # no pipes; a dangling link is told of
                found.append(Item(path, outdir / path.relative_to(source)))
    return found


def _lies_in(inner: Path, outer: Path) -> bool:
    return inner.resolve().is_relative_to(outer.resolve())

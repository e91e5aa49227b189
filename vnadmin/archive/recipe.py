"""What, beside its content, decides what a document becomes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from vnadmin import __version__
from vnadmin.errors import ModelError
from vnadmin.grammar.tables import data_directory
from vnadmin.options import Options


def recipe_of(options: Options, pages: range | None, encoding: str | None) -> str:
    """Return a digest of vnadmin's version, its model and tables, and the options.

    Raises:
        ModelError: the model isn't there.
    """
    digest = hashlib.sha256()
    model = options.model
    folders = [data_directory()] if model is None else [data_directory(), model]
    for folder in folders:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        if not files:
            raise ModelError(f"{folder}: no usable model there")
        for path in files:
            digest.update(f"{path.relative_to(folder)}\0".encode(errors="surrogateescape"))
            digest.update(_digest(path))
    stated = (__version__, replace(options, model=None), pages, encoding)
    digest.update(repr(stated).encode())
    return digest.hexdigest()


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error

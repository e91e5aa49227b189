"""Corpora: UTF-8, one paragraph a line, an empty line between documents, plain or compressed."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from vnadmin.errors import InputError

_HELD_BACK_ONE_IN = 100


def documents(path: str | os.PathLike[str]) -> Iterator[list[str]]:
    """Reads a corpus one document at a time.

    Args:
        path: A text file; ".xz" and ".gz" are decompressed.

    Yields:
        The paragraphs of one document, stripped of outer white space; never an empty list.

    Raises:
        InputError: The file can't be read, or isn't UTF-8.
    """
    paragraphs: list[str] = []
    for line in lines_of(Path(path)):
        paragraph = line.strip()
        if paragraph:
            paragraphs.append(paragraph)
        elif paragraphs:
            yield paragraphs
            paragraphs = []
    if paragraphs:
        yield paragraphs


def lines_of(path: Path) -> Iterator[str]:
    """Yields the lines of a UTF-8 file; ".xz" and ".gz" are decompressed.

    Raises:
        InputError: The file can't be read, or isn't UTF-8.
    """
    try:
        with _open(path) as lines:
            yield from lines
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text") from error
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: {reason.lower()}") from error


def sha256_of(path: Path) -> str:
    """Returns the SHA-256 of a file's bytes, in hexadecimal.

    Raises:
        InputError: The file can't be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def is_held_back(document: Sequence[str]) -> bool:
    """Tells whether a document is kept for scoring: never train on it, never render it.

    The choice, one document in a hundred, depends only on the text, so it is the same in every
    program and stays so when documents are added to a corpus.
    """
    digest = hashlib.blake2b("\n".join(document).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _HELD_BACK_ONE_IN == 0


def _open(path: Path) -> TextIO:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")

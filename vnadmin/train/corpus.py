"""Corpora: UTF-8, one paragraph a line, an empty line between documents, plain or compressed."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

_HELD_BACK_ONE_IN = 100


def documents(path: str | os.PathLike[str]) -> Iterator[list[str]]:
    """Reads a corpus one document at a time.

    Args:
        path: A text file; ".xz" and ".gz" are decompressed.

    Yields:
        The paragraphs of one document, stripped of outer white space; never an empty list.

    Raises:
        OSError: The file can't be read.
        UnicodeDecodeError: The file isn't UTF-8.
    """
    paragraphs: list[str] = []
    with _open(Path(path)) as lines:
        for line in lines:
            paragraph = line.strip()
            if paragraph:
                paragraphs.append(paragraph)
            elif paragraphs:
                yield paragraphs
                paragraphs = []
    if paragraphs:
        yield paragraphs


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

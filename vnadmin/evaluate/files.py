"""Reading what is scored on: texts of any encoding, lines of packed files."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vnadmin.errors import InputError
from vnadmin.formats.decode import decode


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises:
        InputError: it can't be read.
    """
    try:
        return decode(path.read_bytes(), name=str(path)).text
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def lines(path: Path) -> Iterator[str]:
    """Yield the lines of a UTF-8 file (.gz and .xz too) that aren't blank.

    Raises:
        InputError: it can't be read.
    """
    openers: dict[str, Callable[..., Any]] = {".xz": lzma.open, ".gz": gzip.open}
    try:
        with openers.get(path.suffix, open)(path, "rt", encoding="utf-8") as stream:
            yield from (line for line in stream if line.strip())
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: {reason.lower()}") from error

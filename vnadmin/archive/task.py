"""What a worker does with one file, and the small record it gives back.

Nothing heavy is imported before the first file is worked on: the parent needs these names too.
"""

from __future__ import annotations

import errno
import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vnadmin.archive.inputs import Item, shown
from vnadmin.errors import (
    ExitCode,
    InputError,
    MissingProgramError,
    ModelError,
    OutputError,
    UsageError,
    VnadminError,
)
from vnadmin.options import Options

State = Literal["done", "failed", "secret"]
Cause = Literal[
    "unreadable", "bad-input", "time-out", "memory", "crash", "missing-program", "cannot-write",
    "error",
]  # fmt: skip
PASSING = frozenset(("unreadable", "missing-program", "cannot-write"))
"""Causes that lie outside the document: tried again with every run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes:
        state: "secret" is one that was left out for its mark.
        written: the forms that were written.
        notes: what couldn't be made of it, to be shown.
        missing: what couldn't be read of it, where the rest could.
        cause: why it failed; `message` and `exit_code` as its error has them.
        is_final: whether no other document would fare better: the run ends.
        sha256: of what was read, where it was read whole.
        kind: "pdf", "text", …
        pages: how many were read.
        confidence: 1 - the share of words that are expected to be wrong.
        is_secret: whether it is marked Mật, Tối mật or Tuyệt mật.
        seconds: it took.
    """

    state: State
    written: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missing: str | None = None
    cause: Cause | None = None
    message: str | None = None
    exit_code: int = 0
    is_final: bool = False
    sha256: str | None = None
    kind: str | None = None
    pages: int = 0
    confidence: float | None = None
    is_secret: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Convert:
    """The task of converting a file (arguments as in `convert.convert_one`)."""

    forms: tuple[str, ...]
    options: Options
    pages: range | None = None
    encoding: str | None = None
    skip_secret: bool = False
    scratch: Path | None = None

    def __call__(self, item: Item, tell_page: Callable[[int], None]) -> Outcome:
        """Convert the file; every error becomes an outcome."""
        from vnadmin.archive.convert import convert_one  # takes a second, once a worker

        started = time.monotonic()
        try:
            done = convert_one(
                item,
                self.forms,
                options=self.options,
                pages=self.pages,
                encoding=self.encoding,
                progress=tell_page,
                skip_secret=self.skip_secret,
                scratch=self.scratch,
            )
        except Exception as error:
            return failure(item.source, error, seconds=time.monotonic() - started)
        return Outcome(
            "secret" if done.is_secret and self.skip_secret else "done",
            written=done.written,
            notes=done.notes,
            missing=done.missing,
            sha256=done.sha256,
            kind=done.kind,
            pages=done.pages,
            confidence=done.confidence,
            is_secret=done.is_secret,
            seconds=time.monotonic() - started,
        )


def failure(source: Path, error: Exception, *, seconds: float = 0.0) -> Outcome:
    """Return the outcome that an error is."""
    known = isinstance(error, VnadminError)
    message = str(error) if known else f"{shown(source)}: {_unexpected(error)}"
    return Outcome(
        "failed",
        cause=_cause(error),
        message=message,
        exit_code=error.exit_code if isinstance(error, VnadminError) else ExitCode.SOME_FAILED,
        is_final=_is_final(error),
        seconds=seconds,
    )


def _unexpected(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "needs more memory than --memory allows"
    if os.environ.get("VNADMIN_DEBUG", "") not in ("", "0"):
        return "".join(traceback.format_exception(error))
    return f"unexpected {type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _cause(error: Exception) -> Cause:
    if isinstance(error, MemoryError) or isinstance(error.__cause__, MemoryError):
        return "memory"
    if isinstance(error, MissingProgramError):
        return "missing-program"
    if isinstance(error, OutputError):
        return "cannot-write"
    if isinstance(error, InputError):
        cause = error.__cause__  # Pillow's complaints are OSErrors too, without a number
        return "unreadable" if isinstance(cause, OSError) and cause.errno else "bad-input"
    return "error"


def _is_final(error: Exception) -> bool:
    """Whether it meets every document: the disk is full, the model is of another version."""
    if isinstance(error, OutputError):
        cause = error.__cause__
        return isinstance(cause, OSError) and cause.errno in (
            errno.ENOSPC,
            errno.EDQUOT,
            errno.EROFS,
        )
    return isinstance(error, UsageError | ModelError)

"""Bytes of pipes and files into memory, within bounds; and whether a file stayed what it was."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import BinaryIO

from vnadmin.errors import InputError

MOST_BYTES = 1 << 30
"""What is held in memory as a whole: plain text, and whatever comes through a pipe."""
_WAIT = 10.0
"""Seconds that a program may take to open the other end of a named pipe."""

Stamp = tuple[int, int, int, int]


def stamp(path: Path) -> Stamp:
    """Return what changes when a file is written or replaced."""
    now = path.stat()
    return now.st_mtime_ns, now.st_size, now.st_ino, now.st_dev


def read_whole(stream: BinaryIO, name: str) -> bytes:
    """Read a stream to its end.

    Raises:
        InputError: there is more than `MOST_BYTES`.
    """
    parts, size = [], 0
    while part := stream.read(1 << 20):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise InputError(
                f"{name}: more than {MOST_BYTES >> 30} GB of text, or through a pipe; "
                "divide it, or give a PDF or scan as a file"
            )
    return b"".join(parts)


def read_pipe(path: Path, name: str) -> bytes:
    """Read a named pipe or a device, which gives its bytes only once.

    Raises:
        InputError: no program writes to it, or more than `MOST_BYTES` come.
        OSError: it can't be read.
    """
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(number, "rb", buffering=0) as stream:
        first = _first_bytes(stream, name)
        os.set_blocking(number, True)
        return first + read_whole(stream, name)


def _first_bytes(stream: BinaryIO, name: str) -> bytes:
    """Wait until a writer has the pipe open: before, it seems to be at its end."""
    until = time.monotonic() + _WAIT
    is_pipe = stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    while True:
        part = stream.read(1)
        if part is None:  # somebody has it open and will write
            return b""
        if part or not is_pipe:
            return part
        if time.monotonic() > until:
            raise InputError(f"{name}: a pipe that no program writes to")
        time.sleep(0.05)

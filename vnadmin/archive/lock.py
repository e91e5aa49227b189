"""One conversion at a time into a folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from vnadmin.archive.inputs import shown
from vnadmin.errors import OutputError


@contextmanager
def locked(folder: Path, outdir: Path) -> Iterator[None]:
    """Hold the lock of `outdir`, the file `lock` in its `folder`. It ends with its process.

    Raises:
        OutputError: another conversion holds it, or the disk knows no locks.
    """
    with (folder / "lock").open("a+", encoding="utf-8") as stream:
        try:
            _take(stream)
        except (BlockingIOError, PermissionError) as error:
            stream.seek(0)
            holder = " ".join(stream.read(200).split()) or "another process"
            raise OutputError(
                f"cannot write {shown(outdir)}: {holder} is converting into it; wait for it to "
                "end, or choose another folder"
            ) from error
        except OSError as error:
            raise OutputError(
                f"cannot write {shown(outdir)}: its disk knows no locks ({error.strerror}); "
                "choose another"
            ) from error
        stream.truncate(0)
        stream.write(f"process {os.getpid()} on {socket.gethostname()}")
        stream.flush()
        yield


def _take(stream: IO[str]) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        stream.seek(1 << 20)  # what is locked can't be read: not where the holder's name is
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        stream.seek(0)
        return
    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)

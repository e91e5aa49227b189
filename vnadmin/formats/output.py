"""Files and directories written whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from vnadmin.errors import OutputError


@contextmanager
def atomic_output(path: Path, *, scratch: Path | None = None) -> Iterator[BinaryIO]:
    """Open `path` for writing; it appears, complete and synced, when the block ends well.

    The bytes go to a temporary file in the same directory, or in `scratch` if that lies on the
    same disk. When the block raises, that file is removed and whatever stood at `path` is
    untouched. A device or pipe is written to directly.

    Raises:
        OutputError: the file can't be made, before anything is computed, or can't be completed.
    """
    try:
        target = Path(os.path.realpath(path))  # replace what a symlink points to, not the link
    except ValueError as error:  # a NUL in the name
        raise OutputError(f"cannot write {str(path)!r}: not a file name") from error
    try:
        mode = target.stat().st_mode
    except OSError:
        mode = None
    try:
        if mode is not None and not stat.S_ISREG(mode):
            with target.open("wb") as stream:
                yield stream
            return
        if mode is not None and not os.access(target, os.W_OK):
            raise PermissionError(13, "Permission denied")
        folder = target.parent
        if scratch is not None and scratch.stat().st_dev == folder.stat().st_dev:
            folder = scratch
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{target.name[:80]}.")
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, _permissions(mode))
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise _cannot_write(path, error) from error
        raise


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path` as `atomic_output` does."""
    with atomic_output(path) as stream:
        stream.write(data)


@contextmanager
def atomic_directory(path: Path, *, marker: str) -> Iterator[Path]:
    """Yield a new directory to fill; it becomes `path` when the block ends well.

    A directory that stands at `path` is replaced as a whole, but only an empty one or one that
    holds a file named `marker`: anything else isn't ours.

    Raises:
        OutputError: `path` is something else, or the directory can't be made or completed.
    """
    check_replaceable(path, marker=marker)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name[:80]}."))
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        yield scratch
        mask = os.umask(0)
        os.umask(mask)
        scratch.chmod(0o777 & ~mask)
        if path.exists():
            shutil.rmtree(path)
        scratch.rename(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def check_replaceable(path: Path, *, marker: str) -> None:
    """Find out whether `atomic_directory` may write to `path`, before long work.

    Raises:
        OutputError: something that isn't ours stands there.
    """
    if path.is_dir() and ((path / marker).is_file() or not any(path.iterdir())):
        return
    if path.exists():
        raise OutputError(f"cannot write {path}: something else stands there (no {marker} in it)")


def _permissions(mode: int | None) -> int:
    if mode is not None:
        return stat.S_IMODE(mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot write {path}: {error.strerror or error}")

"""Files read ahead by other processes, while this one writes to the index.

They are programs of their own (`python -m vnadmin.index.ahead`), so that it works from any
script, whatever its `__main__` is.
"""

from __future__ import annotations

import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from vnadmin.errors import InputError
from vnadmin.index.intake import Converted, read_converted

Outcome = Converted | InputError | None
"""What `read_converted` returns or raises."""

_MOST_PROCESSES = 4  # as many keep one writer busy
_WORTH_IT = 50  # files to read: a process takes as long to start
_FILES, _BYTES = 1_000, 32_000_000  # read ahead: files, and bytes of JSON
_NUMBER = struct.Struct("<I")


def read(path: Path) -> Outcome:
    """What is in a file, or what is wrong with it."""
    try:
        return read_converted(path)
    except InputError as error:
        return error


def read_ahead(
    paths: Iterable[Path], wanted: Callable[[Path], bool], processes: int | None = None
) -> Generator[tuple[Path, Outcome | bool], None, None]:
    """Yield all paths in their order; of those wanted, what is in them, of the others `False`.

    Of a wanted one it is `True` where nobody has read it: there are too few, one processor, or a
    process came to its end.
    """
    if processes is None:
        processes = min(_MOST_PROCESSES, (os.cpu_count() or 1) - 1) if sys.executable else 0
    readers: list[_Reader] = []
    window: deque[tuple[Path, _Reader | None, int, bool]] = deque()
    ahead, count = 0, 0
    try:
        for path in paths:
            reader, size, want = None, 0, wanted(path)
            if want and processes:
                count += 1
                if count == _WORTH_IT:
                    readers = [_Reader() for _ in range(processes)]
                if readers:
                    reader, size = readers[count % processes], _size(path)
                    reader.ask(path)
            window.append((path, reader, size, want))
            ahead += size
            while window and (window[0][1] is None or len(window) > _FILES or ahead > _BYTES):
                path, reader, size, want = window.popleft()
                ahead -= size
                yield path, reader.answer() if reader else want
        for path, reader, _, want in window:
            yield path, reader.answer() if reader else want
    finally:
        for reader in readers:
            reader.end()


class _Reader:
    """A process that reads files one by one, and what it has read so far."""

    def __init__(self) -> None:
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "vnadmin.index.ahead"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the writer, which ends it
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asked: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self._read: BinaryIO = self._process.stdout  # type: ignore[assignment]
        # It takes up all that comes, so that neither process waits for the other to read.
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()
        self._gone = False

    def ask(self, path: Path) -> None:
        """Have a file read."""
        with suppress(OSError):  # it has ended: `answer` tells
            _put(self._asked, os.fsencode(path))

    def answer(self) -> Outcome | bool:
        """What is in the file that was asked for first; `True` where the process has ended."""
        data = None if self._gone else self._answers.get()
        if data is None:
            self._gone = True
            return True
        outcome: Outcome = pickle.loads(data)  # by no other than this program
        return outcome

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._asked, self._read):
            with suppress(OSError):  # what it didn't take is still to be written
                pipe.close()

    def _take(self) -> None:
        while (data := _get(self._read)) is not None:
            self._answers.put(data)
        self._answers.put(None)


def _put(stream: BinaryIO, data: bytes) -> None:
    stream.write(_NUMBER.pack(len(data)))
    stream.write(data)
    stream.flush()


def _get(stream: BinaryIO) -> bytes | None:
    head = stream.read(_NUMBER.size)
    if len(head) < _NUMBER.size:
        return None
    (length,) = _NUMBER.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def main() -> None:
    """Read the files named on standard input; what is in them goes to standard output."""
    while (name := _get(sys.stdin.buffer)) is not None:
        _put(sys.stdout.buffer, pickle.dumps(read(Path(os.fsdecode(name))), 5))


if __name__ == "__main__":
    main()

"""A worker process that works on one item at a time and can be lost without harm to others."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, cast

Tell = Callable[[int], None]
"""Given the number of the page that is being worked on."""
AnyTask = Callable[[Any, Tell], Any]
"""Must be picklable, and so must what it takes and returns."""

RENEW = 1000
"""Items after which a worker is replaced: what libraries leak of each stays bounded."""
_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """What one item may use.

    Attributes:
        seconds: of time.
        memory: bytes of address space of each process that works on it (where the system knows
            such a limit: not on Windows and macOS).
    """

    seconds: float = 3600.0
    memory: int = 4 << 30


@dataclass(frozen=True, slots=True)
class Lost:
    """Instead of a result: the worker was ended for the time an item took, or died of it."""

    cause: Literal["time-out", "crash"]
    message: str


class WorkerProcess:
    """A process that a task runs in, started when needed. To be used from one thread.

    It leads a process group of its own; when its parent dies, however it dies, it ends itself and
    what it started.
    """

    def __init__(self, task: AnyTask, limits: Limits) -> None:
        """Take what is to be done with each item, and what it may use."""
        self._start_with = pickle.dumps((task, limits.memory))
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._temporary = ""
        self._items = 0
        self._run = 0
        self._late = False
        self._closed = False
        self._lock = threading.Lock()

    def run(self, item: Any, tell: Tell | None = None) -> Any:
        """Return what the task makes of the item, or `Lost`."""
        self._items += 1
        if self._items > RENEW:
            self._end()
        process = self._running()
        if process is None:
            return Lost("crash", "was stopped")
        with self._lock:
            self._run += 1
            self._late = False
        timer = threading.Timer(self._limits.seconds, self._end_late, [self._run])
        timer.daemon = True
        timer.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            send(process.stdin, pickle.dumps(item))
            while (frame := receive(process.stdout)) is not None:
                what, value = pickle.loads(frame)
                if what == "result":
                    return value
                if tell is not None:
                    tell(value)
        except (OSError, EOFError, pickle.UnpicklingError):
            pass  # it died in the middle of a frame
        finally:
            timer.cancel()
            with self._lock:
                late, self._run = self._late, self._run + 1
        return self._lost(process, late=late)

    @property
    def is_closed(self) -> bool:
        """Whether it was ended for good."""
        return self._closed

    def close(self) -> None:
        """End the process, whatever it does; from any thread."""
        with self._lock:
            self._closed = True
        self._end()

    def _running(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._closed:
                return None
            if self._process is None or self._process.poll() is not None:
                self._start()
            return self._process

    def _start(self) -> None:
        self._clean()
        self._temporary = tempfile.mkdtemp(prefix="vnadmin-")
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "OMP_THREAD_LIMIT": "1",  # one core a worker
            "OPENBLAS_NUM_THREADS": "1",
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._temporary),
        }
        self._items = 1
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "vnadmin.archive.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        with suppress(OSError):
            send(self._process.stdin, self._start_with)

    def _end_late(self, run: int) -> None:
        with self._lock:
            if self._run == run:  # it may have come just in time
                self._late = True
                self._end()

    def _end(self) -> None:
        process = self._process
        if process is not None:
            end_group(process)
            self._clean()

    def _lost(self, process: subprocess.Popen[bytes], *, late: bool) -> Lost:
        process.wait()
        self._end()  # what it started
        if late:
            return Lost("time-out", f"took more than {self._limits.seconds:g} s")
        code = process.returncode
        if code >= 0:
            return Lost("crash", f"made its worker end with code {code}")
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        hint = "; was memory short?" if name == "SIGKILL" else ""
        return Lost("crash", f"made its worker die of {name}{hint}")

    def _clean(self) -> None:
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that leads a group, and the group."""
    if hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)


def send(stream: Any, frame: bytes) -> None:
    """Write a frame that `receive` reads."""
    stream.write(len(frame).to_bytes(_LENGTH, "big") + frame)
    stream.flush()


def receive(stream: BinaryIO | Any) -> bytes | None:
    """Return the next frame of a stream; `None` at its end.

    Raises:
        EOFError: it ends within a frame.
    """
    head = stream.read(_LENGTH)
    if not head:
        return None
    size = int.from_bytes(head, "big")
    frame = cast("bytes", stream.read(size))
    if len(head) < _LENGTH or len(frame) < size:
        raise EOFError
    return frame

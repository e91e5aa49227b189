"""The process that documents are worked on in: `archive.process` is the other end.

It ends itself, and what it started, when its parent is gone: a conversion that was killed leaves
nobody at work.
"""

from __future__ import annotations

import os
import pickle
import queue
import shutil
import signal
import sys
import threading
from contextlib import suppress
from typing import Any, BinaryIO

from vnadmin.archive.process import receive, send

_IDLE = 600.0
"""Seconds without an item after which it ends: its parent may be a Dask worker that runs for
months."""


def main() -> None:
    """Answer items with results until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to decide
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever libraries print
    first = receive(requests)
    if first is None:
        return
    task, memory = pickle.loads(first)
    _limit(memory)
    items: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests, items), daemon=True).start()

    def tell(number: int) -> None:
        send(answers, pickle.dumps(("page", number)))

    while True:
        try:
            item = pickle.loads(items.get(timeout=_IDLE))
        except queue.Empty:
            return
        result: Any = task(item, tell)
        send(answers, pickle.dumps(("result", result)))


def _read(requests: BinaryIO, items: queue.SimpleQueue[bytes]) -> None:
    with suppress(EOFError, OSError):
        while (frame := receive(requests)) is not None:
            items.put(frame)
    folder = os.environ.get("TMPDIR", "")
    if os.path.basename(folder).startswith("vnadmin-"):
        shutil.rmtree(folder, ignore_errors=True)
    if hasattr(os, "getpgrp") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _limit(memory: int) -> None:
    with suppress(ImportError, OSError, ValueError):  # not every system has such limits
        import resource

        for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
            _, hard = resource.getrlimit(what)
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (least, least))


if __name__ == "__main__":
    main()

"""An executor of many machines: Dask.

A document is worked on by a worker process as on one machine (`archive.process`), which a Dask
worker starts: a document that takes too long or kills its process costs no Dask worker. All
machines see inputs and outputs at the same paths.
"""

from __future__ import annotations

import logging
import pickle
import queue
import secrets
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from vnadmin import __version__
from vnadmin.archive.executors import wait_for, windowed
from vnadmin.archive.inputs import shown
from vnadmin.archive.process import AnyTask, Limits, Lost, WorkerProcess
from vnadmin.errors import InputError, MissingProgramError, OutputError, UsageError, VnadminError

_WAIT = 30  # seconds for the scheduler to answer, and for the first worker
_GONE = "the Dask scheduler at {} is gone; the same command goes on where this one ended"


class DaskCluster:
    """The workers of a Dask scheduler; each of their threads works on one item at a time."""

    def __init__(self, address: str, limits: Limits, *, outdir: Path) -> None:
        """Take the scheduler's address (`tcp://…`, `tls://…`), and where outputs go."""
        self.slots = 1
        self._address = address
        self._limits = limits
        self._outdir = outdir
        self._client: Any = None

    def __enter__(self) -> Self:
        """Connect.

        Raises:
            MissingProgramError: Dask isn't installed.
            UsageError: it is to be reached by TLS, and there are no certificates.
            InputError: no scheduler answers there, or no worker has joined it.
            OutputError: a worker doesn't see the folder of outputs, or has another vnadmin.
        """
        try:
            from dask import config
            from distributed import Client
        except ImportError as error:
            raise MissingProgramError(
                "Dask is not installed; pip install 'vnadmin[dask]'"
            ) from error
        if self._address.startswith("tls:") and not config.get("distributed.comm.tls.ca-file"):
            raise UsageError(
                f"{self._address}: Dask's configuration names no certificates; see docs/batch.md"
            )
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # said in our own words
        try:
            connect: Any = Client  # untyped
            self._client = connect(self._address, timeout=_WAIT, set_as_default=False)
            self._client.wait_for_workers(1, timeout=_WAIT)
        except (OSError, ValueError, TimeoutError) as error:
            self.close()
            reason = " ".join(str(error).split())[:200]
            raise InputError(
                f"no Dask workers at {self._address}: {reason}; see docs/batch.md"
            ) from error
        try:
            self._check()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what workers have begun, and leave the cluster."""
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(Exception):  # it may be gone
            if client.status == "running":
                client.run(_stop, on_error="ignore")
        with suppress(Exception):
            client.close(timeout=5)

    def run(self, task: AnyTask, items: Iterable[Any], window: int) -> Iterator[tuple[Any, Any]]:
        """Do what `Executor.run` says."""
        start_with = pickle.dumps((task, self._limits))
        done: queue.SimpleQueue[tuple[Any, Any]] = queue.SimpleQueue()
        futures: dict[Any, Any] = {}

        def submit(item: Any) -> None:
            # Pure tasks of equal arguments would be one; `retries` and `allowed_failures` stay 0:
            # a task that may have killed its worker is not to kill another.
            future = self._client.submit(_work, start_with, item, pure=False, retries=0)
            futures[item] = future
            future.add_done_callback(lambda over: done.put((item, over)))

        def next_done() -> tuple[Any, Any]:
            item, _ = wait_for(done, self._check_connected)
            return item, self._result(futures.pop(item))

        return windowed(items, window, submit, next_done)

    def _result(self, future: Any) -> Any:
        from distributed import KilledWorker

        if future.status == "finished":
            return future.result()
        if future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker):
                return Lost("crash", "was lost with its Dask worker")
            if isinstance(error, VnadminError):
                return error
            return OutputError(f"a Dask worker of {self._address} failed: {error!r}"[:500])
        return OutputError(_GONE.format(self._address))

    def _check_connected(self) -> None:
        if self._client.status != "running":
            raise OutputError(_GONE.format(self._address))

    def _check(self) -> None:
        """See that all workers have this version, and the folder of outputs at its path."""
        client = self._client
        client.run_on_scheduler(_allow_no_failures)
        self.slots = max(1, sum(client.nthreads().values()))
        folder = self._outdir / ".vnadmin"
        token = secrets.token_hex(8)
        mark = folder / f"seen-by-all-{token}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            mark.write_text(token, encoding="ascii")
        except OSError as error:
            raise OutputError(
                f"cannot write {shown(self._outdir)}: {error.strerror or error}"
            ) from error
        try:
            answers = client.run(_look, str(mark), token, on_error="return")
        finally:
            mark.unlink(missing_ok=True)
        for worker, answer in answers.items():
            if answer is None:
                raise OutputError(
                    f"the Dask worker {worker} does not see {shown(self._outdir)}: all machines "
                    "need it, and the inputs, at the same path"
                )
            if answer != __version__:
                raise OutputError(
                    f"the Dask worker {worker} needs vnadmin {__version__}, and has {answer!r}"
                )


def _allow_no_failures(dask_scheduler: Any) -> None:
    dask_scheduler.allowed_failures = 0


def _look(mark: str, token: str) -> str | None:
    """On a worker: its version of vnadmin if it sees the mark."""
    try:
        return __version__ if Path(mark).read_text(encoding="ascii") == token else None
    except OSError:
        return None


_idle: list[tuple[bytes, WorkerProcess]] = []
_busy: list[WorkerProcess] = []
_lock = threading.Lock()


def _work(start_with: bytes, item: Any) -> Any:
    """On a worker: run the task on the item in a process of its own, which is used again."""
    with _lock:
        process = None
        while _idle and process is None:
            known, process = _idle.pop()
            if known != start_with:  # of another conversion
                process.close()
                process = None
        if process is None:
            task, limits = pickle.loads(start_with)
            process = WorkerProcess(task, limits)
        _busy.append(process)
    try:
        return process.run(item)
    finally:
        with _lock:
            _busy.remove(process)
            if not process.is_closed:
                _idle.append((start_with, process))


def _stop() -> None:
    """On a worker: end the processes."""
    with _lock:
        processes = [*(process for _, process in _idle), *_busy]
        _idle.clear()
    for process in processes:
        process.close()

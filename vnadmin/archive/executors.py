"""Who does the work, behind one protocol: processes of this machine, or Dask (`cluster`)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self

from vnadmin.archive.process import AnyTask, Limits, WorkerProcess

Page = Callable[[Any, int], None]
"""Called with an item and the number of the page that is worked on."""


class Executor(Protocol):
    """Runs a task on items; a context manager that leaves no process behind."""

    slots: int
    """How many items are worked on at once."""

    def run(self, task: AnyTask, items: Iterable[Any], window: int) -> Iterator[tuple[Any, Any]]:
        """Yield each item with what the task made of it, or `Lost`, as they come.

        Args:
            task: picklable, and so what it takes and returns.
            items: taken from as there is room.
            window: most items taken and not yet given back.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None: ...


class LocalProcesses:
    """Worker processes of this machine, one item each at a time."""

    def __init__(self, jobs: int, limits: Limits, *, page: Page | None = None) -> None:
        """Take the number of processes and what an item may use."""
        self.slots = jobs
        self._limits = limits
        self._page = page
        self._workers: list[WorkerProcess] = []
        self._task: AnyTask | None = None
        self._todo: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Any, Any]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes, whatever they do."""
        for _ in self._workers:
            self._todo.put(_END)
        for worker in self._workers:
            worker.close()
        self._workers = []
        self._todo, self._done = queue.SimpleQueue(), queue.SimpleQueue()

    def run(self, task: AnyTask, items: Iterable[Any], window: int) -> Iterator[tuple[Any, Any]]:
        """Do what `Executor.run` says."""
        if task != self._task:
            self.close()
            self._task = task
        if not self._workers:
            self._workers = [WorkerProcess(task, self._limits) for _ in range(self.slots)]
            for worker in self._workers:
                serve = threading.Thread(
                    target=self._serve, args=(worker, self._todo, self._done), daemon=True
                )
                serve.start()
        return windowed(items, window, self._todo.put, lambda: wait_for(self._done))

    def _serve(
        self,
        worker: WorkerProcess,
        todo: queue.SimpleQueue[Any],
        done: queue.SimpleQueue[tuple[Any, Any]],
    ) -> None:
        while (item := todo.get()) is not _END:
            tell = partial(self._page, item) if self._page is not None else None
            try:
                done.put((item, worker.run(item, tell)))
            except BaseException as error:
                done.put((item, error))


_END = object()


def windowed(
    items: Iterable[Any],
    window: int,
    submit: Callable[[Any], object],
    next_done: Callable[[], tuple[Any, Any]],
) -> Iterator[tuple[Any, Any]]:
    """Submit items as long as fewer than `window` are under way; yield what is done.

    An exception among the results is raised.
    """
    rest = iter(items)
    under_way = 0
    more = True
    while True:
        while more and under_way < window:
            try:
                item = next(rest)
            except StopIteration:
                more = False
                break
            submit(item)
            under_way += 1
        if not under_way:
            return
        item, result = next_done()
        under_way -= 1
        if isinstance(result, BaseException):
            raise result
        yield item, result


def wait_for(
    done: queue.SimpleQueue[tuple[Any, Any]], check: Callable[[], None] = lambda: None
) -> tuple[Any, Any]:
    """Return the next result; `check` is called every second, and Ctrl-C gets through."""
    while True:
        try:
            return done.get(timeout=1.0)
        except queue.Empty:
            check()

"""Executors: each item comes back once, with its result or what its worker was lost to."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vnadmin.archive.executors import LocalProcesses, windowed
from vnadmin.archive.process import Limits, Lost
from vnadmin.archive.task import failure
from vnadmin.errors import InputError, MissingProgramError, ModelError, OutputError

LIMITS = Limits(seconds=3.0, memory=2 << 30)


def task(item: tuple[str, int], tell: Callable[[int], None]) -> object:
    """What workers do in these tests."""
    what, value = item
    if what == "die":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "exit":
        os._exit(value)
    if what == "sleep":
        time.sleep(value)
    if what == "hog":
        try:
            return len(bytearray(value))
        except MemoryError:
            return "no memory"
    if what == "print":
        os.write(1, b"rubbish" * value)
    tell(value)
    return value * 2


def test_every_item_comes_back() -> None:
    items = [("double", n) for n in range(20)] + [("die", 0), ("exit", 3), ("print", 9)]
    items += [("hog", 4 << 30)]
    seen: list[int] = []
    with LocalProcesses(2, LIMITS, page=lambda item, number: seen.append(number)) as executor:
        results = dict(executor.run(task, iter(items), 4))
        assert len(results) == len(items)
        assert all(results["double", n] == 2 * n for n in range(20))
        assert results["die", 0] == Lost("crash", "made its worker die of SIGSEGV")
        assert results["exit", 3] == Lost("crash", "made its worker end with code 3")
        assert results["print", 9] == 18
        assert results["hog", 4 << 30] == "no memory"
        assert set(range(20)) <= set(seen)
        # Processes are there for another round.
        assert dict(executor.run(task, [("double", 4)], 1)) == {("double", 4): 8}


def test_time_is_up_for_one_item_only() -> None:
    with LocalProcesses(1, LIMITS) as executor:
        results = dict(executor.run(task, [("sleep", 60), ("double", 1)], 2))
    assert results["sleep", 60] == Lost("time-out", "took more than 3 s")
    assert results["double", 1] == 2


def test_closing_ends_what_is_under_way() -> None:
    started = time.monotonic()
    with LocalProcesses(2, Limits()) as executor:
        running = executor.run(task, [("double", 1), ("sleep", 60)], 2)
        assert next(running) == (("double", 1), 2)
    assert time.monotonic() - started < 30
    for _ in range(50):
        if threading.active_count() == 1:
            break
        time.sleep(0.1)


def test_the_window_is_kept() -> None:
    submitted: list[int] = []
    most = 0

    def next_done() -> tuple[int, int]:
        nonlocal most
        most = max(most, len(submitted))
        return submitted[0], submitted.pop(0)

    done = list(windowed(range(100), 7, submitted.append, next_done))
    assert [item for item, _ in done] == list(range(100))
    assert most == 7


def test_an_exception_of_the_executor_is_raised() -> None:
    with pytest.raises(OSError, match="gone"):
        list(windowed([1], 1, lambda item: None, lambda: (1, OSError("gone"))))


@pytest.mark.parametrize(
    ("error", "cause", "is_final"),
    [
        (MemoryError(), "memory", False),
        (InputError("a: damaged PDF"), "bad-input", False),
        (OutputError("cannot write a"), "cannot-write", False),
        (MissingProgramError("no Tesseract"), "missing-program", False),
        (ModelError("no model"), "error", True),
        (ZeroDivisionError("a bug"), "error", False),
    ],
)
def test_errors_become_outcomes(error: Exception, cause: str, is_final: bool) -> None:
    outcome = failure(Path("a"), error)
    assert (outcome.state, outcome.cause, outcome.is_final) == ("failed", cause, is_final)
    assert outcome.message


@pytest.mark.parametrize(("number", "is_final"), [(errno.ENOSPC, True), (errno.EACCES, False)])
def test_a_full_disk_is_final(number: int, is_final: bool) -> None:
    error = OutputError("cannot write a")
    error.__cause__ = OSError(number, "")
    assert failure(Path("a"), error).is_final is is_final


def test_a_damaged_file_can_be_read() -> None:
    error = InputError("a: damaged image")
    for cause, kind in ((OSError("no such format"), "bad-input"), (OSError(13, ""), "unreadable")):
        error.__cause__ = cause
        assert failure(Path("a"), error).cause == kind


@pytest.fixture(autouse=True)
def _found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers find this module."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))

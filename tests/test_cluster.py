"""Many machines, here two Dask workers on this one: what they do, and what losing one costs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed")

from vnadmin.archive.cluster import DaskCluster
from vnadmin.archive.process import Limits, Lost
from vnadmin.cli.main import main
from vnadmin.errors import InputError, OutputError, UsageError

LIMITS = Limits(seconds=20.0, memory=2 << 30)


def task(item: tuple[str, Any], tell: Callable[[int], None]) -> object:
    """What workers do in these tests; `os.getppid()` is the Dask worker."""
    what, value = item
    if what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "poison" or (what == "unlucky" and not Path(value).exists()):
        Path(value).write_text("x")
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(5)
    time.sleep(0.05)
    return os.getppid()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler and two workers of one thread each."""
    from distributed import LocalCluster

    here = str(Path(__file__).parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", here)
        patch.syspath_prepend(here)
        with LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as found:
            yield found


@pytest.fixture
def dask(cluster: Any, tmp_path: Path) -> Iterator[DaskCluster]:
    cluster.wait_for_workers(2)
    with DaskCluster(cluster.scheduler_address, LIMITS, outdir=tmp_path / "out") as executor:
        yield executor


def alone(executor: DaskCluster, items: list[Any]) -> dict[Any, Any]:
    """Run items as a batch does: those that are lost once more, one by one."""
    results = dict(executor.run(task, items, 8))
    lost = [item for item, result in results.items() if isinstance(result, Lost)]
    for item in lost:
        results.update(executor.run(task, [item], 1))
    return results


def test_both_work(dask: DaskCluster) -> None:
    results = dict(dask.run(task, [("plain", n) for n in range(20)], 4))
    assert dask.slots == 2
    assert len(results) == 20
    assert len(set(results.values())) == 2


def test_a_crash_costs_no_dask_worker(dask: DaskCluster) -> None:
    items = [("crash", 0), *(("plain", n) for n in range(6))]
    results = dict(dask.run(task, items, 4))
    assert results.pop(("crash", 0)) == Lost("crash", "made its worker die of SIGSEGV")
    assert len(set(results.values())) == 2


def test_poison_is_isolated(dask: DaskCluster, tmp_path: Path) -> None:
    poison, unlucky = ("poison", str(tmp_path / "p")), ("unlucky", str(tmp_path / "u"))
    items = [("plain", 0), poison, ("plain", 1), unlucky, *(("plain", n) for n in range(2, 30))]
    results = alone(dask, items)
    assert len(results) == len(items)
    assert [item for item, result in results.items() if isinstance(result, Lost)] == [poison]


def test_an_archive(
    cluster: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster.wait_for_workers(2)
    box = tmp_path / "box"
    box.mkdir()
    for number in range(5):
        (box / f"{number}.txt").write_text(f"Nghị định số {number}/2014/NĐ-CP\n", "utf-8")
    (box / "bad.pdf").write_bytes(b"%PDF-1.7\n")
    monkeypatch.chdir(tmp_path)
    command = ["convert", "box", "-o", "out", "--dask", cluster.scheduler_address]
    assert main(command) == 1
    told = capsys.readouterr().err
    assert "5 converted, 1 failed" in told
    assert len(list((tmp_path / "out").glob("*.json"))) == 5
    assert not list((tmp_path / "out" / ".vnadmin").glob("*-wal"))
    assert main(command) == 1
    assert "0 converted, 6 unchanged" in capsys.readouterr().err


def test_no_scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vnadmin.archive.cluster._WAIT", 1)
    with (
        pytest.raises(InputError, match="no Dask workers at tcp:"),
        DaskCluster("tcp://127.0.0.1:9", LIMITS, outdir=tmp_path),
    ):
        pass


def test_no_certificates(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="names no certificates"),
        DaskCluster("tls://127.0.0.1:9", LIMITS, outdir=tmp_path),
    ):
        pass


def test_a_worker_that_sees_other_folders(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is written here doesn't reach it.
    monkeypatch.setattr(Path, "write_text", lambda *arguments, **options: 0)
    with (
        pytest.raises(OutputError, match=r"does not see .*out: all machines need it"),
        DaskCluster(cluster.scheduler_address, LIMITS, outdir=tmp_path / "out"),
    ):
        pass


def test_the_scheduler_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr("vnadmin.archive.cluster._WAIT", 3)
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as own,
        DaskCluster(own.scheduler_address, LIMITS, outdir=tmp_path) as executor,
    ):
        running = executor.run(task, [("plain", n) for n in range(1000)], 4)
        next(running)
        own.close()
        with pytest.raises(OutputError, match="is gone"):
            list(running)

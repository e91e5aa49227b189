"""`vnadmin convert` measured on made-up archives. Each figure by one command:

    python benchmarks/batch.py kill       # killed with -9 ten times and resumed; then run again
    python benchmarks/batch.py again      # a finished archive run again
    python benchmarks/batch.py dask       # a Dask worker killed in the middle
    python benchmarks/batch.py speed      # two processes against one; bare Tesseract for scans
    python benchmarks/batch.py growth     # cost a document, and the parent's memory, as it grows

`--documents N` makes them smaller, `--folder DIR` keeps what they make. Times by the clock say
something only of a machine with nothing else to do: the load is told before and after.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from machine import machine
from made import make_archive

SCANS, FAULTY = 0.01, 0.02  # of the documents
KILLS = 10
CONVERT = (sys.executable, "-m", "vnadmin", "convert")


def main() -> None:
    """Run one benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=list(_BENCHMARKS))
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where archives are made, and kept")
    args = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="vnadmin-benchmark-") as folder:
        _BENCHMARKS[args.what](args.folder or Path(folder), args.documents, args.seed)
    print(f"load at the end: {os.getloadavg()[0]:.1f}")


def kill(folder: Path, documents: int, seed: int) -> None:
    """Killed at random moments, eight of them while documents are done, and resumed."""
    bad = made(folder / "archive", documents, seed)
    out = fresh(folder / "out")
    draw = random.Random(seed)
    moments = sorted(draw.uniform(0.02, 0.95) for _ in range(KILLS - 2))
    plans: list[tuple[str, float]] = [("done", share) for share in moments]
    for at in (0, 5):  # early: while files are entered
        plans.insert(at, ("seconds", draw.uniform(0.3, 2.0)))
    started = time.monotonic()
    slowest = 0.0
    for how, value in plans:
        process = start(folder / "archive", out)
        if how == "seconds":
            time.sleep(value)
        else:
            while journalled(out) < value * documents and process.poll() is None:
                time.sleep(0.05)
            time.sleep(draw.uniform(0, 0.5))
        workers = children(process.pid)
        assert process.poll() is None, "it ended before it was killed"
        process.send_signal(signal.SIGKILL)
        process.wait()
        slowest = max(slowest, until_gone(workers))
    process = start(folder / "archive", out)
    code = process.wait()
    print(f"killed {len(plans)} times; workers were gone {slowest:.1f} s later at the latest")
    print(f"all runs {time.monotonic() - started:.0f} s; exit code {code}")
    verify(folder / "archive", out, bad)
    rerun(folder, out)
    index(folder, out)


def again(folder: Path, documents: int, seed: int) -> None:
    """Runs of an archive that is finished, or is finished first."""
    made(folder / "archive", documents, seed)
    start(folder / "archive", folder / "out").wait()
    print(f"finished: {journalled(folder / 'out'):,} documents")
    rerun(folder, folder / "out")


def dask(folder: Path, documents: int, seed: int) -> None:
    """Two Dask workers, of which one is killed when half is done."""
    from distributed import LocalCluster

    bad = made(folder / "archive", documents, seed)
    out = fresh(folder / "out")
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        process = start(folder / "archive", out, "--dask", cluster.scheduler_address)
        while journalled(out) < documents / 2 and process.poll() is None:
            time.sleep(0.05)
        number = next(iter(cluster.workers.values())).pid
        workers = children(number)
        os.kill(number, signal.SIGKILL)
        print(f"its workers were gone {until_gone(workers):.1f} s later")
        print(f"exit code {process.wait()}")
    verify(folder / "archive", out, bad)


def speed(folder: Path, documents: int, seed: int) -> None:
    """Two processes against one, on texts and on scans."""
    texts, scans = min(documents, 2000), min(documents // 10, 100)
    make_once(folder / "texts", texts, scans=0, faulty=0, seed=seed)
    make_once(folder / "scans", scans, scans=scans, faulty=0, seed=seed)
    for name, count in (("texts", texts), ("scans", scans)):
        one, two = ([seconds(folder / name, folder, jobs) for _ in range(2)] for jobs in (1, 2))
        gain = min(one) / min(two)
        print(f"{name} (n = {count}, best of 2): {min(one):.1f} s, {min(two):.1f} s: {gain:.2f} x")
    files = sorted(map(str, (folder / "scans").rglob("*.png")))
    alone = [tesseract([files]) for _ in range(2)]
    pair = [tesseract([files[::2], files[1::2]]) for _ in range(2)]
    bare = min(alone) / min(pair)
    print(f"bare Tesseract on the scans: {min(alone):.1f} s, {min(pair):.1f} s: {bare:.2f} x")
    print(
        f"of what bare Tesseract gains: {100 * (gain - 1) / (bare - 1):.0f} % ({gain / bare:.3f})"
    )


def growth(folder: Path, documents: int, seed: int) -> None:
    """Cost of a document, and the parent's memory, for archives of three sizes."""
    print(
        "documents | s a document | CPU s a document | parent's peak MB | scheduled by parent, ms"
    )
    for count in (documents // 100, documents // 10, documents):
        made(folder / f"archive-{count}", count, seed)
        started = time.monotonic()
        process = start(folder / f"archive-{count}", fresh(folder / "out"))
        peak, own = 0, 0.0
        while True:
            number, _, usage = os.wait4(process.pid, os.WNOHANG)
            if number:
                break
            peak, own = watch(process.pid, peak, own)
            time.sleep(0.05)
        taken = time.monotonic() - started
        cpu = usage.ru_utime + usage.ru_stime
        print(
            f"{count:9,} | {taken / count:.4f} | {cpu / count:.4f} | {peak / 1024:.1f} "
            f"| {1000 * own / count:.2f}",
            flush=True,
        )


def watch(number: int, peak: int, own: float) -> tuple[int, float]:
    """Peak memory in KB and CPU seconds of a process itself."""
    try:
        status = Path(f"/proc/{number}/status").read_text()
        stat = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return peak, own
    found = re.search(r"VmHWM:\s*([0-9]+)", status)
    ticks = os.sysconf("SC_CLK_TCK")
    return int(found[1]) if found else peak, (int(stat[11]) + int(stat[12])) / ticks


def rerun(folder: Path, out: Path) -> None:
    """Time runs of a finished archive."""
    for options in ((), (), ("--checksum",)):
        started, before = time.monotonic(), children_cpu()
        start(folder / "archive", out, *options).wait()
        cpu, taken = children_cpu() - before, time.monotonic() - started
        print(f"run again {' '.join(options)}: {taken:.2f} s, CPU {cpu:.2f} s", flush=True)


def index(folder: Path, out: Path) -> None:
    """Put what was converted into an index and check that."""
    path = folder / "archive.db"
    path.unlink(missing_ok=True)
    command = [sys.executable, "-m", "vnadmin", "index", "add", str(path), str(out)]
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    taken = time.monotonic() - started
    with sqlite3.connect(path) as db:
        state = db.execute("PRAGMA integrity_check").fetchone()[0]
        count = db.execute("SELECT count(*) FROM documents").fetchone()[0]
    print(f"index: {count:,} documents added in {taken:.0f} s; integrity {state}")


def verify(archive: Path, out: Path, bad: set[str]) -> None:
    """Every good one converted exactly once, every faulty one reported with its cause."""
    db = sqlite3.connect(out / ".vnadmin" / "journal.db")
    query = "SELECT base, state, conversions, cause, message, sha256 FROM files"
    rows = {os.fsdecode(row[0]): row[1:] for row in db.execute(query)}
    db.close()
    names = {str(p.relative_to(archive)) for p in archive.rglob("*") if not p.is_dir()}
    good = names - bad
    assert set(rows) == names, "journal and archive differ"
    once = {name for name, row in rows.items() if row[0] == "done" and row[1] == 1}
    told = {name for name, row in rows.items() if row[0] == "failed" and row[2] and row[3]}
    whole = 0
    for name in good:
        document = json.loads((out / f"{name}.json").read_bytes())
        digest = hashlib.sha256((archive / name).read_bytes()).hexdigest()
        text = (out / f"{name}.txt").read_text("utf-8")
        whole += document["source"]["sha256"] == digest and document["text"] == text
    files = {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()}
    files = {name for name in files if not name.startswith(".vnadmin")}
    expected = {f"{name}.{form}" for name in good for form in ("txt", "json")}
    report = json.loads((out / ".vnadmin" / "report.json").read_text("utf-8"))
    print(f"good: {len(good):,}; converted exactly once: {len(once & good):,}; whole: {whole:,}")
    print(f"faulty: {len(bad):,}; reported with cause: {len(told & bad):,} {report['causes']}")
    print(f"files that don't belong: {len(files ^ expected)}")
    messages = Counter(re.sub(r"^.*?: |[0-9]+", "", str(rows[name][3]))[:70] for name in bad)
    print("kinds of faults told: " + "; ".join(f"{n} × {text}" for text, n in messages.items()))
    assert once == good
    assert told == bad
    assert whole == len(good)
    assert files == expected
    assert len(report["failed"]) == len(bad)


def made(folder: Path, documents: int, seed: int) -> set[str]:
    """The mixed archive; made if it isn't there."""
    return make_once(
        folder,
        documents,
        scans=round(SCANS * documents),
        faulty=round(FAULTY * documents),
        seed=seed,
    )


def make_once(folder: Path, documents: int, *, scans: int, faulty: int, seed: int) -> set[str]:
    """An archive of such documents; made if it isn't there."""
    listed = folder.with_name(folder.name + ".faulty.json")
    if not listed.exists():
        bad = make_archive(folder, documents, scans=scans, faulty=faulty, seed=seed)
        listed.write_text(json.dumps(sorted(bad)), "utf-8")
    return set(json.loads(listed.read_text("utf-8")))


def fresh(folder: Path) -> Path:
    """A folder that isn't there."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def start(archive: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    """Begin a conversion."""
    command = [*CONVERT, str(archive), "-o", str(out), *options]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def seconds(archive: Path, folder: Path, jobs: int) -> float:
    """Convert an archive anew."""
    out = fresh(folder / "out")
    started, before = time.monotonic(), children_cpu()
    assert start(archive, out, "--jobs", str(jobs)).wait() == 0
    taken, cpu = time.monotonic() - started, children_cpu() - before
    print(f"  {jobs} at a time: {taken:.1f} s, CPU of all processes {cpu:.1f} s", flush=True)
    return taken


def children_cpu() -> float:
    """CPU seconds of the processes that have ended, and theirs."""
    times = os.times()
    return times.children_user + times.children_system


def tesseract(shares: Sequence[Sequence[str]]) -> float:
    """Read files with as many Tesseract processes at a time as there are shares."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    script = 'for file; do tesseract "$file" stdout -l vie tsv > /dev/null 2>&1; done'
    started = time.monotonic()
    running = [
        subprocess.Popen(["sh", "-c", script, "sh", *files], env=environment) for files in shares
    ]
    for process in running:
        process.wait()
    return time.monotonic() - started


def journalled(out: Path) -> int:
    """How many documents a conversion has done with, as its journal says."""
    path = out / ".vnadmin" / "journal.db"
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)
        try:
            query = "SELECT count(*) FROM files WHERE state <> 'todo'"
            return int(db.execute(query).fetchone()[0])
        finally:
            db.close()
    except sqlite3.Error:
        return 0  # it isn't made yet


def children(number: int) -> list[int]:
    """Processes below a process, but not it."""
    found = []
    for task in Path(f"/proc/{number}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *children(child)]
    return found


def until_gone(numbers: Sequence[int]) -> float:
    """Seconds until processes have ended."""
    started = time.monotonic()
    while any(Path(f"/proc/{number}").exists() for number in numbers):
        if time.monotonic() - started > 60:
            raise SystemExit(f"still there: {numbers}")
        time.sleep(0.02)
    return time.monotonic() - started


_BENCHMARKS: dict[str, Callable[[Path, int, int], None]] = {
    "kill": kill,
    "again": again,
    "dask": dask,
    "speed": speed,
    "growth": growth,
}

if __name__ == "__main__":
    main()

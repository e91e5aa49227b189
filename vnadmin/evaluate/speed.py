"""How fast and how large: import, a cold start, the first page, a hundred pages on one core.

Each figure is of a fresh process, so that nothing was read, cached or allocated before.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vnadmin.errors import InputError
from vnadmin.options import Options
from vnadmin.restore import compiled

PAGES = 100
"""Pages to measure with."""
_TIMES = 3
_ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

_IMPORT = """
import time; start = time.perf_counter(); import vnadmin; print(time.perf_counter() - start)
"""

# Peak memory is VmHWM: ru_maxrss of a new process would include its parent's.
_RESTORE = """
import json, resource, sys, time
from pathlib import Path
import vnadmin
pages, model, profile = json.loads(Path(sys.argv[1]).read_text("utf-8"))
options = vnadmin.Options(model=Path(model) if model else None, profile=profile)
vnadmin.restore("Can cu", options=options)
begun, cpu = time.perf_counter(), time.process_time()
for _ in vnadmin.restore_many(pages, options=options):
    pass
seconds = time.perf_counter() - begun
cpu = time.process_time() - cpu
try:
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
except (OSError, IndexError):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([seconds, cpu, peak]))
"""


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds, bytes and syllables per second, each in a fresh process.

    Attributes:
        twins: whether the compiled twins of the inner loops are in use, or pure Python.
        import_seconds: of `import vnadmin`, the best of three.
        first_word_seconds: of `vnadmin restore` of a file of two words, the best of three.
        cold_seconds: from starting Python to its end, the first page restored; best of three.
        cold_peak_bytes: peak memory of that.
        first_page_syllables: n of the first page, as read.
        first_page_seconds: of the first page once the model is loaded, the best of three.
        pages: restored in one go.
        distinct_pages: of these.
        syllables: n of all of them, as read.
        seconds: of all of them, once the model is loaded; one run.
        cpu_seconds: of that; much less than `seconds` where the machine was busy with other work.
        peak_bytes: peak memory of that.
    """

    twins: str
    import_seconds: float
    first_word_seconds: float
    cold_seconds: float
    cold_peak_bytes: int
    first_page_syllables: int
    first_page_seconds: float
    pages: int
    distinct_pages: int
    syllables: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int

    @property
    def rate(self) -> float:
        """Syllables a second over all pages."""
        return self.syllables / self.seconds

    @property
    def first_page_rate(self) -> float:
        """Syllables a second on the first page."""
        return self.first_page_syllables / self.first_page_seconds

    def report(self) -> str:
        """Return the figures as lines for people."""
        return (
            f"inner loops               {self.twins:>8}\n"
            f"import vnadmin            {self.import_seconds:8.3f} s\n"
            f"first word restored       {self.first_word_seconds:8.2f} s   (vnadmin restore)\n"
            f"restore the first, cold   {self.cold_seconds:8.2f} s   (fresh process, all in)\n"
            f"peak memory of that       {self.cold_peak_bytes / 1e6:8.0f} MB\n"
            f"the first, model loaded   {self.first_page_seconds:8.2f} s   "
            f"({self.first_page_rate:,.0f} syllables a second)\n"
            f"{self.pages} pages, model loaded   {self.seconds:8.2f} s   "
            f"({self.distinct_pages} distinct, {self.syllables:,} syllables as read)\n"
            f"processor time of that    {self.cpu_seconds:8.2f} s\n"
            f"syllables a second        {self.rate:8,.0f}\n"
            f"peak memory of that       {self.peak_bytes / 1e6:8.0f} MB"
        )


def measure_speed(texts: Sequence[str], *, options: Options) -> Speed:
    """Measure on texts, each a page (or several, divided by form feeds).

    Pages are repeated up to a hundred; give a hundred different ones for a figure that caches
    can't flatter.

    Raises:
        InputError: no text holds a word.
    """
    distinct = [page for text in texts for page in text.split("\f") if page.strip()]
    if not distinct:
        raise InputError("no text to measure with")
    pages = [distinct[i % len(distinct)] for i in range(max(PAGES, len(distinct)))]
    cold = [_restored(distinct[:1], options) for _ in range(_TIMES)]
    _, (seconds, cpu, peak) = _restored(pages, options)
    return Speed(
        twins=compiled.in_use(),
        import_seconds=min(float(_timed("-c", _IMPORT)[1]) for _ in range(_TIMES)),
        first_word_seconds=min(_first_word(options) for _ in range(_TIMES)),
        cold_seconds=min(wall for wall, _ in cold),
        cold_peak_bytes=max(figures[2] for _, figures in cold),
        first_page_syllables=len(distinct[0].split()),
        first_page_seconds=min(figures[0] for _, figures in cold),
        pages=len(pages),
        distinct_pages=len(distinct),
        syllables=sum(len(text.split()) for text in pages),
        seconds=seconds,
        cpu_seconds=cpu,
        peak_bytes=peak,
    )


def _restored(pages: Sequence[str], options: Options) -> tuple[float, Any]:
    """Return the seconds a process takes, and what it prints: seconds, CPU seconds, peak bytes."""
    model = str(options.model) if options.model else ""
    with tempfile.TemporaryDirectory(prefix="vnadmin-") as name:
        task = Path(name) / "task.json"
        task.write_text(json.dumps([pages, model, options.profile]), "utf-8")
        wall, printed = _timed("-c", _RESTORE, str(task))
    return wall, json.loads(printed)


def _first_word(options: Options) -> float:
    """Return the seconds from starting the command to its end, with the first words restored."""
    model = ["--model", str(options.model)] if options.model else []
    with tempfile.TemporaryDirectory(prefix="vnadmin-") as name:
        page = Path(name) / "page.txt"
        page.write_text("Can cu\n", "utf-8")
        command = ["restore", str(page), "--profile", options.profile, *model]
        return _timed("-m", "vnadmin", *command)[0]


def _timed(*arguments: str) -> tuple[float, str]:
    """Return the seconds that Python takes with these arguments, and what it prints."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | _ONE_CORE,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise InputError(f"the fresh process failed: {done.stderr.strip().splitlines()[-1]}")
    return seconds, done.stdout

"""How fast and how large: import, a cold start, a hundred pages on one core.

Each figure is of a fresh process, so that nothing was read, cached or allocated before.
"""

from __future__ import annotations

import json
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

_PAGES = 100
_TIMES = 3

_IMPORT = """
import time; start = time.perf_counter(); import vnadmin; print(time.perf_counter() - start)
"""

# Peak memory is VmHWM: ru_maxrss of a new process would include its parent's.
_RESTORE = """
import json, resource, sys, time
from pathlib import Path
import vnadmin
pages, model, profile, started = json.loads(Path(sys.argv[1]).read_text("utf-8"))
options = vnadmin.Options(model=Path(model) if model else None, profile=profile)
vnadmin.restore("Can cu", options=options)
first_word = time.time() - started
begun = time.perf_counter()
for _ in vnadmin.restore_many(pages, options=options):
    pass
seconds = time.perf_counter() - begun
try:
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
except (OSError, IndexError):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([first_word, seconds, peak]))
"""


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds, bytes and syllables per second, each in a fresh process.

    Attributes:
        import_seconds: of `import vnadmin`, the best of three.
        first_word_seconds: from starting Python to the first word restored, the best of three.
        cold_seconds: from starting Python to its end, the first page restored; best of three.
        cold_peak_bytes: peak memory of that.
        first_page_syllables: n of the first page, as read.
        first_page_seconds: of the first page once the model is loaded, the best of three.
        pages: restored in one go.
        distinct_pages: of these.
        syllables: n of all of them, as read.
        seconds: of all of them, once the model is loaded; one run.
        peak_bytes: peak memory of that.
    """

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
            f"import vnadmin            {self.import_seconds:8.3f} s\n"
            f"first word restored       {self.first_word_seconds:8.2f} s   (fresh process)\n"
            f"restore the first, cold   {self.cold_seconds:8.2f} s   (fresh process, all in)\n"
            f"peak memory of that       {self.cold_peak_bytes / 1e6:8.0f} MB\n"
            f"the first, model loaded   {self.first_page_seconds:8.2f} s   "
            f"({self.first_page_rate:,.0f} syllables a second)\n"
            f"{self.pages} pages, model loaded   {self.seconds:8.2f} s   "
            f"({self.distinct_pages} distinct, {self.syllables:,} syllables as read)\n"
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
    pages = [distinct[i % len(distinct)] for i in range(max(_PAGES, len(distinct)))]
    cold = [_restored(distinct[:1], options) for _ in range(_TIMES)]
    _, (_, seconds, peak) = _restored(pages, options)
    return Speed(
        import_seconds=min(float(_timed(_IMPORT)[1]) for _ in range(_TIMES)),
        first_word_seconds=min(figures[0] for _, figures in cold),
        cold_seconds=min(wall for wall, _ in cold),
        cold_peak_bytes=max(figures[2] for _, figures in cold),
        first_page_syllables=len(distinct[0].split()),
        first_page_seconds=min(figures[1] for _, figures in cold),
        pages=len(pages),
        distinct_pages=len(distinct),
        syllables=sum(len(text.split()) for text in pages),
        seconds=seconds,
        peak_bytes=peak,
    )


def _restored(pages: Sequence[str], options: Options) -> tuple[float, Any]:
    """Return the seconds a process takes, and what it prints: first word, seconds, peak bytes."""
    model = str(options.model) if options.model else ""
    with tempfile.TemporaryDirectory(prefix="vnadmin-") as name:
        task = Path(name) / "task.json"
        task.write_text(json.dumps([pages, model, options.profile, time.time()]), "utf-8")
        wall, printed = _timed(_RESTORE, str(task))
    return wall, json.loads(printed)


def _timed(*code: str) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", *code], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise InputError(f"the fresh process failed: {done.stderr.strip().splitlines()[-1]}")
    return seconds, done.stdout

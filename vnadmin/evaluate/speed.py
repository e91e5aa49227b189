"""How fast and how large: import, a cold start, a hundred pages on one core."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vnadmin.errors import InputError
from vnadmin.formats.decode import decode
from vnadmin.options import Options
from vnadmin.restore import restore_many

_PAGES = 100

_IMPORT = """
import time; start = time.perf_counter(); import vnadmin; print(time.perf_counter() - start)
"""

# Peak memory is VmHWM: ru_maxrss of a new process would include its parent's.
_COLD = """
import json, resource, sys
from pathlib import Path
import vnadmin
model = Path(sys.argv[2]) if sys.argv[2] else None
options = vnadmin.Options(model=model, profile=sys.argv[3])
vnadmin.restore(Path(sys.argv[1]).read_text("utf-8"), options=options)
try:
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
except (OSError, IndexError):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps(peak))
"""


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds, bytes and syllables per second; each process figure is the best of three."""

    import_seconds: float
    cold_seconds: float
    cold_peak_bytes: int
    pages: int
    distinct_pages: int
    syllables: int
    seconds: float

    def report(self) -> str:
        """Return the figures as lines for people."""
        rate = self.syllables / self.seconds if self.seconds else 0.0
        return (
            f"import vnadmin            {self.import_seconds:8.3f} s\n"
            f"restore the first, cold   {self.cold_seconds:8.2f} s   (fresh process, all in)\n"
            f"peak memory of that       {self.cold_peak_bytes / 1e6:8.0f} MB\n"
            f"{self.pages} pages, warm           {self.seconds:8.2f} s   "
            f"({self.distinct_pages} distinct, {self.syllables:,} syllables as read)\n"
            f"syllables a second        {rate:8,.0f}"
        )


def measure_speed(files: Sequence[Path], *, options: Options) -> Speed:
    """Measure on text files, each a page (or several, divided by form feeds).

    Pages are repeated up to a hundred; give a hundred different ones for a figure that caches
    can't flatter.

    Raises:
        InputError: a file can't be read, or none holds text.
    """
    distinct = [page for file in files for page in _pages(file)]
    if not distinct:
        raise InputError("no text to measure with")
    texts = [distinct[i % len(distinct)] for i in range(max(_PAGES, len(distinct)))]
    list(restore_many(distinct[:1], options=options))  # load the model
    started = time.perf_counter()
    for _ in restore_many(texts, options=options):
        pass
    seconds = time.perf_counter() - started
    model = str(options.model) if options.model else ""
    cold = [_timed([_COLD, str(files[0]), model, options.profile]) for _ in range(3)]
    imports = [_timed([_IMPORT])[1] for _ in range(3)]
    return Speed(
        import_seconds=min(float(out) for out in imports),
        cold_seconds=min(wall for wall, _ in cold),
        cold_peak_bytes=max(int(json.loads(out)) for _, out in cold),
        pages=len(texts),
        distinct_pages=len(distinct),
        syllables=sum(len(text.split()) for text in texts),
        seconds=seconds,
    )


def _pages(path: Path) -> list[str]:
    try:
        text = decode(path.read_bytes(), name=str(path)).text
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    return [page for page in text.split("\f") if page.strip()]


def _timed(code: list[str]) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", *code], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise InputError(f"the fresh process failed: {done.stderr.strip().splitlines()[-1]}")
    return seconds, done.stdout

"""What a conversion will take: hours and disk, from a sample."""

from __future__ import annotations

import math
import random
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from vnadmin.archive.executors import Executor
from vnadmin.archive.inputs import Item
from vnadmin.archive.process import Lost
from vnadmin.archive.task import Convert

SAMPLE = 50
_SEED = 20211


@dataclass(frozen=True, slots=True)
class Estimate:
    """What converting an archive is expected to take.

    Attributes:
        files: in the archive; `sampled` of them were converted, `failed` of these not.
        size: of the archive in bytes.
        seconds: for all of it, with as many processes as the sample had.
        error: standard error of `seconds`.
        output: bytes that the outputs will take.
        free: bytes there are, where they will go.
    """

    files: int
    sampled: int
    failed: int
    size: int
    seconds: float
    error: float
    output: float
    free: int


def estimate(items: Iterable[Item], task: Convert, executor: Executor, outdir: Path) -> Estimate:
    """Convert a sample into a folder that is then removed; nothing is written to `outdir`."""
    files = size = 0
    sample: list[Item] = []
    draw = random.Random(_SEED)
    for item in items:  # each file is as likely as another to be in the sample
        files += 1
        size += _size(item.source)
        if len(sample) < SAMPLE:
            sample.append(item)
        elif (at := draw.randrange(files)) < SAMPLE:
            sample[at] = item
    times: list[float] = []
    output = failed = 0
    with tempfile.TemporaryDirectory(prefix="vnadmin-estimate-") as folder:
        task = replace(task, scratch=None)
        moved = [Item(s.source, Path(folder, str(n), "x")) for n, s in enumerate(sample)]
        for _ in executor.run(task, moved[: 2 * executor.slots], executor.slots):
            pass  # so that no worker has to load its model when time counts
        for item, result in executor.run(task, moved, 2 * executor.slots):
            if isinstance(result, Lost):
                failed += 1
                continue
            times.append(result.seconds)
            failed += result.state == "failed"
            output += sum(_size(path) for path in item.base.parent.glob("*"))
            for path in item.base.parent.glob("*"):
                path.unlink()
    mean = sum(times) / max(1, len(times))
    spread = math.sqrt(sum((t - mean) ** 2 for t in times) / max(1, len(times) - 1))
    each = files / executor.slots
    return Estimate(
        files,
        len(sample),
        failed,
        size,
        mean * each,
        spread / math.sqrt(max(1, len(times))) * each * math.sqrt(1 - len(sample) / max(1, files)),
        output / max(1, len(sample)) * files,
        _free(outdir),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _free(folder: Path) -> int:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free

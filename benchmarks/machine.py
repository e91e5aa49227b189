"""What machine a benchmark's figures are of."""

from __future__ import annotations

import os
import platform
import sqlite3
from pathlib import Path

import vnadmin


def machine() -> str:
    """Processor, system, load and versions, in a line."""
    model = "unknown processor"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next((x.partition(": ")[2] for x in lines if x.startswith("model name")), model)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{os.cpu_count()} × {model}{load}; {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"vnadmin {vnadmin.__version__}"
    )

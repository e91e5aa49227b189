"""The compiled twins of the two inner loops, where an install could build them.

They are optional: without a compiler nothing is missing but speed. `VNADMIN_PURE=1` in the
environment leaves them out.
"""

from __future__ import annotations

import importlib
import os
from typing import Any


def _load(name: str) -> Any:
    if os.environ.get("VNADMIN_PURE", "") not in ("", "0"):
        return None
    try:
        return importlib.import_module(f"vnadmin.restore.{name}")
    except ImportError:
        return None


search: Any = _load("_search")
"""The beam search of decoder.py, or `None`."""

edits: Any = _load("_edits")
"""The dynamic programme of edits.py, or `None`."""


def in_use() -> str:
    """Return "compiled", or "pure Python" where a part of it isn't."""
    return "pure Python" if search is None or edits is None else "compiled"

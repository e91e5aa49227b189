"""What is compared: letters folded, and of numbers and names letters and digits alone."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from vnadmin.vietnamese import fold, nfc

_CODE = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=65536)
def code_key(text: str) -> str:
    """Letters and digits alone, folded: "23-QĐ/TW" and "23 qd/tw" → "23qdtw"."""
    return "".join(_CODE.findall(fold(nfc(text)).lower()))


def searchable(text: str) -> str:
    """The text in small letters without diacritics, đ as d: a code point for each.

    Letters that would become several keep as they are.
    """
    if text.isascii():
        return text.lower()
    import numpy as np

    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    folded: bytes = _folding().take(units).tobytes()
    return folded.decode("utf-16-le", "surrogatepass")


@lru_cache(maxsize=1)
def _folding() -> Any:
    """Of each UTF-16 unit, what it becomes: many times faster than letter by letter."""
    import numpy as np

    table = np.arange(0x10000, dtype=np.uint16)
    for code in range(0x250):
        _fold_one(table, code)
    for code in range(0x1E00, 0x1F00):
        _fold_one(table, code)
    return table


def _fold_one(table: Any, code: int) -> None:
    char = chr(code)
    folded = fold(char).lower()
    if len(folded) == 1 and unicodedata.category(char)[0] == "L":
        table[code] = ord(folded)

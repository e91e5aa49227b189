"""What is compared: the letters and digits of numbers and names, whatever is between them."""

from __future__ import annotations

import re

from vnadmin.vietnamese import fold, nfc

_WORD = re.compile(r"[^\W\d_]{1,30}")


def code_key(text: str) -> str:
    """Letters and digits alone, folded: "23-QĐ/TW" and "23 qd/tw" → "23qdtw"."""
    return "".join(re.findall(r"[a-z0-9]+", fold(nfc(text)).lower()))


def searchable(text: str) -> str:
    """The text as the search table takes it: its tokenizer folds all letters but đ."""
    return text.replace("đ", "d").replace("Đ", "D")


def words_of(text: str) -> set[str]:
    """The different words of a text, in small letters, without numbers."""
    return set(_WORD.findall(text.lower()))

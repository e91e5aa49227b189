"""The words of a package's pages, in Vietnamese and English: its interface.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["vi", "en"]


@cache
def words_of(package: str = "vnadmin.review") -> dict[str, dict[str, str]]:
    """Language → key → words."""
    read = tomllib.loads((files(package) / "interface.toml").read_text("utf-8"))
    return {
        language: {key: both[language] for key, both in read.items()} for language in ("vi", "en")
    }


def label(key: str, language: Language) -> str:
    """Return what the interface calls something."""
    return words_of()[language][key]

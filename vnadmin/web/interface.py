"""The words of the pages, in Vietnamese and English: interface.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from starlette.requests import Request

Language = Literal["vi", "en"]
COOKIE = "vnadmin_language"


@cache
def words(language: Language) -> dict[str, str]:
    """Key → words of that language."""
    read = tomllib.loads((files("vnadmin.web") / "interface.toml").read_text("utf-8"))
    return {key: both[language] for key, both in read.items()}


def language_of(request: Request) -> Language:
    """What the address asks for, else what was chosen before, else what the browser prefers."""
    asked = request.query_params.get("lang") or request.cookies.get(COOKIE)
    if asked in ("vi", "en"):
        return "vi" if asked == "vi" else "en"
    for wanted in request.headers.get("accept-language", "").lower().split(","):
        name = wanted.strip()[:2]
        if name in ("vi", "en"):
            return "vi" if name == "vi" else "en"
    return "vi"

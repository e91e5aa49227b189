"""The words of the pages, in Vietnamese and English: interface.toml."""

from __future__ import annotations

from starlette.requests import Request

from vnadmin.interface import Language, words_of

COOKIE = "vnadmin_language"


def words(language: Language) -> dict[str, str]:
    """Key → words of that language."""
    return words_of("vnadmin.web")[language]


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

"""What the pages share: the index and the threads that ask it, templates, answers remembered."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from vnadmin.errors import UsageError, VnadminError
from vnadmin.index import Index
from vnadmin.index.rows import Entry, Mention, Work
from vnadmin.web.interface import COOKIE, language_of, words
from vnadmin.web.settings import Settings

PART = "~"
"""Between the id of a document and its part of the file, in addresses."""
_THREADS = 6  # that ask the index; each has a connection of its own
_FRESH = 30.0  # seconds that counts over the whole index are shown without counting again
_YEAR = 365 * 86_400  # seconds
_KEPT = 200  # answers remembered
_STEPS = 20_000  # of SQLite's machine between looks at the clock
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_log = logging.getLogger("vnadmin.web")

Answer = TypeVar("Answer")


class Site:
    """An index, and what answering requests about it takes."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self.index = index
        self.settings = settings
        self._readers = ThreadPoolExecutor(_THREADS, "vnadmin-read", self._reads_only)
        self._remembered: dict[str, tuple[float, Any]] = {}
        self._counting = threading.Lock()
        self._templates = Environment(
            loader=PackageLoader("vnadmin.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "day": day, "marked": marked, "work": work_name, "document": document_name,
            "cited_as": cited_as, "address": address, "plain": plain, "n": number,
        }  # fmt: skip

    def _reads_only(self) -> None:
        self.index.connection.execute("PRAGMA query_only = ON")

    async def run(self, view: Callable[[Site, Request], Response], request: Request) -> Response:
        """Answer in one of the reading threads, in time or not at all."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._answer, view, request)

    def _answer(self, view: Callable[[Site, Request], Response], request: Request) -> Response:
        end = time.monotonic() + self.settings.seconds
        connection = self.index.connection
        connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            return view(self, request)
        except UsageError as error:
            raise HTTPException(404, str(error)) from error
        except (VnadminError, sqlite3.Error) as error:
            if "interrupted" in str(error):
                raise HTTPException(503, "the question takes too long; ask for less") from error
            _log.error("%s: %s", request.url.path, error)
            raise HTTPException(500, "the index can't be read; see the server's log") from error
        finally:
            connection.set_progress_handler(None, 0)

    def page(self, request: Request, template: str, code: int = 200, **values: Any) -> Response:
        """An HTML page."""
        language = language_of(request)
        other = "en" if language == "vi" else "vi"
        switched = [*request.query_params.multi_items(), ("lang", other)]
        text = self._templates.get_template(template).render(
            language=language,
            t=words(language),
            request=request,
            settings=self.settings,
            form_token=request.scope.get("form_token", ""),
            name=self.index.path.name,
            switch=request.url.path + "?" + urlencode(dict(switched)),
            **values,
        )
        response = HTMLResponse(text.encode("utf-8", "replace"), code)
        if request.query_params.get("lang") == language:
            response.set_cookie(COOKIE, language, _YEAR, httponly=True, samesite="lax")
        return response

    def remembered(self, key: str, count: Callable[[], Answer]) -> Answer:
        """What takes long to count: counted again when it is old, by one thread at a time."""
        known = self._remembered.get(key)
        if known is not None and time.monotonic() - known[0] < _FRESH:
            value: Answer = known[1]
            return value
        if not self._counting.acquire(blocking=known is None):
            assert known is not None
            old: Answer = known[1]
            return old
        try:
            again = self._remembered.get(key)
            if again is not None and again is not known:
                now: Answer = again[1]
                return now
            counted = count()
            if len(self._remembered) >= _KEPT:
                self._remembered.clear()
            self._remembered[key] = (time.monotonic(), counted)
            return counted
        finally:
            self._counting.release()

    def warm(self) -> None:
        """Count what the first page shows before anyone asks."""
        self._readers.submit(self.remembered, "stats", self.index.stats)
        self._readers.submit(self.remembered, "facets", lambda: self.index.facets(""))

    def close(self) -> None:
        """End the threads."""
        self._readers.shutdown(cancel_futures=True)


def day(date: str | None) -> str:
    """2022-06-18 → 18/06/2022."""
    return "/".join(reversed(date.split("-"))) if date else ""


def plain(text: object) -> str:
    """One line without characters that aren't seen or turn what stands around them."""
    return _UNSEEN.sub("\ufffd", " ".join(str(text or "").split()))


def marked(snippet: str) -> Markup:
    """A snippet's [found words] as marks; all else escaped."""
    pieces = re.split(r"\[([^\[\]]*)\]", _UNSEEN.sub("\ufffd", snippet))
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if i % 2 else escape(piece)
        for i, piece in enumerate(pieces)
    )


def number(value: int) -> str:
    """1234567 → 1 234 567, with spaces that don't break."""
    return f"{value:,}".replace(",", "\u202f")


def work_name(work: Work) -> str:
    """Its type and number, or its name and year."""
    kind = work.name or work.type
    code = work.number or (str(work.year) if work.name and work.year else None)
    return plain(" ".join(filter(None, (kind, code or (None if work.name else work.key)))))


def document_name(entry: Entry) -> str:
    """Its type and number, else its source's name."""
    named = " ".join(filter(None, (entry.type, entry.number)))
    return plain(named if entry.number else f"{named} {entry.source.rpartition('/')[2]}")


def cited_as(mention: Mention) -> str:
    """What a mention calls the document it cites."""
    return plain(" ".join(filter(None, (mention.name or mention.type, mention.number))))


def address(entry: Entry) -> str:
    """Where a document is shown: its id and, of a file with several, its part."""
    own = quote(entry.document_id, safe="")
    return f"/document/{own}" + (f"{PART}{entry.part}" if entry.part else "")

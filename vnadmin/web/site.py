"""What the pages share: the index and the threads that ask it, templates, answers remembered."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from vnadmin.errors import UsageError, VnadminError
from vnadmin.index import Index
from vnadmin.index.rows import Entry
from vnadmin.web import naming
from vnadmin.web.desk import Desk
from vnadmin.web.folders import Folders
from vnadmin.web.interface import COOKIE, language_of, words
from vnadmin.web.pictures import Pictures
from vnadmin.web.settings import Settings

_THREADS = 6  # that ask the index; each has a connection of its own
_FRESH = 30.0  # seconds that counts over the whole index are shown without counting again
_YEAR = 365 * 86_400  # seconds
_PATIENCE = 0.1  # seconds that the first page waits for counts
_ALWAYS = ("stats", "facets")
_KEPT = 200  # answers remembered
_STEPS = 20_000  # of SQLite's machine between looks at the clock
_log = logging.getLogger("vnadmin.web")

Answer = TypeVar("Answer")


class Site:
    """An index, and what answering requests about it takes."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self.index = index
        self.settings = settings
        self.folders = Folders(index, settings.sources)
        self.pictures = Pictures(self.folders)
        self.desk = Desk(index, self.folders)
        self._readers = ThreadPoolExecutor(_THREADS, "vnadmin-read", self._reads_only)
        self._remembered: dict[str, tuple[float, Any]] = {}
        self._counting = threading.Lock()
        self.warming: list[Future[Any]] = []
        self._templates = Environment(
            loader=PackageLoader("vnadmin.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "day": naming.day, "marked": naming.marked, "work": naming.work_name,
            "document": naming.document_name, "cited_as": naming.cited_as,
            "address": naming.address, "plain": naming.plain, "n": naming.number,
        }  # fmt: skip

    def _reads_only(self) -> None:
        self.index.connection.execute("PRAGMA query_only = ON")

    async def run(
        self,
        view: Callable[[Site, Request], Response],
        request: Request,
        *,
        writes: bool = False,
    ) -> Response:
        """Answer in one of the reading threads, in time or not at all; or in the writing one."""
        threads = self.desk.writer if writes else self._readers
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, self._answer, view, request)

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
            self.log(request, error)
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
        self.keep_language(request, response)
        return response

    @staticmethod
    def keep_language(request: Request, response: Response) -> None:
        """Remember the language that the address asks for; the review page's script does too."""
        language = language_of(request)
        if request.query_params.get("lang") == language:
            response.set_cookie(COOKIE, language, _YEAR, samesite="lax")

    @staticmethod
    def log(request: Request, error: Exception) -> None:
        """Tell the server's log what isn't told to readers."""
        _log.error("%s: %s", request.url.path, error)

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
                self._remembered = {
                    each: self._remembered[each] for each in _ALWAYS if each in self._remembered
                }
            self._remembered[key] = (time.monotonic(), counted)
            return counted
        finally:
            self._counting.release()

    def is_known(self, key: str) -> bool:
        """Whether that is remembered, or will be in a moment; who asks doesn't wait for longer."""
        end = time.monotonic() + _PATIENCE
        while key not in self._remembered and time.monotonic() < end:
            time.sleep(0.005)
        return key in self._remembered

    def warm(self) -> None:
        """Count what the first page shows before anyone asks."""
        self.warming = [
            self._readers.submit(self.remembered, "stats", self.index.stats),
            self._readers.submit(self.remembered, "facets", lambda: self.index.facets("")),
        ]

    def close(self) -> None:
        """End the threads."""
        self._readers.shutdown(cancel_futures=True)
        self.desk.close()
        self.pictures.close()


def entry_of(site: Site, request: Request) -> Entry:
    """The document that the address names.

    Raises:
        HTTPException: it names none.
        UsageError: the index has none of that name.
    """
    identifier, _, part = request.path_params["id"].partition(naming.PART)
    if not re.fullmatch(r"\d{0,4}", part, re.ASCII):
        raise HTTPException(404, "no such document")
    return site.index.located(identifier, part=int(part or 0))

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
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, TypeVar
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

_READERS = 4  # threads that ask the index; each has a connection of its own
_COUNTERS = 2  # threads for what goes through much of it: facets, lists, downloads
OLD = 30.0
"""Seconds that counts are shown though the index has changed since."""

_YEAR = 365 * 86_400  # seconds
_KEPT = 500  # answers remembered
_STEPS = 20_000  # of SQLite's machine between looks at the clock
_log = logging.getLogger("vnadmin.web")

Answer = TypeVar("Answer")
Kind = Literal["reads", "counts", "writes"]


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer, the version of the index it is of, and when it was found."""

    value: Any
    version: int
    at: float

    def is_good(self, version: int, old: float) -> bool:
        return self.version == version or time.monotonic() - self.at < old


class Site:
    """An index, and what answering requests about it takes."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self.index = index
        self.settings = settings
        self.folders = Folders(index, settings.sources)
        self.pictures = Pictures(self.folders)
        self.desk = Desk(index, self.folders)
        self._readers = ThreadPoolExecutor(_READERS, "vnadmin-read", self._reads_only)
        self._counters = ThreadPoolExecutor(_COUNTERS, "vnadmin-count", self._reads_only)
        self._remembered: dict[str, _Known] = {}
        self._counting: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._seen = threading.local()  # which version of the index a thread looks at
        self._watch: sqlite3.Connection | None = None
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
        kind: Kind = "reads",
    ) -> Response:
        """Answer in one of the threads for what the view does, in time or not at all.

        What counts has threads apart: many who ask for that at once leave the others to readers.
        """
        threads = {"reads": self._readers, "counts": self._counters, "writes": self.desk.writer}
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads[kind], self._answer, view, request, kind)

    def look_again(self) -> None:
        """See from now on what has been written to the index by now, not by the request's start."""
        connection = self.index.connection
        connection.rollback()
        self._seen.version = self._version()
        connection.execute("BEGIN")

    def _answer(
        self, view: Callable[[Site, Request], Response], request: Request, kind: Kind
    ) -> Response:
        end = time.monotonic() + self.settings.seconds
        connection = self.index.connection
        connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            if kind != "writes":  # all that one answer reads is of one state of the index
                self.look_again()
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
            connection.rollback()

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

    def remembered(self, key: str, count: Callable[[], Answer], *, old: float = OLD) -> Answer:
        """What takes work to find: found again when the index has changed, by one thread at a time.

        Args:
            key: names it.
            count: finds it.
            old: seconds for which it may be shown when the index has changed since.
        """
        version = getattr(self._seen, "version", None) or self._version()
        known = self._remembered.get(key)
        if known is not None and known.is_good(version, old):
            value: Answer = known.value
            return value
        with self._lock:
            counting = self._counting.setdefault(key, threading.Lock())
        if not counting.acquire(blocking=known is None or not old):
            assert known is not None
            outdated: Answer = known.value
            return outdated
        try:
            again = self._remembered.get(key)
            if again is not None and again is not known and again.is_good(version, old):
                now: Answer = again.value
                return now
            counted = count()
            with self._lock:
                self._remembered[key] = _Known(counted, version, time.monotonic())
                while len(self._remembered) > _KEPT:
                    self._remembered.pop(next(iter(self._remembered)))
            return counted
        finally:
            with self._lock:
                self._counting.pop(key, None)
            counting.release()

    def _count(self, key: str, count: Callable[[], object]) -> None:
        self._seen.version = self._version()
        self.remembered(key, count)

    def known(self, key: str) -> Any:
        """What is remembered by that name and may be shown; `None` if nothing is."""
        known = self._remembered.get(key)
        return known.value if known is not None and known.is_good(self._version(), OLD) else None

    def count_later(self, key: str, count: Callable[[], object]) -> None:
        """Have something remembered that isn't yet, or is old; who asks doesn't wait."""
        with self._lock:
            counting = key in self._counting
        if not counting and self.known(key) is None:
            self._counters.submit(self._count, key, count)

    def _version(self) -> int:
        """A number that changes whenever someone has written to the index."""
        with self._lock:
            if self._watch is None:
                uri = f"{self.index.path.absolute().as_uri()}?mode=ro"
                self._watch = sqlite3.connect(uri, uri=True, check_same_thread=False)
            (version,) = self._watch.execute("PRAGMA data_version").fetchone()
        return int(version)

    def warm(self) -> None:
        """Count what the first page shows, and load what takes long to load, before anyone asks."""

        def count() -> None:
            self._count("facets /", lambda: self.index.facets(""))
            self._count("stats", self.index.stats)
            import_module("vnadmin.index.adding")
            import_module("vnadmin.review.page").template()

        self.warming = [self._counters.submit(count)]

    def close(self) -> None:
        """End the threads."""
        self._readers.shutdown(cancel_futures=True)
        self._counters.shutdown(cancel_futures=True)
        if self._watch is not None:
            self._watch.close()
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

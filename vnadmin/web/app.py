"""`vnadmin serve` as an ASGI application."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from vnadmin.index import Index
from vnadmin.web import reviewing, views
from vnadmin.web.guard import Guard
from vnadmin.web.settings import Settings
from vnadmin.web.site import Kind, Site

_View = Callable[[Site, Request], Response]
_Endpoint = Callable[[Request], Awaitable[Response]]
_STATIC = Path(__file__).parent / "static"
_REVIEW = Path(__file__).parent.parent / "review" / "static"
_READS = (
    ("/", views.search),
    ("/document/{id}", views.document),
    ("/document/{id}/text", views.text),
    ("/document/{id}/text.txt", views.plain_text),
    ("/document/{id}/review", reviewing.review),
    ("/document/{id}/pages/{number:int}.webp", reviewing.picture),
    ("/document/{id}/graph.svg", views.document_graph),
    ("/works/{key:path}", views.work),
    ("/login", views.login),
)
_COUNTS = (
    ("/facets", views.facets),
    ("/search.{form}", views.search_rows),
    ("/document/{id}/cites.{form}", views.cites_rows),
    ("/document/{id}/cited-by.{form}", views.document_cited_rows),
    ("/works/{key:path}/cited-by.{form}", views.cited_rows),
    ("/lists/{name}.{form}", views.list_rows),
    ("/lists/{name}", views.listed),
)
_WRITES = (
    ("/document/{id}/corrections", reviewing.correct),
    ("/document/{id}/corrections/undo", reviewing.undo),
    ("/document/{id}/corrections/rewrite", reviewing.rewrite),
)


def make_app(index: Index, settings: Settings) -> Starlette:
    """The site of an index; the caller closes the index after it."""
    site = Site(index, settings)
    mimetypes.add_type("text/javascript", ".js")  # whatever the system's table says

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        site.warm()
        yield
        site.close()

    def endpoint(view: _View, kind: Kind = "reads") -> _Endpoint:
        async def answer(request: Request) -> Response:
            request.scope["body"] = await request.body()  # the guard has read it
            return await site.run(view, request, kind)

        return answer

    async def failed(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = error.detail if isinstance(error, HTTPException) else ""
        return site.page(request, "error.html", status, status=status, detail=detail)

    app = Starlette(
        routes=[
            *(Route(path, endpoint(view, "counts"), methods=["GET"]) for path, view in _COUNTS),
            *(Route(path, endpoint(view), methods=["GET"]) for path, view in _READS),
            Route("/login", endpoint(views.log_in), methods=["POST"]),
            *(Route(path, endpoint(view, "writes"), methods=["POST"]) for path, view in _WRITES),
            Mount("/static/review", StaticFiles(directory=_REVIEW)),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[Middleware(Guard, settings=settings)],
        exception_handlers={HTTPException: failed, 500: failed},
        lifespan=life,
    )
    app.state.site = site
    return app

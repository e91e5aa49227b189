"""A document beside its paper, and what is corrected there: review page, pictures, corrections."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from vnadmin.document import Citation
from vnadmin.errors import InputError, OutputError
from vnadmin.index.rows import Entry
from vnadmin.web.desk import nowhere
from vnadmin.web.interface import language_of
from vnadmin.web.naming import address
from vnadmin.web.site import Site, entry_of

_CHUNK = 2**16  # characters


def review(site: Site, request: Request) -> Response:
    """The review page of the file that a document stands in."""
    entry, path = _converted(site, request)
    opened = site.desk.open(path)
    here = address(entry)
    editable = not site.settings.read_only
    from vnadmin.review.page import review_parts  # here: it is slow to load

    parts = review_parts(
        opened.shown if editable else opened.corrections.apply(opened.document).document,
        site.pictures.urls(path, opened.document, f"{here}/pages"),
        language=language_of(request),
        editable=editable,
        corrections=opened.corrections.shown(opened.shown) if editable else (),
        unfit=[record.describe() for record in site.desk.unfit(opened)],
        endpoint=f"{here}/corrections",
        version=opened.version,
        token=request.scope["form_token"],
        link=_link,
        assets="/static/review",
        home=here,
        icon="/static/icon.svg",
    )
    chunks = _chunks(parts)
    # What goes wrong at once is still answered as an error.
    response = StreamingResponse(chain([next(chunks)], chunks), media_type="text/html")
    site.keep_language(request, response)
    return response


def _chunks(parts: Iterator[str]) -> Iterator[bytes]:
    """Yield a page in pieces that are worth sending: the browser reads it while it is made."""
    gathered: list[str] = []
    length = 0
    for part in parts:
        gathered.append(part)
        length += len(part)
        if length >= _CHUNK:
            yield "".join(gathered).encode("utf-8", "replace")
            gathered, length = [], 0
    yield "".join(gathered).encode("utf-8", "replace")


def picture(site: Site, request: Request) -> Response:
    """The picture of a page."""
    _, path = _converted(site, request)
    made = site.pictures.get(path, site.desk.open(path).document, request.path_params["number"])
    if made is None:
        raise HTTPException(404, "no picture of that page")
    return Response(made, media_type="image/webp")


def correct(site: Site, request: Request) -> Response:
    """Take down a correction."""
    return _written(site, request, site.desk.correct)


def undo(site: Site, request: Request) -> Response:
    """Take a correction back."""
    return _written(site, request, site.desk.undo)


def rewrite(site: Site, request: Request) -> Response:
    """Write the outputs of a document anew, with its corrections."""
    return _written(site, request, lambda path, _: {"notes": site.desk.rewrite(path)})


def _written(
    site: Site, request: Request, act: Callable[[Path, Mapping[str, Any]], Mapping[str, Any]]
) -> Response:
    _, path = _converted(site, request)
    try:
        asked = json.loads(request.scope["body"])
        if not isinstance(asked, dict):
            raise InputError("a JSON object is needed")
        answer, status = act(path, asked), 200
    except InputError as error:
        answer, status = {"error": nowhere(str(error), path.parent)}, 400
    except OutputError as error:
        site.log(request, error)
        answer, status = {"error": "the file can't be written; see the server's log"}, 500
    except (ValueError, RecursionError):
        answer, status = {"error": "no JSON"}, 400
    text = json.dumps(answer)  # as ASCII: what isn't UTF-8 in a name is still JSON
    return Response(text, status, media_type=JSONResponse.media_type)


def _converted(site: Site, request: Request) -> tuple[Entry, Path]:
    entry = entry_of(site, request)
    path = site.folders.converted(entry)
    if path is None:
        raise HTTPException(404, "the file of this document isn't there any more")
    return entry, path


def _link(citation: Citation) -> str | None:
    return "/works/" + quote(citation.id) if citation.id else None

"""The pages: search, a document, a cited work, lists, login. Each is a function of a request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from vnadmin.index.rows import Entry, Found, Mention, Work
from vnadmin.web.downloads import download
from vnadmin.web.graph import Node, draw
from vnadmin.web.guard import VISIT, visit
from vnadmin.web.interface import language_of, words
from vnadmin.web.naming import address, cited_as, document_name
from vnadmin.web.query import SHOWN, Query, page_of, relation_of, text_of
from vnadmin.web.site import OLD, Site, entry_of
from vnadmin.web.timeline import timeline

MOST_ROWS = 5_000  # of a download
_DRAWN = 12  # documents on each side of the picture
_OLD_FIRST = 2.0  # seconds that the first page may be behind while documents are added
_CITERS = 200  # read for a document's page


def search(site: Site, request: Request) -> Response:
    """Search; without a query all documents, the newest first. Facets come after the page."""
    query = Query.of(request)
    page = page_of(request)
    found = _found(site, query, page, old=_OLD_FIRST if query.is_all() else 0)
    if query.is_all():
        site.count_later("stats", site.index.stats)
    return site.page(
        request,
        "search.html",
        query=query,
        found=found,
        facets=site.known(f"facets {query.address()}"),
        stats=site.known("stats"),
        page=page,
        pages=-(-found.total // SHOWN),
    )


def facets(site: Site, request: Request) -> Response:
    """What a search can be narrowed by: for the search's page, or by itself."""
    query = Query.of(request)
    q = "" if query.is_all() else _found(site, query, 1, old=OLD).corrected or query.q
    counted = site.remembered(
        f"facets {query.address()}", lambda: site.index.facets(q, **query.filters())
    )
    return site.page(request, "facets.html", query=query, facets=counted)


def search_rows(site: Site, request: Request) -> Response:
    """What a search finds, as a file."""
    query = Query.of(request)
    found = site.index.search(query.q, **query.filters(), limit=MOST_ROWS)
    return download(found.hits, request.path_params["form"], "documents")


def document(site: Site, request: Request) -> Response:
    """A document: what it cites, who cites it, when, as a picture."""
    entry = _settled(site, request)
    cites = site.index.cites(entry)
    own = None if entry.work is None else site.index.work(entry.work)
    cited_by = _others(entry, own, site)
    keys = _keys(site, [mention.work for mention in cites])
    return site.page(
        request,
        "document.html",
        entry=entry,
        review=_review(site, entry),
        own=own,
        cites=cites,
        cited_by=cited_by[:SHOWN],
        citers=own.citers if own else 0,
        warnings=site.index.warnings(entry),
        keys=keys,
        timeline=timeline(entry, cites, cited_by),
        picture=_picture(request, entry, cites, cited_by, own, keys),
    )


def document_graph(site: Site, request: Request) -> Response:
    """The picture by itself."""
    entry = entry_of(site, request)
    own = None if entry.work is None else site.index.work(entry.work)
    cites = site.index.cites(entry)
    keys = _keys(site, [mention.work for mention in cites])
    svg = _picture(request, entry, cites, _others(entry, own, site), own, keys)
    headers = {"content-disposition": 'attachment; filename="graph.svg"'}
    return Response(svg.encode("utf-8", "replace"), media_type="image/svg+xml", headers=headers)


def plain_text(site: Site, request: Request) -> Response:
    """The text of a document, as a file."""
    entry = _settled(site, request)
    body = site.index.text(entry.id).encode("utf-8", "replace")
    headers = {"content-disposition": 'attachment; filename="text.txt"'}
    return Response(body, media_type="text/plain", headers=headers)


def text(site: Site, request: Request) -> Response:
    """The text of a document; its citations lead to what they cite."""
    entry = _settled(site, request)
    body = site.index.text(entry.id)
    pieces: list[tuple[str, Mention | None]] = []
    at = 0
    cites = site.index.cites(entry)
    for mention in sorted(cites, key=lambda m: (m.start, -m.end)):
        start, end = mention.start - entry.start, mention.end - entry.start
        if start < at:
            continue  # within another, which is shown
        pieces += [(body[at:start], None), (body[start:end], mention)]
        at = end
    pieces.append((body[at:], None))
    keys = _keys(site, [mention.work for mention in cites])
    return site.page(
        request, "text.html", entry=entry, pieces=pieces, keys=keys,
        review=_review(site, entry),
    )  # fmt: skip


def cites_rows(site: Site, request: Request) -> Response:
    """What a document cites, as a file."""
    return download(site.index.cites(_settled(site, request)), request.path_params["form"], "cites")


def document_cited_rows(site: Site, request: Request) -> Response:
    """Who cites a document, as a file."""
    entry = entry_of(site, request)
    rows = [] if entry.work is None else site.index.cited_by(entry.work, limit=MOST_ROWS)
    return download(rows, request.path_params["form"], "cited-by")


def work(site: Site, request: Request) -> Response:
    """A cited document, in the archive or not: who cites it, how and where."""
    found = _work(site, request)
    page = page_of(request)
    relation, provision = relation_of(request), text_of(request, "provision")
    mentions = site.index.cited_by(
        found, relation=relation, provision=provision or None, limit=SHOWN + 1,
        offset=(page - 1) * SHOWN,
    )  # fmt: skip
    return site.page(
        request,
        "work.html",
        work=found,
        documents=site.index.documents(found),
        variants=site.index.variants(found)[:SHOWN],
        chain=site.index.chain(found, limit=SHOWN),
        mentions=mentions[:SHOWN],
        more=len(mentions) > SHOWN,
        page=page,
        relation=relation,
        provision=provision,
    )


def cited_rows(site: Site, request: Request) -> Response:
    """Who cites a work, as a file."""
    rows = site.index.cited_by(
        _work(site, request), relation=relation_of(request),
        provision=text_of(request, "provision") or None, limit=MOST_ROWS,
    )  # fmt: skip
    return download(rows, request.path_params["form"], "cited-by")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: how its rows are asked for, and what kind of rows they are."""

    ask: Callable[[Site, int, int], Sequence[Any]]
    kind: str


LISTS = {
    "most-cited": Listing(
        lambda site, limit, offset: site.index.most_cited(limit=limit, offset=offset), "works"
    ),
    "missing": Listing(
        lambda site, limit, offset: site.index.missing(limit=limit, offset=offset), "works"
    ),
    "repealed": Listing(
        lambda site, limit, offset: site.index.repealed(limit=limit, offset=offset), "repealed"
    ),
    "needs-a-look": Listing(
        lambda site, limit, offset: site.index.doubtful(limit=limit, offset=offset), "doubtful"
    ),
    "contradictions": Listing(
        lambda site, limit, offset: site.index.contradictions(limit=limit, offset=offset),
        "contradictions",
    ),
}


def listed(site: Site, request: Request) -> Response:
    """One of the lists, a page of it."""
    name = request.path_params["name"]
    page = page_of(request)
    listing = _listing(name)
    rows = site.remembered(
        f"{name} {page}", lambda: listing.ask(site, SHOWN + 1, (page - 1) * SHOWN)
    )
    return site.page(
        request,
        "list.html",
        list_name=name,
        kind=listing.kind,
        rows=rows[:SHOWN],
        more=len(rows) > SHOWN,
        page=page,
    )


def list_rows(site: Site, request: Request) -> Response:
    """One of the lists, as a file."""
    name = request.path_params["name"]
    rows = _listing(name).ask(site, MOST_ROWS, 0)
    return download(rows, request.path_params["form"], name)


def login(site: Site, request: Request) -> Response:
    """Where the token is given."""
    return site.page(request, "login.html", wrong=False, target=_target(request))


def log_in(site: Site, request: Request) -> Response:
    """The token was given, and was right or not: the guard has looked."""
    target = _target(request)
    if not request.scope.get("token_given"):
        return site.page(request, "login.html", 403, wrong=True, target=target)
    response = RedirectResponse(target, 303)
    response.set_cookie(
        VISIT, visit(site.settings), httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return response


def _target(request: Request) -> str:
    """Where to go on: an address of this site, whatever was asked for."""
    target = request.query_params.get("next", "/")
    safe = re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", target)
    return target if safe and "\\" not in target else "/"


def _found(site: Site, query: Query, page: int, *, old: float) -> Found:
    offset = (page - 1) * SHOWN
    return site.remembered(
        f"search {query.address(page=str(page))}",
        lambda: site.index.search(query.q, **query.filters(), limit=SHOWN, offset=offset),
        old=old,
    )


def _review(site: Site, entry: Entry) -> str | None:
    """The address of a document's review page, if there is one."""
    return address(entry) + "/review" if site.folders.converted(entry) else None


def _settled(site: Site, request: Request) -> Entry:
    """The document that the address names, with what was just corrected in it."""
    entry = entry_of(site, request)
    path = site.folders.converted(entry)
    if path is None or not site.desk.settle(path):
        return entry
    site.look_again()
    return entry_of(site, request)


def _work(site: Site, request: Request) -> Work:
    key = request.path_params["key"]
    for found in site.index.find(key[:500]):
        if found.key == key:
            return found
    raise HTTPException(404, "nothing of that name is cited")


def _listing(name: str) -> Listing:
    if name not in LISTS:
        raise HTTPException(404, "no such list")
    return LISTS[name]


def _others(entry: Entry, own: Work | None, site: Site) -> list[Mention]:
    if own is None:
        return []
    mentions = site.index.cited_by(own, limit=_CITERS)
    return [mention for mention in mentions if mention.document.id != entry.id]


def _keys(site: Site, works: Sequence[int]) -> dict[int, str]:
    """The addresses of works."""
    rows = site.index.connection.execute(
        "SELECT id, key FROM works WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(works)),),
    )
    return {number: "/works/" + quote(key) for number, key in rows}


def _picture(
    request: Request,
    entry: Entry,
    cites: Sequence[Mention],
    cited_by: Sequence[Mention],
    own: Work | None,
    keys: Mapping[int, str],
) -> str:
    t = words(language_of(request))
    citing: dict[int, Node] = {}
    for mention in cited_by:
        citing.setdefault(
            mention.document.id,
            Node(
                document_name(mention.document), address(mention.document), mention.relation,
                t[mention.relation],
            ),
        )  # fmt: skip
    cited: dict[int, Node] = {}
    for mention in cites:
        if mention.work in keys:
            cited.setdefault(
                mention.work,
                Node(cited_as(mention), keys[mention.work], mention.relation, t[mention.relation]),
            )
    citers = own.citers if own else 0
    works = len({mention.work for mention in cites})
    return draw(
        document_name(entry),
        list(citing.values())[:_DRAWN],
        list(cited.values())[:_DRAWN],
        title=t["graph_of"].format(name=document_name(entry)),
        more=(
            t["and_more"].format(n=citers - _DRAWN) if citers > _DRAWN else "",
            t["and_more"].format(n=works - _DRAWN) if works > _DRAWN else "",
        ),
    )

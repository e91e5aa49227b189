"""A document and the pictures of its pages → the review page."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from vnadmin.corrections.units import Unit, units_of, upright_boxes
from vnadmin.document import Citation, Document, Page
from vnadmin.interface import Language, label, words_of
from vnadmin.review.fields import citation_rows, header_rows
from vnadmin.review.marks import Mark, marked, plain, shown

DOUBT, SERIOUS = 0.9, 0.6
"""Words less sure than this are marked; the page lets one choose another limit for the first."""
Link = Callable[[Citation], str | None]
"""Given a citation, where the cited document is to be seen; `None` where it isn't."""


class Options(TypedDict, total=False):
    """How a review page is to be; what isn't given is as a file on its own needs it.

    Attributes:
        language: of the interface at first; the page has a switch. Vietnamese if not given.
        editable: whether the page takes corrections, and sends them by `fetch`: `POST <endpoint>`
            with a JSON object as `Corrections.add` takes it, answered by what `Corrections.shown`
            has of the new one; `POST <endpoint>/undo` with `{"id": …, "by": …}`, answered by any
            JSON; and, where there is a `version`, `POST <endpoint>/rewrite` with `{}`, answered by
            `{"notes": […]}`; or `{"error": …}` and a status from 400.
        corrections: those in force, as `Corrections.shown` gives them: shown, and undone.
        unfit: what is told of corrections that fit nowhere any more.
        endpoint: relative URL of the corrections.
        version: of the document as it is shown; sent with each correction.
        token: sent as the header `X-CSRF-Token`.
        link: where a citation's link goes: a relative or http(s) URL.
        assets: where `static_files` are served, without the slash at its end; they are put into
            the page if None, and its Content-Security-Policy then allows them by their hashes.
            With `assets`, the policy is whatever the server sends.
        home: relative URL of a page to go back to.
        icon: relative URL of the page's icon.
    """

    language: Language
    editable: bool
    corrections: Iterable[Mapping[str, Any]]
    unfit: Iterable[str]
    endpoint: str
    version: str | None
    token: str | None
    link: Link | None
    assets: str | None
    home: str | None
    icon: str | None


def render_review(document: Document, images: Mapping[int, str], **options: Unpack[Options]) -> str:
    """Return the review page of a document: the paper beside what it was read as.

    All text is escaped: documents are untrusted. The page needs nothing from elsewhere.

    Args:
        document: with the words of its pages; without pages there is no paper to show.
        images: page number → URL of its picture, upright, in any size: `data:` or relative.
        **options: `Options`.
    """
    return "".join(review_parts(document, images, **options))


def review_parts(
    document: Document, images: Mapping[int, str], **options: Unpack[Options]
) -> Iterator[str]:
    """Yield the page part by part: pictures are asked for one by one (see `render_review`)."""
    language = options.get("language", "vi")
    editable = options.get("editable", False)
    link = options.get("link")
    assets = options.get("assets")
    units = units_of(document)
    sheets: list[Sheet] = []

    def each() -> Iterator[Sheet]:  # a server has sent the first while the others are made
        for sheet in _sheets(document, units, link):
            sheets.append(sheet)
            yield sheet

    css, script = (static_files()[name].decode() for name in ("review.css", "review.js"))
    data = {
        "words": words_of(),
        "doubt": DOUBT,
        "serious": SERIOUS,
        "editable": editable,
        "endpoint": options.get("endpoint", "corrections"),
        "version": options.get("version"),
        "served": assets is not None,
        "corrections": [dict(each) for each in options.get("corrections", ())],
    }
    yield from template().generate(
        title=plain(document.source.name),
        name=document.source.name.replace("\\", "/").rsplit("/", 1)[-1] or document.source.name,
        document=document,
        language=language,
        sheets=each(),
        images=images,
        has_paper=any(page.number in images for page in document.pages),
        counted={
            "words": sum(unit.end > unit.start for unit in units),
            "doubts": sum(unit.confidence < DOUBT for unit in units),
        },
        headers=[
            (part.header, header_rows(part.header, f"parts.{number}"))
            for number, part in enumerate(document.parts)
        ]
        or [(document.header, header_rows(document.header, "header"))],
        citations=[
            (number, citation, citation_rows(citation), _safe(link(citation) if link else None))
            for number, citation in enumerate(document.citations)
        ],
        mentions=_mentions(document),
        label=lambda key: label(key, language),
        t=lambda key: _translated(key, language),
        data=lambda: _json({**data, "pages": [_page_data(sheet) for sheet in sheets]}),
        css=Markup(css),
        script=Markup(script),
        policy=None if assets is not None else _policy(css, script, editable=editable),
        assets=assets,
        token=options.get("token"),
        editable=editable,
        unfit=list(options.get("unfit", ())),
        home=_safe(options.get("home")),
        icon=_safe(options.get("icon")),
        shown=shown,
        one_line=_one_line,
    )


@cache
def static_files() -> dict[str, bytes]:
    """The style sheet and the script, for a server that serves them apart: name → content."""
    folder = files("vnadmin.review") / "static"
    return {name: (folder / name).read_bytes() for name in ("review.css", "review.js")}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of the review: its number, its text as HTML, and the words that can be pointed at."""

    number: int | None
    page: Page | None
    first: int
    units: list[Unit]
    html: Markup
    width: int
    height: int
    regions: list[tuple[str, tuple[int, int, int, int]]]


def _sheets(document: Document, units: list[Unit], link: Link | None) -> Iterator[Sheet]:
    """The pages; of text without, what form feeds divide."""
    text = document.text
    by_start = {page.start: page for page in document.pages}
    starts = [page.start for page in document.pages]
    if starts:
        starts[0] = 0
    else:
        starts = [0, *(m.end() for m in re.finditer("\f", text) if text[m.end() :].strip())]
    wide = sorted([*_citation_marks(document), *_reference_marks(document)], key=lambda m: m.start)
    unit_starts = [unit.start for unit in units]
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else len(text)
        first = bisect_left(unit_starts, start)
        last = bisect_left(unit_starts, end) if end < len(text) else len(units)
        marks = [_word_mark(number, units[number]) for number in range(first, last)]
        marks += [mark for mark in wide if mark.start < end and mark.end > start]
        shown_end = start + len(text[start:end].rstrip("\f\n"))
        page = document.pages[at] if by_start else None
        size = (page.width, page.height) if page else (0, 0)
        width, height = size[::-1] if page and page.turned in (90, 270) else size
        yield Sheet(
            page.number if page else at + 1 if len(starts) > 1 else None,
            page,
            first,
            units[first:last],
            marked(text, marks, start, max(shown_end, start)),
            width,
            height,
            [(r.kind, upright_boxes([r.box], page)[0]) for r in page.regions] if page else [],
        )


def _word_mark(number: int, unit: Unit) -> Mark:
    classes = "w"
    if unit.start == unit.end:
        classes += " cut"
    elif unit.edits:
        classes += " edited"
    extra = ""
    if unit.confidence < DOUBT:
        classes += " doubt serious" if unit.confidence < SERIOUS else " doubt"
        extra = ' tabindex="0" role="button"'
    if unit.start == unit.end:
        gone = escape(plain(unit.read)[:80])
        extra = (
            f' tabindex="-1" role="button" aria-label="⌫ {gone}"'
            if not extra
            else (f'{extra} aria-label="⌫ {gone}"')
        )
    return Mark(unit.start, unit.end, 3, f'span class="{classes}" data-w="{number}"{extra}')


def _citation_marks(document: Document) -> Iterator[Mark]:
    for number, citation in enumerate(document.citations):
        warned = " warned" if citation.warnings else ""
        after = (
            f'<a class="ref" id="ref-{number}" href="#citation-{number}">'
            f'<span class="visually-hidden">[</span>{number + 1}'
            f'<span class="visually-hidden">]</span></a>'
        )
        tag = f'span class="cite{warned}" data-c="{number}"'
        yield Mark(citation.start, citation.end, 1, tag, after)


def _reference_marks(document: Document) -> Iterator[Mark]:
    for reference in document.references:
        if reference.end > reference.start:
            yield Mark(reference.start, reference.end, 2, 'span class="pointer"')


def _mentions(document: Document) -> dict[str, list[int]]:
    """The numbers of the citations of each document."""
    found: dict[str, list[int]] = {}
    for number, citation in enumerate(document.citations):
        found.setdefault(citation.id, []).append(number)
    return found


def _page_data(sheet: Sheet) -> dict[str, Any]:
    return {
        "n": sheet.number,
        "size": [sheet.width, sheet.height],
        "first": sheet.first,
        "units": [_unit_data(unit, sheet.page) for unit in sheet.units],
    }


def _unit_data(unit: Unit, page: Page | None) -> list[Any]:
    """Confidence, boxes upright, and of what was changed: what was read, how and how surely.

    Then, for a correction's anchor: boxes as in the file, if they differ, and the source offset.
    """
    boxes = upright_boxes(unit.boxes, page) if page else []
    data: list[Any] = [round(unit.confidence, 3), boxes, unit.source_start]
    if unit.edits:
        data += [unit.read, sorted({edit.kind for edit in unit.edits})]
    return data


def _one_line(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _translated(key: str, language: Language) -> Markup:
    return Markup('<span data-t="{}">{}</span>').format(key, label(key, language))


def _safe(url: str | None) -> str | None:
    """The URL, if it leads to where one may go: relative, or http(s)."""
    if url is None or url != url.strip() or any(ord(char) < 33 for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https") or url.startswith(("//", "\\", "/\\")):
        return None
    return url


def _json(value: object) -> Markup:
    """JSON that can stand in a `script` element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    unsafe = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028"}
    unsafe["\u2029"] = "\\u2029"
    text = re.sub("[<>&\u2028\u2029]", lambda match: unsafe[match[0]], text)
    return Markup(re.sub("[\ud800-\udfff]", "\ufffd", text))


def _policy(css: str, script: str, *, editable: bool) -> str:
    """A Content-Security-Policy that allows this page's style and script, and nothing else."""
    connect = "'self'" if editable else "'none'"
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(css)}'; "
        f"img-src data: 'self' file:; connect-src {connect}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def template() -> Any:
    """The page's Jinja template: made once, which takes a tenth of a second."""
    folder = files("vnadmin.review") / "templates"
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("review.html")

"""A document's text with a link on each citation, as HTML or Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from ..document import Citation, Document, Span

Form = Literal["html", "markdown"]
Link = Callable[[Citation], str | None]
"""Given a citation, where its link goes; `None` leaves it without one."""

# XML takes no control characters but these, no surrogates and no non-characters.
_NOT_TEXT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INLINE = re.compile(r"[\\`*_\[\]<>&~|$^!]")
_LINE_START = re.compile(r"(?m)^([ \t]*)(?:([#+=:-])|([0-9]{1,9})([.)]))")
_INDENT = re.compile(r"(?m)^[ \t]+")


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    target: str
    citation: Citation


def mention(citation: Citation) -> Span:
    """The words that name the document: from its type to its date, without issuer and title."""
    spans = citation.spans
    parts = [s for s in (spans.type, spans.number, spans.name, spans.date) if s is not None]
    if not parts:
        return citation.start, citation.end
    return min(s[0] for s in parts), max(s[1] for s in parts)


def default_link(citation: Citation) -> str:
    """The citation's URI, or its id as a fragment."""
    return citation.uri or "#" + citation.id


def annotate(document: Document, *, form: Form = "html", link: Link = default_link) -> str:
    """Return the document's text with a link on each citation.

    A mention within another's name ("Luật sửa đổi … của Luật Đất đai") has none of its own.

    Args:
        document: what `vnadmin.extract` returned.
        form: `html`: a fragment to put into a `pre` (or any element with `white-space: pre-wrap`),
            well-formed XML whatever the text; a control character becomes U+FFFD, a form feed a
            line break. `markdown`: CommonMark that shows the text as it is.
        link: where a citation's link goes.

    Raises:
        ValueError: `form` is neither.
    """
    if form not in ("html", "markdown"):
        raise ValueError(f"form is {form!r}: html or markdown")
    text = document.text
    escape, anchor = (_escape_html, _anchor) if form == "html" else (_escape_markdown, _reference)
    parts: list[str] = []
    position = 0
    for mark in _marks(document, link):
        parts += [escape(text[position : mark.start])]
        parts += [anchor(text[mark.start : mark.end], mark)]
        position = mark.end
    parts.append(escape(text[position:]))
    joined = "".join(parts)
    return joined if form == "html" else _LINE_START.sub(_escape_start, _INDENT.sub("", joined))


def html_page(document: Document) -> str:
    """Return a web page of the document's text, a link on each citation."""
    title = _escape_html(" ".join(document.source.name.split()))
    return _PAGE.format(title=title, text=annotate(document))


_PAGE = """\
<!DOCTYPE html>
<html lang="vi">
<head><meta charset="utf-8"/><title>{title}</title></head>
<body><pre style="white-space:pre-wrap">{text}</pre></body>
</html>
"""


def _marks(document: Document, link: Link) -> Iterator[_Mark]:
    position = 0
    spans = [(mention(citation), citation) for citation in document.citations]
    for (start, end), citation in sorted(spans, key=lambda each: (each[0][0], -each[0][1])):
        if start < position or end <= start:
            continue
        target = link(citation)
        if target is not None:
            yield _Mark(start, end, target, citation)
            position = end


def _escape_html(text: str) -> str:
    return html.escape(_NOT_TEXT.sub("\ufffd", text.replace("\f", "\n")), quote=True)


def _anchor(text: str, mark: _Mark) -> str:
    named = {
        "class": "citation",
        "href": mark.target,
        "data-id": mark.citation.id,
        "data-relation": mark.citation.relation,
        "title": mark.citation.title or mark.citation.type,
    }
    attributes = " ".join(f'{name}="{_escape_html(value)}"' for name, value in named.items())
    return f"<a {attributes}>{_escape_html(text)}</a>"


def _escape_markdown(text: str) -> str:
    text = _NOT_TEXT.sub("\ufffd", text.replace("\f", "\n").replace("\r", ""))
    return _INLINE.sub(r"\\\g<0>", text)


def _escape_start(match: re.Match[str]) -> str:
    if match[2]:
        return f"{match[1]}\\{match[2]}"
    return f"{match[1]}{match[3]}\\{match[4]}"


def _reference(text: str, mark: _Mark) -> str:
    words = _escape_markdown(" ".join(text.split()))
    target = quote(mark.target, safe="/#:?=&%@+,;!~*'.-_")
    return f"[{words}](<{target}>)"

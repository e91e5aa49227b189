"""hOCR: any engine's is read, XHTML or HTML; version 1.2 is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from vnadmin import __version__
from vnadmin.document import Document
from vnadmin.formats.layout import placed_pages
from vnadmin.formats.markup import html_elements, number
from vnadmin.formats.raw import Box, PageBuilder, RawPage, legal, make_box, union

_LINES = frozenset(
    "ocr_line ocrx_line ocr_header ocr_footer ocr_caption ocr_textfloat ocr_pageno".split()
)
_BLOCKS = frozenset("ocr_page ocr_carea ocr_column ocr_par ocrx_block".split())
_WORDS = frozenset(("ocrx_word", "ocr_word"))
_ALL = _LINES | _BLOCKS | _WORDS
_QUOTED = re.compile(r'"[^"]*"')


def read_hocr(source: Path | bytes, *, name: str) -> Iterator[RawPage]:
    """Read the pages of an hOCR file, one at a time; `name` is what errors call it.

    A line without words (some engines stop there) shares its box out among them by length.

    Raises:
        InputError: damaged, or nothing in it is a page.
    """
    pages = html_elements(
        source, lambda _, attributes: "ocr_page" in _classes(attributes), name=name
    )
    for index, page in enumerate(pages, 1):
        box = _box(_properties(page))
        builder = PageBuilder()
        _add(page, builder, None, None)
        yield builder.page(index, box and box[2], box and box[3])


def write_hocr(document: Document) -> str:
    """Write the restored text of a document's pages, with its words' boxes, as hOCR 1.2.

    Raises:
        UsageError: the document has no pages with a size: it was made from plain text.
    """
    return "".join(hocr_parts([document]))


def hocr_parts(documents: Iterable[Document]) -> Iterator[str]:
    """Write hOCR part by part, a page each, of a document or of what `vnadmin.pages` iterates.

    Raises:
        UsageError: as `write_hocr`.
    """
    for count, (name, page) in enumerate(placed_pages(documents, "hOCR")):
        if count == 0:
            yield _HEAD.format(title=escape(legal(name)), version=__version__)
        page = page.turned_back()
        angle = f"; textangle {page.turned}" if page.turned else ""
        image = legal(name).replace('"', "%22")
        title = f"bbox 0 0 {page.width} {page.height}; ppageno {page.number - 1}"
        title = quoteattr(f'image "{image}"; {title}')
        parts = [f'<div class="ocr_page" id="page_{page.number}" title={title}>\n']
        lines = words = 0
        for par, paragraph in enumerate(page.paragraphs, 1):
            where = _title(union([line.box for line in paragraph]))
            parts.append(f'<p class="ocr_par" id="par_{page.number}_{par}" {where}>\n')
            for line in paragraph:
                lines += 1
                identity = f"line_{page.number}_{lines}"
                where = _title(line.box, angle)
                parts.append(f'<span class="ocr_line" id="{identity}" {where}>')
                spans = []
                for word in line.words:
                    words += 1
                    where = _title(word.box, f"; x_wconf {round(100 * word.confidence)}")
                    identity = f"word_{page.number}_{words}"
                    text = escape(word.text)
                    spans.append(f'<span class="ocrx_word" id="{identity}" {where}>{text}</span>')
                parts += [" ".join(spans), "</span>\n"]
            parts.append("</p>\n")
        parts.append("</div>\n")
        yield "".join(parts)
    yield "</body>\n</html>\n"


_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="vi" lang="vi">
<head>
<meta charset="utf-8"/>
<title>{title}</title>
<meta name="ocr-system" content="vnadmin {version}"/>
<meta name="ocr-capabilities" content="ocr_page ocr_par ocr_line ocrx_word ocrp_wconf"/>
<meta name="ocr-langs" content="vi"/>
</head>
<body>
"""


def _title(box: Box, more: str = "") -> str:
    return f'title="bbox {" ".join(map(str, box))}{more}"'


def _classes(holder: Element | Mapping[str, str]) -> frozenset[str]:
    return frozenset((holder.get("class") or "").split())


def _properties(element: Element) -> dict[str, list[str]]:
    """The properties in `title`: name → values ("bbox 1 2 3 4; x_wconf 90")."""
    parts = _QUOTED.sub("", element.get("title") or "").split(";")
    return {words[0]: words[1:] for part in parts if (words := part.split())}


def _box(properties: Mapping[str, Sequence[str]]) -> Box | None:
    sides = [number(text) for text in properties.get("bbox", ())]
    known = [side for side in sides if side is not None]
    return make_box(*known) if len(known) == len(sides) == 4 else None


def _confidence(properties: Mapping[str, Sequence[str]]) -> float | None:
    for key in ("x_wconf", "x_conf"):
        percent = number(next(iter(properties.get(key, ())), None))
        if percent is not None:
            return percent / 100
    return None


def _add(element: Element, builder: PageBuilder, box: Box | None, confidence: float | None) -> None:
    """Add what stands in `element`; `box` and `confidence` are those of what it stands in."""
    classes = _classes(element)
    if classes & (_WORDS | _LINES):
        properties = _properties(element)
        own_box, own = _box(properties), _confidence(properties)
        inherits = not classes & _LINES
        box = own_box or (box if inherits else None)
        confidence = confidence if own is None and inherits else own
    if classes & _WORDS:
        builder.add(_word_text(element), box, confidence)
        return
    end = builder.break_paragraph if classes & _BLOCKS else builder.break_line
    bounded = bool(classes & (_BLOCKS | _LINES))
    if bounded:
        end()
    if bounded and not any(_classes(e) & _ALL for e in element.iter() if e is not element):
        builder.add("".join(element.itertext()), box or _box(_properties(element)), confidence)
    else:
        for child in element:
            _add(child, builder, box, confidence)
    if bounded:
        end()


def _word_text(word: Element) -> str:
    """The word's text: as such, or else of its characters; without Tesseract's alternatives."""
    plain: list[str] = []
    characters: list[str] = []

    def gather(element: Element) -> None:
        plain.append(element.text or "")
        for child in element:
            if "ocrx_cinfo" not in _classes(child):
                gather(child)
            elif not len(child):  # one that holds others lists alternatives
                characters.append((child.text or "").strip())
            plain.append(child.tail or "")

    gather(word)
    return "".join(plain).strip() or "".join(characters)

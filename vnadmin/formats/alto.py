"""ALTO: versions 1 to 4 of any engine's are read; version 4 is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from vnadmin import __version__
from vnadmin.document import Document
from vnadmin.formats.layout import placed_pages
from vnadmin.formats.markup import number, xml_elements
from vnadmin.formats.raw import Box, PageBuilder, RawPage, legal, make_box, union

_DPI = 300  # of the pixels that lengths on paper are converted to, as for a PDF
_UNITS = {"mm10": _DPI / 254, "inch1200": _DPI / 1200}
"""Pixels in one of ALTO's units; anything else is taken for pixels."""
_BLOCKS = frozenset(("TextBlock", "ComposedBlock", "PrintSpace"))
_TESSERACTS = re.compile(r"0\.(\d{1,3})")
"""Tesseract writes 7 % as "0.7" and 100 % as "0.100" (5.3, and before)."""
_HYPHENS = "-\u00ad\u2010\u2011¬"


def read_alto(source: Path | bytes, *, name: str) -> Iterator[RawPage]:
    """Read the pages of an ALTO file, one at a time; `name` is what errors call it.

    A word that a line end breaks is joined where the file says what it is (`SUBS_CONTENT`); it
    stays two `Word`s, next to each other in the text, each with its own box.

    Raises:
        InputError: damaged, or it declares entities.
    """
    scale, percent = 1.0, False
    count = 0
    wanted = ("MeasurementUnit", "softwareName", "Page")
    for element in xml_elements(source, lambda tag, _: tag in wanted, name=name):
        if element.tag == "MeasurementUnit":
            scale = _UNITS.get((element.text or "").strip().lower(), 1.0)
        elif element.tag == "softwareName":
            percent = (element.text or "").strip().lower().startswith("tesseract")
        else:
            count += 1
            yield _Reader(element, scale, percent=percent).page(count)


def write_alto(document: Document) -> str:
    """Write the restored text of a document's pages, with its words' boxes, as ALTO 4.

    Raises:
        UsageError: the document has no pages with a size: it was made from plain text.
    """
    return "".join(alto_parts([document]))


def alto_parts(documents: Iterable[Document]) -> Iterator[str]:
    """Write ALTO part by part, a page each, of a document or of what `vnadmin.pages` iterates.

    Raises:
        UsageError: as `write_alto`.
    """
    for count, (name, page) in enumerate(placed_pages(documents, "ALTO")):
        if count == 0:
            yield _HEAD.format(name=escape(legal(name)), version=__version__)
        page = page.turned_back()
        angle = f' ROTATION="{page.turned}"' if page.turned else ""
        whole = (0, 0, page.width, page.height)
        size = f'WIDTH="{page.width}" HEIGHT="{page.height}"'
        parts = [
            f'<Page ID="page_{page.number}" PHYSICAL_IMG_NR="{page.number}" {size}>\n'
            f"<PrintSpace {_place(whole)}>\n"
        ]
        lines = words = 0
        for block, paragraph in enumerate(page.paragraphs, 1):
            where = _place(union([line.box for line in paragraph]))
            parts.append(f'<TextBlock ID="block_{page.number}_{block}" {where}{angle}>\n')
            for line in paragraph:
                lines += 1
                parts.append(f'<TextLine ID="line_{page.number}_{lines}" {_place(line.box)}>')
                before: Box | None = None
                for word in line.words:
                    words += 1
                    if before:
                        parts.append("<SP/>" if page.turned else _space(before, word.box))
                    text, sure = quoteattr(word.text), f"{word.confidence:.4g}"
                    identity = f'ID="word_{page.number}_{words}"'
                    parts.append(
                        f'<String {identity} {_place(word.box)} WC="{sure}" CONTENT={text}/>'
                    )
                    before = word.box
                parts.append("</TextLine>\n")
            parts.append("</TextBlock>\n")
        parts.append("</PrintSpace>\n</Page>\n")
        yield "".join(parts)
    yield "</Layout>\n</alto>\n"


_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://www.loc.gov/standards/alto/ns-v4# \
http://www.loc.gov/standards/alto/v4/alto-4-2.xsd">
<Description>
<MeasurementUnit>pixel</MeasurementUnit>
<sourceImageInformation><fileName>{name}</fileName></sourceImageInformation>
<Processing ID="restoration"><processingSoftware><softwareName>vnadmin</softwareName>\
<softwareVersion>{version}</softwareVersion></processingSoftware></Processing>
</Description>
<Layout>
"""


def _place(box: Box) -> str:
    x0, y0, x1, y1 = box
    return f'HPOS="{x0}" VPOS="{y0}" WIDTH="{x1 - x0}" HEIGHT="{y1 - y0}"'


def _space(before: Box, after: Box) -> str:
    return f'<SP HPOS="{before[2]}" VPOS="{before[1]}" WIDTH="{max(after[0] - before[2], 0)}"/>'


class _Reader:
    """Reads one `Page` element; `scale` is the pixels of its unit.

    With `percent` a confidence's decimals are whole per cent, as Tesseract writes them.
    """

    def __init__(self, page: Element, scale: float, *, percent: bool) -> None:
        self._element = page
        self._scale = scale
        self._percent = percent
        self._builder = PageBuilder()
        self._parts = self._broken(page)
        self._joined = False  # the last word's second half, and so its hyphen, are in the text

    def page(self, count: int) -> RawPage:
        self._add(self._element, None)
        sizes = [self._length(self._element, side) for side in ("WIDTH", "HEIGHT")]
        width, height = (None if size is None else round(size) for size in sizes)
        return self._builder.page(count, width, height)

    @staticmethod
    def _broken(page: Element) -> dict[Element, Element | None]:
        """First halves of broken words → the second halves; second halves → None."""
        result: dict[Element, Element | None] = {}
        for one, two in pairwise(page.iter("String")):
            kinds = (one.get("SUBS_TYPE"), two.get("SUBS_TYPE"))
            whole = "".join(legal(one.get("SUBS_CONTENT") or two.get("SUBS_CONTENT") or "").split())
            if kinds == ("HypPart1", "HypPart2") and len(whole) > 1:
                result |= {one: two, two: None}
        return result

    def _add(self, element: Element, box: Box | None) -> None:
        """Add what stands in `element`; `box` is the line's."""
        if element.tag == "String":
            self._add_word(element, self._box(element) or box)
        elif element.tag == "HYP":
            if not self._joined:
                hyphen = (element.get("CONTENT") or "-").replace("\u00ad", "-")
                self._builder.extend(hyphen, self._box(element))
        elif element.tag == "TextLine" or element.tag in _BLOCKS or element.tag.endswith("Margin"):
            line = element.tag == "TextLine"
            end = self._builder.break_line if line else self._builder.break_paragraph
            end()
            for child in element:
                self._add(child, self._box(element) if line else None)
            end()
        elif element.tag == "Page":
            for child in element:
                self._add(child, None)

    def _add_word(self, word: Element, box: Box | None) -> None:
        confidence = self._confidence(word)
        self._joined = word in self._parts
        if not self._joined:
            self._builder.add(word.get("CONTENT") or "", box, confidence)
            return
        rest = self._parts[word]
        if rest is None:
            return
        whole = legal(word.get("SUBS_CONTENT") or rest.get("SUBS_CONTENT") or "")
        whole = "".join(whole.split())
        first = len((word.get("CONTENT") or "").strip().rstrip(_HYPHENS))
        first = min(max(first, 1), len(whole) - 1)
        other = self._confidence(rest)
        if confidence is not None and other is not None:
            confidence = min(confidence, other)
        pieces = [(whole[:first], box), (whole[first:], self._box(rest))]
        self._builder.add_pieces(pieces, confidence)

    def _confidence(self, word: Element) -> float | None:
        text = word.get("WC") or ""
        decimals = _TESSERACTS.fullmatch(text) if self._percent else None
        if decimals:
            return int(decimals[1]) / 100
        value = number(text)
        return value / 100 if value is not None and value > 1 else value  # some count to 100

    def _box(self, element: Element) -> Box | None:
        sides = [self._length(element, key) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
        known = [side for side in sides if side is not None]
        if len(known) < 4:
            return None
        x, y, width, height = known
        return make_box(x, y, x + width, y + height)

    def _length(self, element: Element, key: str) -> float | None:
        value = number(element.get(key))
        return None if value is None else value * self._scale

"""PAGE XML (PRImA; Transkribus, eScriptorium, OCR-D, Aletheia): all versions are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from vnadmin.formats.markup import number, xml_elements
from vnadmin.formats.raw import Box, PageBuilder, RawPage, make_box, part_of


def read_page_xml(source: Path | bytes, *, name: str) -> Iterator[RawPage]:
    """Read the pages of a PAGE XML file (it has one, usually); `name` is what errors call it.

    Regions come in the file's `ReadingOrder`, those that it leaves out after them. A line
    without words shares its box out among them by length.

    Raises:
        InputError: damaged, or it declares entities.
    """
    pages = xml_elements(source, lambda tag, _: tag == "Page", name=name)
    for count, page in enumerate(pages, 1):
        builder = PageBuilder()
        for region in _in_reading_order(page):
            _add_region(region, builder)
        sizes = [number(page.get(key)) for key in ("imageWidth", "imageHeight")]
        width, height = (None if size is None else round(size) for size in sizes)
        yield builder.page(count, width, height)


def _in_reading_order(page: Element) -> list[Element]:
    regions = [child for child in page if _is_region(child)]
    order: dict[str, int] = {}

    def rank(group: Element) -> None:
        def index(member: Element) -> float:
            return number(member.get("index")) or 0.0

        for member in sorted(group, key=index):  # stable: without an index, as they stand
            if "regionRef" in member.attrib:
                order.setdefault(member.get("regionRef", ""), len(order))
            rank(member)

    for reading_order in page.findall("ReadingOrder"):
        rank(reading_order)
    return sorted(regions, key=lambda region: order.get(region.get("id", ""), len(order)))


def _is_region(element: Element) -> bool:
    return element.tag.endswith("Region") or element.tag == "TableCell"


def _add_region(region: Element, builder: PageBuilder) -> None:
    builder.break_paragraph()
    parts = [child for child in region if child.tag == "TextLine" or _is_region(child)]
    for child in parts:
        if child.tag == "TextLine":
            _add_line(child, builder)
        else:
            _add_region(child, builder)
    text, confidence = _text(region)
    if text and not any(_has_text(part) for part in parts):
        lines = text.splitlines()
        box = _box(region)
        for index, line in enumerate(lines):
            builder.add(line, box and _row(box, index, len(lines)), confidence)
            builder.break_line()
    builder.break_paragraph()


def _has_text(element: Element) -> bool:
    return any((unicode.text or "").strip() for unicode in element.iter("Unicode"))


def _add_line(line: Element, builder: PageBuilder) -> None:
    builder.break_line()
    words = [(word, *_text(word)) for word in line.findall("Word")]
    if any(text.strip() for _, text, _ in words):
        for word, text, confidence in words:
            builder.add(text, _box(word) or _box(line), confidence)
    else:
        text, confidence = _text(line)
        builder.add(text, _box(line), confidence)
    builder.break_line()


def _text(element: Element) -> tuple[str, float | None]:
    """The first of the element's readings, and its confidence."""
    readings = element.findall("TextEquiv")
    if not readings:
        return "", None
    best = min(readings, key=lambda reading: number(reading.get("index")) or 0.0)
    text = best.findtext("Unicode") or best.findtext("PlainText") or ""
    return text, number(best.get("conf"))


def _box(element: Element) -> Box | None:
    """The box around the element's outline: `points="x,y …"`, or `Point` elements of old."""
    coords = element.find("Coords")
    if coords is None:
        return None
    corners = [pair.split(",") for pair in (coords.get("points") or "").split()]
    corners += [[p.get("x", ""), p.get("y", "")] for p in coords.findall("Point")]
    points = [(number(c[0]), number(c[1])) for c in corners if len(c) == 2]
    xs = [x for x, y in points if x is not None and y is not None]
    ys = [y for x, y in points if x is not None and y is not None]
    return make_box(min(xs), min(ys), max(xs), max(ys)) if xs else None


def _row(box: Box, index: int, count: int) -> Box:
    x0, y0, x1, y1 = box
    top, _, bottom, _ = part_of((y0, x0, y1, x1), index, index + 1, count)
    return x0, top, x1, bottom

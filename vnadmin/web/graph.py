"""A document among those it cites and those that cite it, as a picture (SVG)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from vnadmin.web.naming import plain

_WIDTH, _ROW, _BOX, _HEIGHT = 880, 40, 250, 30
_EDGE = 2  # or the frames of the outer boxes are cut
_FONT, _LONGEST = 13, 32
_SAFE = "/%?=&-~"  # of addresses, which are quoted already; drawsvg doesn't escape attributes


@dataclass(frozen=True, slots=True)
class Node:
    """A document in the picture: its name, its address, and the relation's key and name."""

    name: str
    address: str
    relation: str
    relation_name: str


def draw(
    centre: str, citing: Sequence[Node], cited: Sequence[Node], *, title: str, more: tuple[str, str]
) -> str:
    """The picture: who cites it on the left, what it cites on the right; each box is a link.

    Args:
        centre: name of the document.
        citing: documents that cite it.
        cited: documents it cites.
        title: what the picture shows, in words.
        more: what to write below each column; empty where it has all.
    """
    import drawsvg  # imported when used: it takes a third of a second

    class Link(drawsvg.DrawingParentElement):  # type: ignore[misc]
        TAG_NAME = "a"

    rows = max(len(citing), len(cited), 2)
    height = _ROW * rows + 2 * _FONT + 16
    picture = drawsvg.Drawing(
        _WIDTH, height, class_="graph", role="group", aria_labelledby="graph-title"
    )
    picture.append(drawsvg.Title(plain(title), id="graph-title"))
    middle = _ROW * rows / 2 + 8
    left, right, at = _EDGE + _BOX, _WIDTH - _BOX - _EDGE, (_WIDTH - _BOX) / 2

    def box(x: float, y: float, name: str, kind: str) -> list[object]:
        name = plain(name)
        short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
        return [
            drawsvg.Rectangle(
                x, y - _HEIGHT / 2, _BOX, _HEIGHT, rx=5,
                fill="#fff", stroke="#555", class_=f"box {kind}",
            ),
            drawsvg.Text(
                short, _FONT, x + _BOX / 2, y + _FONT / 3, text_anchor="middle",
                font_family="sans-serif", class_="label",
            ),
        ]  # fmt: skip

    for nodes, is_citing in ((citing, True), (cited, False)):
        top = middle - _ROW * (len(nodes) - 1) / 2
        for i, node in enumerate(nodes):
            y = top + i * _ROW
            start, end = (left, at) if is_citing else (at + _BOX, right)
            ends = (y, middle) if is_citing else (middle, y)
            bend = (start + end) / 2
            line = drawsvg.Path(fill="none", stroke="#888", class_=f"line {_class(node.relation)}")
            line.M(start, ends[0]).C(bend, ends[0], bend, ends[1], end, ends[1])
            picture.append(line)
            address = quote(node.address, safe=_SAFE, errors="replace")
            link = Link(href=escape(address), class_="node")
            link.append_title(plain(f"{node.name}: {node.relation_name}"))
            for part in box(_EDGE if is_citing else right, y, node.name, _class(node.relation)):
                link.append(part)
            picture.append(link)
    for part in box(at, middle, centre, "own"):
        picture.append(part)
    for x, text in ((left / 2, more[0]), (right + _BOX / 2, more[1])):
        if text:
            picture.append(
                drawsvg.Text(
                    plain(text), _FONT, x, height - 6, text_anchor="middle",
                    font_family="sans-serif", class_="label more",
                )
            )  # fmt: skip
    svg: str = picture.as_svg(header="")
    return svg


def _class(relation: str) -> str:
    return relation.replace("_", "-") if relation.replace("_", "").isalpha() else "refers"

"""Draws the index's tables and how they point to each other: docs/index-schema.svg.

    python scripts/schema_picture.py

Which tables and columns there are is read from an index; where they stand is set here.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from xml.sax.saxutils import escape

from vnadmin.index import schema

TARGET = Path(__file__).parent.parent / "docs" / "index-schema.svg"
COLUMNS = (
    ("files", "pages", "edits"),
    ("documents", "texts", "warnings"),
    ("citations", "cited_provisions", "provisions", "relations"),
    ("works", "variants", "strings", "words"),
)
"""Tables from left to right and from top to bottom; `search` is the full text of `texts`."""
WIDTH, GAP_X, GAP_Y, LINE, HEAD, MARGIN = 190, 80, 28, 15, 22, 16
STRINGS = "strings"  # so many columns point there that no lines are drawn; they are in italics


def picture() -> str:
    """The SVG."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    schema.migrate(connection, 0)
    boxes, places, lines = [], {}, []
    height = 0
    for column, tables in enumerate(COLUMNS):
        x, y = MARGIN + column * (WIDTH + GAP_X), MARGIN
        for table in tables:
            fields = connection.execute(f"PRAGMA table_info({table})").fetchall()
            keys = connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
            points = {key["from"]: key["table"] for key in keys}
            places[table] = (x, y)
            boxes.append(_box(table, fields, points, x, y))
            rows = {field["name"]: i for i, field in enumerate(fields)}
            for name, other in points.items():
                if other != STRINGS:
                    lines.append((x, y + HEAD + rows[name] * LINE + LINE * 0.6, other))
            y += HEAD + len(fields) * LINE + 6 + GAP_Y
        height = max(height, y)
    drawn = "".join(_line(x, y, *places[other]) for x, y, other in lines)
    width = 2 * MARGIN + len(COLUMNS) * (WIDTH + GAP_X) - GAP_X
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n'
        f'<g fill="none" stroke="#8aa" stroke-width="1.2">{drawn}</g>\n{"".join(boxes)}</svg>\n'
    )


def _box(table: str, fields: list[sqlite3.Row], points: dict[str, str], x: int, y: int) -> str:
    height = HEAD + len(fields) * LINE + 6
    parts = [
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{height}" rx="4" fill="#fbfcfc" '
        'stroke="#567"/>',
        f'<path d="M{x} {y + HEAD - 2}h{WIDTH}" stroke="#567"/>',
        f'<text x="{x + 8}" y="{y + 15}" font-weight="bold">{escape(table)}</text>',
    ]
    for i, field in enumerate(fields):
        style = ""
        if field["pk"]:
            style = ' text-decoration="underline"'
        elif points.get(field["name"]) == STRINGS:
            style = ' font-style="italic"'
        baseline = y + HEAD + (i + 1) * LINE - 4
        parts.append(f'<text x="{x + 8}" y="{baseline}"{style}>{escape(field["name"])}</text>')
        kind = field["type"].lower() or "any"
        parts.append(
            f'<text x="{x + WIDTH - 8}" y="{baseline}" text-anchor="end" fill="#789">{kind}</text>'
        )
    return "".join(parts) + "\n"


def _line(x: float, y: float, other_x: float, other_y: float) -> str:
    """From a column to the head of the table it points to, along the nearer sides."""
    target = other_y + HEAD / 2
    if other_x > x:
        start, end, bend = x + WIDTH, other_x, GAP_X / 2
    elif other_x < x:
        start, end, bend = x, other_x + WIDTH, -GAP_X / 2
    else:
        return f'<path d="M{x} {y}C{x - 30} {y} {x - 30} {target} {x} {target}"/>'
    return f'<path d="M{start} {y}C{start + bend} {y} {end - bend} {target} {end} {target}"/>'


if __name__ == "__main__":
    TARGET.write_text(picture(), "utf-8")

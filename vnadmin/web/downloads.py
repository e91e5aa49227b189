"""What a view shows, as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_LEFT_OUT = frozenset({"path"})  # where files lie on the server is nobody's business
_FORMULA = re.compile(r"[=+\-@\t\r]")


def download(rows: Iterable[Any], form: str, name: str) -> Response:
    """Rows of the index as a file of that form.

    Raises:
        HTTPException: there is no such form.
    """
    if form not in FORMS:
        raise HTTPException(404, f"no .{form[:10]}; there are .csv and .json")
    made = [_made(row) for row in rows]
    text = json.dumps(made, ensure_ascii=False, indent=1) if form == "json" else _csv(made)
    headers = {"content-disposition": f'attachment; filename="{name}.{form}"'}
    return Response(text.encode("utf-8", "replace"), media_type=FORMS[form], headers=headers)


def _csv(rows: list[Any]) -> str:
    buffer = io.StringIO()
    buffer.write("\ufeff")  # or Excel takes the letters for another encoding's
    writer = csv.writer(buffer)
    flat = [_flat(row) for row in rows]
    if flat:
        writer.writerow(flat[0])
    writer.writerows([_cell(value) for value in row.values()] for row in flat)
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    """What a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return "" if value is None else value


def _made(row: Any) -> Any:
    if is_dataclass(row):
        return {
            field.name: _made(getattr(row, field.name))
            for field in fields(row)
            if field.name not in _LEFT_OUT
        }
    if isinstance(row, tuple | list):
        return [_made(each) for each in row]
    return row


def _flat(row: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            cells |= _flat(value, f"{prefix}{name}_")
        else:
            cells[prefix + name] = "; ".join(value) if isinstance(value, list) else value
    return cells

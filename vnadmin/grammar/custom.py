"""A user's own document types, issuers, symbols, laws and treaties, from a TOML file.

    [[type]]
    name = "Quy ước"
    abbreviations = ["QƯ"]

    [[issuer]]
    name = "Ban Quản lý Khu kinh tế Nam Sơn"
    symbols = ["BQLKKT"]
    level = "department"

    [[law]]
    type = "Luật"
    name = "Đường sắt"
    number = "95/2025/QH15"
    date = 2025-06-27
    effective = 2026-01-01

The rows come after those of `data/`, in every process that has `VNADMIN_TABLES` set.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import InputError, UsageError

VARIABLE = "VNADMIN_TABLES"
"""The environment variable that names the file."""

# Table → section of the file, its required keys and the others with what they are if left out.
_SECTIONS: dict[str, tuple[str, tuple[str, ...], dict[str, str]]] = {
    "document_types": ("type", ("name",), {"abbreviations": "", "systems": "state"}),
    "issuers": ("issuer", ("name",), {"symbols": "", "level": "agency", "abbreviations": ""}),
    "symbols": ("symbol", ("symbol",), {"type": "", "issuer": ""}),
    "laws": ("law", ("type", "name"), {"number": "", "date": "", "effective": "", "issuer": ""}),
    "treaties": ("treaty", ("type", "name"), {}),
}
_in_use = False


def use_tables(path: str | os.PathLike[str]) -> None:
    """Read the user's tables at `path` beside the shipped ones, in this process and its children.

    Call it before the first text is read: what was looked up once is remembered.

    Raises:
        InputError: the file can't be read, isn't TOML or has a section or key that isn't known.
        UsageError: tables were read already.
    """
    if _in_use:
        raise UsageError("use_tables comes too late: call it before the first text is read")
    name = os.fspath(path)
    _load(name)
    os.environ[VARIABLE] = str(Path(name).absolute())


def custom_rows(table: str) -> Iterator[dict[str, str]]:
    """Yield the user's rows for `table`, as rows of the shipped one (errors as `use_tables`)."""
    global _in_use
    _in_use = True
    name = os.environ.get(VARIABLE)
    if not name or table not in _SECTIONS:
        return
    section, required, others = _SECTIONS[table]
    for row in _load(name).get(section, ()):
        plain = {key: _cell(name, value) for key, value in row.items()}
        yield {**dict.fromkeys(required, ""), **others, **plain, "source": name}


@lru_cache(maxsize=1)
def _load(name: str) -> Mapping[str, list[dict[str, Any]]]:
    import tomllib  # seldom needed

    try:
        with open(name, "rb") as stream:
            content = tomllib.load(stream)
    except OSError as error:
        raise InputError(f"{name}: {(error.strerror or str(error)).lower()}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{name}: not TOML: {error}") from error
    known = {section: (required, others) for section, required, others in _SECTIONS.values()}
    for section, rows in content.items():
        if section not in known or not isinstance(rows, list):
            raise InputError(f"{name}: [[{section}]] is none of {', '.join(known)}")
        required, others = known[section]
        for number, row in enumerate(rows, start=1):
            where = f"{name}: [[{section}]] {number}"
            if not isinstance(row, dict) or not all(row.get(key) for key in required):
                raise InputError(f"{where}: needs {' and '.join(required)}")
            strange = set(row) - {*required, *others}
            if strange:
                raise InputError(f"{where}: {', '.join(sorted(strange))} isn't known there")
            for value in row.values():
                _cell(where, value)
    return content


def _cell(where: str, value: object) -> str:
    """A value as a cell of a table: lists joined by bars, dates in ISO form."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "|".join(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str):
        return value.strip()
    raise InputError(f"{where}: {value!r} is no text, date or list of texts")

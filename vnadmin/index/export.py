"""The index as JSON Lines, CSV, a graph's nodes and edges, Parquet and Akoma Ntoso references.

Rows go out as they are read: memory stays flat however large the index is.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from vnadmin.errors import MissingProgramError
from vnadmin.formats.output import atomic_directory

FORMS = ("jsonl", "csv", "graph", "parquet", "akn")
FOLDERS = ("graph", "parquet", "akn")
"""Forms that are several files."""
MARKER = "vnadmin-export.txt"
"""Stands in a folder of export, which another export may replace."""

_BATCH = 20_000  # rows of Parquet held at a time
_ABOUT = "Written by vnadmin index export --to {}; see docs/archive-index.md.\n"

_CITATIONS = (
    "SELECT c.document, document_id, d.part, source, d.type AS document_type, "
    "d.number AS document_number, d.date AS document_date, d.issuer AS document_issuer, "
    "c.seq, c.relation, c.type, c.number, c.name, c.date, c.issuer, c.title, c.provisions, "
    'c.text, c.start, c."end", c.page, c.confidence, works.key AS cited, works.uri '
    "FROM citation_list AS c JOIN document_list AS d ON d.id = c.document "
    "JOIN works ON works.id = c.work ORDER BY c.document, c.seq"
)
_TABLES = {
    "documents": (
        "SELECT id, document_id, part, source, kind, pages, complete, type, number, issuer, "
        "issuing_body, parent_issuer, place, date, subject, signers, urgency, secrecy, citations, "
        "work FROM document_list ORDER BY id"
    ),
    "works": "SELECT * FROM work_list ORDER BY id",
    "variants": "SELECT * FROM variant_list ORDER BY id",
    "citations": "SELECT * FROM citation_list ORDER BY document, seq",
    "provisions": (
        "SELECT document, seq, work, text, article, clause, point, other FROM cited_provisions "
        "INDEXED BY cited_provisions_by_citation "
        "JOIN provisions ON provisions.id = provision ORDER BY document, seq"
    ),
    "warnings": "SELECT document, seq, code, text FROM warnings ORDER BY id",
    "texts": "SELECT document, body AS text FROM texts ORDER BY document",
}
"""The tables of Parquet; all but `texts`, which is long, are always written."""

_INTEGERS = frozenset(
    "id part pages citations work year mentions citers document seq variant likely start end page"
    " title_start title_length".split()
)
_FLAGS = frozenset(("complete", "present"))
_FLOATS = frozenset(("confidence",))

_NODES = (
    "SELECT key AS Id, coalesce(name || coalesce(' ' || number, ''), type || ' ' || number, key) "
    "AS Label, type, number, name, year, date, issuer, title, uri, citers, present FROM work_list "
    "UNION ALL SELECT 'document/' || id, coalesce(type || ' ', '') || coalesce(number, source), "
    "type, number, NULL, CAST(substr(date, 1, 4) AS INTEGER), date, issuer, subject, NULL, 0, 1 "
    "FROM document_list WHERE work IS NULL"
)
_EDGES = (
    "SELECT coalesce(own.key, 'document/' || d.id) AS Source, works.key AS Target, "
    "'Directed' AS Type, relations.name AS relation, count(*) AS Weight, d.date "
    "FROM citations AS c JOIN documents AS d ON d.id = c.document "
    "JOIN works ON works.id = c.work JOIN relations ON relations.id = c.relation "
    "LEFT JOIN works AS own ON own.id = d.work GROUP BY c.document, c.work, c.relation"
)


def write_lines(connection: sqlite3.Connection, stream: BinaryIO) -> None:
    """JSON Lines: a document a line, its citations in it."""
    documents = _rows(connection, "SELECT * FROM document_list ORDER BY id")
    cited = groupby(
        _rows(
            connection,
            "SELECT c.*, works.key AS cited, works.uri FROM citation_list AS c "
            "JOIN works ON works.id = c.work ORDER BY c.document, c.seq",
        ),
        key=lambda row: row["document"],
    )
    following: tuple[Any, Iterator[dict[str, Any]]] | None = next(cited, None)
    for document in documents:
        document["path"] = os.fsdecode(document["path"])
        document["citations"] = []
        if following is not None and following[0] == document["id"]:
            document["citations"] = [_split_provisions(row) for row in following[1]]
            following = next(cited, None)
        stream.write(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def write_csv(connection: sqlite3.Connection, stream: BinaryIO) -> None:
    """CSV: a citation a row, with the document it stands in."""
    _csv(connection, _CITATIONS, stream)


def write_folder(
    connection: sqlite3.Connection, form: str, folder: Path, *, text: bool = False
) -> None:
    """A form of several files into a folder, which appears whole or not at all.

    Args:
        connection: the index.
        form: one of `FOLDERS`.
        folder: new, or one that an export made.
        text: Parquet only: the documents' text, too.

    Raises:
        MissingProgramError: Parquet is asked for and pyarrow isn't installed.
        OutputError: the folder can't be written, or something else stands there.
    """
    with atomic_directory(folder, marker=MARKER) as scratch:
        (scratch / MARKER).write_text(_ABOUT.format(form), "utf-8")
        if form == "graph":
            for name, query in (("nodes.csv", _NODES), ("edges.csv", _EDGES)):
                with (scratch / name).open("wb") as stream:
                    _csv(connection, query, stream)
        elif form == "akn":
            from vnadmin.index.akoma import akoma  # here: it loads what extracts

            for name, xml in akoma(connection):
                path = scratch / name
                path.parent.mkdir(exist_ok=True)
                path.write_text(xml, "utf-8", errors="replace")
        else:
            for name, query in _TABLES.items():
                if name != "texts" or text:
                    _parquet(connection, query, scratch / f"{name}.parquet")


def _rows(connection: sqlite3.Connection, query: str) -> Iterator[dict[str, Any]]:
    return map(dict, connection.execute(query))


def _split_provisions(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "provisions": (row["provisions"] or "").split("; ") if row["provisions"] else []}


def _csv(connection: sqlite3.Connection, query: str, stream: BinaryIO) -> None:
    cursor = connection.execute(query)
    stream.write(_csv_row(column[0] for column in cursor.description))
    for row in cursor:
        stream.write(_csv_row(row))


def _csv_row(cells: Iterable[Any]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(["" if c is None else c for c in cells])
    return buffer.getvalue().encode("utf-8", "replace")


def _parquet(connection: sqlite3.Connection, query: str, path: Path) -> None:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingProgramError(
            "pyarrow is not installed: pip install 'vnadmin[parquet]'"
        ) from error
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]

    def kind(name: str) -> Any:
        if name in _INTEGERS:
            return pyarrow.int64()
        if name in _FLAGS:
            return pyarrow.bool_()
        return pyarrow.float64() if name in _FLOATS else pyarrow.string()

    fields = [pyarrow.field(name, kind(name)) for name in names]
    schema = pyarrow.schema(fields)
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while rows := cursor.fetchmany(_BATCH):
            columns = [
                pyarrow.array(
                    [None if v is None else bool(v) for v in column]
                    if field.name in _FLAGS
                    else column,
                    type=field.type,
                )
                for field, column in zip(fields, zip(*rows, strict=True), strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(columns, schema=schema))

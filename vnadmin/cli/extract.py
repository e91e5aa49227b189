"""`vnadmin extract`: files → the documents they cite, and what they say of themselves."""

from __future__ import annotations

import argparse
import csv
import dataclasses
import io
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vnadmin.cli.common import (
    Subparsers,
    add_command,
    add_engine_option,
    add_restore_options,
    open_output,
    options_from,
    page_range,
    read_bytes,
    report,
    reportable,
    use_colour,
)
from vnadmin.errors import ExitCode, UsageError, VnadminError

if TYPE_CHECKING:
    from vnadmin.document import Document

_EPILOG = """\
A file is text, a PDF, an image, hOCR, ALTO or PAGE XML by its content, not its name. Scanned
pages are read with Tesseract's Vietnamese model; pages with a good text layer aren't.

formats:
  table   for people; in colour on a terminal
  json    one file, one object (docs/document.schema.json)
  jsonl   one such object a line and file
  csv     one citation a row, with its source
  html    one file: its text as a page, a link on each citation
  markdown  one file: the same as Markdown

examples:
  vnadmin extract directive.pdf
  vnadmin extract --pages 1-3 --format json scan.tiff > scan.json
  vnadmin extract --format csv *.txt -o citations.csv"""

FORMATS = ("table", "json", "jsonl", "csv", "html", "markdown")
_ONE_FILE = ("json", "html", "markdown")
CSV_COLUMNS = (
    "source page type number symbol year name date issuer title provisions relation text "
    "source_text start end source_start source_end confidence_type confidence_number "
    "confidence_date confidence_issuer resolved_number resolved_date resolved_issuer warnings "
    "id uri"
).split()


def add_parser(commands: Subparsers) -> None:
    """Add the command to the parser."""
    summary = "extract the legal documents that files cite, and their headers"
    parser = add_command(commands, "extract", summary, _EPILOG)
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="text, PDF, image, hOCR, ALTO or PAGE XML; - is stdin",
    )
    parser.add_argument("--format", choices=FORMATS, default="table", help="see below")
    parser.add_argument("-o", "--output", metavar="OUT", help="write there instead of stdout")
    parser.add_argument(
        "--pages", metavar="1-3", type=page_range, help="only these pages: 2, 1-3 or 4-"
    )
    parser.add_argument(
        "--words", action="store_true", help="json, jsonl: each word's box and confidence too"
    )
    parser.add_argument(
        "--tables",
        metavar="TOML",
        help="your own document types, issuers, symbols, laws and treaties (docs/extraction.md)",
    )
    add_engine_option(parser)
    add_restore_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from vnadmin.document import missing_pages

    if args.format in _ONE_FILE and len(args.files) != 1:
        raise UsageError(
            f"--format {args.format} takes exactly one file; use --format jsonl for several"
        )
    if args.files.count("-") > 1:
        raise UsageError("standard input (-) can be read only once")
    if args.tables is not None:
        from vnadmin.grammar.custom import use_tables

        use_tables(args.tables)
    write = _writer(args)
    failed = 0
    with open_output(args.output) as stream:
        if args.format == "csv":
            stream.write(_csv_row(CSV_COLUMNS).encode())
        for path in args.files:
            try:
                document = _read(path, args)
            except Exception as error:
                if len(args.files) == 1 or not reportable(error):
                    raise
                report(str(error) if isinstance(error, VnadminError) else f"{path}: {error!r}")
                failed += 1
                continue
            for part in write(document):
                stream.write(part.encode("utf-8", "replace"))
            stream.flush()
            missing = missing_pages(document)
            if missing:
                report(missing)
                failed += 1
    return ExitCode.SOME_FAILED if failed else ExitCode.OK


def _read(path: str, args: argparse.Namespace) -> Document:
    from vnadmin.pipeline import extract, extract_bytes

    progress = _progress(path) if sys.stderr is not None and sys.stderr.isatty() else None
    given: dict[str, Any] = {
        "options": options_from(args),
        "pages": args.pages,
        "encoding": args.encoding,
        "progress": progress,
    }
    try:
        if path == "-":
            name, data = read_bytes(path)
            return extract_bytes(data, name=name, **given)
        return extract(Path(path), **given)
    finally:
        if progress:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _progress(path: str) -> Callable[[int], None]:
    def show(number: int) -> None:
        sys.stderr.write(f"\r\x1b[K{path}: page {number}")
        sys.stderr.flush()

    return show


def _writer(args: argparse.Namespace) -> Callable[[Document], Iterator[str]]:
    if args.format == "csv":
        return _csv_rows
    if args.format == "table":
        from vnadmin.cli.table import document_table

        to_file = args.output not in (None, "-")
        width = shutil.get_terminal_size((100, 24)).columns
        colour = use_colour() and not to_file
        return lambda document: iter([document_table(document, width=width, colour=colour), "\n"])
    if args.format in ("html", "markdown"):
        return _html if args.format == "html" else _markdown
    indent = 2 if args.format == "json" else None
    return lambda document: _json(document, indent, words=args.words)


def _json(document: Document, indent: int | None, *, words: bool) -> Iterator[str]:
    if not words:
        bare = tuple(dataclasses.replace(page, words=()) for page in document.pages)
        document = dataclasses.replace(document, pages=bare)
    yield from document.json_parts(indent=indent)
    yield "\n"


def _html(document: Document) -> Iterator[str]:
    from vnadmin.extract.annotate import html_page

    yield html_page(document)


def _markdown(document: Document) -> Iterator[str]:
    from vnadmin.extract.annotate import annotate

    yield annotate(document, form="markdown").rstrip() + "\n"


def _csv_rows(document: Document) -> Iterator[str]:
    for citation in document.to_dict()["citations"]:
        row = {**citation, "source": document.source.name}
        row |= {f"confidence_{key}": value for key, value in citation["confidence"].items()}
        row |= {f"resolved_{key}": value for key, value in (citation["resolved"] or {}).items()}
        row["provisions"] = "; ".join(_provision(each) for each in citation["provisions"])
        row["warnings"] = "; ".join(citation["warnings"])
        yield _csv_row([row.get(column) for column in CSV_COLUMNS])


def _provision(provision: dict[str, str | None]) -> str:
    return " ".join(f"{part} {value}" for part, value in provision.items() if value)


def _csv_row(cells: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(["" if c is None else c for c in cells])
    return buffer.getvalue()

"""`vnadmin index`: what an archive's documents cite, in one file, searched and asked."""

from __future__ import annotations

import argparse
import csv
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vnadmin.cli.common import Subparsers, add_command, open_output, report, warn
from vnadmin.cli.table import clean, rows_table
from vnadmin.errors import ExitCode, InputError, UsageError

if TYPE_CHECKING:
    from vnadmin.index import Index
    from vnadmin.index.rows import Entry, Found, Mention, Work

_EPILOG = """\
DB is one file, made by the first add. Its tables, for plain SQL: docs/archive-index.md.

examples:
  vnadmin convert scans/ -o out && vnadmin index add archive.db out
  vnadmin index search archive.db 'thu hoi dat "giai phong mat bang"' --since 2020
  vnadmin index search archive.db 23 qd/tw
  vnadmin index cited archive.db 'Luật Đất đai 2013' --provision 'Điều 62' --format csv
  vnadmin index repealed archive.db"""

_EXPORT_EPILOG = """\
forms:
  jsonl    a document a line, with its citations
  csv      a citation a row, with its document
  graph    nodes.csv and edges.csv, for Gephi and other graph tools
  parquet  documents, works, variants, citations, provisions, warnings: for DuckDB, Spark, …
  akn      an XML file of each document's references in Akoma Ntoso 3.0"""

EXPORTS = ("jsonl", "csv", "graph", "parquet", "akn")
FORMATS = ("table", "jsonl", "csv")


def add_parser(commands: Subparsers) -> None:
    """Add the command and its own commands to the parser."""
    summary = "index what converted documents cite; search and ask the index"
    parser = add_command(commands, "index", summary, _EPILOG)
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_add(parts)
    _add_search(parts)
    _add_cited(parts)
    _asking(parts, "cites", "list what a document of the archive cites", _cites, "NUMBER")
    _asking(parts, "find", "list the cited documents that a number or name means", _find, "NUMBER")
    _asking(parts, "variants", "list the ways in which a document is cited", _variants, "NUMBER")
    _asking(parts, "most-cited", "list the documents that most others cite", _most_cited)
    _asking(parts, "missing", "list the cited documents that the archive hasn't", _missing)
    _asking(parts, "repealed", "list citations of what had been repealed", _repealed)
    _asking(
        parts, "chain", "list what changed a document, and what changed that", _chain, "NUMBER?"
    )
    _asking(parts, "contradictions", "list mentions that contradict each other", _contradictions)
    counts = _asking(parts, "counts", "count documents and citations", _counts)
    counts.add_argument(
        "--by", choices=("year", "issuer", "type", "place", "relation"), default="year"
    )
    _add_export(parts)
    _asking(parts, "stats", "say how much is in the index", _stats)
    _asking(parts, "check", "look for damage", _check)


def _add_add(parts: Subparsers) -> None:
    summary = "add the JSON files of convert; those that changed replace what was there"
    parser = add_command(parts, "add", summary, "")
    parser.add_argument("db", metavar="DB", type=Path, help="the index; made if there is none")
    parser.add_argument(
        "places", metavar="OUTDIR", nargs="+", type=Path, help="a folder convert wrote to"
    )
    parser.add_argument(
        "--skip-secret",
        action="store_true",
        help="leave out what is marked Mật, Tối mật or Tuyệt mật, and take it out if it was in",
    )
    parser.set_defaults(run=_run_add)


def _run_add(args: argparse.Namespace) -> int:
    from vnadmin.index import Index

    for place in args.places:
        if not place.exists():
            raise InputError(f"{place}: no such file or directory")
    shows = sys.stderr is not None and sys.stderr.isatty()

    def show(number: int, name: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r\x1b[K{f'{number} {name}'[:width]}")
        sys.stderr.flush()

    with Index(args.db) as index:
        try:
            added = index.add(
                *args.places, skip_secret=args.skip_secret, progress=show if shows else None
            )
        finally:
            if shows:
                sys.stderr.write("\r\x1b[K")
    for _, reason in added.failed:
        report(reason)
    if added.secret:
        warn(f"{added.secret} marked as secret left out")
    print(
        f"{added.new} new, {added.replaced} replaced, {added.unchanged} unchanged, "
        f"{added.copies} copies; {added.citations} citations read"
    )
    return ExitCode.SOME_FAILED if added.failed else ExitCode.OK


def _add_export(parts: Subparsers) -> None:
    summary = "write the whole index in another form"
    parser = add_command(parts, "export", summary, _EXPORT_EPILOG)
    parser.add_argument("db", metavar="DB", type=Path, help="the index")
    parser.add_argument("--to", choices=EXPORTS, required=True, help="see below")
    parser.add_argument(
        "-o", "--output", metavar="OUT", help="a file, or a folder for the last three"
    )
    parser.add_argument("--text", action="store_true", help="parquet: the documents' text, too")
    parser.set_defaults(run=_run_export)


def _run_export(args: argparse.Namespace) -> int:
    from vnadmin.index import Index

    with Index(args.db, create=False) as index:
        if args.to in ("jsonl", "csv"):
            with open_output(args.output) as stream:
                index.export(args.to, stream)
        elif args.output in (None, "-"):
            raise UsageError(f"--to {args.to} is several files; name a folder for them with -o")
        else:
            index.export(args.to, args.output, text=args.text)
    return ExitCode.OK


def _add_search(parts: Subparsers) -> None:
    parser = _asking(parts, "search", "find documents by words, phrases and numbers", _search)
    _add_query(parser)
    summary = "list the words that tell the documents a search finds from the others"
    _add_query(_asking(parts, "keywords", summary, _keywords))


def _add_query(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY", nargs="+", help="with or without diacritics")
    parser.add_argument("--issuer", metavar="WORDS", help="words of the issuer's name")
    parser.add_argument("--type", metavar="WORDS", help='words of the type: "quyet dinh"')
    parser.add_argument("--place", metavar="WORDS", help="words of the place in the letterhead")
    parser.add_argument(
        "--since", "--from", metavar="DATE", help="first date: 2020, 2020-03 or 2020-03-31"
    )
    parser.add_argument("--until", "--to", metavar="DATE", help="last date")
    parser.add_argument(
        "--relation", metavar="NAME", help="only documents that cite (the number given) so"
    )


def _add_cited(parts: Subparsers) -> None:
    parser = _asking(parts, "cited", "list who cites a document", _cited, "NUMBER")
    parser.add_argument("--relation", metavar="NAME", help="only so: amends, repeals, based_on, …")
    parser.add_argument(
        "--provision", metavar="PLACE", help='only that place or one in it: "khoản 2 Điều 5"'
    )
    parser.add_argument(
        "--likely",
        action="store_true",
        help="instead, citations without a year that most likely mean it",
    )


_Rows = tuple[Sequence[str], Iterable[Sequence[Any]], Iterable[Any]]
"""Headings and cells of the table for people, and the rows for programs."""


def _asking(
    parts: Subparsers,
    name: str,
    summary: str,
    answer: Callable[[Index, argparse.Namespace], _Rows],
    argument: str | None = None,
) -> argparse.ArgumentParser:
    parser = add_command(parts, name, summary, "")
    parser.add_argument("db", metavar="DB", type=Path, help="the index")
    if argument is not None:
        parser.add_argument(
            "number",
            metavar=argument.rstrip("?"),
            nargs="?" if argument.endswith("?") else None,
            help="a number in any spacing, a law's name, or the id of citations",
        )
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    parser.add_argument("--limit", metavar="N", type=_count, default=50, help="default: 50")
    parser.add_argument("--offset", metavar="N", type=_count, default=0, help="rows to skip")
    parser.add_argument("-o", "--output", metavar="OUT", help="write there instead of stdout")
    parser.set_defaults(run=_run, answer=answer)
    return parser


def _run(args: argparse.Namespace) -> int:
    from vnadmin.index import Index

    with Index(args.db, create=False) as index, open_output(args.output) as stream:
        headings, cells, rows = args.answer(index, args)
        if args.format == "table":
            width = shutil.get_terminal_size((100, 24)).columns
            texts = [[clean("" if c is None else str(c)) for c in row] for row in cells]
            for line in rows_table(headings, texts, width=width):
                stream.write(f"{line}\n".encode("utf-8", "replace"))
            return ExitCode.OK
        first = True
        for row in rows:
            flat = _flat(row)
            if args.format == "jsonl":
                text = json.dumps(_plain(row), ensure_ascii=False) + "\n"
            else:
                text = (_csv(flat) if first else "") + _csv(flat.values())
            stream.write(text.encode("utf-8", "replace"))
            first = False
    return ExitCode.OK


def _found(index: Index, args: argparse.Namespace, *, limit: int, offset: int) -> Found:
    query = " ".join(args.query)
    found = index.search(
        query, issuer=args.issuer, type=args.type, place=args.place, since=args.since,
        until=args.until, relation=args.relation, limit=limit, offset=offset,
    )  # fmt: skip
    if found.corrected:
        warn(f"nothing for {query}; shown is what {found.corrected} finds")
    return found


def _keywords(index: Index, args: argparse.Namespace) -> _Rows:
    hits = _found(index, args, limit=_KEYWORDS_OF, offset=0).hits
    words = index.keywords([hit.document for hit in hits], limit=args.limit)
    cells = [(w.word, w.count, w.documents, f"{w.score:.1f}") for w in words]
    return ("word", "times", "documents of all", "score"), cells, words


def _search(index: Index, args: argparse.Namespace) -> _Rows:
    found = _found(index, args, limit=args.limit, offset=args.offset)
    if args.format == "table" and found.total > len(found.hits):
        warn(f"{len(found.hits)} of {found.total} documents; --limit and --offset show others")
    cells = [(*_entry(hit.document), hit.snippet) for hit in found.hits]
    return (*_ENTRY, "found"), cells, found.hits


def _cited(index: Index, args: argparse.Namespace) -> _Rows:
    mentions: list[Mention] = []
    for work in _works(index, args.number):
        mentions += index.cited_by(
            work, relation=args.relation, provision=args.provision, likely=args.likely,
            limit=args.limit - len(mentions), offset=args.offset,
        )  # fmt: skip
    cells = [
        (*_entry(m.document), m.relation, "; ".join(m.provisions), m.page, _cited_as(m))
        for m in mentions
    ]
    return (*_ENTRY, "relation", "provision", "page", "as"), cells, mentions


def _cites(index: Index, args: argparse.Namespace) -> _Rows:
    if args.number.isdigit():
        entries = [index.document(int(args.number))]
    else:
        entries = [e for work in _works(index, args.number) for e in index.documents(work)]
        if not entries:
            raise InputError(f"{args.number}: cited, but not in the archive")
    mentions = [m for e in entries for m in index.cites(e)]
    cells = [
        (_cited_as(m), m.date, m.issuer, m.relation, "; ".join(m.provisions), m.page)
        for m in mentions
    ]
    return ("cites", "date", "issuer", "relation", "provision", "page"), cells, mentions


def _find(index: Index, args: argparse.Namespace) -> _Rows:
    works = _works(index, args.number)
    return _WORK, map(_work, works), works


def _variants(index: Index, args: argparse.Namespace) -> _Rows:
    pairs = [(work, v) for work in _works(index, args.number) for v in index.variants(work)]
    cells = [
        (work.key, v.type, v.number or v.name, v.date, v.issuer, v.mentions) for work, v in pairs
    ]
    rows = [{"work": work.key, **_plain(v)} for work, v in pairs]
    return ("id", "type", "number or name", "date", "issuer", "mentions"), cells, rows


def _most_cited(index: Index, args: argparse.Namespace) -> _Rows:
    works = index.most_cited(limit=args.limit, offset=args.offset)
    return _WORK, map(_work, works), works


def _missing(index: Index, args: argparse.Namespace) -> _Rows:
    works = index.missing(limit=args.limit, offset=args.offset)
    return _WORK, map(_work, works), works


def _repealed(index: Index, args: argparse.Namespace) -> _Rows:
    found = index.repealed(limit=args.limit, offset=args.offset)
    cells = [
        (*_entry(r.mention.document), _name(r.work), r.by.relation, *_entry(r.by.document)[1:3])
        for r in found
    ]
    return (*_ENTRY, "cites", "which", "by", "dated"), cells, found


def _chain(index: Index, args: argparse.Namespace) -> _Rows:
    if args.number is None:
        works = index.chained(limit=args.limit, offset=args.offset)
        return _WORK, map(_work, works), works
    steps = [step for work in _works(index, args.number) for step in index.chain(work)]
    cells = [
        (step.depth, *_entry(step.document)[1:3], step.relation, _name(step.work)) for step in steps
    ]
    return ("step", "document", "dated", "relation", "changes"), cells, steps


def _contradictions(index: Index, args: argparse.Namespace) -> _Rows:
    found = index.contradictions(limit=args.limit, offset=args.offset)
    cells = [
        (c.code, _name(c.work), c.text, c.mention.document.source if c.mention else "")
        for c in found
    ]
    return ("code", "cited", "what", "in"), cells, found


def _counts(index: Index, args: argparse.Namespace) -> _Rows:
    counts = index.counts(args.by)
    cells = [(c.value, c.documents, c.citations) for c in counts]
    return (args.by, "documents", "citations"), cells, counts


def _stats(index: Index, args: argparse.Namespace) -> _Rows:
    stats = index.stats()
    return ("what", "how many"), _plain(stats).items(), [stats]


def _check(index: Index, args: argparse.Namespace) -> _Rows:
    problems = list(index.check())
    if problems:
        raise InputError(f"{args.db}: {'; '.join(problems[:5])}; make it anew with index add")
    return ("check",), [["ok"]], [{"check": "ok"}]


def _works(index: Index, number: str) -> list[Work]:
    works = index.find(number)
    if not works:
        raise InputError(f"{number}: no document of the index has or cites that")
    return works


_KEYWORDS_OF = 50  # documents, the best that the query finds

_ENTRY = ("source", "document", "date", "issuer")
_WORK = ("document", "date", "issuer", "title", "cited by", "mentions", "present")


def _entry(entry: Entry) -> tuple[Any, ...]:
    name = " ".join(filter(None, (entry.type, entry.number)))
    return Path(entry.source).name, name, entry.date, entry.issuer


def _work(work: Work) -> tuple[Any, ...]:
    present = "yes" if work.present else "no"
    return _name(work), work.date, work.issuer, work.title, work.citers, work.mentions, present


def _name(work: Work) -> str:
    kind = work.name or work.type
    number = work.number or (None if work.name else work.key)
    year = str(work.year) if work.number is None and work.year else None
    return " ".join(filter(None, (kind, number, year)))


def _cited_as(mention: Mention) -> str:
    return " ".join(filter(None, (mention.name or mention.type, mention.number)))


def _plain(row: Any) -> Any:
    if is_dataclass(row):
        return {field.name: _plain(getattr(row, field.name)) for field in fields(row)}
    if isinstance(row, tuple | list):
        return [_plain(item) for item in row]
    return row


def _flat(row: Any, prefix: str = "") -> dict[str, Any]:
    """The row with what lies in rows of it as columns of its own: document_number, …"""
    cells: dict[str, Any] = {}
    for name, value in _plain(row).items():
        if isinstance(value, dict):
            cells |= _flat(value, f"{prefix}{name}_")
        else:
            cells[prefix + name] = "; ".join(value) if isinstance(value, list) else value
    return cells


def _csv(cells: Iterable[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(["" if c is None else c for c in cells])
    return buffer.getvalue()


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return value

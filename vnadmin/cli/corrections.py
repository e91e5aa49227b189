"""`vnadmin corrections`: what people corrected, listed, put into the outputs, learnt from."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vnadmin.cli.common import Subparsers, add_command, open_output, report, warn
from vnadmin.errors import ExitCode, InputError

if TYPE_CHECKING:
    from vnadmin.archive.rewrite import Corrected

_EPILOG = """\
Corrections stand beside the outputs in NAME.corrections.jsonl; `vnadmin serve` writes them, and
convert, run again, keeps to them (docs/review.md).

examples:
  vnadmin corrections list out
  vnadmin corrections list out --unfit
  vnadmin corrections apply out
  vnadmin corrections pairs out -o pairs.jsonl
  vnadmin train channel --language mine --from pairs.jsonl -o my-model"""


def add_parser(commands: Subparsers) -> None:
    """Add the command and its own commands to the parser."""
    summary = "list what people corrected, rewrite outputs with it, learn from it"
    parser = add_command(commands, "corrections", summary, _EPILOG)
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = _add(parts, "list", "print the corrections in force, one a line (JSON Lines)", _list)
    listing.add_argument(
        "--unfit", action="store_true", help="only those that fit nowhere in their document"
    )
    _add(parts, "apply", "rewrite the outputs that are there, with the corrections", _apply)
    pairs = _add(parts, "pairs", "write pairs for train channel --from (JSON Lines)", _pairs)
    for part in (listing, pairs):
        part.add_argument("-o", "--output", metavar="FILE", help="(default: standard output)")


def _add(
    parts: Subparsers, name: str, summary: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = add_command(parts, name, summary, "")
    parser.add_argument(
        "places",
        metavar="OUTDIR",
        nargs="+",
        type=Path,
        help="a folder convert wrote to, or a NAME.corrections.jsonl",
    )
    parser.set_defaults(run=run)
    return parser


def _list(args: argparse.Namespace) -> int:
    failed: list[str] = []
    with open_output(args.output) as stream:
        for found in _found(args, failed):
            unfit = found.corrections.unfit(found.document)
            for record in found.corrections.in_force:
                fits = record not in unfit
                if args.unfit and fits:
                    continue
                line = {"file": str(found.corrections.path), "fits": fits, **record.to_dict()}
                stream.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace"))
                stream.write(b"\n")
    return _code(failed)


def _apply(args: argparse.Namespace) -> int:
    from vnadmin.archive.rewrite import rewrite

    failed: list[str] = []
    for found in _found(args, failed):
        notes = rewrite(found)
        for note in notes:
            warn(note)
        failed += notes
    return _code(failed)


def _pairs(args: argparse.Namespace) -> int:
    from vnadmin.corrections.pairs import pairs_of

    failed: list[str] = []
    with open_output(args.output) as stream:
        for found in _found(args, failed):
            for pair in pairs_of(found.document, found.corrections):
                line = {
                    "truth": pair.truth,
                    "ocr": pair.read,
                    "source": found.document.source.sha256,
                    "page": pair.page,
                }
                stream.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace"))
                stream.write(b"\n")
    return _code(failed)


def _found(args: argparse.Namespace, failed: list[str]) -> Iterator[Corrected]:
    from vnadmin.archive.rewrite import find_corrections, load_corrected

    for path in find_corrections(args.places):
        try:
            yield load_corrected(path)
        except InputError as error:
            report(str(error))
            failed.append(str(error))


def _code(failed: list[str]) -> int:
    return ExitCode.SOME_FAILED if failed else ExitCode.OK

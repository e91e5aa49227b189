"""`vnadmin restore`: text → restored text, or what was changed in it."""

from __future__ import annotations

import argparse
import dataclasses
import heapq
import json
from collections.abc import Iterator

from vnadmin.cli.common import (
    Subparsers,
    add_command,
    add_restore_options,
    open_output,
    options_from,
    read_bytes,
)
from vnadmin.errors import ExitCode, InputError

_EPILOG = """\
--explain and --doubts print JSON Lines instead of the text: one edit (in text order) or one word
(least sure first) a line, with offsets in code points into the source and the restored text.

examples:
  vnadmin restore page.txt -o restored.txt
  vnadmin restore --explain page.txt | head
  vnadmin restore --doubts 20 page.txt         the 20 words to check first
  pdftotext scan.pdf - | vnadmin restore"""


def add_parser(commands: Subparsers) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "restore", "restore garbled text to what the paper said", _EPILOG
    )
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="text; - is stdin")
    parser.add_argument("-o", "--output", metavar="OUT", help="write there instead of stdout")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--explain", action="store_true", help="print the edits, not the text")
    what.add_argument(
        "--doubts", metavar="N", type=_count, help="print the N least sure words, edited or not"
    )
    add_restore_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from vnadmin.formats.decode import decode
    from vnadmin.scan import HEAD, kind_of

    with open_output(args.output) as stream:
        name, data = read_bytes(args.file)
        kind = kind_of(data[:HEAD])
        if kind != "text" and args.encoding is None:
            raise InputError(f"{name}: is {_A[kind]}, not text; use vnadmin extract")
        text = decode(data, name=name, encoding=args.encoding).text
        for part in _output(text, args):
            stream.write(part.encode("utf-8", "replace"))
    return ExitCode.OK


_A = {"pdf": "a PDF", "image": "an image", "hocr": "hOCR", "alto": "ALTO or PAGE XML"}


def _output(text: str, args: argparse.Namespace) -> Iterator[str]:
    from vnadmin.restore import explain, restore

    options = options_from(args)
    if not args.explain and args.doubts is None:
        yield restore(text, options=options)
        return
    restoration = explain(text, options=options)
    if args.explain:
        for edit in restoration.edits:
            yield json.dumps(dataclasses.asdict(edit), ensure_ascii=False) + "\n"
        return
    words = heapq.nsmallest(args.doubts, restoration.words, key=lambda word: word.confidence)
    for word in words:
        line = {
            "word": restoration.text[word.start : word.end],
            "source": text[word.source_start : word.source_end],
            **dataclasses.asdict(word),
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value

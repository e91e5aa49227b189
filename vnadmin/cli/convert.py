"""`vnadmin convert`: files and folders → text, JSON, hOCR, ALTO, HTML and searchable PDF."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from vnadmin.cli.common import (
    Subparsers,
    add_command,
    add_restore_options,
    options_from,
    page_range,
    report,
    reportable,
    warn,
)
from vnadmin.errors import ExitCode, VnadminError

_EPILOG = """\
Outputs are OUTDIR/<path in the folder>/<full file name>.<ext>: a.pdf.txt, a.pdf.json, …
The input is never changed, and each output appears whole or not at all.

forms:
  txt    what the paper said, pages divided by form feeds
  json   all of it, words with boxes too (docs/document.schema.json)
  hocr, alto   the restored words in their boxes, for other programs
  pdf    a.pdf.vnadmin.pdf: the pages as they are, the restored text invisible under them; a text
         layer from another OCR is replaced. Of PDF and images
  html   the text, a link on each citation

examples:
  vnadmin convert scan.pdf -o out
  vnadmin convert --to pdf scans/ -o searchable
  vnadmin convert --to json,hocr --pages 1-3 a.pdf b.tiff -o out"""


def add_parser(commands: Subparsers) -> None:
    """Add the command to the parser."""
    summary = "convert scans and folders of them: text, JSON, hOCR, ALTO, searchable PDF"
    parser = add_command(commands, "convert", summary, _EPILOG)
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SRC",
        type=Path,
        help="text, PDF, image, hOCR, ALTO or PAGE XML; a folder is all files in it",
    )
    parser.add_argument(
        "-o", "--output", metavar="OUTDIR", type=Path, required=True, help="where outputs go"
    )
    parser.add_argument(
        "--to",
        metavar="FORM,…",
        default="txt,json",
        help="txt, json, hocr, alto, pdf, html (default: txt,json)",
    )
    parser.add_argument(
        "--pages", metavar="1-3", type=page_range, help="only these pages: 2, 1-3 or 4-"
    )
    add_restore_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from vnadmin.archive.convert import check_outputs, convert_one, is_final, parse_forms
    from vnadmin.archive.inputs import find_inputs, shown

    forms = parse_forms(args.to)
    inputs = find_inputs(args.sources, args.output)
    check_outputs(inputs.items, forms)
    options = options_from(args)
    alone = len(inputs.items) == 1 and not inputs.problems
    for problem in inputs.problems:
        report(str(problem))
    failed = len(inputs.problems)
    for count, item in enumerate(inputs.items, 1):
        show = _Progress(f"{count}/{len(inputs.items)} {shown(item.source)}")
        try:
            done = convert_one(
                item,
                forms,
                options=options,
                pages=args.pages,
                encoding=args.encoding,
                progress=show.page if show.wanted else None,
            )
        except Exception as error:
            show.clear()
            if alone or is_final(error) or not reportable(error):
                raise
            known = isinstance(error, VnadminError)
            report(str(error) if known else f"{shown(item.source)}: {error!r}")
            failed += 1
        else:
            show.clear()
            for note in done.notes:
                warn(note)
            if done.missing:
                report(done.missing)
                failed += 1
    return ExitCode.SOME_FAILED if failed else ExitCode.OK


class _Progress:
    """The line on a terminal that says which page is worked on."""

    def __init__(self, title: str) -> None:
        self._title = title
        self.wanted = sys.stderr is not None and sys.stderr.isatty()

    def page(self, number: int) -> None:
        line = f"{self._title}: page {number}"[-os.get_terminal_size(2).columns + 1 :]
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    def clear(self) -> None:
        if self.wanted:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

"""The `vnadmin` command: parses, runs one subcommand, and turns every end into an exit code."""

from __future__ import annotations

import argparse
import io
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress

from vnadmin import __version__
from vnadmin.cli import convert, corrections, evaluate, extract, index, restore, serve, train
from vnadmin.cli.common import Parser, report
from vnadmin.errors import ExitCode, VnadminError

_DESCRIPTION = """\
Restore badly OCR'd Vietnamese administrative text, and extract every legal document it cites.

stdout is data, stderr is messages; "-" is standard input or output; output is UTF-8 (NFC)."""

_EPILOG = """\
examples:
  vnadmin restore page.txt                     print what the page said
  vnadmin restore page.txt --explain           print what was changed, and how sure that is
  vnadmin extract directive.pdf                table of the documents it cites
  vnadmin extract scans/*.pdf --format csv     the same of many, for a spreadsheet
  vnadmin convert --to pdf scans/ -o searchable  the scans as searchable PDF
  vnadmin index add archive.db searchable      what they cite, to be searched and asked
  vnadmin serve archive.db                     the same to look at, in a browser
  vnadmin evaluate restore --truth right.txt --ocr read.txt

exit codes:
  0 ok   1 some inputs failed   2 usage   3 bad input   4 missing program
  5 cannot write   130 interrupted

VNADMIN_DEBUG=1 shows the traceback of an unexpected error. NO_COLOR=1 turns colours off."""


def build_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="vnadmin",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"vnadmin {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (restore, extract, convert, corrections, index, serve, train, evaluate):
        command.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code and never raises, save under VNADMIN_DEBUG=1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    debug = os.environ.get("VNADMIN_DEBUG", "") not in ("", "0")
    if not debug:
        warnings.simplefilter("ignore")  # libraries' warnings mean nothing to a user
    try:
        args = build_parser().parse_args(argv)
        code = int(args.run(args))
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except SystemExit as end:  # argparse: --help, --version, usage errors
        return end.code if isinstance(end.code, int) else ExitCode.USAGE
    except KeyboardInterrupt:
        report("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _discard_stdout()  # the reader has what it wanted
        return ExitCode.OK
    except VnadminError as error:
        _discard_stdout()
        report(str(error))
        return error.exit_code
    except Exception as error:
        if debug:
            raise
        _discard_stdout()
        if isinstance(error, OSError) and error.filename is not None:
            report(f"{error.filename}: {(error.strerror or 'cannot be read').lower()}")
            return ExitCode.BAD_INPUT
        report(f"{_unexpected(error)} (a bug? VNADMIN_DEBUG=1 shows where)")
        return ExitCode.SOME_FAILED


def _unexpected(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "out of memory"
    return f"unexpected {type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _discard_stdout() -> None:
    """Flush what can be flushed; point stdout elsewhere so that exiting can't fail on the rest."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())

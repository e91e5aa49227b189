"""What the commands share: options, reading input, writing output, the line on stderr."""

from __future__ import annotations

import argparse
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from vnadmin.errors import ExitCode, InputError, OutputError, VnadminError
from vnadmin.formats.source import read_pipe, read_whole
from vnadmin.options import Options

Subparsers = Any  # argparse keeps this class private


class Parser(argparse.ArgumentParser):
    """argparse whose usage errors are one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        """Print the error and where the help is; exit with 2."""
        report(f"{message} (see {self.prog} --help)")
        raise SystemExit(int(ExitCode.USAGE))


def report(message: str) -> None:
    """Print one `vnadmin: error: …` line on stderr."""
    if sys.stderr is not None:
        line = " ".join(message.splitlines())
        print(f"vnadmin: error: {line}", file=sys.stderr, flush=True)


def warn(message: str) -> None:
    """Print one `vnadmin: warning: …` line on stderr."""
    if sys.stderr is not None:
        line = " ".join(message.splitlines())
        print(f"vnadmin: warning: {line}", file=sys.stderr, flush=True)


def reportable(error: Exception) -> bool:
    """Whether the error of one of several inputs is reported, and the others are gone on with."""
    return isinstance(error, VnadminError) or os.environ.get("VNADMIN_DEBUG", "") in ("", "0")


def add_command(commands: Subparsers, name: str, summary: str, epilog: str) -> Parser:
    """Add the subcommand `name` and return its parser."""
    parser: Parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def add_restore_options(parser: argparse.ArgumentParser, *, encoding: bool = True) -> None:
    """Add --model, --profile, --min-confidence and --encoding."""
    group = parser.add_argument_group("how to restore")
    group.add_argument("--model", metavar="DIR", type=Path, help="use this model, not the built-in")
    group.add_argument(
        "--profile",
        metavar="NAME",
        default="auto",
        help="what garbled the text: auto, clean, stripped, eng, vie, script/Vietnamese, "
        "scanner (a text layer), a channel of --model, or the "
        "encoding that was taken for another: tcvn3, vni, viscii, cp1258, utf-8 "
        "(default: auto, told by the text)",
    )
    group.add_argument(
        "--min-confidence",
        metavar="P",
        type=_probability,
        default=0.0,
        help="leave words as read where the change is less sure than P (0 to 1, default 0)",
    )
    if encoding:
        group.add_argument(
            "--encoding",
            metavar="NAME",
            help="of text files (default: detected UTF-8, UTF-16, cp1258, tcvn3, vni, viscii)",
        )


def add_engine_option(parser: argparse.ArgumentParser) -> None:
    """Add --engine."""
    parser.add_argument(
        "--engine",
        metavar="NAME",
        default="tesseract",
        help="what reads pictures: tesseract (default), an installed package's engine, or "
        "module:Class (docs/scans.md)",
    )


def options_from(args: argparse.Namespace) -> Options:
    """Return the restore options given on the command line."""
    return Options(
        model=args.model,
        profile=args.profile,
        min_confidence=args.min_confidence,
        engine=getattr(args, "engine", "tesseract"),
    )


def read_bytes(path: str) -> tuple[str, bytes]:
    """Read a file, or standard input for "-"; returns its name for messages and its bytes.

    Raises:
        InputError: it can't be read.
    """
    if path == "-":
        if sys.stdin is None:
            raise InputError("standard input is closed")
        return "<stdin>", read_whole(sys.stdin.buffer, "<stdin>")
    name = os.fsencode(path).decode("utf-8", "replace")
    try:
        if stat.S_ISFIFO(os.stat(path).st_mode):
            return name, read_pipe(Path(path), name)
        with open(path, "rb") as stream:
            return name, read_whole(stream, name)
    except IsADirectoryError as error:
        raise InputError(f"{name}: is a directory; name the files in it") from error
    except OSError as error:
        raise InputError(f"{name}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        raise InputError(f"{name!r}: not a file name") from error


@contextmanager
def open_output(path: str | None) -> Iterator[BinaryIO]:
    """Open a file (written whole or not at all) or, for None and "-", standard output.

    Raises:
        OutputError: it can't be written.
    """
    if path not in (None, "-"):
        from vnadmin.formats.output import atomic_output

        assert path is not None
        with atomic_output(Path(path)) as stream:
            yield stream
        return
    if sys.stdout is None:
        raise OutputError("cannot write: standard output is closed")
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from error


def use_colour() -> bool:
    """Whether stdout is a terminal that wants colours (NO_COLOR, TERM=dumb)."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout is not None and sys.stdout.isatty()


def page_range(text: str) -> range:
    """Read what --pages takes: "2", "1-3", "4-"."""
    match = re.fullmatch(r"(\d{1,6})(?:(-)(\d{1,6})?)?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a page or range: 2, 1-3, 4-")
    first = int(match[1])
    last = first if match[2] is None else int(match[3] or 10**6)
    if first < 1 or last < first:
        raise argparse.ArgumentTypeError(f"{text!r}: pages count from 1, first before last")
    return range(first, last + 1)


def _probability(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value

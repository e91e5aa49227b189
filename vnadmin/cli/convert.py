"""`vnadmin convert`: files and folders → text, JSON, hOCR, ALTO, HTML and searchable PDF."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vnadmin.cli.common import (
    Subparsers,
    add_command,
    add_engine_option,
    add_restore_options,
    options_from,
    page_range,
    report,
    warn,
)
from vnadmin.errors import ExitCode, InputError, UsageError

if TYPE_CHECKING:
    from vnadmin.archive.batch import Summary
    from vnadmin.archive.executors import Executor
    from vnadmin.archive.inputs import Item
    from vnadmin.archive.process import Limits
    from vnadmin.archive.task import Convert
    from vnadmin.cli.progress import Progress

_EPILOG = """\
Outputs are OUTDIR/<path in the folder>/<full file name>.<ext>: a.pdf.txt, a.pdf.json, …
The input is never changed, and each output appears whole or not at all. The same command again
does what is missing or changed: OUTDIR/.vnadmin holds the journal, and a report of each run.

forms:
  txt    what the paper said, pages divided by form feeds
  json   all of it, words with boxes too (docs/document.schema.json)
  hocr, alto   the restored words in their boxes, for other programs
  pdf    a.pdf.vnadmin.pdf: the pages as they are, the restored text invisible under them; a text
         layer from another OCR is replaced. Of PDF and images
  html   the review page: the paper beside the text, doubts, edits and citations marked

examples:
  vnadmin convert scan.pdf -o out
  vnadmin convert --to pdf scans/ -o searchable
  vnadmin convert --estimate scans/ -o out
  find scans -name '*.tif' -print0 | vnadmin convert --from-file - -o out
  vnadmin convert --to json,hocr --pages 1-3 a.pdf b.tiff -o out"""


def add_parser(commands: Subparsers) -> None:
    """Add the command to the parser."""
    summary = "convert scans and folders of them: text, JSON, hOCR, ALTO, searchable PDF"
    parser = add_command(commands, "convert", summary, _EPILOG)
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SRC",
        type=Path,
        help="text, PDF, image, hOCR, ALTO or PAGE XML; a folder is all files in it; a pattern "
        "('scans/**/*.pdf')",
    )
    parser.add_argument(
        "--from-file",
        metavar="FILE",
        help="a list of more of them, one a line or with NUL characters between; - is stdin",
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
    _add_batch_options(parser)
    add_engine_option(parser)
    add_restore_options(parser)
    parser.set_defaults(run=run)


def _add_batch_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("archives (docs/batch.md)")
    group.add_argument(
        "--jobs", metavar="N", type=_positive, help="documents at a time (default: cores)"
    )
    group.add_argument(
        "--dask", metavar="ADDRESS", help="work on the machines of this Dask scheduler (tcp://…)"
    )
    group.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=3600.0,
        help="give up a document that takes longer (default: 3600)",
    )
    group.add_argument(
        "--memory",
        metavar="SIZE",
        type=_size,
        default=4 << 30,
        help="give up a document that needs more (default: 4G)",
    )
    group.add_argument("--retry-failed", action="store_true", help="try again what failed before")
    group.add_argument(
        "--checksum",
        action="store_true",
        help="tell by its content whether a file has changed, not by size, time and inode",
    )
    group.add_argument(
        "--skip-secret",
        action="store_true",
        help="write nothing of documents marked Mật, Tối mật or Tuyệt mật, their names neither",
    )
    group.add_argument(
        "--estimate",
        action="store_true",
        help="convert a sample of 50 files, say what all would take, and leave nothing",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from vnadmin.archive.batch import FOLDER, Batch
    from vnadmin.archive.forms import parse_forms
    from vnadmin.archive.inputs import find_inputs
    from vnadmin.archive.process import Limits
    from vnadmin.archive.recipe import recipe_of
    from vnadmin.archive.register import Wanted
    from vnadmin.archive.task import Convert
    from vnadmin.cli.progress import Progress

    forms = parse_forms(args.to)
    if not args.sources and args.from_file is None:
        raise UsageError("nothing to convert: name files or folders, or a list with --from-file")
    if args.estimate and args.dask:
        raise UsageError("--estimate measures this machine; leave out --dask")
    options = options_from(args)
    outdir: Path = args.output.absolute() if args.dask else args.output
    scratch = outdir.absolute() / FOLDER / "incomplete"
    task = Convert(forms, options, args.pages, args.encoding, args.skip_secret, scratch)
    wanted = Wanted(
        forms,
        recipe_of(options, args.pages, args.encoding),
        checksum=args.checksum,
        retry_failed=args.retry_failed,
        skip_secret=args.skip_secret,
    )
    progress = Progress(names=not args.skip_secret)
    with ExitStack() as stack:
        stack.callback(progress.end)
        executor = stack.enter_context(_executor(args, Limits(args.timeout, args.memory), progress))
        batch = Batch(outdir, task, wanted, executor, progress, is_shared=bool(args.dask))
        listed = stack.enter_context(_list(args.from_file))
        items = find_inputs(args.sources, outdir, listed=listed, problem=batch.problem)
        if args.estimate:
            return _estimate(args, items, task, executor)
        try:
            summary = batch.run(items)
        except KeyboardInterrupt:
            progress.end()
            if sys.stderr is not None:
                print(
                    f"vnadmin: {progress.done} done; the same command goes on from here",
                    file=sys.stderr,
                )
            raise
    _close(summary, outdir / FOLDER / "report.html")
    return summary.exit_code


@contextmanager
def _list(name: str | None) -> Iterator[Iterable[Path]]:
    """The paths of the list that --from-file names."""
    from vnadmin.archive.inputs import read_list

    if name is None:
        yield ()
    elif name == "-":
        if sys.stdin is None:
            raise InputError("standard input is closed")
        yield read_list(sys.stdin.buffer)
    else:
        try:
            stream = open(name, "rb")  # noqa: SIM115 (its errors are the list's, not the block's)
        except OSError as error:
            raise InputError(f"{name}: {(error.strerror or str(error)).lower()}") from error
        with stream:
            yield read_list(stream)


def _executor(args: argparse.Namespace, limits: Limits, progress: Progress) -> Executor:
    if args.dask:
        from vnadmin.archive.cluster import DaskCluster

        return DaskCluster(args.dask, limits, outdir=args.output.absolute())
    from vnadmin.archive.executors import LocalProcesses

    page = progress.page if progress.terminal else None
    return LocalProcesses(args.jobs or _cores(), limits, page=page)


def _estimate(
    args: argparse.Namespace, items: Iterable[Item], task: Convert, executor: Executor
) -> int:
    from vnadmin.archive.estimate import estimate
    from vnadmin.cli.progress import duration

    found = estimate(items, task, executor, args.output)
    least, most = max(0.0, found.seconds - 2 * found.error), found.seconds + 2 * found.error
    print(
        f"files    {found.files:,}, {_bytes(found.size)}\n"
        f"sample   {found.sampled}, of which {found.failed} failed\n"
        f"time     {found.seconds / 3600:.2f} hours, {duration(least)} to {duration(most)}, with "
        f"{executor.slots} at a time\n"
        f"disk     {_bytes(found.output)} of outputs; {_bytes(found.free)} are free there"
    )
    return ExitCode.OK


def _close(summary: Summary, path: Path) -> None:
    """Say how it ended; of a single document nothing but its error."""
    from vnadmin.archive.inputs import shown
    from vnadmin.cli.progress import duration

    if summary.removed:
        warn(f"{summary.removed} secret documents had been converted; their outputs are removed")
    if summary.only is not None:
        report(summary.only[0])
    if sys.stderr is None or summary.found + summary.problems == 1:
        return
    parts = [f"{summary.converted:,} converted"]
    for count, what in (
        (summary.copied, "copies of others"),
        (summary.secret, "secret left out"),
        (summary.unchanged, "unchanged"),
        (summary.failed + summary.problems, "failed"),
        (summary.partial, "read in part"),
    ):
        parts += [f"{count:,} {what}"] if count else []
    print(
        f"vnadmin: {', '.join(parts)} in {duration(summary.seconds)}; report: {shown(path)}",
        file=sys.stderr,
    )
    if summary.failed_before:
        print(
            f"vnadmin: {summary.failed_before:,} of those unchanged failed before, or were read in "
            "part; --retry-failed tries them again",
            file=sys.stderr,
        )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"{text} is no time in seconds")
    return value


def _size(text: str) -> int:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([MG])B?", text, re.IGNORECASE)
    size = float(match[1]) * (1 << (20 if match[2].upper() == "M" else 30)) if match else 0
    if not 512 << 20 <= size <= 1 << 50:
        raise argparse.ArgumentTypeError(f"{text!r}: 512M or more, as 800M, 4G")
    return int(size)


def _bytes(count: float) -> str:
    return f"{count / 1e9:,.2f} GB" if count >= 1e8 else f"{count / 1e6:,.1f} MB"

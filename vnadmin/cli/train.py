"""`vnadmin train`: rebuild the language model or a channel; the work is in vnadmin.train."""

from __future__ import annotations

import argparse
import sys
from fnmatch import fnmatch
from pathlib import Path

from vnadmin.cli.common import Subparsers, add_command
from vnadmin.errors import ExitCode, InputError, MissingProgramError, UsageError

_EPILOG = """\
examples:
  vnadmin train language corpus/*.txt.xz -o model
  vnadmin train language corpus/*.txt.xz --exclude 'wiki*' -o model
  vnadmin train channel --render 2000 --corpus law.txt --pairs eng.jsonl --language eng \\
      --model model -o model/channels/eng
  vnadmin train channel --pairs archive.jsonl --model model -o model/channels/archive"""


def add_parser(commands: Subparsers) -> None:
    """Add the command and what it can train."""
    summary = "rebuild or adapt the model from corpora and rendered pages"
    parser = add_command(commands, "train", summary, _EPILOG)
    kinds = parser.add_subparsers(title="what", metavar="WHAT", required=True)
    _add_language(kinds)
    _add_channel(kinds)


def _add_language(kinds: Subparsers) -> None:
    summary = "build the language model from plain-text corpora"
    parser = add_command(kinds, "language", summary, "")
    parser.add_argument("corpora", nargs="+", metavar="CORPUS", type=Path, help="text, .gz or .xz")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True)
    parser.add_argument("--order", type=int, default=4, help="longest n-gram (2 to 4; default 4)")
    parser.add_argument("--entries", type=int, help="n-grams kept")
    parser.add_argument(
        "--exclude",
        metavar="NAME",
        action="append",
        default=[],
        help="leave out the corpora of this file name, * and ? allowed: one whose licence you "
        "can't accept (repeatable)",
    )
    parser.add_argument(
        "--exclude-text",
        metavar="FILE",
        action="append",
        default=[],
        type=Path,
        help="leave out what repeats this text: one to be scored on (repeatable)",
    )
    parser.add_argument("--held-back", metavar="FILE", type=Path, help="write held-back text here")
    parser.set_defaults(run=run_language)


def run_language(args: argparse.Namespace) -> int:
    """Run `vnadmin train language`."""
    from vnadmin.train.language import LanguageOptions, train_language

    corpora = [c for c in args.corpora if not any(fnmatch(c.name, n) for n in args.exclude)]
    if not corpora:
        raise UsageError("--exclude leaves no corpus to train on")
    defaults = LanguageOptions()
    options = LanguageOptions(order=args.order, entries=args.entries or defaults.entries)
    train_language(
        corpora,
        args.output,
        exclude_texts=args.exclude_text,
        held_back=args.held_back,
        options=options,
        log=_log,
    )
    return ExitCode.OK


def _add_channel(kinds: Subparsers) -> None:
    summary = "learn how an OCR engine garbles, from pairs of truth and reading"
    parser = add_command(kinds, "channel", summary, "")
    parser.add_argument(
        "--pairs",
        metavar="FILE",
        action="append",
        required=True,
        type=Path,
        help='JSON Lines of {"truth", "ocr"} (.gz, .xz; repeatable); --render adds to it',
    )
    parser.add_argument("--language", help="which reading of the pairs; Tesseract's for --render")
    parser.add_argument("--model", metavar="DIR", type=Path, help="the language model to go with")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, help="of the channel")
    group = parser.add_argument_group("making pairs with Tesseract")
    group.add_argument("--render", metavar="N", type=int, help="render pages till there are N")
    group.add_argument("--corpus", metavar="FILE", action="append", default=[], type=Path)
    group.add_argument("--seed", type=int, default=1)
    parser.set_defaults(run=run_channel)


def run_channel(args: argparse.Namespace) -> int:
    """Run `vnadmin train channel`."""
    if args.render:
        _render(args)
    if args.output is None:
        if not args.render:
            raise UsageError("say where the channel goes with -o DIR")
        return ExitCode.OK
    from vnadmin.evaluate.run import read_pair_file
    from vnadmin.language.model import LanguageModel
    from vnadmin.train.channel import train_channel

    pairs = (
        (pair.truth, pair.ocr)
        for path in args.pairs
        for pair in read_pair_file(path, args.language)
    )
    train_channel(pairs, LanguageModel.load(args.model), args.output, log=_log)
    return ExitCode.OK


def _render(args: argparse.Namespace) -> None:
    import pytesseract

    from vnadmin.train.pairs import make_pairs

    if len(args.pairs) != 1 or not args.corpus or not args.language:
        raise UsageError("--render takes one --pairs FILE, --language, and --corpus FILE")
    corpora = dict.fromkeys(args.corpus, 1.0)
    try:
        added = make_pairs(corpora, args.render, [args.language], args.seed, args.pairs[0])
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError) as error:
        raise MissingProgramError(f"Tesseract failed: {error}") from error
    except ValueError as error:
        raise InputError(str(error)) from error
    _log(f"{added} pages added to {args.pairs[0]}")


def _log(message: str) -> None:
    print(message, file=sys.stderr, flush=True)

"""`vnadmin train`: rebuild the language model or a channel; the work is in vnadmin.train."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vnadmin.cli.common import Subparsers, add_command
from vnadmin.errors import ExitCode, InputError, MissingProgramError, OutputError, UsageError

if TYPE_CHECKING:
    from vnadmin.language.model import LanguageModel

_EPILOG = """\
A model is a directory that holds `language` and a directory for each channel: DIR/language,
DIR/eng, … Use it with --model DIR.

examples:
  vnadmin train language corpus/*.txt.xz -o model
  vnadmin train channel --language eng --render 1000 --corpus law.txt --pairs pairs.jsonl -o model
  vnadmin train language --add ours/*.txt -o our-model
  vnadmin train channel --from corrected.jsonl --model our-model -o our-model
  vnadmin train channel --language eng --from pairs.jsonl --curve
  vnadmin train confidence --language eng --from held-back.jsonl --model our-model"""

_LANGUAGE_EPILOG = """\
A corpus is UTF-8 text, a paragraph a line, an empty line between documents (.gz, .xz too). One
document in a hundred is held back, and with it every paragraph that repeats it; the perplexity on
the held-back documents is printed at the end, for each order.

With --add, a copy of a model learns an archive's own clean wording, in the same format, without the
original corpora; DIR is a model of its own then, channels included.

examples:
  vnadmin train language a.txt.xz b.txt.xz --exclude b.txt.xz -o model
  vnadmin train language --add ours/*.txt -o our-model
  vnadmin restore --model our-model page.txt"""

_CHANNEL_EPILOG = """\
A pair is a line {"truth": "…", "ocr": "…"} or {"truth": "…", "ocr": {"eng": "…", "vie": "…"}}: a
page, or only a line of it. With --from, the model's channel that explains the pairs best is adapted
to them: a few hundred lines help; thousands of pages may go without it (--base none). Without
--from, pages are rendered from the corpora and read by Tesseract; a run that was stopped goes on
where it left off. DIR is a model of its own then: what it lacks is copied from the other one.

examples:
  vnadmin train channel --from corrected.jsonl -o our-model
  vnadmin restore --model our-model page.txt
  vnadmin train channel --language vie --from vie.jsonl --base none -o model
  vnadmin train channel --language vie --render 500 --corpus law.txt --pairs vie.jsonl -o model
  vnadmin train channel --language vie --from vie.jsonl --curve     would more pages help?"""

_CONFIDENCE_EPILOG = """\
Confidences are fitted to pages with truth that neither the channel nor the language model learnt
from; some 200 pages do. DIR/PROFILE/confidence.json is written; how well it holds is told by
`vnadmin evaluate restore --calibration` on other pages.

examples:
  vnadmin train confidence --language eng --from held-back.jsonl --model our-model
  vnadmin train confidence --profile stripped --from law.txt --model our-model"""

_NAME = re.compile(r"[a-z0-9][a-z0-9_+-]*")
_RESERVED = ("language", "auto", "clean", "stripped")  # a directory, and built-in profiles


def add_parser(commands: Subparsers) -> None:
    """Add the command and what it can train."""
    summary = "rebuild or adapt the model from corpora and rendered pages"
    parser = add_command(commands, "train", summary, _EPILOG)
    kinds = parser.add_subparsers(title="what", metavar="WHAT", required=True)
    _add_language(kinds)
    _add_channel(kinds)
    _add_confidence(kinds)


def _add_language(kinds: Subparsers) -> None:
    summary = "build the language model from plain-text corpora"
    parser = add_command(kinds, "language", summary, _LANGUAGE_EPILOG)
    parser.add_argument("corpora", nargs="*", metavar="CORPUS", type=Path, help="text, .gz or .xz")
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, required=True, help="write DIR/language"
    )
    parser.add_argument(
        "--add",
        metavar="TEXT",
        nargs="+",
        action="extend",
        default=[],
        type=Path,
        help="instead of building from corpora, bend a model to the wording of these texts",
    )
    parser.add_argument(
        "--model", metavar="DIR", type=Path, help="the model that --add bends (default: built-in)"
    )
    parser.add_argument("--order", type=int, help="longest n-gram (2 to 4; default 4)")
    parser.add_argument("--entries", type=int, metavar="N", help="n-grams kept, at about 4 bytes")
    parser.add_argument(
        "--weight",
        metavar="NAME=W",
        action="append",
        default=[],
        type=_weight,
        help="count the n-grams of the corpus of that file name W times when choosing which to "
        "keep (repeatable)",
    )
    parser.add_argument(
        "--exclude-text",
        metavar="FILE",
        action="append",
        default=[],
        type=Path,
        help="leave out what repeats this text, to score on it later (repeatable)",
    )
    parser.add_argument(
        "--exclude",
        metavar="NAME",
        action="append",
        default=[],
        help="leave out the corpus of that file name (repeatable)",
    )
    parser.add_argument("--held-back", metavar="FILE", type=Path, help="write held-back text here")
    parser.set_defaults(run=run_language)


def run_language(args: argparse.Namespace) -> int:
    """Run `vnadmin train language`."""
    from vnadmin.train.language import (
        LanguageOptions,
        held_back_paragraphs,
        perplexity,
        train_language,
    )

    if args.add:
        return _adapt_language(args)
    if args.model is not None or not args.corpora:
        raise UsageError("give corpora to build from, or texts with --add; --model goes with --add")
    given = {"order": args.order, "entries": args.entries, "weights": dict(args.weight)}
    options = LanguageOptions(**{name: v for name, v in given.items() if v is not None})
    corpora = _without(args.corpora, args.exclude)
    unknown = sorted({name for name, _ in args.weight} - {path.name for path in corpora})
    if unknown:
        raise UsageError(f"--weight {unknown[0]}: no corpus of that name is given")
    model = train_language(
        corpora,
        args.output / "language",
        exclude_texts=args.exclude_text,
        held_back=args.held_back,
        options=options,
        log=_log,
    )
    held_back = list(held_back_paragraphs(corpora))
    for order in range(1, model.order + 1):
        value, words = perplexity(model, held_back, order)
        if not words:
            _log("no document was held back: no perplexity to tell")
            break
        print(f"order {order}: perplexity {value:.1f} on {words:,} held-back words")
    return ExitCode.OK


def _adapt_language(args: argparse.Namespace) -> int:
    from vnadmin.restore.engine import shipped_model
    from vnadmin.train.adapt import adapt_language

    others = (args.corpora, args.order, args.entries, args.weight, args.exclude, args.held_back)
    if any(others):
        raise UsageError("--add goes with --model and --exclude-text only")
    learnt = adapt_language(
        args.add,
        args.model or shipped_model(),
        args.output,
        exclude_texts=args.exclude_text,
        log=_log,
    )
    if learnt.new_words:
        _log("new words: " + " ".join(learnt.new_words[:20]))
    print(
        f"perplexity {learnt.before:.1f} before, {learnt.after:.1f} after, on {learnt.words:,} "
        "words, each fifth of the texts scored by what the others taught"
    )
    return ExitCode.OK


def _weight(text: str) -> tuple[str, float]:
    name, _, value = text.rpartition("=")
    if not name or not float(value) > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=W with W above 0")
    return name, float(value)


def _without(corpora: list[Path], names: list[str]) -> list[Path]:
    unknown = [name for name in names if name not in {path.name for path in corpora}]
    if unknown:
        raise UsageError(f"--exclude {unknown[0]}: no corpus of that name is given")
    kept = [path for path in corpora if path.name not in names]
    if not kept:
        raise UsageError("--exclude leaves no corpus")
    return kept


def _add_channel(kinds: Subparsers) -> None:
    summary = "learn how an OCR engine garbles, from pairs of truth and reading"
    parser = add_command(kinds, "channel", summary, _CHANNEL_EPILOG)
    parser.add_argument(
        "--language",
        metavar="NAME",
        default="archive",
        help="which reading of the pairs, Tesseract's language for --render, and the channel's "
        "name: use it with --profile NAME (default: archive)",
    )
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, help="write DIR/NAME")
    parser.add_argument(
        "--base",
        metavar="NAME",
        help="the channel that --from adapts (default: the one that fits best; none: start anew)",
    )
    parser.add_argument(
        "--model",
        metavar="DIR",
        type=Path,
        help="learn it for the language model in DIR (default: that of -o, else the built-in)",
    )
    parser.add_argument(
        "--curve",
        action="store_true",
        help="print what a growing number of pages brings, scored on one page in ten",
    )
    parser.add_argument(
        "--from",
        dest="pairs_read",
        metavar="PAIRS",
        nargs="+",
        action="extend",
        default=[],
        type=Path,
        help="learn from these pairs (JSON Lines; .gz, .xz)",
    )
    group = parser.add_argument_group("making pairs with Tesseract")
    group.add_argument("--render", metavar="PAGES", type=int, help="till there are that many")
    group.add_argument(
        "--corpus", metavar="FILE", action="append", default=[], type=Path, help="text to render"
    )
    group.add_argument("--pairs", metavar="OUT", type=Path, help="add the pairs to this file")
    group.add_argument("--seed", type=int, default=1, help="another one gives other pages")
    parser.set_defaults(run=run_channel)


def run_channel(args: argparse.Namespace) -> int:
    """Run `vnadmin train channel`."""
    _check_channel(args)
    if args.render is not None:
        _render(args)
    if args.output is None and not args.curve:
        return ExitCode.OK
    from itertools import chain

    from vnadmin.evaluate.run import read_pair_file
    from vnadmin.language.model import LanguageModel
    from vnadmin.train.adapt import copy_model
    from vnadmin.train.adapt_channel import adapt_channel
    from vnadmin.train.channel import train_channel
    from vnadmin.train.corpus import sha256_of

    source = _source_model(args)
    model = LanguageModel.load(source / "language")
    files = [*args.pairs_read, *([args.pairs] if args.render is not None else [])]
    pages = {
        path: [(pair.truth, pair.ocr) for pair in read_pair_file(path, args.language)]
        for path in files
    }
    every_page = list(chain(*pages.values()))
    base = _base_channel(args, every_page, model, source)
    if args.output is not None:
        sources = [
            {"name": path.name, "sha256": sha256_of(path), "pages": len(pages[path])}
            for path in files
        ]
        target = args.output / args.language
        if base is None:
            train_channel(every_page, model, target, sources=sources, log=_log)
        else:
            adapt_channel(every_page, model, base, target, sources=sources, log=_log)
        copy_model(source, args.output)
    if args.curve:
        from vnadmin.evaluate.curve import learning_curve, report

        curve = learning_curve(every_page, source / "language", base=base, log=_log)
        print(report(list(curve)))
    return ExitCode.OK


def _base_channel(
    args: argparse.Namespace, pairs: list[tuple[str, str]], model: LanguageModel, source: Path
) -> Path | None:
    """The directory of the channel to start from, if any."""
    from vnadmin.train.adapt_channel import nearest_channel

    if args.base is None:
        return None if args.render is not None else nearest_channel(pairs, model, source)
    return None if args.base == "none" else source / args.base


def _check_channel(args: argparse.Namespace) -> None:
    if not _NAME.fullmatch(args.language) or args.language in _RESERVED:
        raise UsageError(f"--language {args.language}: can't be a channel's name")
    if args.render is None:
        if not args.pairs_read:
            raise UsageError("say where the pairs come from: --from PAIRS, or --render PAGES")
        if args.pairs or args.corpus:
            raise UsageError("--pairs and --corpus go with --render; existing pairs are --from")
        if args.output is None and not args.curve:
            raise UsageError("say where the channel goes with -o DIR, or ask for the --curve")
    elif args.render < 1 or not args.corpus or not args.pairs:
        raise UsageError("--render takes a number of pages, --corpus FILE and --pairs OUT")


def _source_model(args: argparse.Namespace) -> Path:
    """The directory of the model that the channel is for."""
    from vnadmin.restore.engine import shipped_model

    if args.model is not None:
        return Path(args.model)
    if args.output is not None and (args.output / "language").is_dir():
        return Path(args.output)
    return shipped_model()


def _render(args: argparse.Namespace) -> None:
    import pytesseract

    from vnadmin.train.pairs import make_pairs

    corpora = dict.fromkeys(args.corpus, 1.0)
    try:
        added = make_pairs(corpora, args.render, [args.language], args.seed, args.pairs)
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError) as error:
        raise MissingProgramError(f"Tesseract failed: {error}") from error
    except (ValueError, KeyError) as error:
        raise InputError(str(error)) from error
    except OSError as error:
        raise OutputError(f"cannot write {args.pairs}: {error.strerror or error}") from error
    _log(f"{added} pages added to {args.pairs}")


def _log(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _add_confidence(kinds: Subparsers) -> None:
    summary = "fit how sure words are to held-back pages with truth"
    parser = add_command(kinds, "confidence", summary, _CONFIDENCE_EPILOG)
    parser.add_argument("--language", metavar="NAME", help="which reading of the pairs")
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="the kind of noise (default: that of --language); "
        "with stripped, --from takes right texts and strips them",
    )
    parser.add_argument(
        "--from", dest="files", metavar="PAIRS", nargs="+", type=Path, required=True, help="pages"
    )
    parser.add_argument("--model", metavar="DIR", type=Path, required=True, help="write it there")
    parser.set_defaults(run=run_confidence)


def run_confidence(args: argparse.Namespace) -> int:
    """Run `vnadmin train confidence`."""
    from itertools import chain

    import numpy as np

    from vnadmin.evaluate.observe import observe
    from vnadmin.evaluate.run import made_from_truth, read_pair_file
    from vnadmin.train.confidence import fit, write_network
    from vnadmin.train.corpus import sha256_of

    profile = args.profile or args.language
    if profile is None:
        raise UsageError("say for which --profile the weights are to be")
    pairs = chain.from_iterable(
        made_from_truth(path, "stripped")
        if profile == "stripped"
        else read_pair_file(path, args.language)
        for path in args.files
    )
    features, right, _ = observe(pairs, args.model, profile)
    wrong = int(np.count_nonzero(~right))
    sources = [{"name": path.name, "sha256": sha256_of(path)} for path in args.files]
    directory = args.model / profile
    write_network(fit(features, right), directory, words=len(right), wrong=wrong, sources=sources)
    _log(f"{len(right):,} words, {wrong:,} wrong; wrote {directory / 'confidence.json'}")
    return ExitCode.OK

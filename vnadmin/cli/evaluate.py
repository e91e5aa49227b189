"""`vnadmin evaluate`: score restoring, citations and speed against anyone's own truth."""

from __future__ import annotations

import argparse
import json
from itertools import islice
from pathlib import Path
from typing import Any

from vnadmin.cli.common import (
    Subparsers,
    add_command,
    add_engine_option,
    add_restore_options,
    open_output,
    options_from,
)
from vnadmin.errors import ExitCode, UsageError

_EPILOG = """\
examples:
  vnadmin evaluate restore --truth right.txt --ocr read.txt
  vnadmin evaluate restore --pairs pages.jsonl.xz --language eng
  vnadmin evaluate citations --truth truth.json page.txt
  vnadmin evaluate scans --truth truth/ page1.png page2.png
  vnadmin evaluate speed page1.txt page2.txt
  vnadmin evaluate report sets.toml                        all of it, as one table"""

_RESTORE = """\
Every figure is over all pairs together. "right" is the share of the truth's syllables matched in a
Levenshtein alignment (NFC, case and punctuation aside, hoà = hòa); "inserted" are tokens the truth
doesn't have; CER is on NFC graphemes; "invented" are document codes the truth doesn't print.
--body cuts the truth to what stands between the letterhead, type, subject and Kính gửi on one side
and Nơi nhận or signature on the other (or between lines [[body]] and [[/body]] put into it), and
scores the stretch of the output that fits it best: what was read around it is free.

examples:
  vnadmin evaluate restore --truth truth/ --ocr ocr/       files of the same names
  vnadmin evaluate restore --pairs docs/examples --language eng
  vnadmin evaluate restore --pairs docs/examples --language vie --body --per-page --calibration
  vnadmin evaluate restore --truth right.txt --strip-accents
  vnadmin evaluate restore --truth right.txt --identity    harm on text that is right already"""

_CITATIONS = """\
The truth is JSON: {"citations": [{"type", "number", "name", "date", "issuer", "title"}], "header":
{…}}, keys as in a document's JSON; a key that is left out isn't scored. Mentions of one document
count once. header.handwritten names the fields that are filled in by hand: they don't count, nor do
those that are null, but what is read there is shown. pages_annotated names the pages whose
citations the truth has.

examples:
  vnadmin evaluate citations --truth truth.json scan.pdf
  vnadmin evaluate citations --truth truth/ a.pdf b.png    truth/a.json, truth/b.json
  vnadmin evaluate citations --pairs docs/examples --language vie
  vnadmin evaluate citations --provisions tests/cases/provisions.tsv    places, form by form
  vnadmin evaluate citations --sample news.txt.xz --seed 1       every hit, to read"""


_SCANS = """\
The whole page counts, letterhead and stamps included. The truth of a.png is TRUTH/a.txt, left
column of the letterhead before the right one, stamps and handwriting left out; pages are divided by
form feeds. "raw" is what the engine reads on the page as it is; "ordered" is the page prepared,
read again where in doubt, and in reading order. "body" leaves letterhead and close out.

examples:
  vnadmin evaluate scans --truth truth/ page1.png page2.png
  vnadmin evaluate scans --truth truth/ --language eng page1.png
  vnadmin evaluate scans --truth truth/ --json scan.pdf"""


_SEARCH = """\
Each file is converted as by `vnadmin convert --to pdf`. Marks must be right; case and line ends
don't matter. The truth of a.pdf is TRUTH/a.txt, its pages divided by form feeds, or TRUTH/a.p1.txt
and so on; the phrases are spread evenly over the pages that have one.

examples:
  vnadmin evaluate search --truth truth/ scan1.pdf page.png
  vnadmin evaluate search --truth truth/ --phrases 500 --keep out/ *.pdf"""


_REPORT = """\
SETS.toml names sets, and the figures wanted of each with what is asked of them:

  dictionary_from = ["corpus.txt.xz"]     symspellpy's; left out, it isn't scored
  [[set]]
  name = "my scans, `vie` OCR"
  truth = "truth"                         with ocr = "read", or made = "stripped", "identity",
                                          "tcvn3", "tcvn3 text", …; or instead of these
                                          pairs = "pages.jsonl", language = "vie"
  body = true                             letterhead and close left out (see restore --help)
  limit = 100                             only the first pairs
  baselines = false                       vnadmin only
  show = { right = "98 %", codes = "" }   figure = what is asked of it

Figures: right, inserted, worse, diacritics, cer, codes, invented, kept, numbers, ece, brier, found,
rate, first_page, first_word, memory. Paths count from the folder of SETS.toml."""


_SPEED = """\
Each figure is of a fresh process, on one core. The first page is restored once the model is loaded,
nothing of its noise having been seen; so are 100 pages, which are repeated where fewer are given.

examples:
  vnadmin evaluate speed page1.txt page2.txt
  vnadmin evaluate speed --pairs pages.jsonl --language eng        the first 100 pages of them
  vnadmin evaluate speed --extraction law.txt --growth 10          citations in clean text only"""


def add_parser(commands: Subparsers) -> None:
    """Add the command and what it can evaluate."""
    parser = add_command(commands, "evaluate", "score against truth, or measure speed", _EPILOG)
    kinds = parser.add_subparsers(title="what", metavar="WHAT", required=True)
    _add_restore(kinds)
    _add_citations(kinds)
    _add_scans(kinds)
    _add_search(kinds)
    _add_speed(kinds)
    _add_report(kinds)


def _add_restore(kinds: Subparsers) -> None:
    summary = "syllables, words, characters, codes and harm, beside raw input and pyvi"
    parser = add_command(kinds, "restore", summary, _RESTORE)
    parser.add_argument("--truth", metavar="PATH", type=Path, help="right text: file or folder")
    parser.add_argument("--ocr", metavar="PATH", type=Path, help="the same as read")
    parser.add_argument(
        "--pairs",
        metavar="PATH",
        type=Path,
        help='JSON Lines of {"truth", "ocr"} (.gz, .xz), or a folder of examples',
    )
    parser.add_argument("--language", help="which reading of --pairs, where it has several")
    made = parser.add_mutually_exclusive_group()
    made.add_argument("--strip-accents", action="store_true", help="input: the truth unaccented")
    made.add_argument("--identity", action="store_true", help="input: the truth itself")
    made.add_argument(
        "--encoded",
        metavar="NAME",
        help='input: the truth in tcvn3, vni, viscii, cp1258 or nfd; "tcvn3 text" is what copying '
        "text of such a document gives",
    )
    parser.add_argument("--no-baselines", action="store_true", help="score vnadmin only")
    parser.add_argument(
        "--dictionary-from",
        metavar="FILE",
        nargs="+",
        type=Path,
        default=[],
        help="score symspellpy too, its dictionary counted from these texts (.gz, .xz)",
    )
    parser.add_argument("--limit", metavar="N", type=int, help="only the first N pairs")
    parser.add_argument("--body", action="store_true", help="score the body of each page only")
    parser.add_argument("--per-page", action="store_true", help="each page beside its raw input")
    parser.add_argument("--calibration", action="store_true", help="score the confidences too")
    parser.add_argument(
        "--errors", metavar="N", type=int, help="what is still wrong by cause, N cases of each"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_restore_options(parser, encoding=False)
    parser.set_defaults(run=run_restore)


def run_restore(args: argparse.Namespace) -> int:
    """Run `vnadmin evaluate restore`."""
    from dataclasses import asdict
    from itertools import islice

    from vnadmin.evaluate import report, run
    from vnadmin.evaluate.peers import RAW, peers

    kind = "stripped" if args.strip_accents else "identity" if args.identity else args.encoded
    if kind:
        if args.truth is None or args.ocr or args.pairs:
            raise UsageError("--strip-accents, --identity and --encoded take --truth alone")
        pairs = run.made_from_truth(args.truth, kind)
    elif args.pairs is not None and args.truth is None and args.ocr is None:
        pairs = run.read_pair_file(args.pairs, args.language)
    elif args.truth is not None and args.ocr is not None and args.pairs is None:
        pairs = run.read_pairs(args.truth, args.ocr)
    else:
        raise UsageError("give --truth and --ocr, or --pairs, or --truth with --strip-accents")
    others = {} if args.no_baselines else peers(args.dictionary_from)
    if args.per_page:
        others = {RAW: list, **others}
    scores = run.score(
        islice(pairs, args.limit),
        options=options_from(args),
        identity=args.identity,
        body_only=args.body,
        explained=args.calibration or args.errors is not None,
        others=others,
    )
    own = scores[0]
    plain = [each.to_dict() for each in scores]
    tables = [report.report(scores)]
    if args.per_page:
        tables.append(report.pages_report(own, scores[1]))
        for each, score in zip(plain, scores, strict=True):
            each["pages"] = {name: asdict(counts) for name, counts in score.pages.items()}
    if args.errors is not None:
        tables.append(report.errors_report(own.remaining, args.errors))
        plain[0]["remaining"] = [asdict(wrong) for wrong in own.remaining]
    return _print(plain, "\n\n".join(tables), as_json=args.json)


def _add_citations(kinds: Subparsers) -> None:
    summary = "precision, recall and F1 of citations, field by field, and of the header"
    parser = add_command(kinds, "citations", summary, _CITATIONS)
    parser.add_argument(
        "--truth", metavar="PATH", type=Path, help="what FILE says: JSON, or its folder"
    )
    parser.add_argument(
        "files", metavar="FILE", nargs="*", type=Path, help="text, PDF, image, hOCR or ALTO"
    )
    parser.add_argument("--pairs", metavar="FOLDER", type=Path, help="a folder of examples")
    parser.add_argument("--language", default="eng", help="which reading of them (default eng)")
    parser.add_argument("--vnlegaltext", metavar="JSONL", type=Path, help="spans of that data set")
    parser.add_argument("--provisions", metavar="TSV", type=Path, help="sentences and their places")
    parser.add_argument(
        "--sample",
        metavar="TEXT",
        type=Path,
        help="list what is found in lines drawn from a text (.gz, .xz)",
    )
    parser.add_argument(
        "--syllables", metavar="N", type=int, default=200_000, help="how much (default 200000)"
    )
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="of drawing (default 1)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_restore_options(parser)
    parser.set_defaults(run=run_citations)


def run_citations(args: argparse.Namespace) -> int:
    """Run `vnadmin evaluate citations`."""
    import dataclasses

    from vnadmin.evaluate import citation_run

    others = (args.truth, args.files, args.pairs, args.vnlegaltext)
    if args.sample is not None and not any((*others, args.provisions)):
        from vnadmin.evaluate.sample import sample_citations

        drawn = sample_citations(args.sample, syllables=args.syllables, seed=args.seed)
        return _print(drawn.to_dict(), drawn.report(), as_json=args.json)
    if args.sample is not None:
        raise UsageError("--sample goes alone")
    if args.provisions is not None and not any(others):
        from vnadmin.evaluate.provisions import read_cases, score_provisions

        places = score_provisions(read_cases(args.provisions))
        return _print(places.to_dict(), places.report(), as_json=args.json)
    if args.provisions is not None:
        raise UsageError("--provisions goes alone")
    if args.vnlegaltext is not None and not (args.truth or args.files or args.pairs):
        counts = citation_run.score_vnlegaltext(args.vnlegaltext)
        return _print(dataclasses.asdict(counts), str(counts), as_json=args.json)
    if args.pairs is not None and not (args.truth or args.files or args.vnlegaltext):
        pairs = list(citation_run.example_folders(args.pairs, args.language))
    elif args.truth is not None and args.files and not (args.pairs or args.vnlegaltext):
        pairs = list(citation_run.truths_of(args.files, args.truth))
    else:
        raise UsageError(
            "give --truth PATH FILE, or --pairs FOLDER, --vnlegaltext JSONL, --provisions TSV or "
            "--sample TEXT"
        )
    scores = citation_run.score_files(pairs, options=options_from(args), encoding=args.encoding)
    return _print(scores.to_dict(), scores.report(), as_json=args.json)


def _add_scans(kinds: Subparsers) -> None:
    summary = "whole pages of scans: raw, in reading order, restored"
    parser = add_command(kinds, "scans", summary, _SCANS)
    parser.add_argument(
        "files", nargs="+", metavar="FILE", type=Path, help="PDF, image, hOCR, ALTO"
    )
    parser.add_argument("--truth", metavar="FOLDER", type=Path, required=True, help="right texts")
    parser.add_argument("--language", default="vie", help="Tesseract's (default vie)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_engine_option(parser)
    add_restore_options(parser, encoding=False)
    parser.set_defaults(run=run_scans)


def run_scans(args: argparse.Namespace) -> int:
    """Run `vnadmin evaluate scans`."""
    from vnadmin.evaluate.scans import report, score_scans

    options = options_from(args)
    scores = list(score_scans(args.files, args.truth, options=options, language=args.language))
    plain = [score.to_dict() for score in scores]
    return _print(plain, report(scores), as_json=args.json)


def _add_search(kinds: Subparsers) -> None:
    summary = "phrases that scans show, searched by pdftotext in the PDFs made of them"
    parser = add_command(kinds, "search", summary, _SEARCH)
    parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="PDF or image")
    parser.add_argument("--truth", metavar="FOLDER", type=Path, required=True, help="right texts")
    parser.add_argument("--phrases", metavar="N", type=int, default=50, help="default 50")
    parser.add_argument("--words", metavar="N", type=int, default=4, help="of each (default 4)")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="put the PDFs there")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_restore_options(parser, encoding=False)
    parser.set_defaults(run=run_search)


def run_search(args: argparse.Namespace) -> int:
    """Run `vnadmin evaluate search`."""
    from dataclasses import asdict

    from vnadmin.evaluate.search import report, score_search

    if args.phrases < 1 or args.words < 1:
        raise UsageError("--phrases and --words count from 1")
    phrases = score_search(
        args.files,
        args.truth,
        count=args.phrases,
        words=args.words,
        options=options_from(args),
        keep=args.keep,
    )
    return _print([asdict(each) for each in phrases], report(phrases), as_json=args.json)


def _add_speed(kinds: Subparsers) -> None:
    summary = "time to import, cold start, peak memory, syllables a second over 100 pages"
    parser = add_command(kinds, "speed", summary, _SPEED)
    parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help="pages of text")
    parser.add_argument("--pairs", type=Path, metavar="JSONL", help="pages as `restore` takes them")
    parser.add_argument("--language", metavar="L", help="which reading of --pairs to use")
    parser.add_argument(
        "--extraction", action="store_true", help="of finding citations only; FILEs are clean text"
    )
    parser.add_argument(
        "--growth",
        metavar="MB",
        type=float,
        help="with --extraction: lines of near-citations, too, up to this length",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_restore_options(parser, encoding=False)
    parser.set_defaults(run=run_speed)


def run_speed(args: argparse.Namespace) -> int:
    """Run `vnadmin evaluate speed`."""
    import dataclasses

    from vnadmin.evaluate.files import read_text
    from vnadmin.evaluate.run import read_pair_file
    from vnadmin.evaluate.speed import PAGES, measure_speed

    if bool(args.files) == bool(args.pairs):
        raise UsageError("give pages of text, or --pairs JSONL")
    if args.extraction:
        from vnadmin.evaluate.extraction_speed import measure_extraction

        if args.pairs:
            raise UsageError("--extraction takes clean texts, no --pairs")
        found = measure_extraction([read_text(f) for f in args.files], growth=args.growth)
        return _print(found.to_dict(), found.report(), as_json=args.json)
    if args.growth is not None:
        raise UsageError("--growth goes with --extraction")
    if args.pairs:
        pairs = islice(read_pair_file(args.pairs, args.language), PAGES)
        texts = [pair.ocr for pair in pairs]
    else:
        texts = [read_text(file) for file in args.files]
    speed = measure_speed(texts, options=options_from(args))
    return _print(dataclasses.asdict(speed), speed.report(), as_json=args.json)


def _add_report(kinds: Subparsers) -> None:
    summary = "figures of many sets beside their peers', as one Markdown table"
    parser = add_command(kinds, "report", summary, _REPORT)
    parser.add_argument("config", metavar="SETS.toml", type=Path, help="the sets and figures")
    parser.add_argument("--only", metavar="WORD", help="the sets whose name holds WORD")
    parser.add_argument("--no-baselines", action="store_true", help="score vnadmin only")
    add_restore_options(parser, encoding=False)
    parser.set_defaults(run=run_report)


def run_report(args: argparse.Namespace) -> int:
    """Run `vnadmin evaluate report`: each row is printed as soon as it is known."""
    from vnadmin.evaluate import benchmark

    sets, dictionary_from = benchmark.read_sets(args.config)
    if args.only:
        sets = [each for each in sets if args.only in each.name]
    with open_output(None) as stream:
        for line in benchmark.table(
            sets,
            options=options_from(args),
            dictionary_from=dictionary_from,
            baselines=not args.no_baselines,
        ):
            stream.write((line + "\n").encode())
            stream.flush()
    return ExitCode.OK


def _print(plain: Any, table: str, *, as_json: bool) -> int:
    text = json.dumps(plain, ensure_ascii=False, indent=2) if as_json else table
    with open_output(None) as stream:
        stream.write((text + "\n").encode())
    return ExitCode.OK

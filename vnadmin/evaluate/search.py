"""Phrases that pages show, searched in the PDFs made of them: what a reader would find."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vnadmin.document import Document
from vnadmin.errors import InputError, MissingProgramError
from vnadmin.evaluate.files import read_text
from vnadmin.formats.pdf import write_pdf
from vnadmin.options import Options
from vnadmin.pipeline import extract
from vnadmin.vietnamese import nfc

_AROUND = " .,;:()[]“”\"'…"
_SECONDS = 60.0  # for pdftotext and one page
_PAGE_OF = re.compile(r"\.p([0-9]+)$")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a page's truth, and whether searching the PDF's page finds it."""

    name: str
    page: int
    text: str
    found: bool


def score_search(
    files: Sequence[Path],
    truth: Path,
    *,
    count: int = 50,
    words: int = 4,
    options: Options,
    keep: Path | None = None,
) -> list[Phrase]:
    """Search phrases of the pages' truths in the searchable PDFs made of `files`.

    The phrases are of words that stand together on a line, at least one with a mark; there are as
    many of each page, from its top to its end. Marks must be right; case and line ends don't
    matter.

    Args:
        files: PDF and images. The truth of `a.pdf` is `truth/a.txt`, pages divided by form feeds,
            or `truth/a.p1.txt` and so on; pages without truth aren't searched.
        truth: a folder.
        count: how many phrases.
        words: how many words each has.
        options: how to restore.
        keep: a folder for the PDFs; None makes them to be thrown away.

    Raises:
        MissingProgramError: pdftotext isn't installed.
        InputError: a file can't be read or has no truth, or there aren't as many phrases.
    """
    if shutil.which("pdftotext") is None:
        raise MissingProgramError(
            "pdftotext is not installed; on Debian or Ubuntu: sudo apt-get install poppler-utils"
        )
    pages = [(f, number, text) for f in files for number, text in _truths(f, truth)]
    chosen = _choose([list(_phrases(text, words)) for *_, text in pages], count)
    result: list[Phrase] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        made: dict[Path, Path] = {}
        for (file, number, _), phrases in zip(pages, chosen, strict=True):
            if not phrases:
                continue
            if file not in made:
                numbers = [n for f, n, _ in pages if f == file]
                made[file] = folder / f"{file.name}.vnadmin.pdf"
                document = extract(
                    file, options=options, pages=range(min(numbers), max(numbers) + 1)
                )
                _write(document, file, made[file])
            text = _searched(_text(made[file], number))
            result += [
                Phrase(file.name, number, phrase, _searched(phrase) in text) for phrase in phrases
            ]
    return result


def report(phrases: Sequence[Phrase]) -> str:
    """Return the phrases that weren't found, then how many were."""
    lines = [f"{p.name}:{p.page}: not found: {p.text}" for p in phrases if not p.found]
    lines.append(f"found {sum(p.found for p in phrases)} of {len(phrases)} phrases")
    return "\n".join(lines)


def _write(document: Document, source: Path, target: Path) -> None:
    with target.open("wb") as stream:
        write_pdf(document, source, stream)


def _truths(file: Path, truth: Path) -> Iterator[tuple[int, str]]:
    whole = truth / f"{file.stem}.txt"
    if whole.is_file():
        yield from enumerate(read_text(whole).rstrip("\f\n").split("\f"), 1)
        return
    found = []
    for path in truth.glob(f"{file.stem}.p*.txt"):
        match = _PAGE_OF.search(path.stem)
        if match:
            found.append((int(match[1]), path))
    if not found:
        raise InputError(f"{file}: no truth of it in {truth}")
    yield from ((number, read_text(path)) for number, path in sorted(found))


def _phrases(text: str, words: int) -> Iterator[str]:
    for line in nfc(text).split("\n"):
        tokens = line.split()
        for start in range(0, len(tokens) - words + 1, words):
            phrase = " ".join(tokens[start : start + words]).strip(_AROUND)
            if not phrase.isascii():
                yield phrase


def _choose(candidates: list[list[str]], count: int) -> list[list[str]]:
    """As many of each list as of any other, where it has them, evenly spaced.

    Raises:
        InputError: there aren't `count`.
    """
    taken = [0] * len(candidates)
    for _ in range(count):
        open_ = [i for i, each in enumerate(candidates) if taken[i] < len(each)]
        if not open_:
            raise InputError(f"the truth has {sum(taken)} phrases, fewer than {count}")
        taken[min(open_, key=lambda i: taken[i])] += 1
    return [
        [each[int((i + 0.5) * len(each) / n)] for i in range(n)]
        for each, n in zip(candidates, taken, strict=True)
    ]


def _text(path: Path, page: int) -> str:
    command = ["pdftotext", "-enc", "UTF-8", "-f", str(page), "-l", str(page), str(path), "-"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise InputError(f"{path}: pdftotext failed on page {page}") from error
    return done.stdout.decode("utf-8", "replace")


def _searched(text: str) -> str:
    return " ".join(text.split()).casefold()

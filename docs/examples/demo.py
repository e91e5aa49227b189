"""What `make demo` runs: each example as an OCR engine read it, restored, and what it cites."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from pathlib import Path

import vnadmin
from vnadmin.cli.common import use_colour
from vnadmin.cli.table import clean, display_width, document_table
from vnadmin.document import Document, Edit
from vnadmin.evaluate.metrics import measure

HERE = Path(__file__).parent
ENGINES = {"eng": "Tesseract's English model", "vie": "Tesseract's Vietnamese model"}
BOLD, DIM, GREEN = "\x1b[1m", "\x1b[2m", "\x1b[32m"
OFF = "\x1b[0m"
LINES = 30  # lines of text shown of each example; the citations are those of all of it


def main() -> None:
    """Show every example."""
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    colour = use_colour()
    width = min(shutil.get_terminal_size((120, 24)).columns, 160)
    for folder in sorted(path.parent for path in HERE.glob("*/eng.txt")):
        document = vnadmin.extract(Path(os.path.relpath(folder / "eng.txt")))
        source = (folder / "eng.txt").read_text("utf-8")
        heading = f" {folder.name}: read by {ENGINES['eng']}, and restored "
        print(paint(heading.center(width, "═"), BOLD, colour))
        for line in beside(source, document, width, colour)[:LINES]:
            print(line)
        print(paint("   ⋮", DIM, colour))
        print(document_table(document, width=width, colour=colour))
        print_scores(folder, width)
    folder = HERE / "party-directive"
    scan = Path(os.path.relpath(folder / "scan.pdf"))
    heading = f" straight from a scan: vnadmin extract {scan} "
    print(paint(heading.center(width, "═"), BOLD, colour))
    print(document_table(vnadmin.extract(scan), width=width, colour=colour), end="")


def print_scores(folder: Path, width: int) -> None:
    """Print how many syllables are right, before and after, of each reading."""
    truth = (folder / "truth.txt").read_text("utf-8")
    for language, engine in ENGINES.items():
        path = folder / f"{language}.txt"
        if not path.is_file():
            continue
        read = path.read_text("utf-8")
        before, after = measure(truth, read), measure(truth, vnadmin.restore(read))
        line = (
            f"{engine}: {before.accuracy:.1%} of {before.syllables} syllables right, "
            f"restored {after.accuracy:.1%}"
        )
        print("\n".join(textwrap.wrap(line, width)))
    print(flush=True)


def beside(source: str, document: Document, width: int, colour: bool) -> list[str]:
    """Each line as read on the left, as restored on the right; what was changed in green."""
    column = (width - 3) // 2
    lines = []
    for left, right in paired_lines(source, document):
        wrapped_left = textwrap.wrap(clean(left), column) or [""]
        wrapped_right = wrap_changed(right, column)
        for i in range(max(len(wrapped_left), len(wrapped_right))):
            a = wrapped_left[i] if i < len(wrapped_left) else ""
            b = wrapped_right[i] if i < len(wrapped_right) else []
            padding = " " * max(column - display_width(a), 0)
            words = " ".join(paint(word, GREEN, colour and changed) for word, changed in b)
            lines.append(f"{a}{padding} │ {words}".rstrip())
    return lines


Words = list[tuple[str, bool]]


def paired_lines(source: str, document: Document) -> list[tuple[str, Words]]:
    """Lines of the source, each with the restored words it became and whether they changed."""
    pairs: list[tuple[str, Words]] = []
    position, restored_at, edits = 0, 0, list(document.edits)
    for line in source.splitlines(keepends=True):
        end = position + len(line)
        pieces: list[tuple[str, bool]] = []
        while edits and edits[0].source_start < end:
            edit: Edit = edits.pop(0)
            pieces.append((document.text[restored_at : edit.start], False))
            pieces.append((edit.restored, True))
            restored_at, position = edit.end, edit.source_end
        if position < end:
            pieces.append((document.text[restored_at : restored_at + end - position], False))
            restored_at += end - position
            position = end
        pairs.append((line, marked_words(pieces)))
    return pairs


def marked_words(pieces: list[tuple[str, bool]]) -> Words:
    """Words of the joined pieces, each with whether a changed piece is in it."""
    text = "".join(piece for piece, _ in pieces)
    flags = [changed for piece, changed in pieces for _ in piece]
    words: Words = []
    position = 0
    for word in text.split():
        position = text.index(word, position)
        words.append((clean(word), any(flags[position : position + len(word)])))
        position += len(word)
    return words


def wrap_changed(words: Words, width: int) -> list[Words]:
    """Words in lines of at most `width` columns."""
    lines: list[Words] = [[]]
    used = 0
    for word, changed in words:
        size = display_width(word) + 1
        if used + size > width + 1 and lines[-1]:
            lines.append([])
            used = 0
        lines[-1].append((word, changed))
        used += size
    return lines


def paint(text: str, code: str, colour: bool) -> str:
    """Colour `text` on a terminal."""
    return f"{code}{text}{OFF}" if colour else text


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.stderr.close()
    except vnadmin.errors.VnadminError as error:
        sys.exit(f"demo: {error}")

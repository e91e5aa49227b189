"""Memory and time of long PDFs: `python scripts/memory.py [--scans] PAGES…` prints a table.

Makes a PDF of so many pages: born digital, every fifth a scan with an OCR layer; with --scans all
scans without text, some lines of docs/examples on each, which Tesseract reads. Memory is the most
that vnadmin and its children (PDFium, Tesseract) take together: proportional set size, sampled ten
times a second. `pages()` keeps a page at a time, the others text and words of all pages.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from pdfs import BODY, Sheet, make_pdf  # noqa: E402

_LINES = 40
_CLI = "import sys; from vnadmin.cli.main import main; sys.exit(main(sys.argv[1:]))"
_PAGES = "import sys, vnadmin; [page.citations for page in vnadmin.pages(sys.argv[1])]"
_A4 = (1654, 2339)  # pixels at 200 dpi
_STRIP = 220  # pixels: some lines


def long_pdf(pages: int) -> bytes:
    """A PDF of `pages` pages of some 500 words each."""
    sheets = []
    for number in range(pages):
        lines = [f"{number + 1}.{n} {BODY[n % len(BODY)]}" for n in range(_LINES)]
        picture = lines if number % 5 == 4 else ()
        sheets.append(Sheet(lines, drawn=picture, hidden=bool(picture)))
    return make_pdf(sheets)


def scans(pages: int) -> Iterator[Image.Image]:
    """Pages of 200 dpi with a strip of some example on each, 5 to 80 words."""
    sources = []
    for path in sorted(ROOT.glob("docs/examples/*/scan.pdf")):
        with pdfium.PdfDocument(path) as pdf:
            sources += [page.render(scale=200 / 72).to_pil().convert("L") for page in pdf]
    chance = random.Random(0)
    for _ in range(pages):
        source = chance.choice(sources)
        top = chance.randrange(source.height // 2)
        sheet = Image.new("L", _A4, 250)
        sheet.paste(source.crop((0, top, source.width, top + _STRIP)), (0, chance.randrange(1500)))
        yield sheet


def measure(code: str, *arguments: str) -> tuple[float, float]:
    """Return the peak of memory in MB, and seconds."""
    started = time.monotonic()
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, _taken(process.pid))
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"failed: {' '.join(arguments)}")
    return most / 1024, time.monotonic() - started


def _taken(pid: int) -> int:
    """KB that a process and all its children take; what they share is counted once."""
    total = 0
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total = int(line.split()[1])
        for task in os.listdir(f"/proc/{pid}/task"):
            children = Path(f"/proc/{pid}/task/{task}/children").read_text()
            total += sum(_taken(int(child)) for child in children.split())
    return total


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", action="store_true")
    parser.add_argument("--only", choices=["pages", "extract", "convert"])
    parser.add_argument("pages", type=int, nargs="+")
    args = parser.parse_args()
    extract = "extract --format json --words"
    convert = "convert --to pdf,json,txt"
    print(f"| pages | PDF, MB | pages() | {extract} | {convert} |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        runs = {
            "pages": (_PAGES, ()),
            "extract": (_CLI, extract.split()),
            "convert": (_CLI, [*convert.split(), "-o", f"{folder}/out"]),
        }
        for pages in args.pages:
            if args.scans:
                first, *rest = scans(pages)
                first.save(path, save_all=True, append_images=rest, resolution=200, quality=60)
            else:
                path.write_bytes(long_pdf(pages))
            cells = [f"{pages}", f"{path.stat().st_size / 1e6:.1f}"]
            for name, (code, arguments) in runs.items():
                if args.only in (None, name):
                    memory, seconds = measure(code, *arguments, str(path))
                    cells.append(f"{memory:.0f} MB, {seconds:.0f} s")
                else:
                    cells.append("")
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()

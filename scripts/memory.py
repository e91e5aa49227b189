"""Memory and time of long PDFs: `python scripts/memory.py [--scans N] PAGES…` prints a table.

Makes a PDF of so many pages: born digital, every fifth a scan with an OCR layer and, with --scans,
that many scans without one, which Tesseract reads. `extract` keeps text and words of all pages,
`pages()` one page at a time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from pdfs import BODY, Sheet, make_pdf  # noqa: E402

_LINES = 40
_EXTRACT = "import sys; from vnadmin.cli.main import main; sys.exit(main(sys.argv[1:]))"
_PAGES = "import sys, vnadmin; [page.citations for page in vnadmin.pages(sys.argv[1])]"


def long_pdf(pages: int, scans: int) -> bytes:
    """A PDF of `pages` pages of some 500 words each."""
    sheets = []
    for number in range(pages):
        lines = [f"{number + 1}.{n} {BODY[n % len(BODY)]}" for n in range(_LINES)]
        picture = lines if number % 5 == 4 or number < scans else ()
        sheets.append(Sheet(() if number < scans else lines, drawn=picture, hidden=bool(picture)))
    return make_pdf(sheets)


def measure(code: str, *arguments: str) -> tuple[float, float]:
    """Return seconds and the peak of the largest process, in MB."""
    started = time.monotonic()
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(arguments)}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=0)
    parser.add_argument("pages", type=int, nargs="+")
    args = parser.parse_args()
    print("| pages | PDF, MB | extract: MB | s | pages(): MB | s |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        for pages in args.pages:
            path.write_bytes(long_pdf(pages, args.scans))
            size = path.stat().st_size / 1e6
            command = ["extract", "--format", "json", "--words", str(path)]
            whole, seconds = measure(_EXTRACT, *command)[::-1]
            paged, time_paged = measure(_PAGES, str(path))[::-1]
            print(
                f"| {pages} | {size:.1f} | {whole:.0f} | {seconds:.0f} "
                f"| {paged:.0f} | {time_paged:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

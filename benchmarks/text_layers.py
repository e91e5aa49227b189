"""How often the verdict on a PDF page's text layer is right: `python benchmarks/text_layers.py`.

Makes a PDF of each page of docs/examples (7), on whose pages, in random order, the text stands in
the eleven ways of `KINDS`: 77 pages. Layers over scans are Tesseract's own, good (`vie`) or garbled
(`eng`). Prints a row for each way: what should be done and what `vnadmin.pages` did.
"""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

import vnadmin
from vnadmin.document import Document
from vnadmin.evaluate.made import encoded

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from pdfs import Sheet, make_pdf  # noqa: E402

DPI = 200
LINES = 40  # that a sheet has room for
USED, DECODED, READ, RESTORED = "used", "decoded", "picture read", "restored"


class Example:
    """A page of an example: its picture, its text and what `eng` makes of it."""

    def __init__(self, picture: Image.Image, text: str, garbled: str) -> None:
        self.picture = picture
        self.lines = text.split("\n")[:LINES]
        self.garbled = garbled.split("\n")[:LINES]

    def text(self, font: str = "Times", encoding: str = "") -> bytes:
        """The page as born digital, set in a font of that name and encoding."""
        if not encoding:
            return make_pdf([Sheet(self.lines, font=font)])
        lines = [encoded(line, encoding).decode("latin-1") for line in self.lines]
        return make_pdf([Sheet(lines, font=font, encoding="latin-1")])

    def ocr(self, language: str) -> bytes:
        """The page as a scan with Tesseract's layer."""
        buffer = io.BytesIO()
        self.picture.save(buffer, "PNG", dpi=(DPI, DPI))
        command = ["tesseract", "-", "-", "-l", language, "pdf"]
        env = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        return subprocess.run(
            command, input=buffer.getvalue(), stdout=subprocess.PIPE, check=True, env=env
        ).stdout

    def scan(self) -> bytes:
        """The page as a scan without a layer."""
        buffer = io.BytesIO()
        self.picture.save(buffer, "PDF", resolution=DPI)
        return buffer.getvalue()

    def stamped(self) -> bytes:
        """The page as a scan that a signature's few words are laid over."""
        words = ["Ký bởi: Ủy ban nhân dân tỉnh", "Thời gian ký: 12/3/2024 10:15:30"]
        with (
            pikepdf.open(io.BytesIO(self.scan())) as pdf,
            pikepdf.open(io.BytesIO(make_pdf([Sheet(words)]))) as over,
        ):
            pdf.pages[0].add_overlay(over.pages[0])
            buffer = io.BytesIO()
            pdf.save(buffer)
        return buffer.getvalue()


KINDS: dict[str, tuple[Callable[[Example], bytes], str]] = {
    "born digital": (Example.text, USED),
    "Unicode under a legacy font's name": (lambda page: page.text(".VnTime"), USED),
    "scan, layer by `vie`": (lambda page: page.ocr("vie"), USED),
    "TCVN3 in .VnTime": (lambda page: page.text(".VnTime", "tcvn3"), DECODED),
    "VNI in VNI-Times": (lambda page: page.text("VNI-Times", "vni"), DECODED),
    "TCVN3, font named F1": (lambda page: page.text("F1", "tcvn3"), DECODED),
    "VNI, font named F1": (lambda page: page.text("F1", "vni"), DECODED),
    "scan, layer by `eng`": (lambda page: page.ocr("eng"), READ),
    "scan without a layer": (Example.scan, READ),
    "scan, a signature's words over it": (Example.stamped, READ),
    "garbled, nothing else": (lambda page: make_pdf([Sheet(page.garbled)]), RESTORED),
}


def examples() -> list[Example]:
    """The pages of the examples that are scans."""
    found = []
    for folder in sorted((ROOT / "docs" / "examples").glob("*/")):
        texts = (folder / "truth.txt").read_text("utf-8").rstrip("\f\n").split("\f")
        garbled = (folder / "eng.txt").read_text("utf-8").rstrip("\f\n").split("\f")
        scan = folder / "scan.pdf"
        if scan.exists():
            with pdfium.PdfDocument(scan) as pdf:
                pictures = [page.render(scale=DPI / 72).to_pil().convert("L") for page in pdf]
        else:
            pictures = [Image.open(folder / "scan-1.png").convert("L")]
        found += map(Example, pictures, texts, garbled)
    return found


def done(page: Document) -> str:
    """What was done with a page."""
    said = " ".join(page.warnings)
    if "restored" in said:
        return RESTORED
    if "decoded from" in said:
        return DECODED
    return READ if page.pages[0].reading == "ocr" else USED


def main() -> None:
    """Print the table."""
    chance = random.Random(5)
    results: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number, example in enumerate(examples()):
            order = chance.sample(sorted(KINDS), len(KINDS))
            path = Path(folder) / f"{number}.pdf"
            with pikepdf.new() as pdf:
                for kind in order:
                    with pikepdf.open(io.BytesIO(KINDS[kind][0](example))) as single:
                        pdf.pages.extend(single.pages)
                pdf.save(path)
            for kind, page in zip(order, vnadmin.pages(path), strict=True):
                results[kind, done(page)] += 1
    print("| the page | should be | right | otherwise |\n|---|---|---|---|")
    right = 0
    for kind, (_, wanted) in KINDS.items():
        others = {did: n for (k, did), n in results.items() if k == kind and did != wanted}
        right += results[kind, wanted]
        count = results[kind, wanted] + sum(others.values())
        rest = ", ".join(f"{n} {did}" for did, n in others.items())
        print(f"| {kind} | {wanted} | {results[kind, wanted]} of {count} | {rest} |")
    print(f"\n{right} of {results.total()} right")


if __name__ == "__main__":
    main()

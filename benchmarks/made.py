"""An archive made from the examples by a seed: all documents differ, some are faulty.

python benchmarks/made.py FOLDER [--documents N] [--scans N] [--faulty N] [--seed N]
"""

from __future__ import annotations

import argparse
import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw, ImageFont

EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
FONTS = Path("/usr/share/fonts/truetype")
FACES = ("croscore/Tinos-Regular.ttf", "liberation2/LiberationSerif-Regular.ttf")
PER_FOLDER = 500
BAND = 330
"""Pixels of a page's height in a small scan: some five lines at 300 dpi."""


def make_archive(folder: Path, documents: int, *, scans: int, faulty: int, seed: int) -> set[str]:
    """Write so many documents, of which some are small scans and some faulty.

    Returns the names of the faulty ones, below `folder`.
    """
    draw = random.Random(seed)
    kinds = ["faulty"] * faulty + ["scan"] * scans + ["text"] * (documents - faulty - scans)
    draw.shuffle(kinds)
    texts = [path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*/*.txt"))]
    page = Image.open(EXAMPLES / "official-letter" / "scan-1.png").convert("L")
    font = _font()
    bad: set[str] = set()
    for number, kind in enumerate(kinds):
        place = folder / f"hộp {number // PER_FOLDER:03}"
        place.mkdir(parents=True, exist_ok=True)
        if kind == "text":
            (place / f"{number:06}.txt").write_text(_text(texts, number, draw), "utf-8")
        elif kind == "scan":
            _scan(page, font, number, draw).save(place / f"{number:06}.png", dpi=(300, 300))
        else:
            write = FAULTS[number % len(FAULTS)]
            bad.add(str(write(place / f"{number:06}", number, draw).relative_to(folder)))
    return bad


def _text(texts: list[str], number: int, draw: random.Random) -> str:
    """Some lines of an example, its figures others, under a number of its own."""
    lines = [line for line in draw.choice(texts).replace("\f", "\n").split("\n") if line.strip()]
    start = draw.randrange(max(1, len(lines) - 6))
    text = "\n".join(lines[start : start + draw.randint(3, 6)])
    text = re.sub(r"[0-9]", lambda _: str(draw.randrange(10)), text)
    return f"Số: {number}/QĐ-UBND\n{text}\n"


def _scan(
    page: Image.Image, font: ImageFont.FreeTypeFont, number: int, draw: random.Random
) -> Image.Image:
    """A band of an example's page with a number of its own above it."""
    top = draw.randrange(700, page.height - 1200)
    band = Image.new("L", (page.width, BAND + 120), 255)
    band.paste(page.crop((0, top, page.width, top + BAND)), (0, 120))
    ImageDraw.Draw(band).text((400, 40), f"Số: {number}/QĐ-UBND", fill=0, font=font)
    return band.point(lambda grey: 255 * (grey > 150)).convert("1")


def _font() -> ImageFont.FreeTypeFont:
    for face in FACES:
        if (FONTS / face).exists():
            return ImageFont.truetype(str(FONTS / face), 54)
    raise SystemExit("neither Tinos nor Liberation Serif found; install fonts-croscore")


def _bytes(ending: str, make: Callable[[int, random.Random], bytes]) -> _Write:
    def write(path: Path, number: int, draw: random.Random) -> Path:
        path = path.with_name(path.name + ending)
        path.write_bytes(make(number, draw))
        return path

    return write


def _link(path: Path, number: int, draw: random.Random) -> Path:
    path = path.with_name(path.name + ".png")
    path.symlink_to(path.name if number % 2 else "nowhere")
    return path


def _noise(number: int, draw: random.Random) -> bytes:
    return number.to_bytes(4, "big") + draw.randbytes(300)


def _png(size: tuple[int, int], number: int) -> bytes:
    stream = io.BytesIO()
    image = Image.new("L", size, 255)
    image.putpixel((0, 0), number % 256)
    image.save(stream, "PNG", dpi=(number, number))
    return stream.getvalue()


def _pdf(number: int, **options: object) -> bytes:
    stream = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.docinfo["/Title"] = str(number)
    pdf.save(stream, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def _zip(number: int, draw: random.Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("word/document.xml", str(number))
    return stream.getvalue()


_HOCR = '<html><body><div class="ocr_page" title="bbox 0 0 800 600"><span class="ocr_line" title='
_ENTITY = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "{}">]><alto xmlns="http://www.loc.gov/standards/alto/ns-v4#">&b;</alto>'
_Write = Callable[[Path, int, random.Random], Path]
FAULTS: tuple[_Write, ...] = (
    _bytes(".pdf", lambda n, d: b"%%PDF-1.7\n%d" % n),
    _bytes(".pdf", lambda n, d: b"%PDF-1.4\n" + _noise(n, d)),
    _bytes(".pdf", lambda n, d: _pdf(n, encryption=pikepdf.Encryption(owner="a", user=f"b{n}"))),
    _bytes(".png", lambda n, d: _png((300, 300), n)[:60] + _noise(n, d)),
    _bytes(".png", lambda n, d: _png((1, 1), n)),
    _bytes(".tif", lambda n, d: b"II*\0\x08\0\0\0" + _noise(n, d)),
    _bytes(".jpg", lambda n, d: b"\xff\xd8\xff\xe0" + _noise(n, d)),
    _bytes(".docx", _zip),
    _bytes(".gz", lambda n, d: gzip.compress(_noise(n, d))),
    _bytes(".txt", lambda n, d: b"a\0b\0\0" + _noise(n, d)),
    _bytes(".txt", lambda n, d: b"\xef\xbb\xbf" + b"\xff\xfe\xfd %d" % n),
    _bytes(".hocr", lambda n, d: (_HOCR + str(n)).encode()),
    _bytes(".xml", lambda n, d: _ENTITY.format(n).encode()),
    _bytes(".bmp", lambda n, d: b"BM" + _noise(n, d)),
    _link,
)
"""Ways to be no document."""


def main() -> None:
    """Make one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--scans", type=int, default=100)
    parser.add_argument("--faulty", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    make_archive(args.folder, args.documents, scans=args.scans, faulty=args.faulty, seed=args.seed)


if __name__ == "__main__":
    main()

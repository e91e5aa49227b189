"""Make the scans of the examples and read them with Tesseract.

    python docs/examples/make.py              all examples
    python docs/examples/make.py NAME...      only these

For each directory with a `truth.txt` and a `layout.toml` this writes the scan (`scan-1.png` for
one page, `scan.pdf` for more) and what Tesseract's English and Vietnamese models read on it
(`eng.txt`, `vie.txt`; default page segmentation, pages joined by form feeds).

`layout.toml` says how the lines of `truth.txt` are set. A run is "STYLE N...": the next N lines in
that style. STYLE is a column, then any of `-bold`, `-italic`, `-small`. Columns that stand side by
side (`left` and `right`; `note` and `right`; `one`, `two`, `three`) begin at the same height. In
`body` each N is a paragraph: first line indented, all but the last justified; `-open` and
`-continued` mark a paragraph that runs on over the page. `gap N` is white space in points,
`rule-COLUMN` a short line under that column.

Needs Tesseract with `eng` and `vie`, and Tinos or Liberation Serif (Debian: fonts-croscore,
fonts-liberation2). The same seed gives the same page with the same versions of Pillow and NumPy.
"""

from __future__ import annotations

import math
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytesseract
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = Path(__file__).resolve().parent
FONTS = Path("/usr/share/fonts/truetype")
FAMILIES = ("croscore/Tinos-", "liberation2/LiberationSerif-", "liberation/LiberationSerif-")

PAPER = (595.3, 841.9)  # A4, in points
TOP = 56.7  # margin of 20 mm (Decree 30/2020, Appendix I)
LEFT, RIGHT = 85.0, 552.7  # margins of 30 and 15 mm
INDENT = 28.35  # 10 mm
MILLIMETRE = 72 / 25.4
COLUMNS = {
    "left": (70.0, 270.0),
    "right": (270.0, 560.0),
    "centre": (LEFT, RIGHT),
    "body": (LEFT, RIGHT),
    "note": (LEFT, 300.0),
    "inset": (190.0, RIGHT),
    "one": (65.0, 230.0),
    "two": (230.0, 390.0),
    "three": (390.0, 560.0),
}
BESIDE = {"right": ("left", "note"), "two": ("one",), "three": ("two",)}
FLUSH_LEFT = {"note", "inset"}
INK_LEVEL = 150  # grey level below which a scanned pixel is black


@dataclass(frozen=True, slots=True)
class Layout:
    """How one example is set and scanned; see its `layout.toml` for units."""

    size: float
    leading: float
    dpi: int
    skew: tuple[float, ...]
    blur: float
    specks: int
    seed: int
    pages: tuple[tuple[str, ...], ...]
    seal: tuple[float, float, float] | None = None
    arrival: tuple[float, float, float] | None = None

    @classmethod
    def read(cls, path: Path) -> Layout:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        values["pages"] = tuple(tuple(page["runs"]) for page in values["pages"])
        for key in ("skew", "seal", "arrival"):
            if key in values:
                values[key] = tuple(values[key])
        return cls(**values)


class Sheet:
    """A page being set; takes points, draws pixels."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.scale = layout.dpi / 72
        size = (round(PAPER[0] * self.scale), round(PAPER[1] * self.scale))
        self.image = Image.new("L", size, 255)
        self.draw = ImageDraw.Draw(self.image)

    def font(self, style: str, size: float) -> ImageFont.FreeTypeFont:
        face = "Bold" if "bold" in style else "Italic" if "italic" in style else "Regular"
        for family in FAMILIES:
            path = FONTS / f"{family}{face}.ttf"
            if path.exists():
                return ImageFont.truetype(str(path), round(size * self.scale))
        raise SystemExit("neither Tinos nor Liberation Serif found; install fonts-croscore")

    def words(
        self, x: float, y: float, words: list[str], style: str, size: float, gap: float
    ) -> None:
        """Write `words` from point `x`, baseline `y`, `gap` points apart; "Điều N." is bold."""
        for number, word in enumerate(words):
            article = words[0] == "Điều" and number < 2 and re.fullmatch(r"Điều|\d+\.", word)
            font = self.font("bold" if article else style, size)
            self.draw.text((x * self.scale, y * self.scale), word, fill=0, font=font, anchor="ls")
            x += font.getlength(word) / self.scale + gap

    def line(
        self,
        text: str,
        column: str,
        style: str,
        y: float,
        size: float,
        *,
        indent: float = 0.0,
        justify: bool = False,
    ) -> None:
        """Write one line, its baseline at `y` points."""
        x0, x1 = COLUMNS[column]
        x0 += indent
        font = self.font(style, size)
        words = text.split()
        gap = font.getlength(" ") / self.scale
        width = font.getlength(text) / self.scale
        if column == "body":
            ink = sum(font.getlength(word) for word in words) / self.scale
            spread = (x1 - x0 - ink) / max(1, len(words) - 1)
            gap = spread if justify or spread < gap else gap
        elif column not in FLUSH_LEFT:
            x0 += (x1 - x0 - width) / 2
        self.words(x0, y, words, style, size, gap)

    def rule(self, column: str, y: float) -> None:
        x0, x1 = COLUMNS[column]
        half = {"left": 30.0, "right": 78.0}.get(column, 45.0)
        middle = (x0 + x1) / 2
        box = [(middle - half) * self.scale, y * self.scale, (middle + half) * self.scale]
        self.draw.line([*box, y * self.scale], fill=0, width=max(2, round(0.7 * self.scale)))

    def seal(self, x: float, y: float) -> None:
        """A round seal of 36 mm, its middle at `x`, `y` millimetres; worn, so drawn in dots."""
        middle = (x * MILLIMETRE * self.scale, y * MILLIMETRE * self.scale)
        for radius, step in ((18.0, 0.7), (17.0, 1.1), (11.5, 1.1)):
            for degree in np.arange(0, 360, step):
                self._dot(middle, radius * MILLIMETRE * self.scale, math.radians(degree))
        star = [
            (middle[0] + r * self.scale * math.sin(a), middle[1] - r * self.scale * math.cos(a))
            for k in range(10)
            for r, a in [((15.0, 6.0)[k % 2], math.pi * k / 5)]
        ]
        self.draw.polygon(star, outline=0)

    def _dot(self, middle: tuple[float, float], radius: float, angle: float) -> None:
        x, y = middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle)
        half = 0.3 * self.scale
        self.draw.ellipse([x - half, y - half, x + half, y + half], fill=60)

    def arrival(self, x: float, y: float) -> None:
        """An arrival stamp of 44 x 17 mm, its corner at `x`, `y` millimetres."""
        x, y = x * MILLIMETRE, y * MILLIMETRE
        box = [x * self.scale, y * self.scale, (x + 125) * self.scale, (y + 48) * self.scale]
        self.draw.rectangle(box, outline=0, width=max(2, round(0.9 * self.scale)))
        rows = ("CÔNG VĂN ĐẾN", "Số: ...................", "Ngày: ...../...../.......")
        for row, text in enumerate(rows):
            style = "bold" if row == 0 else ""
            self.words(x + 8, y + 14 + 14 * row, text.split(), style, 10.0, 3.0)


def styled(run: str) -> tuple[str, str, list[int]]:
    """Split "left-bold-small 2" into its column, style and counts."""
    name, *counts = run.split()
    column, _, style = name.partition("-")
    return column, style, [int(count) for count in counts]


def sizes(column: str, style: str, layout: Layout) -> tuple[float, float]:
    """Return the size and leading of a run, in points."""
    if column == "note" and not style:
        return 11.0, 13.5
    if column == "note" or "small" in style:
        return 12.0, 15.0
    if column in ("left", "right"):
        return min(layout.size, 13.0), layout.leading
    return layout.size, layout.leading


def next_line(rest: Iterator[str]) -> str:
    for line in rest:
        return line
    raise SystemExit("layout.toml sets more lines than truth.txt has")


def render(lines: list[str], runs: tuple[str, ...], layout: Layout) -> Sheet:
    """Set `lines` as `runs` say."""
    sheet = Sheet(layout)
    rest: Iterator[str] = iter(lines)
    top = bottom = y = TOP
    gap = 0.0
    previous = ""
    for run in runs:
        column, style, counts = styled(run)
        if column == "gap":
            gap += counts[0]
            continue
        if column == "rule":
            sheet.rule(style, y + 1)
            y += 6
            continue
        if column != previous:
            bottom = max(bottom, y)
            if previous in BESIDE.get(column, ()):
                y = top
            else:
                y = top = bottom + gap
                gap = 0.0
            previous = column
        y += gap
        gap = 0.0
        size, leading = sizes(column, style, layout)
        paragraph = column == "body"
        for part, count in enumerate(counts):
            begun = part == 0 and "continued" in style
            open_ended = part == len(counts) - 1 and "open" in style
            for number in range(count):
                sheet.line(
                    next_line(rest),
                    column,
                    style,
                    y + leading * 0.8,
                    size,
                    indent=INDENT if paragraph and number == 0 and not begun else 0.0,
                    justify=paragraph and (number < count - 1 or open_ended),
                )
                y += leading
            if paragraph:
                y += 3
    left_over = list(rest)
    if left_over:
        raise SystemExit(f"layout.toml sets too few lines; first left over: {left_over[0]!r}")
    if max(bottom, y) > PAPER[1] - 42:
        raise SystemExit("the page is too long")
    return sheet


def scanned(image: Image.Image, layout: Layout, page: int) -> Image.Image:
    """Put the clean page through a cheap scanner: skew, blur, grain, specks, black and white."""
    random = np.random.default_rng([layout.seed, page])
    image = image.rotate(layout.skew[page], Image.Resampling.BICUBIC, fillcolor=255)
    image = image.filter(ImageFilter.GaussianBlur(layout.blur))
    grey = np.asarray(image, dtype=np.float64) + random.normal(0.0, 22.0, image.size[::-1])
    for _ in range(layout.specks):
        x, y = int(random.integers(image.size[0] - 4)), int(random.integers(image.size[1] - 4))
        side = int(random.integers(1, 4))
        grey[y : y + side, x : x + side] -= 160
    return Image.fromarray(np.where(grey < INK_LEVEL, 0, 255).astype(np.uint8)).convert("1")


def make(directory: Path) -> None:
    """Write the scan and both readings of the example in `directory`."""
    layout = Layout.read(directory / "layout.toml")
    texts = (directory / "truth.txt").read_text(encoding="utf-8").split("\f")
    if len(texts) != len(layout.pages):
        raise SystemExit(f"{directory.name}: truth.txt and layout.toml differ in pages")
    images = []
    for number, (text, runs) in enumerate(zip(texts, layout.pages, strict=True)):
        sheet = render([line for line in text.split("\n") if line], runs, layout)
        if layout.seal and layout.seal[0] == number + 1:
            sheet.seal(*layout.seal[1:])
        if layout.arrival and layout.arrival[0] == number + 1:
            sheet.arrival(*layout.arrival[1:])
        images.append(scanned(sheet.image, layout, number))
    if len(images) == 1:
        images[0].save(directory / "scan-1.png", optimize=True, dpi=(layout.dpi, layout.dpi))
    else:
        images[0].save(
            directory / "scan.pdf", save_all=True, append_images=images[1:], resolution=layout.dpi,
            title=directory.name, creationDate=None, modDate=None,
        )  # fmt: skip
    for language in ("eng", "vie"):
        config = f"--dpi {layout.dpi}"
        pages = [pytesseract.image_to_string(i, lang=language, config=config) for i in images]
        text = "\f".join(page.rstrip("\f") for page in pages)
        (directory / f"{language}.txt").write_text(text, encoding="utf-8")


def main(names: list[str]) -> None:
    os.environ["OMP_THREAD_LIMIT"] = "1"
    for directory in sorted(path.parent for path in HERE.glob("*/layout.toml")):
        if not names or directory.name in names:
            print(directory.name, file=sys.stderr)
            make(directory)


if __name__ == "__main__":
    main(sys.argv[1:])

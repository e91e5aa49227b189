"""The look of a page: how it is laid out, printed and scanned, drawn at random."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from vnadmin.train.fonts import font_families

_BODY_FAMILIES = ("Tinos", "Liberation Serif", "Times New Roman")
_DPI = (150, 200, 250, 300)
_DPI_WEIGHTS = {"directive": (0, 45, 10, 45), "crisp": (10, 30, 10, 50), "mixed": (16, 40, 12, 32)}
_SIZES_PT = (11.0, 12.0, 13.0, 13.5, 14.0)
_SIZE_WEIGHTS = {
    "directive": (0, 0, 30, 10, 60),
    "crisp": (5, 15, 30, 10, 40),
    "mixed": (6, 16, 30, 8, 40),
}
# Most real scans are of thick, black print: copiers and thresholds fatten it.
_SPREAD = {"thick": (0.1, 0.9), "even": (-0.2, 0.3), "thin": (-0.4, 0.0)}
_THRESHOLD = {"thick": (0.2, 0.36), "even": (0.36, 0.5), "thin": (0.48, 0.56)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one page is laid out, printed and scanned.

    Attributes:
        seed: Seed of everything random on the page itself (grain, specks, which words are bold).
        family: Name of a family of `font_families`.
        size_pt: Size of the body text, in points.
        dpi: Resolution of the scan, in pixels an inch.
        leading: Distance of the baselines, in multiples of `size_pt`.
        paragraph_gap_pt: Extra space before a paragraph, in points.
        indent_pt: Indent of a paragraph's first line, in points.
        margins_pt: Left, top, right and bottom margin, in points.
        justified: Body lines end at the right margin; ragged otherwise.
        bold_labels: "Điều 5.", "1.", "II." before a paragraph are bold.
        italic_basis: "Căn cứ …" paragraphs are italic.
        heading_rule: A short rule is drawn under some headings.
        page_number: Number printed at the top or bottom, none if 0.
        number_at_top: Where the page number stands.
        skew_degrees: Rotation of the paper, counter-clockwise.
        spread: Strokes grow (above 0) or shrink (below 0) by about this many pixels.
        blur_px: Standard deviation of the blur, in pixels.
        uneven_ink: Share of the ink that may be missing in patches, 0 to 1.
        roughness: How ragged the edges of strokes are, as a share of full contrast.
        ink: Grey level of full ink, 0 to 255.
        paper: Grey level of the paper; above 255 the scanner clips it to white.
        lighting: Fall of the light from one corner to another, as a share of `paper`.
        grain: Standard deviation of the sensor's noise, as a share of full contrast.
        specks_per_cm2: Specks of dust on each square centimetre.
        threshold: Ink coverage above which a pixel is black in a bilevel scan; a grey scan if 0.
        jpeg_quality: Quality of the JPEG compression of a grey scan, none if 0.
        margin_line: A copier's line runs down one margin.
        edge_band: A black band lies along one edge of the paper.
        stamp: Part of a round stamp, broken into specks.
    """

    seed: int
    family: str
    size_pt: float = 14.0
    dpi: int = 300
    leading: float = 1.3
    paragraph_gap_pt: float = 6.0
    indent_pt: float = 36.0
    margins_pt: tuple[float, float, float, float] = (85.0, 57.0, 57.0, 57.0)
    justified: bool = True
    bold_labels: bool = False
    italic_basis: bool = False
    heading_rule: bool = False
    page_number: int = 0
    number_at_top: bool = True
    skew_degrees: float = 0.0
    spread: float = 0.0
    blur_px: float = 0.0
    uneven_ink: float = 0.0
    roughness: float = 0.0
    ink: int = 0
    paper: int = 255
    lighting: float = 0.0
    grain: float = 0.0
    specks_per_cm2: float = 0.0
    threshold: float = 0.0
    jpeg_quality: int = 0
    margin_line: bool = False
    edge_band: bool = False
    stamp: bool = False


def sample_style(rng: random.Random, *, kind: str = "mixed") -> Style:
    """Draws the style of a page.

    Args:
        rng: Source of randomness; the same state gives the same style on the same fonts.
        kind: "directive" (body text as in most real scans), "crisp" (hardly degraded) or "mixed"
            (anything).

    Raises:
        ValueError: No usable font is installed.
    """
    families = font_families()
    if kind == "directive":
        families = tuple(f for f in families if f.name in _BODY_FAMILIES) or families
    style = Style(
        seed=rng.getrandbits(32),
        family=rng.choices(families, [f.share for f in families])[0].name,
        size_pt=rng.choices(_SIZES_PT, _SIZE_WEIGHTS[kind])[0],
        dpi=rng.choices(_DPI, _DPI_WEIGHTS[kind])[0],
        leading=round(rng.uniform(1.12, 1.5), 3),
        paragraph_gap_pt=rng.choice((0.0, 3.0, 6.0, 6.0, 9.0)),
        indent_pt=rng.choice((0.0, 28.0, 36.0, 36.0, 43.0)),
        margins_pt=(
            round(rng.uniform(62, 92), 1),
            round(rng.uniform(45, 70), 1),
            round(rng.uniform(40, 62), 1),
            round(rng.uniform(45, 70), 1),
        ),
        justified=rng.random() < (0.9 if kind == "directive" else 0.7),
        bold_labels=rng.random() < 0.5,
        italic_basis=rng.random() < 0.6,
        heading_rule=rng.random() < 0.3,
        page_number=rng.randint(2, 20) if rng.random() < 0.5 else 0,
        number_at_top=rng.random() < 0.8,
    )
    return _crisp(style, rng) if kind == "crisp" else _scanned(style, rng)


def _crisp(style: Style, rng: random.Random) -> Style:
    return replace(
        style,
        skew_degrees=round(rng.uniform(-0.3, 0.3), 3) if rng.random() < 0.5 else 0.0,
        threshold=0.5 if rng.random() < 0.3 else 0.0,
        blur_px=round(rng.uniform(0, 0.4), 3),
    )


def _scanned(style: Style, rng: random.Random) -> Style:
    # Below 200 dpi two levels leave no diacritics at all; nobody keeps such scans.
    bilevel = style.dpi >= 200 and rng.random() < 0.6
    weight = rng.choices(("thick", "even", "thin"), (60, 25, 15))[0]
    faint = not bilevel and rng.random() < 0.15
    scale = style.dpi / 300
    return replace(
        style,
        skew_degrees=round(min(max(rng.gauss(0, 0.5), -1.5), 1.5), 3),
        spread=round(rng.uniform(*_SPREAD[weight]) * scale, 3),
        blur_px=round(rng.uniform(0.8, 1.4 if weight == "thin" else 2.1) * scale, 3),
        uneven_ink=round(rng.uniform(0.3, 0.6) if faint else rng.uniform(0, 0.25), 3),
        roughness=round(rng.uniform(0.05, 0.6), 3),
        ink=rng.randint(70, 130) if faint else rng.randint(0, 60),
        paper=rng.randint(225, 285),
        lighting=round(rng.uniform(0, 0.22), 3) if rng.random() < 0.4 else 0.0,
        grain=round(rng.uniform(0.01, 0.12), 3),
        specks_per_cm2=round(rng.expovariate(1 / 0.25), 3) if rng.random() < 0.6 else 0.0,
        threshold=round(rng.uniform(*_THRESHOLD[weight]), 3) if bilevel else 0.0,
        jpeg_quality=rng.randint(10, 80) if not bilevel and rng.random() < 0.6 else 0,
        margin_line=rng.random() < 0.06,
        edge_band=rng.random() < 0.06,
        stamp=rng.random() < 0.06,
    )

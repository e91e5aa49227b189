"""A cleanly printed page becomes a scan: what printer, paper and scanner do to it."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from vnadmin.train.style import Style

_Field = NDArray[np.float32]
_INK_NEARBY = 0.02


def scan(image: Image.Image, style: Style) -> Image.Image:
    """Damages a printed page as printer, paper and scanner do, in that order.

    Args:
        image: Black print on white, mode "L".
        style: What to do, with lengths in pixels; its seed makes the result repeatable.

    Returns:
        A new image of the same size, mode "L".
    """
    rng = np.random.default_rng(style.seed)
    if style.spread:
        rank = ImageFilter.MinFilter(3) if style.spread > 0 else ImageFilter.MaxFilter(3)
        image = Image.blend(image, image.filter(rank), min(abs(style.spread), 1.0))
    if style.stamp:
        _add_stamp(image, style, rng)
    if style.skew_degrees:
        image = image.rotate(style.skew_degrees, Image.Resampling.BICUBIC, fillcolor=255)
    _add_dirt(image, style, rng)
    if style.blur_px:
        image = image.filter(ImageFilter.GaussianBlur(style.blur_px))
    coverage = np.subtract(1, np.asarray(image) / np.float32(255), dtype=np.float32)
    if style.uneven_ink:
        coverage *= 1 - style.uneven_ink * _patches(coverage.shape, style.dpi // 20, rng)
    if style.roughness:
        # Only where there is ink to be ragged; blank paper stays blank.
        ragged = _patches(coverage.shape, max(2, style.dpi // 100), rng) - 0.5
        coverage += style.roughness * ragged * (coverage > _INK_NEARBY)
    if style.grain:
        coverage += style.grain * rng.standard_normal(coverage.shape, np.float32)
    if style.threshold:
        return Image.fromarray(np.where(coverage > style.threshold, 0, 255).astype(np.uint8))
    grey = style.paper - (style.paper - style.ink) * coverage
    if style.lighting:
        grey *= _light(coverage.shape, style.lighting, rng)
    page = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    if style.jpeg_quality:
        buffer = io.BytesIO()
        page.save(buffer, "JPEG", quality=style.jpeg_quality)
        page = Image.open(buffer).convert("L")
    return page


def _add_stamp(image: Image.Image, style: Style, rng: np.random.Generator) -> None:
    """Draws an arc of a stamp's double ring in one of the lower corners, broken into dashes."""
    draw = ImageDraw.Draw(image)
    radius = 0.7 * style.dpi
    x = image.width * (0.12 if rng.random() < 0.5 else 0.9)
    y = image.height * rng.uniform(0.5, 0.95)
    first = rng.uniform(0, 360)
    for ring in (radius, 0.92 * radius):
        for angle in np.arange(first, first + rng.uniform(90, 300), 4):
            if rng.random() < 0.6:
                box = (x - ring, y - ring, x + ring, y + ring)
                draw.arc(box, angle, angle + rng.uniform(1, 4), 40, max(1, style.dpi // 100))


def _add_dirt(image: Image.Image, style: Style, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(image)
    width, height = image.size
    for _ in range(rng.poisson(style.specks_per_cm2 * 21 * 29.7)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        a, b = rng.exponential(0.004 * style.dpi, 2)
        draw.ellipse((x - a, y - b, x + a, y + b), int(rng.integers(0, 120)))
    if style.margin_line:
        x = width * (rng.uniform(0.01, 0.05) if rng.random() < 0.5 else rng.uniform(0.95, 0.99))
        draw.line((x, 0, x + rng.uniform(-9, 9), height), 60, max(1, style.dpi // 130))
    if style.edge_band:
        depth = int(rng.uniform(0.005, 0.03) * height)
        top = rng.random() < 0.5
        draw.rectangle((0, 0, width, depth) if top else (0, 0, depth // 2, height), 0)


def _patches(shape: tuple[int, ...], cell: int, rng: np.random.Generator) -> _Field:
    """Returns smooth noise between 0 and 1 with patches about `cell` pixels wide."""
    height, width = shape
    small = rng.random((height // cell + 2, width // cell + 2), np.float32)
    large = Image.fromarray(small).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(large, np.float32)


def _light(shape: tuple[int, ...], fall: float, rng: np.random.Generator) -> _Field:
    height, width = shape
    direction = rng.uniform(0, 2 * np.pi)
    x = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :] * np.float32(np.cos(direction))
    y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * np.float32(np.sin(direction))
    slope = x + y
    light: _Field = 1 - np.float32(fall) * (slope - slope.min()) / (slope.max() - slope.min())
    return light

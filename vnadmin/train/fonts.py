"""Installed fonts that look like those of Vietnamese offices and have all Vietnamese letters."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from vnadmin.vietnamese import LETTERS

_LETTERS = "".join(LETTERS)
_ASCII = "".join(map(chr, range(33, 127)))
REPERTOIRE = frozenset(_LETTERS + _LETTERS.upper() + _ASCII + "“”‘’–—…•°²×")
"""Every character, the space apart, that a page may hold and each font must have."""

_DIRECTORIES = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)

# Name, share of the pages, stem of the files. The state's rule is Times New Roman (Decree 30/2020,
# Appendix I), and most of these are drawn after it; the few others are for notices and forms.
_FAMILIES = (
    ("Tinos", 30, "Tinos-{}.ttf"),
    ("Liberation Serif", 30, "LiberationSerif-{}.ttf"),
    ("FreeSerif", 18, "FreeSerif{}.ttf"),
    ("TeX Gyre Termes", 12, "texgyretermes-{}.otf"),
    ("STIX", 4, "STIX-{}.otf"),
    ("Times New Roman", 20, "times{}.ttf"),
    ("DejaVu Serif", 3, "DejaVuSerif{}.ttf"),
    ("Arimo", 4, "Arimo-{}.ttf"),
    ("Liberation Sans", 4, "LiberationSans-{}.ttf"),
    ("DejaVu Sans", 3, "DejaVuSans{}.ttf"),
)
_FACES = {
    "FreeSerif": ("", "Bold", "Italic", "BoldItalic"),
    "TeX Gyre Termes": ("regular", "bold", "italic", "bolditalic"),
    "Times New Roman": ("", "bd", "i", "bi"),
    "DejaVu Serif": ("", "-Bold", "-Italic", "-BoldItalic"),
    "DejaVu Sans": ("", "-Bold", "-Oblique", "-BoldOblique"),
}
_USUAL_FACES = ("Regular", "Bold", "Italic", "BoldItalic")


@dataclass(frozen=True, slots=True)
class FontFamily:
    """An installed family that has every character of `REPERTOIRE` in all four faces.

    Attributes:
        name: Name of the family.
        share: Weight of the family among the sampled pages.
        faces: Files of the regular, bold, italic and bold italic face.
    """

    name: str
    share: float
    faces: tuple[Path, ...]


@functools.cache
def font_families() -> tuple[FontFamily, ...]:
    """Finds the usable fonts in the system's directories, in a fixed order.

    Returns:
        The known families of which all four faces are installed and complete.

    Raises:
        ValueError: There is none; the message says what to install.
    """
    found = _font_files()
    families = []
    for name, share, stem in _FAMILIES:
        files = [found.get(stem.format(face)) for face in _FACES.get(name, _USUAL_FACES)]
        faces = tuple(file for file in files if file and not missing_characters(file))
        if len(faces) == 4:
            families.append(FontFamily(name, share, faces))
    if not families:
        raise ValueError(
            "no font with all Vietnamese letters found; install some, for example with "
            "apt-get install fonts-croscore fonts-liberation2 fonts-freefont-ttf"
        )
    return tuple(families)


def _font_files() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for directory in _DIRECTORIES:
        for folder, _, files in os.walk(Path(directory).expanduser()):
            for file in files:
                found.setdefault(file, Path(folder, file))
    return found


def missing_characters(font_file: Path, characters: Iterable[str] = REPERTOIRE) -> str:
    """Returns those of the characters that a font draws as nothing or as its empty box."""
    font = ImageFont.truetype(font_file, 24, layout_engine=ImageFont.Layout.BASIC)

    def drawn(character: str) -> bytes:
        image = Image.new("L", (48, 48))
        ImageDraw.Draw(image).text((8, 34), character, fill=255, font=font, anchor="ls")
        return image.tobytes()

    empty = {bytes(48 * 48), drawn("\uffff")}
    return "".join(sorted(c for c in characters if drawn(c) in empty))

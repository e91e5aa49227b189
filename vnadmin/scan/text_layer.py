"""What a PDF page's text layer is worth: used as it is, decoded, or the picture read instead.

A layer may be the document itself (born digital), an engine's reading of a scan, good or garbled,
letters of a legacy font, or a few words stamped on a scan (a signature, a number). The language
model tells good from garbled, the ink on the page how much of it the layer holds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import regex

from vnadmin.document import Edit, OffsetMap, apply_edits
from vnadmin.formats.legacy import READINGS
from vnadmin.formats.legacy_words import Scores, legacy_words
from vnadmin.formats.raw import RawPage
from vnadmin.grammar.tables import data_directory
from vnadmin.language import words as lm_words
from vnadmin.language.model import LanguageModel
from vnadmin.scan.pdf_process import Layer
from vnadmin.vietnamese import is_syllable, nfc

Worth = Literal["good", "garbled", "partial", "none"]
"""`partial`: most of what is printed isn't in the layer. `none`: there is next to no text."""

_FEWEST_LETTERS = 20
_REAL = 0.95  # of the visible characters: neither unassigned nor private nor U+FFFD
# Words of the model among a page's words: 112 born-digital pages have 0.917 and more, 400 rendered
# pages read by Tesseract's `vie` 0.924 and more; scanners' own layers (44 pages) up to 0.815, `eng`
# (400) up to 0.778, text without accents (400) up to 0.853.
GOOD = 0.88
# Words with more than ASCII, on a scan: born-digital pages have 54 % and more, `vie` 82 %, `eng` up
# to 30 %.
_MARKED = 0.4
_SCAN = 0.5  # of the page is covered by pictures
# Of the ink is in the layer's words where the layer is the page's: on a scan; without pictures,
# where the rest may be the rules of a table.
_HELD, _HELD_AMONG_RULES = 0.4, 0.1
_STAMPED = 40  # words: a scan with less in its layer may have them from two signatures' stamps
_DECODED = 0.2  # of the words with more than ASCII are a legacy encoding's where the page is

_WORD = regex.compile(r"[^\s]+")
_FONTS = (
    ("tcvn3", regex.compile(r"\.?Vn[A-Z3]")),  # .VnTime, .VnArialH; ABC
    ("vni", regex.compile(r"VNI[-_ ]")),  # VNI-Times
)
_CAPITALS = regex.compile(r"H(?:[-, ]|$)")  # .VnTimeH, .VnTimeH,Bold


@dataclass(frozen=True, slots=True)
class Judged:
    """A text layer, decoded if it had to be, and what it is worth.

    `encoding` is that which it was decoded from: a name, or "legacy" if only the words told.
    """

    page: RawPage
    worth: Worth
    encoding: str | None
    is_blank: bool
    is_laid_over: bool


@lru_cache(maxsize=1)
def shipped_language_model() -> LanguageModel:
    """Return the language model that comes with vnadmin."""
    return LanguageModel.load(data_directory() / "model" / "language")


def judge(layer: Layer, model: LanguageModel) -> Judged:
    """Tell what the text layer of a page is worth."""
    page, encoding = _decoded(layer, model)
    is_blank = layer.ink == 0 and layer.pictures == 0 and not page.text.strip()
    return Judged(page, _worth(page, layer, model), encoding, is_blank, layer.is_laid_over)


def known_share(text: str, model: LanguageModel) -> float:
    """The share of the words of `text` that the language model knows; 0 where it has none."""
    words = [word for word in lm_words.words(nfc(text)) if word not in lm_words.CLASSES]
    return sum(word in model.index for word in words) / len(words) if words else 0.0


def _marked_share(text: str) -> float:
    words = [word for word in text.split() if any(map(str.isalpha, word))]
    return sum(not word.isascii() for word in words) / len(words) if words else 0.0


def _worth(page: RawPage, layer: Layer, model: LanguageModel) -> Worth:
    is_scan = layer.pictures >= _SCAN
    letters = sum(map(str.isalpha, page.text))
    held = layer.held >= (_HELD if is_scan else _HELD_AMONG_RULES)
    if letters < _FEWEST_LETTERS:
        return "good" if page.text.strip() and held and not is_scan else "none"
    if not held or (is_scan and len(page.words) < _STAMPED):
        return "partial"
    visible = [c for c in page.text if not c.isspace()]
    real = sum(c != "\ufffd" and unicodedata.category(c) not in ("Co", "Cn") for c in visible)
    if real < _REAL * len(visible) or known_share(page.text, model) < GOOD:
        return "garbled"
    return "garbled" if is_scan and _marked_share(page.text) < _MARKED else "good"


def _decoded(layer: Layer, model: LanguageModel) -> tuple[RawPage, str | None]:
    """The page with the letters of legacy fonts read, and their encoding."""
    page = layer.page
    found = list(_by_font(layer))
    before = " ".join(page.text[start:end] for start, end, *_ in found)
    after = " ".join(text for _, _, text, _ in found)
    # A font of that name may well be mapped to Unicode already.
    if known_share(after, model) > known_share(before, model):
        names = sorted({name for *_, name in found})
        return _replaced(page, [word[:3] for word in found]), "+".join(names)
    words = list(legacy_words(page.text, Scores(model)))
    marked = sum(not word.isascii() for word in page.text.split())
    if len(words) < max(_DECODED * marked, 1):
        return page, None
    return _replaced(page, words), "legacy"


def _by_font(layer: Layer) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, true text and encoding of the words set in a legacy font."""
    fonts = [*layer.fonts, (len(layer.page.text) + 1, "")]
    if not any(pattern.match(font) for _, font in fonts for _, pattern in _FONTS):
        return
    at = 0
    for match in _WORD.finditer(layer.page.text):
        while fonts[at + 1][0] <= match.start() and at + 2 < len(fonts):
            at += 1
        start, font = fonts[at]
        name = next((name for name, pattern in _FONTS if pattern.match(font)), None)
        if name is None or start > match.start():
            continue
        text = READINGS[name].read(match.group())
        if name == "tcvn3":
            text = _with_horns(text)
            if _CAPITALS.search(font):
                text = text.upper()
        yield match.start(), match.end(), text, name


def _with_horns(text: str) -> str:
    """Read ư where PDFium gives a hyphen: WinAnsiEncoding has one at the byte of TCVN3's ư."""
    if "-" not in text or len(text) == 1:
        return text
    core = text.strip(".,;:!?()[]\"'“”/")
    whole = core.replace("-", "ư")
    return text.replace(core, whole) if is_syllable(whole.lower()) else text


def _replaced(page: RawPage, words: list[tuple[int, int, str]]) -> RawPage:
    """The page with stretches of its text replaced; its words keep their boxes."""
    edits: list[Edit] = []
    shift = 0
    for start, end, text in words:
        old = page.text[start:end]
        at = start + shift
        edits.append(Edit(at, at + len(text), start, end, old, text, "encoding", 1.0))
        shift += len(text) - len(old)
    moved = OffsetMap.to_restored(edits)
    placed = (replace(w, start=moved.start(w.start), end=moved.end(w.end)) for w in page.words)
    return replace(
        page,
        text=apply_edits(page.text, edits),
        words=tuple(word for word in placed if word.start < word.end),
        reading="decoded",
    )

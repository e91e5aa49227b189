"""Pairs of what a page says and what Tesseract reads on it, from pages rendered at random."""

from __future__ import annotations

import json
import os
import random
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytesseract
from PIL import Image

from vnadmin.train.corpus import documents, is_held_back
from vnadmin.train.fonts import REPERTOIRE
from vnadmin.train.genre import DEFAULT_SYMBOLS, Genre
from vnadmin.train.render import render_page
from vnadmin.train.style import Style, sample_style

_SYLLABLES = range(5, 201)
_FULL_PAGE_SYLLABLES = 700
_KINDS = {"directive": 30, "crisp": 12, "mixed": 58}


@dataclass(frozen=True, slots=True)
class Pool:
    """Paragraphs sampled from one corpus.

    Attributes:
        share: Share of the syllables of the pages that should come from it.
        paragraphs: The sample, in the order it was drawn.
    """

    share: float
    paragraphs: Sequence[str]

    def pick_weight(self) -> float:
        """Returns how often to pick a paragraph, so that the share of syllables comes out."""
        return self.share * len(self.paragraphs) / sum(len(p.split()) for p in self.paragraphs)


def make_pairs(
    corpora: Mapping[Path, float],
    pages: int,
    languages: Sequence[str],
    seed: int,
    out_path: Path,
    *,
    symbols_path: Path | None = None,
    pool_size: int = 20_000,
    timeout_seconds: float = 60.0,
) -> int:
    """Renders pages, has Tesseract read them, and appends one JSON line a page to a file.

    A line holds "page", "seed", "truth", "ocr" (language to reading), "psm" (Tesseract's page
    segmentation mode) and "style". Page i depends only on the corpora, the symbols, `seed`,
    `pool_size` and the installed fonts and Tesseract, so a run that was stopped continues where it
    left off, and a longer run only adds pages. Held-back documents are never used, nor is a
    paragraph that also stands in one.

    Args:
        corpora: Corpus files and the share of the syllables to take from each, in any unit.
        pages: Number of pages the file shall cover in the end.
        languages: Names of Tesseract languages.
        seed: Seed of everything random.
        out_path: The JSON Lines file; it is created, or continued if it exists.
        symbols_path: Tab-separated symbols of document numbers and counts, to draw from besides
            the built-in ones.
        pool_size: Paragraphs kept in memory for each corpus.
        timeout_seconds: Time for each reading; a page that takes longer is left out.

    Returns:
        The number of pages added.

    Raises:
        ValueError: No usable font is installed, a corpus holds no usable paragraph, or the file
            holds pages of another seed.
        pytesseract.TesseractError: Tesseract failed, for example for want of a language.
        pytesseract.TesseractNotFoundError: Tesseract isn't installed.
    """
    # Tesseract's own threads cost more than they save on a page.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    first = _next_page(out_path, seed)
    if first >= pages:
        return 0
    pools = sample_pools(corpora, pool_size, seed)
    genre = load_genre(symbols_path) if symbols_path else Genre()
    added = 0
    with out_path.open("a", encoding="utf-8") as out:
        for page in range(first, pages):
            record = _read_page(page, seed, pools, genre, languages, timeout_seconds)
            if record is not None:
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
                out.flush()
                added += 1
    return added


def sample_pools(corpora: Mapping[Path, float], size: int, seed: int) -> list[Pool]:
    """Samples paragraphs from each corpus, each equally likely, in one pass.

    Args:
        corpora: Corpus files and their shares.
        size: Number of paragraphs to keep of each corpus.
        seed: Seed of the sample.

    Raises:
        ValueError: A corpus holds no usable paragraph.
    """
    held_back: set[str] = set()
    samples = [
        _reservoir(_usable(path, held_back), size, random.Random(f"{seed} {number}"))
        for number, path in enumerate(corpora)
    ]
    pools = []
    for (path, share), sample in zip(corpora.items(), samples, strict=True):
        # One corpus may repeat paragraphs of a document that is held back in another.
        paragraphs = [p for p in sample if p not in held_back]
        if not paragraphs:
            raise ValueError(f"no usable paragraph in corpus {path}")
        pools.append(Pool(share, paragraphs))
    return pools


def load_genre(symbols_path: Path) -> Genre:
    """Reads symbols of document numbers, one a line with its count, tab-separated.

    The file's symbols share the draws evenly with the built-in ones; rare symbols are drawn more
    often than they occur, as the square root of their count.
    """
    counts: dict[str, float] = {}
    for line in symbols_path.read_text(encoding="utf-8").splitlines():
        symbol, _, count = line.partition("\t")
        if symbol and set(symbol) <= REPERTOIRE and count.isdigit():
            counts[symbol] = float(count) ** 0.5
    scale = sum(DEFAULT_SYMBOLS.values()) / max(sum(counts.values()), 1.0)
    return Genre(
        (*DEFAULT_SYMBOLS, *counts),
        (*DEFAULT_SYMBOLS.values(), *(scale * weight for weight in counts.values())),
    )


def compose_page(rng: random.Random, pools: Sequence[Pool], genre: Genre, kind: str) -> list[str]:
    """Returns at least a page of paragraphs.

    Args:
        rng: Source of randomness.
        pools: Paragraphs of the corpora.
        genre: Source of made-up lines.
        kind: "directive" for a page of body text; otherwise headings, names and lists occur too.
    """
    weights = [pool.pick_weight() for pool in pools]
    paragraphs = genre.letterhead(rng) if rng.random() < 0.15 else []
    length = 0
    while length < _FULL_PAGE_SYLLABLES:
        paragraph = rng.choice(rng.choices(pools, weights)[0].paragraphs)
        if kind == "directive":
            paragraph = _directive_paragraph(rng, genre, paragraph)
        else:
            paragraph = _any_paragraph(rng, genre, paragraph)
        paragraphs.append(paragraph)
        length += len(paragraph.split())
    return paragraphs


def _directive_paragraph(rng: random.Random, genre: Genre, paragraph: str) -> str:
    form = rng.random()
    if form < 0.12:
        return genre.citations(rng)
    if form < 0.22:
        return genre.bullet(rng, paragraph)
    return paragraph


def _any_paragraph(rng: random.Random, genre: Genre, paragraph: str) -> str:
    form = rng.random()
    if form < 0.08:
        return genre.heading(rng)
    if form < 0.18:
        return genre.citations(rng)
    if form < 0.22:
        return genre.name(rng)
    if form < 0.30:
        return genre.bullet(rng, paragraph)
    if form < 0.42:
        return " ".join(paragraph.split()[: rng.randint(6, 40)]).upper()
    return paragraph


def _read_page(
    page: int,
    seed: int,
    pools: Sequence[Pool],
    genre: Genre,
    languages: Sequence[str],
    timeout_seconds: float,
) -> dict[str, object] | None:
    rng = random.Random(f"{seed}:{page}")
    kind = rng.choices(tuple(_KINDS), tuple(_KINDS.values()))[0]
    style = sample_style(rng, kind=kind)
    psm = 3 if rng.random() < 0.25 else 6
    image, truth = render_page(compose_page(rng, pools, genre, kind), style)
    try:
        ocr = {name: _recognise(image, name, psm, style, timeout_seconds) for name in languages}
    except RuntimeError as error:
        if isinstance(error, pytesseract.TesseractError):
            raise
        return None
    return {
        "page": page,
        "seed": seed,
        "truth": truth,
        "ocr": ocr,
        "psm": psm,
        "kind": kind,
        "style": asdict(style),
    }


def _recognise(image: Image.Image, name: str, psm: int, style: Style, timeout: float) -> str:
    config = f"--psm {psm} --dpi {style.dpi}"
    text = pytesseract.image_to_string(image, lang=name, config=config, timeout=timeout)
    return unicodedata.normalize("NFC", str(text))


def _next_page(out_path: Path, seed: int) -> int:
    """Returns the page to continue with, after cutting off a last line a stopped run left."""
    if not out_path.exists():
        return 0
    last, end = b"", 0
    with out_path.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                last, end = line, end + len(line)
    os.truncate(out_path, end)
    if not last:
        return 0
    record = json.loads(last)
    if record["seed"] != seed:
        raise ValueError(f"{out_path} holds pages of seed {record['seed']}, not {seed}")
    return int(record["page"]) + 1


def _usable(path: Path, held_back: set[str]) -> Iterator[str]:
    """Yields a corpus's paragraphs fit for a page; notes those of held-back documents."""
    allowed = REPERTOIRE | {" "}
    for document in documents(path):
        if is_held_back(document):
            held_back.update(document)
            continue
        for paragraph in document:
            if allowed.issuperset(paragraph) and len(paragraph.split()) in _SYLLABLES:
                yield paragraph


def _reservoir(items: Iterator[str], size: int, rng: random.Random) -> list[str]:
    kept: list[str] = []
    for number, item in enumerate(items):
        if number < size:
            kept.append(item)
        elif (place := int(rng.random() * (number + 1))) < size:
            kept[place] = item
    return kept

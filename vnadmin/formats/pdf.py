"""Searchable PDF: the pages as they are, and under them the restored text, unseen."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
from PIL import Image, ImageSequence, UnidentifiedImageError

from vnadmin.document import Document, Page
from vnadmin.errors import InputError, UsageError
from vnadmin.formats.glyphless import add_font
from vnadmin.formats.hidden_text import FONT, layer, view_of
from vnadmin.formats.layout import PlacedPage, placed_pages
from vnadmin.formats.old_text import OldText, Spaces, add_to_page
from vnadmin.formats.page_image import embedded, size_in_points, upright

# Text that one sees is replaced only if more of its characters were wrong than this: a legacy
# encoding or a font without a map spoils nearly every word, and a misprint is no reason to.
_SPOILT = 0.1
_IN_MEMORY = 64_000_000  # bytes of pictures that wait for a file to be written


def write_pdf(document: Document, source: Path, stream: BinaryIO) -> list[str]:
    """Write the file a document was made from as a searchable PDF.

    A PDF's pages keep their content, pictures, annotations and bookmarks; an invisible text layer
    that they had is replaced. A page whose own text was right stays as it is, and so does one that
    isn't among `document.pages`. An image's pages become pages of a PDF, without loss. A page that
    lies on its side or stands on its head is shown upright: viewers read turned lines in disorder.

    Args:
        document: what was made of the file, with its pages' words.
        source: the file: PDF or image.
        stream: where the PDF goes.

    Returns:
        Notes of pages that had to stay as they are.

    Raises:
        UsageError: the document wasn't made from a PDF or an image.
        InputError: the file is damaged.
    """
    if document.source.kind not in ("pdf", "image"):
        raise UsageError(f"{document.source.name}: has no page images to write as PDF")
    placed = {page.number: page for _, page in placed_pages([document], "PDF")}
    try:
        if document.source.kind == "pdf":
            return _from_pdf(document, placed, source, stream)
        _from_image(document.source.name, placed, source, stream)
        return []
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise InputError(f"{document.source.name}: damaged PDF ({error})") from error


def _from_pdf(
    document: Document, placed: dict[int, PlacedPage], source: Path, stream: BinaryIO
) -> list[str]:
    changed = _Changed(document)
    notes: list[str] = []
    with pikepdf.open(source) as pdf:
        font = None
        spaces = Spaces(pdf)
        for page in document.pages:
            if page.reading == "layer" and not changed.share(page):
                continue
            if page.number > len(pdf.pages):
                raise InputError(f"{document.source.name}: page {page.number} is damaged")
            sheet = pdf.pages[page.number - 1]
            try:
                old = OldText(pdf, sheet, spaces)
            except pikepdf.PdfError as error:
                what = f"page {page.number} keeps the text it had"
                notes.append(f"{document.source.name}: {what} ({error})")
                continue
            if page.reading == "layer" and old.seen and changed.share(page) < _SPOILT:
                continue
            old.remove_hidden()
            old.mute()
            font = font or add_font(pdf)
            words = placed[page.number]
            shown = _turned(sheet.obj)
            if words.turned:
                sheet.obj.Rotate = shown = (shown + words.turned) % 360
            view = view_of(_visible_box(sheet), shown)
            add_to_page(pdf, sheet, layer(words, view), FONT, font)
        # Streams that were there stay as they are, to the byte.
        pdf.save(
            stream,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    return notes


class _Changed:
    """How much of a page restoring has changed."""

    def __init__(self, document: Document) -> None:
        self._edits = document.edits

    def share(self, page: Page) -> float:
        """The share of the page's characters that lie in changed words."""
        changed = sum(
            max(edit.end - edit.start, len(edit.source))
            for edit in self._edits
            if page.start <= edit.start and edit.end <= page.end
        )
        return changed / max(page.end - page.start, 1)


def _visible_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """The part of the page that is shown: the crop box, as far as it lies in the media box."""
    media = _corners(page.mediabox)
    crop = _corners(page.cropbox)
    box = (
        max(media[0], crop[0]),
        max(media[1], crop[1]),
        min(media[2], crop[2]),
        min(media[3], crop[3]),
    )
    return box if box[0] < box[2] and box[1] < box[3] else media


def _corners(box: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(side) for side in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _turned(page: Any) -> int:
    """How the page is shown turned: its own or the next higher node's, degrees clockwise."""
    node, steps = page, 0
    while node is not None and steps < 100:
        if pikepdf.Name.Rotate in node:
            return round(float(node[pikepdf.Name.Rotate]) / 90) * 90
        node, steps = node.get(pikepdf.Name.Parent), steps + 1
    return 0


def _from_image(name: str, placed: dict[int, PlacedPage], source: Path, stream: BinaryIO) -> None:
    try:
        with Image.open(source) as image, tempfile.TemporaryDirectory() as folder:
            several = image.format == "TIFF" and getattr(image, "n_frames", 1) > 1
            book = _Book(Path(folder))
            file = None if several else source.read_bytes()
            frames = ImageSequence.Iterator(image) if several else iter([image])
            for number, frame in enumerate(frames, 1):
                frame.load()
                book.add(frame, file, placed.get(number))
            book.save(stream)
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError) as error:
        raise InputError(f"{name}: damaged image ({error})") from error


class _Book:
    """A PDF of pictures; of many, those done wait in files until all is put together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[Path] = []
        self._start()

    def _start(self) -> None:
        self._pdf = pikepdf.new()
        self._font: Any = None
        self._bytes = 0

    def add(self, image: Image.Image, file: bytes | None, words: PlacedPage | None) -> None:
        width, height = size_in_points(image)
        page = self._pdf.add_blank_page(page_size=(width, height))
        picture = embedded(self._pdf, image, file)
        self._bytes += len(picture.read_raw_bytes())
        matrix = (a * (width, height)[i % 2] for i, a in enumerate(upright(image)))
        draw = "q " + " ".join(f"{side:.4f}" for side in matrix) + " cm /Page Do Q"
        page.Contents = self._pdf.make_stream(draw.encode())
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=picture))
        if words is not None:
            self._font = self._font or add_font(self._pdf)
            if words.turned:
                page.Rotate = words.turned
            content = layer(words, view_of((0, 0, width, height), words.turned))
            add_to_page(self._pdf, page, content, FONT, self._font)
        if self._bytes > _IN_MEMORY:
            self._put_aside()

    def _put_aside(self) -> None:
        path = self._folder / f"{len(self._files)}.pdf"
        self._pdf.save(path)
        self._files.append(path)
        self._start()

    def save(self, stream: BinaryIO) -> None:
        if not self._files:
            self._pdf.save(stream)
            return
        self._put_aside()
        whole = pikepdf.new()
        parts = [pikepdf.open(path) for path in self._files]
        for part in parts:
            whole.pages.extend(part.pages)
        whole.save(stream)
        for part in parts:
            part.close()

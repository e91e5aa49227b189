"""Pictures of a document's pages, small enough to send and large enough to read."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from PIL import Image

from vnadmin.document import Document, Page
from vnadmin.errors import InputError
from vnadmin.scan.image import page_image
from vnadmin.scan.pdf_process import PdfProcess

_WIDTH = 1240
"""Pixels a page is wide: A4 at 150 dpi, at which accents are still told apart."""
_QUALITY = 45
_COLOURED = 40
"""A page is coloured where this much of a channel's difference (of 255) is seen somewhere."""


class PagePictures(Mapping[int, bytes]):
    """The pictures of a document's pages, upright, as WebP: page number → file.

    Each is made when it is asked for; one that can't be made isn't there. Close it, or use it in a
    `with` statement.
    """

    def __init__(self, document: Document, source: Path) -> None:
        """Take a document and the file it was made from: a PDF or an image, else nothing is there.

        The file is believed to be the one the document was made from: compare its SHA-256 where
        it may have changed.
        """
        self._pages = {page.number: page for page in document.pages}
        self._source = source
        self._name = document.source.name
        is_pdf = document.source.kind == "pdf"
        self._pdf = PdfProcess(source, self._name) if is_pdf else None
        if document.source.kind not in ("pdf", "image"):
            self._pages = {}

    def __enter__(self) -> PagePictures:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that draws a PDF."""
        if self._pdf is not None:
            self._pdf.close()

    def __len__(self) -> int:
        return len(self._pages)

    def __iter__(self) -> Iterator[int]:
        return iter(self._pages)

    def __contains__(self, number: object) -> bool:
        return number in self._pages

    def __getitem__(self, number: int) -> bytes:
        """Return the picture of the page `number`, from 1.

        Raises:
            KeyError: the document has no such page, or no pictures.
            InputError: the page can't be drawn any more.
        """
        page = self._pages[number]
        if self._pdf is not None:
            image = self._pdf.image(number)
        else:
            image = page_image(self._source, number, self._name)
        return _encoded(image, page)


class PictureUrls(Mapping[int, str]):
    """URLs of pictures: page number → URL, made when it is asked for."""

    def __init__(self, pictures: Mapping[int, bytes]) -> None:
        """Take page number → WebP file."""
        self._pictures = pictures

    def __len__(self) -> int:
        return len(self._pictures)

    def __iter__(self) -> Iterator[int]:
        return iter(self._pictures)

    def __contains__(self, number: object) -> bool:
        return number in self._pictures


class DataUrls(PictureUrls):
    """Pictures as `data:` URLs."""

    def __getitem__(self, number: int) -> str:
        with suppress(InputError):
            return "data:image/webp;base64," + base64.b64encode(self._pictures[number]).decode()
        return _NOTHING


_NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def _encoded(image: Image.Image, page: Page) -> bytes:
    if page.turned:
        image = image.rotate(-page.turned, expand=True)
    width = min(_WIDTH, image.width)
    image = image.resize(
        (width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS
    )
    if image.mode == "RGB" and not _is_coloured(image):
        image = image.convert("L")
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "WEBP", quality=_QUALITY, method=4)
    return stream.getvalue()


def _is_coloured(image: Image.Image) -> bool:
    small = image.resize((image.width // 4 or 1, image.height // 4 or 1)).convert("YCbCr")
    extremes = (small.getchannel(name).getextrema() for name in ("Cb", "Cr"))
    return any(float(str(high)) - float(str(low)) > _COLOURED for low, high in extremes)

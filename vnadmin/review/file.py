"""The review page as a file, and for large documents the pictures of its pages beside it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote_from_bytes

from vnadmin.document import Document
from vnadmin.errors import InputError, OutputError
from vnadmin.formats.output import write_atomically
from vnadmin.interface import Language
from vnadmin.review.images import DataUrls, PagePictures, PictureUrls
from vnadmin.review.page import review_parts

MOST_INSIDE = 40
"""Pages whose pictures go into the HTML file, some 100 KB each; those of more go beside it."""


def write_review(
    document: Document,
    source: Path,
    pictures: Path,
    stream: BinaryIO,
    *,
    language: Language = "vi",
) -> None:
    """Write the review page of a document.

    Args:
        document: to be shown.
        source: the file it was made of, for the pictures of its pages.
        pictures: the folder for the pictures of a large document, beside the page.
        stream: where the page goes.
        language: of its interface at first.

    Raises:
        OutputError: a picture can't be written.
    """
    with PagePictures(document, source) as made:
        images: Mapping[int, str] = DataUrls(made)
        if len(made) > MOST_INSIDE:
            images = _Beside(made, pictures)
        for part in review_parts(document, images, language=language):
            stream.write(part.encode("utf-8", "replace"))


class _Beside(PictureUrls):
    """Pictures as files, each written when it is asked for; relative URLs."""

    def __init__(self, pictures: Mapping[int, bytes], folder: Path) -> None:
        super().__init__(pictures)
        self._folder = folder
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write {folder}: {error.strerror or error}") from error

    def __getitem__(self, number: int) -> str:
        name = f"{number:04}.webp"
        with suppress(InputError):
            write_atomically(self._folder / name, self._pictures[number])
        folder = quote_from_bytes(self._folder.name.encode(errors="surrogateescape"))
        return f"{folder}/{name}"

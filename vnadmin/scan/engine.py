"""What an OCR engine must do for vnadmin: read a picture. Tesseract does (tesseract.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from PIL import Image

from vnadmin.document import Word

Layout = Literal["page", "block", "sparse"]
"""What is on the picture: a page with whatever layout, lines under each other, lines anywhere."""


class EngineError(Exception):
    """An engine couldn't read a picture; the message goes on behind "page 3 "."""


@dataclass(frozen=True, slots=True)
class ReadText:
    """What an engine read: lines, a blank line between paragraphs; words with their boxes.

    The words are in the order of the text, their offsets into it, boxes in pixels of the picture.
    """

    text: str
    words: tuple[Word, ...]


class Engine(Protocol):
    """Reads pictures of text. One that is safe in threads may be shared between them."""

    def read(
        self, image: Image.Image, *, language: str, layout: Layout, timeout: float
    ) -> ReadText:
        """Read a greyscale picture.

        Args:
            image: of mode "L", dark on light.
            language: as Tesseract calls it: "vie", "eng".
            layout: what is on the picture.
            timeout: seconds it may take.

        Raises:
            EngineError: it took longer, or the engine failed on this picture.
            MissingProgramError: the engine or its data of `language` isn't installed.
        """

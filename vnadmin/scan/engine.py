"""What an OCR engine must do for vnadmin: read a picture. Tesseract does (tesseract.py)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from operator import attrgetter
from typing import Any, Literal, Protocol, cast

from PIL import Image

from vnadmin.document import Word
from vnadmin.errors import UsageError

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


TESSERACT = "tesseract"
_GROUP = "vnadmin.engines"


@lru_cache(maxsize=8)
def engine_named(name: str) -> Engine:
    """Return the engine of a name; one is made a process and name.

    Args:
        name: "tesseract", "module:Class" (it is called without arguments), or the name of an
            entry point of the group `vnadmin.engines` that leads to such a class.

    Raises:
        UsageError: there is none of that name, it can't be made, or it has no `read`.
    """
    try:
        made = _class_of(name)()
    except UsageError:
        raise
    except Exception as error:  # whatever a stranger's module raises
        raise UsageError(f"--engine {name}: can't be loaded: {error!r}") from error
    if not callable(getattr(made, "read", None)):
        raise UsageError(f"--engine {name}: has no method `read`; see docs/scans.md")
    return cast(Engine, made)


def _class_of(name: str) -> Any:
    if name == TESSERACT:
        from vnadmin.scan.tesseract import Tesseract

        return Tesseract
    module, colon, attribute = name.partition(":")
    if colon:
        return attrgetter(attribute)(import_module(module))
    offered = entry_points(group=_GROUP)
    if name not in offered.names:
        known = ", ".join(sorted({TESSERACT, *offered.names}))
        raise UsageError(f"--engine {name}: not installed; there is {known}, or name module:Class")
    return offered[name].load()

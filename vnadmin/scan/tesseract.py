"""Tesseract behind the engine's protocol: one plain call, words with boxes and confidences."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytesseract
from PIL import Image

from vnadmin.document import Word
from vnadmin.errors import MissingProgramError, OutputError
from vnadmin.scan.engine import EngineError, Layout, ReadText

_INSTALL = "on Debian or Ubuntu: sudo apt-get install tesseract-ocr tesseract-ocr-vie"
_WORD = 5  # level of a word's row in Tesseract's TSV
_MODES: dict[Layout, str] = {"page": "--psm 3", "block": "--psm 6", "sparse": "--psm 11"}


class Tesseract:
    """The `tesseract` program, through pytesseract."""

    def read(
        self, image: Image.Image, *, language: str, layout: Layout, timeout: float
    ) -> ReadText:
        """Read a picture (arguments and errors as in `Engine.read`)."""
        # One thread a process: Tesseract's own threads cost more than they bring on a page.
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        # What pytesseract hands over: packing a page as PNG would take a fifth of the reading.
        image = image.copy()
        image.format = "PPM"
        image.info = {}
        _check_room(image.width * image.height)
        try:
            table = pytesseract.image_to_data(
                image,
                lang=language,
                config=_MODES[layout],
                timeout=timeout,
                output_type=pytesseract.Output.DICT,
            )
            return ReadText(*_assemble(table))
        except pytesseract.TesseractNotFoundError as error:
            raise MissingProgramError(f"Tesseract is not installed; {_INSTALL}") from error
        except pytesseract.TesseractError as error:
            message = " ".join(str(error.message).split())
            if "data file" in message or "language" in message.lower():
                raise MissingProgramError(
                    f"Tesseract's data for language '{language}' is not installed; {_INSTALL}"
                ) from error
            raise EngineError(f"made Tesseract fail: {message[:200]}") from error
        except RuntimeError as error:  # pytesseract's time-out
            raise EngineError(f"took Tesseract more than {timeout:.0f} s") from error
        except UnboundLocalError as error:  # what pytesseract raises where it can't begin a file
            raise _unwritable(error.__context__ or error) from error.__context__
        except PermissionError as error:
            raise EngineError("can't be read: Tesseract isn't a program that may be run") from error
        except (OSError, ValueError, KeyError, IndexError) as error:
            if isinstance(error, OSError) and error.errno in _FULL:
                raise _unwritable(error) from error
            raise EngineError("made Tesseract print what isn't its table of words") from error


_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS))
_TABLE = 1 << 16  # bytes that a page's table of words takes


def _check_room(picture: int) -> None:
    """Raise an error if a picture of so many bytes, and what is read on it, can't be written.

    Tesseract doesn't tell why it fails where its table of words doesn't fit.
    """
    with suppress(OSError):
        if shutil.disk_usage(tempfile.gettempdir()).free < picture + _TABLE:
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise _unwritable(full) from full


def _unwritable(error: BaseException) -> OutputError:
    what = getattr(error, "strerror", None) or str(error)
    return OutputError(
        f"cannot write Tesseract's temporary files in {_temporary()}: {what}; "
        "make room there, or name another folder in TMPDIR"
    )


def _temporary() -> str:
    try:
        return tempfile.gettempdir()
    except OSError:
        return "any temporary folder"


def _assemble(table: dict[str, list[Any]]) -> tuple[str, tuple[Word, ...]]:
    """Rebuild the text from Tesseract's TSV: lines, and a blank line between paragraphs."""
    rows = [
        i
        for i, level in enumerate(table["level"])
        if level == _WORD and str(table["text"][i]).strip()
    ]
    places = [(table["block_num"][i], table["par_num"][i], table["line_num"][i]) for i in rows]
    breaks = [""] + [
        " " if before == after else "\n" if before[:2] == after[:2] else "\n\n"
        for before, after in pairwise(places)
    ]
    parts: list[str] = []
    words: list[Word] = []
    position = 0
    for i, gap in zip(rows, breaks, strict=False):
        text = str(table["text"][i]).strip()
        start = position + len(gap)
        position = start + len(text)
        parts += [gap, text]
        left, top = int(table["left"][i]), int(table["top"][i])
        box = (left, top, left + int(table["width"][i]), top + int(table["height"][i]))
        confidence = min(max(float(table["conf"][i]) / 100, 0.0), 1.0)
        words.append(Word(start, position, box, confidence))
    return "".join(parts), tuple(words)

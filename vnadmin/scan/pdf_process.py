"""A PDF, read by PDFium in a process of its own (`scan.pdf_worker`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from PIL import Image

from vnadmin.document import Word
from vnadmin.errors import InputError
from vnadmin.formats.raw import RawPage

MOST_CRASHES = 5
"""Of one file, before the rest of it is given up."""
PAGES = 50
"""After so many PDFium is started anew: it keeps some 3 MB of each page of a scan."""
SECONDS = 60.0
"""One page, or opening the file, may take PDFium; a full A3 page takes one or two."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What a page of a PDF holds as text, and what stands beside it.

    Attributes:
        page: the text layer, its words with boxes at 300 dpi.
        fonts: where in the text a font starts, and its name; in order.
        pictures: share of the page that pictures cover, 0 to 1.
        ink: dark pixels on the page at 60 dpi; `None` for a page of text without pictures.
        held: share of them in the boxes of words, 0 to 1; 1 where there are none.
        is_laid_over: whether annotations are, which `PdfProcess.filled` reads.
    """

    page: RawPage
    fonts: tuple[tuple[int, str], ...]
    pictures: float
    ink: int | None
    held: float
    is_laid_over: bool


class PdfProcess:
    """The pages of one PDF. Close it, or use it in a `with` statement.

    Raises:
        InputError: by its methods: a page, or on entering the whole file, can't be read.
    """

    def __init__(self, source: Path | bytes, name: str) -> None:
        """Take the file or its content, and what error messages call it."""
        self._source = source
        self._name = name
        self._process: subprocess.Popen[bytes] | None = None
        self._crashes = 0
        self._late = False
        self._seen: set[int] = set()

    def __enter__(self) -> PdfProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def hopeless(self) -> bool:
        """Whether PDFium crashed or hung so often that asking for more pages is no use."""
        return self._crashes >= MOST_CRASHES

    def open(self) -> int:
        """Start PDFium on the file and return how many pages that says it has."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "vnadmin.scan.pdf_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        data = self._source if isinstance(self._source, bytes) else b""
        path = None if isinstance(self._source, bytes) else os.fspath(self._source.absolute())
        answer = self._ask({"path": path, "bytes": len(data)}, data)
        if answer is None:
            raise InputError(f"{self._name}: {self._died()}; {_MEND}")
        if "error" in answer:
            raise InputError(f"{self._name}: {_OPENING[answer['error']]}")
        return int(answer["pages"])

    def layer(self, number: int) -> Layer:
        """Read the text layer of the page `number`, from 1."""
        answer = self._page(number, "layer")
        fonts = tuple((at, font) for at, font in answer["fonts"])
        ink, uncovered = answer["ink"] or (None, 0)
        held = 1 - uncovered / ink if ink else 1.0
        page = _raw_page(number, answer)
        return Layer(page, fonts, answer["pictures"], ink, held, answer["laid_over"])

    def filled(self, number: int) -> RawPage:
        """Read the page's text layer with that of the annotations laid over it."""
        return _raw_page(number, self._page(number, "filled"))

    def image(self, number: int) -> Image.Image:
        """Rasterise the page `number`, from 1, in colour at 300 dpi."""
        answer = self._page(number, "image")
        return Image.frombytes("RGB", (answer["width"], answer["height"]), answer["data"])

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        self._seen.clear()
        if process is not None:
            process.kill()
            with suppress(OSError, ValueError):
                process.communicate()

    def _page(self, number: int, want: str) -> dict[str, Any]:
        if number not in self._seen and len(self._seen) >= PAGES:
            self.close()
        if self._process is None:
            self.open()
        self._seen.add(number)
        answer = self._ask({"page": number, "want": want})
        if answer is None:
            died = self._died()
            self._crashes += 1
            raise InputError(f"{self._name}: page {number} {died}")
        if "error" in answer:
            raise InputError(f"{self._name}: page {number} {answer['error']}")
        return answer

    def _ask(self, request: dict[str, Any], data: bytes = b"") -> dict[str, Any] | None:
        """Send a request and return its answer; `None` if the process died of it."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        self._late = False
        timer = threading.Timer(SECONDS, self._end)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n" + data)
            process.stdin.flush()
            line = process.stdout.readline()
            answer = cast("dict[str, Any]", json.loads(line)) if line.endswith(b"\n") else None
            if answer is not None and answer["bytes"]:
                answer["data"] = process.stdout.read(answer["bytes"])
                if len(answer["data"]) < answer["bytes"]:
                    return None
            return answer
        except BrokenPipeError:
            return None
        finally:
            timer.cancel()

    def _end(self) -> None:
        self._late = True
        if self._process is not None:
            self._process.kill()

    def _died(self) -> str:
        """End what is left of the process and say how it went."""
        late = self._late
        self.close()
        if late:
            return f"took PDFium more than {SECONDS:.0f} s"
        return "made PDFium crash, or use too much memory"


def _raw_page(number: int, answer: dict[str, Any]) -> RawPage:
    words = tuple(
        Word(start, end, (x0, y0, x1, y1), 1.0) for start, end, x0, y0, x1, y1 in answer["words"]
    )
    size = answer["width"], answer["height"]
    return RawPage(number, *size, answer["text"], words, reading="layer")


_MEND = "try qpdf --check, or print the file to a new PDF"
_OPENING = {
    "password": "PDF is encrypted; remove the password first (qpdf --decrypt)",
    "damaged": f"damaged PDF; {_MEND}",
}

"""OCRmyPDF plugin: Tesseract's reading of each page restored before the PDF is written.

    ocrmypdf --plugin vnadmin.ocrmypdf_plugin -l vie scan.pdf searchable.pdf

It must be named: as an entry point it would take over everyone's OCR. OCRmyPDF doesn't promise
its internal import paths, so `vnadmin[ocrmypdf]` pins its major version, and tests run it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from ocrmypdf import hookimpl
from ocrmypdf.builtin_plugins.tesseract_ocr import TesseractOcrEngine
from ocrmypdf.exceptions import BadArgsError
from pydantic import BaseModel, Field

from vnadmin import __version__
from vnadmin.errors import VnadminError
from vnadmin.formats.hocr import read_hocr, write_hocr
from vnadmin.formats.output import write_atomically
from vnadmin.options import Options
from vnadmin.pipeline import restore_page

_log = logging.getLogger(__name__)


class VnadminOptions(BaseModel):
    """What may be chosen of restoring, as `vnadmin convert` takes it."""

    model: Annotated[str | None, Field(description="Directory of a model")] = None
    profile: Annotated[str, Field(description="Kind of noise")] = "auto"
    min_confidence: Annotated[float, Field(ge=0, le=1, description="Least sure edit made")] = 0.0

    def options(self) -> Options:
        """Return them as vnadmin's own."""
        model = None if self.model is None else Path(self.model)
        return Options(model=model, profile=self.profile, min_confidence=self.min_confidence)


@hookimpl
def register_options() -> dict[str, type[BaseModel]]:
    """Tell OCRmyPDF of `options.vnadmin`."""
    return {"vnadmin": VnadminOptions}


@hookimpl
def add_options(parser: Any) -> None:
    """Add --vnadmin-model, --vnadmin-profile and --vnadmin-min-confidence."""
    group = parser.add_argument_group("vnadmin", "Restoring Vietnamese text after OCR")
    group.add_argument("--vnadmin-model", metavar="DIR", help="Use this model, not the built-in.")
    group.add_argument(
        "--vnadmin-profile",
        metavar="NAME",
        default="auto",
        help="What garbled the text (default: auto); see vnadmin restore --help.",
    )
    group.add_argument(
        "--vnadmin-min-confidence",
        metavar="P",
        type=float,
        default=0.0,
        help="Leave words as read where the change is less sure than P (0 to 1).",
    )


@hookimpl
def check_options(options: Any) -> None:
    """Refuse the renderer that takes Tesseract's own PDF, which nothing can correct.

    Raises:
        BadArgsError: it is asked for, or a setting is none of vnadmin's.
    """
    if options.pdf_renderer == "sandwich":
        raise BadArgsError(
            "vnadmin corrects what Tesseract read before the PDF is written; "
            "--pdf-renderer sandwich leaves that to Tesseract: omit it"
        )
    from vnadmin.restore import explain

    try:
        explain("a", options=options.vnadmin.options())
    except VnadminError as error:
        raise BadArgsError(f"vnadmin: {error}") from error


@hookimpl
def get_ocr_engine(options: Any) -> TesseractOcrEngine | None:
    """Return the engine, unless another one than Tesseract is asked for."""
    chosen = "auto" if options is None else getattr(options, "ocr_engine", "auto")
    return VnadminEngine() if chosen in ("auto", "tesseract") else None


class VnadminEngine(TesseractOcrEngine):
    """Tesseract, its words put into reading order and restored."""

    @staticmethod
    def creator_tag(options: Any) -> str:
        """Name vnadmin beside Tesseract in the PDF."""
        return f"{TesseractOcrEngine.creator_tag(options)} + vnadmin {__version__}"

    def __str__(self) -> str:
        """Name it in messages."""
        return f"{TesseractOcrEngine.__str__(self)} + vnadmin {__version__}"

    @staticmethod
    def generate_hocr(input_file: Path, output_hocr: Path, output_text: Path, options: Any) -> None:
        """Have Tesseract read the page, then write what the paper said in place of that.

        Should that fail, Tesseract's reading stays and a warning says so.
        """
        TesseractOcrEngine.generate_hocr(input_file, output_hocr, output_text, options)
        try:
            _restore(output_hocr, output_text, options.vnadmin.options())
        except Exception as error:  # a page that isn't corrected is no reason to lose it
            _log.warning("vnadmin: page left as Tesseract read it: %s", error)


def _restore(hocr: Path, text: Path, options: Options) -> None:
    """Rewrite Tesseract's hOCR file and sidecar of one page."""
    page = next(read_hocr(hocr, name=hocr.name), None)
    if page is None or not page.words:  # empty, or Tesseract took too long and OCRmyPDF skipped it
        return
    document = restore_page(replace(page, reading="ocr"), name=hocr.name, options=options)
    write_atomically(hocr, write_hocr(document).encode("utf-8", "replace"))
    write_atomically(text, document.text.removesuffix("\f").encode("utf-8", "replace"))

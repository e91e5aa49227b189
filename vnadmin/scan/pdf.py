"""PDF files → pages: the text layer where it reads well, else Tesseract on the rasterised page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from vnadmin.errors import InputError, MissingProgramError
from vnadmin.formats.raw import RawPage
from vnadmin.language.model import LanguageModel
from vnadmin.scan import chosen, failed
from vnadmin.scan.engine import Engine
from vnadmin.scan.filled import put_in_place
from vnadmin.scan.pdf_process import PdfProcess
from vnadmin.scan.recognise import recognise
from vnadmin.scan.text_layer import GOOD, Judged, judge, known_share, shipped_language_model

_MOST_DAMAGED = 50  # pages in a row; a page tree may claim a million that aren't there


def read_pdf(
    source: Path | bytes,
    *,
    name: str,
    pages: range | None,
    language: str,
    timeout: float,
    model: LanguageModel | None = None,
    engine: Engine | None = None,
) -> Iterator[RawPage]:
    """Read the pages of a PDF (arguments and errors as in `scan.read_pages`)."""
    model = model or shipped_language_model()
    read = partial(recognise, name=name, language=language, timeout=timeout, engine=engine)
    with PdfProcess(source, name) as pdf:
        count = pdf.open()
        if count == 0:
            raise InputError(f"{name}: PDF without pages")
        damaged = 0
        for number in chosen(count, pages, name):
            try:
                judged = judge(pdf.layer(number), model)
            except InputError as error:
                damaged += 1
                yield failed(number, name, error)
                if pdf.hopeless or damaged >= _MOST_DAMAGED:
                    rest = f"page {number + 1}: this page and all after it were given up"
                    raise InputError(f"{name}: {rest}") from error
                continue
            damaged = 0
            try:
                yield _read(judged, pdf, read, model)
            except InputError as error:
                yield _instead(judged, failed(number, name, error))


def _read(
    judged: Judged, pdf: PdfProcess, read: Callable[..., RawPage], model: LanguageModel
) -> RawPage:
    """The page from its layer or its picture, whichever reads better, with what was done."""
    layer, number = judged.page, judged.page.number
    if judged.is_blank:
        return layer
    if judged.worth == "good":
        if judged.encoding:
            return _noted(layer, _decoding(judged))
        return put_in_place(layer, pdf.filled(number)) if judged.is_laid_over else layer
    image = pdf.image(number)
    try:
        page = read(image, number=number)
    except MissingProgramError as error:
        if judged.worth != "garbled":
            raise
        return _noted(layer, f"{_BADLY}, restored as it is ({str(error).split(';')[0]})")
    if judged.worth == "none":
        return page
    if judged.worth == "partial":
        if len(page.words) >= len(layer.words):
            return _noted(page, "holds only a part of the print; the picture was read instead")
        return _noted(layer, "holds more than was read on the picture; used as it is")
    page = _noted(page, f"{_BADLY}; the picture was read instead")
    if known_share(page.text, model) >= GOOD and 2 * len(page.words) > len(layer.words):
        return page
    return replace(page, rival=_noted(layer, f"{_BADLY}, yet better than the picture; restored"))


_BADLY = "reads badly"


def _decoding(judged: Judged) -> str:
    encoding = judged.encoding or ""
    how = "an encoding that its words tell" if encoding == "legacy" else f"{encoding}, as its fonts"
    return f"decoded from {how}"


def _noted(page: RawPage, what: str) -> RawPage:
    return replace(page, warnings=(*page.warnings, ("text-layer", what)))


def _instead(judged: Judged, page: RawPage) -> RawPage:
    """What the layer holds where the picture couldn't be read."""
    if judged.worth not in ("garbled", "partial"):
        return page
    kept = replace(judged.page, warnings=page.warnings, failure=None)
    kept = _noted(kept, "used, as the picture can't be read")
    return kept if judged.worth == "garbled" else replace(kept, failure=page.failure)

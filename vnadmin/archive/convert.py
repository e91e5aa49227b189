"""One file read, restored and written in the forms that are wanted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vnadmin.archive.inputs import Item, shown
from vnadmin.document import Document, missing_pages
from vnadmin.errors import InputError, OutputError
from vnadmin.formats.alto import alto_parts
from vnadmin.formats.hocr import hocr_parts
from vnadmin.formats.output import atomic_output
from vnadmin.options import Options
from vnadmin.pipeline import Progress, extract

_NEEDS = {"hocr": "word boxes", "alto": "word boxes", "pdf": "page images"}
_DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of one file.

    Attributes:
        written: the forms that were written.
        notes: what could not be made of it.
        missing: what couldn't be read of it, where the rest could.
        sha256, kind, pages: of the source.
        confidence: 1 - the share of words that are expected to be wrong.
        is_secret: whether it, or a document in it, is marked Mật, Tối mật or Tuyệt mật.
    """

    written: tuple[str, ...]
    notes: tuple[str, ...]
    missing: str | None
    sha256: str
    kind: str
    pages: int
    confidence: float
    is_secret: bool


def convert_one(
    item: Item,
    forms: Sequence[str],
    *,
    options: Options = _DEFAULT,
    pages: range | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
    skip_secret: bool = False,
    scratch: Path | None = None,
) -> Converted:
    """Convert one file; each output appears whole or not at all.

    Args:
        item: the file, and where its outputs go.
        forms: some of `FORMS`. One that can't be made of the file (text has no boxes, and only PDF
            and images hold pages to be seen) is left out and noted.
        options: how to restore.
        pages: numbers of the pages wanted, from 1; a PDF keeps the others as they are.
        encoding: of a text file; detected where None.
        progress: called with each page's number.
        skip_secret: write nothing of a document that is marked secret, and note nothing.
        scratch: a folder for what isn't complete yet (`atomic_output`).

    Raises:
        InputError: the file can't be read, or none of the forms can be made of it.
        MissingProgramError: Tesseract is needed and isn't installed.
        OutputError: an output can't be written.
    """
    _make_folder(item.base.parent)
    document = extract(
        item.source, options=options, pages=pages, encoding=encoding, progress=progress
    )
    headers = (document.header, *(part.header for part in document.parts))
    is_secret = any(header.secrecy for header in headers)
    notes: list[str] = []
    possible: list[str] = []
    missing = None
    if not (skip_secret and is_secret):
        possible = [form for form in forms if _can_be(form, document)]
        notes = [
            f"{shown(item.source)}: has no {_NEEDS[form]}, so it isn't written as {form}"
            for form in forms
            if form not in possible
        ]
        missing = missing_pages(document)
        if not possible:
            raise InputError(notes[0])
    if possible:
        document, unfit = corrected(item, document)
        notes += unfit
    for form in possible:
        notes += write_form(form, document, item, scratch=scratch)
    return Converted(
        tuple(possible),
        tuple(notes),
        missing,
        document.source.sha256,
        document.source.kind,
        document.source.pages,
        _confidence(document),
        is_secret,
    )


def corrected(item: Item, document: Document) -> tuple[Document, list[str]]:
    """Apply the corrections that stand beside a file's outputs, if any.

    Returns:
        The document with them, and what is to be said of those that fit nowhere in it.
    """
    if not os.path.exists(item.corrections):
        return document, []
    from vnadmin.corrections import Corrections

    applied = Corrections.load(item.corrections).apply(document)
    return applied.document, [
        f"{shown(item.corrections)}: {record.describe()}: fits nowhere any more; it is kept"
        for record in applied.unfit
    ]


def write_form(
    form: str, document: Document, item: Item, *, scratch: Path | None = None
) -> list[str]:
    """Write a document in one form, whole or not at all; returns what is to be noted."""
    with atomic_output(item.output(form), scratch=scratch) as stream:
        return _WRITERS[form](document, item, stream)


def _confidence(document: Document) -> float:
    """1 - the share of words expected to be wrong: as pages have them, else as edits do."""
    words = [word.confidence for page in document.pages for word in page.words]
    if words:
        return sum(words) / len(words)
    doubt = sum(1 - edit.confidence for edit in document.edits)
    return max(0.0, 1 - doubt / max(1, len(document.text.split())))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {shown(folder)}: {error.strerror or error}") from error


def _can_be(form: str, document: Document) -> bool:
    if form == "pdf":
        return document.source.kind in ("pdf", "image")
    return form not in ("hocr", "alto") or bool(document.pages)


_Writer = Callable[[Document, Item, BinaryIO], list[str]]
"""Writes the document made of a file, and returns what is to be noted of it."""


def _parts(write: Callable[[Document], Iterable[str]]) -> _Writer:
    def to_stream(document: Document, item: Item, stream: BinaryIO) -> list[str]:
        for part in write(document):
            stream.write(part.encode("utf-8", "replace"))
        return []

    return to_stream


def _json(document: Document) -> Iterator[str]:
    yield from document.json_parts()
    yield "\n"


def _pdf(document: Document, item: Item, stream: BinaryIO) -> list[str]:
    from vnadmin.formats.pdf import write_pdf  # here: pikepdf is slow to load

    return write_pdf(document, item.source, stream)


def _html(document: Document, item: Item, stream: BinaryIO) -> list[str]:
    from vnadmin.review.file import write_review  # here: Jinja is slow to load

    write_review(document, item.source, item.pictures, stream)
    return []


_WRITERS: dict[str, _Writer] = {
    "txt": _parts(lambda document: [document.text]),
    "json": _parts(_json),
    "hocr": _parts(lambda document: hocr_parts([document])),
    "alto": _parts(lambda document: alto_parts([document])),
    "pdf": _pdf,
    "html": _html,
}

"""One file read, restored and written in the forms that are wanted."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vnadmin.archive.inputs import Item, shown
from vnadmin.document import Document, missing_pages
from vnadmin.errors import InputError, OutputError, UsageError
from vnadmin.extract.annotate import html_page
from vnadmin.formats.alto import alto_parts
from vnadmin.formats.hocr import hocr_parts
from vnadmin.formats.output import atomic_output
from vnadmin.options import Options
from vnadmin.pipeline import Progress, extract

FORMS = ("txt", "json", "hocr", "alto", "pdf", "html")
_NEEDS = {"hocr": "word boxes", "alto": "word boxes", "pdf": "page images"}
_DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of one file: what was written, and what could not, or not wholly, be made."""

    written: tuple[Path, ...]
    notes: tuple[str, ...]
    missing: str | None = None
    """What couldn't be read of the file, where the rest could."""


def parse_forms(text: str) -> tuple[str, ...]:
    """Read a list as `--to` takes it: "txt,json".

    Raises:
        UsageError: one isn't a form, or there is none.
    """
    forms = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    wrong = [form for form in forms if form not in FORMS]
    if wrong or not forms:
        raise UsageError(f"--to {text}: {', '.join(wrong) or 'none'} of {', '.join(FORMS)}")
    return forms


def check_outputs(items: Iterable[Item], forms: Sequence[str]) -> None:
    """Find out, before anything is written, whether an output would replace an input.

    Raises:
        UsageError: one would.
    """
    items = list(items)
    sources = {item.source.resolve(): item.source for item in items}
    for item in items:
        for form in forms:
            source = sources.get(item.output(form).resolve())
            if source is not None:
                raise UsageError(
                    f"{shown(item.output(form))} would replace {shown(source)}, which is to be "
                    "read; choose another folder"
                )


def convert_one(
    item: Item,
    forms: Sequence[str],
    *,
    options: Options = _DEFAULT,
    pages: range | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
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

    Raises:
        InputError: the file can't be read, or none of the forms can be made of it.
        MissingProgramError: Tesseract is needed and isn't installed.
        OutputError: an output can't be written.
    """
    _make_folder(item.base.parent)
    document = extract(
        item.source, options=options, pages=pages, encoding=encoding, progress=progress
    )
    possible = [form for form in forms if _can_be(form, document)]
    name = shown(item.source)
    notes = [
        f"{name}: has no {_NEEDS[form]}, so it isn't written as {form}"
        for form in forms
        if form not in possible
    ]
    if not possible:
        raise InputError(notes[0])
    written = []
    for form in possible:
        path = item.output(form)
        with atomic_output(path) as stream:
            notes += _WRITERS[form](document, item.source, stream)
        written.append(path)
    return Converted(tuple(written), tuple(notes), missing_pages(document))


def is_final(error: Exception) -> bool:
    """Whether nothing else could be written either: the disk is full, or can't be written to."""
    cause = error.__cause__
    return (
        isinstance(error, OutputError)
        and isinstance(cause, OSError)
        and cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {shown(folder)}: {error.strerror or error}") from error


def _can_be(form: str, document: Document) -> bool:
    if form == "pdf":
        return document.source.kind in ("pdf", "image")
    return form not in ("hocr", "alto") or bool(document.pages)


_Writer = Callable[[Document, Path, BinaryIO], list[str]]
"""Writes the document made of a file, and returns what is to be noted of it."""


def _parts(write: Callable[[Document], Iterable[str]]) -> _Writer:
    def to_stream(document: Document, source: Path, stream: BinaryIO) -> list[str]:
        for part in write(document):
            stream.write(part.encode("utf-8", "replace"))
        return []

    return to_stream


def _json(document: Document) -> Iterator[str]:
    yield from document.json_parts()
    yield "\n"


def _pdf(document: Document, source: Path, stream: BinaryIO) -> list[str]:
    from vnadmin.formats.pdf import write_pdf  # here: pikepdf is slow to load

    return write_pdf(document, source, stream)


_WRITERS: dict[str, _Writer] = {
    "txt": _parts(lambda document: [document.text]),
    "json": _parts(_json),
    "hocr": _parts(lambda document: hocr_parts([document])),
    "alto": _parts(lambda document: alto_parts([document])),
    "pdf": _pdf,
    "html": _parts(lambda document: [html_page(document)]),
}

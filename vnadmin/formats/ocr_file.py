"""What other OCR engines wrote: hOCR, ALTO and PAGE XML, told apart by content and read."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from vnadmin.errors import InputError
from vnadmin.formats.raw import RawPage

Form = Literal["hocr", "alto", "page"]

_HEAD = 4096  # bytes looked at
_ROOT = re.compile(rb"<(?:[\w.-]+:)?(alto|PcGts)[\s/>]")


def form_of(head: bytes) -> Form | None:
    """Tell which of the formats a file that begins like this is in, if in any."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.decode("utf-16", "ignore").encode()
    if not head.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(b"<"):
        return None
    root = _ROOT.search(head)
    if root is not None:
        return "alto" if root[1] == b"alto" else "page"
    return "hocr" if b"ocr_page" in head or b"ocr-system" in head else None


def read_ocr_file(
    source: Path | bytes, *, name: str, pages: range | None = None
) -> Iterator[RawPage]:
    """Read the pages of an hOCR, ALTO or PAGE XML file, one at a time.

    Args:
        source: the file, or its content.
        name: what error messages call it.
        pages: numbers of the pages wanted, from 1; None means all.

    Raises:
        InputError: damaged, it declares entities, or none of `pages` is in it.
    """
    from vnadmin.formats.alto import read_alto  # here: telling forms apart needs no XML parser
    from vnadmin.formats.hocr import read_hocr
    from vnadmin.formats.page_xml import read_page_xml

    try:
        form = form_of(_head(source))
        reader = {"alto": read_alto, "page": read_page_xml}.get(form or "", read_hocr)
        count = found = 0
        for page in reader(source, name=name):
            count = page.number
            if pages is None or count in pages:
                found += 1
                yield page
            if found and pages is not None and count >= max(pages):
                return
    except OSError as error:
        raise InputError(f"{name}: {(error.strerror or str(error)).lower()}") from error
    if not count:
        raise InputError(f"{name}: no pages in it")
    if not found:
        raise InputError(f"{name}: has {count} page(s), none of those asked for with --pages")


def _head(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[:_HEAD]
    with source.open("rb") as stream:
        return stream.read(_HEAD)

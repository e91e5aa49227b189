"""The outputs of a corrected document, rewritten."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vnadmin.archive.convert import corrected, write_form
from vnadmin.archive.forms import FORMS
from vnadmin.archive.inputs import Item, shown
from vnadmin.archive.register import digest_of
from vnadmin.corrections import Corrections
from vnadmin.corrections.store import ENDING
from vnadmin.document import Document
from vnadmin.errors import InputError

_FROM_SOURCE = ("pdf", "html")
"""Forms that show pictures of the pages."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A document that has corrections.

    Attributes:
        item: the file it was made of, and where its outputs stand.
        document: as its JSON has it.
        corrections: all of them.
    """

    item: Item
    document: Document
    corrections: Corrections


def find_corrections(places: Iterable[Path]) -> Iterator[Path]:
    """Yield the files of corrections: those named, and those in folders named, by name.

    Raises:
        InputError: a place isn't there, or is no such file.
    """
    for place in places:
        if place.is_dir():
            for folder, folders, names in os.walk(place):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                yield from (Path(folder, name) for name in sorted(names) if name.endswith(ENDING))
        elif not place.exists():
            raise InputError(f"{shown(place)}: no such file or directory")
        elif place.name.endswith(ENDING):
            yield place
        else:
            raise InputError(f"{shown(place)}: is no folder and no NAME{ENDING}")


def load_corrected(path: Path) -> Corrected:
    """Read a file of corrections and the JSON output beside it.

    Raises:
        InputError: one of them can't be read, or is damaged.
    """
    base = path.with_name(path.name.removesuffix(ENDING))
    converted = Item(base, base).output("json")
    try:
        document = Document.from_json(converted.read_text("utf-8"))
    except FileNotFoundError as error:
        message = f"{shown(path)}: has no {converted.name} beside it; convert --to json"
        raise InputError(message) from error
    except OSError as error:
        raise InputError(f"{shown(converted)}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        message = f"{shown(converted)}: damaged JSON ({error}); convert it again"
        raise InputError(message) from error
    return Corrected(Item(Path(document.source.name), base), document, Corrections.load(path))


def rewrite(found: Corrected) -> list[str]:
    """Write the outputs of a document that are there anew, with its corrections.

    Returns:
        What is to be told: corrections that fit nowhere, and outputs that had to stay as they are.

    Raises:
        OutputError: an output can't be written.
    """
    item = found.item
    document, notes = corrected(item, found.document)
    is_there = digest_of(item.source) == document.source.sha256
    for form in FORMS:
        output = item.output(form)
        if not output.exists():
            continue
        if form in _FROM_SOURCE and document.source.kind in ("pdf", "image") and not is_there:
            notes.append(
                f"{shown(output)}: stays as it is: {shown(item.source)} isn't there any more, or "
                "has changed; run it where convert was run"
            )
            continue
        notes += write_form(form, document, item)
    return notes

"""One document through all stages: decode or recognise → restore → extract."""

from __future__ import annotations

import hashlib
import math
import os
import stat
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from vnadmin.document import (
    Citation,
    Document,
    Header,
    OffsetMap,
    Page,
    Part,
    Source,
    Word,
    undo_edits,
)
from vnadmin.errors import InputError
from vnadmin.extract import extract_all
from vnadmin.extract.stamps import take_arrival
from vnadmin.formats.decode import decode
from vnadmin.formats.source import Stamp, read_pipe, read_whole, stamp
from vnadmin.options import Options
from vnadmin.restore import Restoration, RestoredWord, evidence_of, explain
from vnadmin.restore.changes import in_place
from vnadmin.restore.clean import doubtful
from vnadmin.restore.engine import restorer
from vnadmin.scan import HEAD, Kind, RawPage, arranged, chosen, kind_of, read_pages
from vnadmin.scan.engine import TESSERACT, engine_named

Progress = Callable[[int], None]
"""Called with each page's number before the page is worked on."""
_DEFAULT = Options()


def extract(
    source: str | os.PathLike[str],
    *,
    options: Options = _DEFAULT,
    pages: range | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> Document:
    """Restore a document and extract its citations and header.

    Args:
        source: a `str` is the text itself; a `Path` is a file: text, PDF, image, hOCR, ALTO or
            PAGE XML, by content.
        options: how to restore.
        pages: numbers of the pages wanted, from 1 (of a text: as form feeds divide it).
        encoding: of a text file; detected where None.
        progress: called with each page's number.

    Raises:
        VnadminError: the file can't be read, isn't what it should be, or needs a program that
            isn't installed.
    """
    opened = _open_text(source) if isinstance(source, str) else _open_file(Path(source))
    return _extract(opened, options, pages, encoding, progress)


def extract_bytes(
    data: bytes,
    *,
    name: str,
    options: Options = _DEFAULT,
    pages: range | None = None,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> Document:
    """Do what `extract` does with a file's content (standard input, say) known as `name`."""
    return _extract(_open_bytes(data, name), options, pages, encoding, progress)


def pages(
    path: str | os.PathLike[str],
    *,
    options: Options = _DEFAULT,
    pages: range | None = None,
    encoding: str | None = None,
) -> Iterator[Document]:
    """Iterate a large file: each page as a document of its own, in constant memory.

    A citation that a page end breaks is seen by `extract` only. Page numbers are the file's; the
    ids are `<id of the document>-p<page number>`. Arguments (`path` is always a file) and errors
    as in `extract`.
    """
    opened = _open_file(Path(path))
    for raw in _raw_pages(opened, options, pages, encoding, []):
        document = _build(opened, [raw], options, warnings=[])
        yield replace(document, id=f"{document.id}-p{raw.number}")


def restore_page(raw: RawPage, *, name: str, options: Options = _DEFAULT) -> Document:
    """Put one page that an engine read into reading order, and restore it.

    Args:
        raw: the page; its `reading` tells whether an engine read it from a picture.
        name: of the document.
        options: how to restore.
    """
    page = arranged(raw)
    opened = _Opened(name, hashlib.sha256(raw.text.encode()).hexdigest(), "hocr", b"")
    return _build(opened, [replace(page, text=page.text.rstrip() + "\n\f")], options, ())


@dataclass(frozen=True, slots=True)
class _Opened:
    name: str
    sha256: str
    kind: Kind
    content: Path | bytes | str
    stamp: Stamp | None = None

    def check_unchanged(self) -> None:
        """Raise an error if the file isn't any more what `sha256` says."""
        if self.stamp is None or not isinstance(self.content, Path):
            return
        with suppress(FileNotFoundError):  # what was opened stays readable
            if stamp(self.content) != self.stamp:
                raise InputError(f"{self.name}: changed while it was read; try again")


def _open_text(text: str) -> _Opened:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return _Opened("<text>", digest, "text", text)


def _open_bytes(data: bytes, name: str) -> _Opened:
    return _Opened(name, hashlib.sha256(data).hexdigest(), kind_of(data[:HEAD]), data)


def _open_file(path: Path) -> _Opened:
    name = os.fsencode(path).decode("utf-8", "replace")
    try:
        status = path.stat()
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{name}: is a directory; name the files in it")
        if not stat.S_ISREG(mode):  # a pipe or device can be read only once
            return _open_bytes(read_pipe(path, name), name)
        if not status.st_size and path.suffix.lower() not in ("", ".txt"):
            raise InputError(f"{name}: is empty (0 bytes)")
        before = stamp(path)
        with path.open("rb") as stream:
            kind = kind_of(stream.read(HEAD))
            stream.seek(0)
            if kind == "text":
                return _open_bytes(read_whole(stream, name), name)
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return _Opened(name, digest, kind, path, before)
    except OSError as error:
        raise InputError(f"{name}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{name!r}: not a file name") from error


def _extract(
    opened: _Opened,
    options: Options,
    wanted: range | None,
    encoding: str | None,
    progress: Progress | None,
) -> Document:
    warnings: list[str] = []
    read: list[RawPage] = []
    for raw in _raw_pages(opened, options, wanted, encoding, warnings, progress):
        read.append(raw)
    return _build(opened, read, options, warnings)


def _raw_pages(
    opened: _Opened,
    options: Options,
    wanted: range | None,
    encoding: str | None,
    warnings: list[str],
    progress: Progress | None = None,
) -> Iterator[RawPage]:
    """The pages as first read; of a text, what form feeds divide, each with its form feed."""
    if opened.kind != "text":
        assert not isinstance(opened.content, str)
        model = restorer(options.model).model if opened.kind == "pdf" else None
        try:
            for raw in read_pages(
                opened.content,
                name=opened.name,
                kind=opened.kind,
                pages=wanted,
                model=model,
                engine=None if options.engine == TESSERACT else engine_named(options.engine),
            ):
                if progress:
                    progress(raw.number)
                raw = _better(raw, options)
                yield replace(raw, text=raw.text.rstrip() + "\n\f")
        except InputError:
            opened.check_unchanged()
            raise
        opened.check_unchanged()
        return
    if isinstance(opened.content, str):
        text = opened.content
    else:
        assert isinstance(opened.content, bytes)
        decoded = decode(opened.content, name=opened.name, encoding=encoding)
        text = decoded.text
        if encoding is None and not decoded.encoding.startswith("utf-"):
            warnings.append(f"encoding: read as {decoded.encoding}, as its bytes suggest")
    parts = _split_pages(text)
    for number in chosen(len(parts), wanted, opened.name):
        yield RawPage(number, 0, 0, parts[number - 1], ())


def _better(raw: RawPage, options: Options) -> RawPage:
    """Of two readings of a page the one that the language model likes better once restored."""
    rival = raw.rival
    if rival is None:
        return raw
    model = restorer(options.model).model

    def score(page: RawPage) -> float:
        ids = model.ids(explain(page.text, options=options).text)
        return float(model.sequence(ids).mean()) if ids else -math.inf

    enough = 2 * len(rival.words) > len(raw.words)
    return rival if enough and score(rival) > score(raw) else replace(raw, rival=None)


def _split_pages(text: str) -> list[str]:
    parts = [part + "\f" for part in text.split("\f")]
    parts[-1] = parts[-1][:-1]
    if len(parts) > 1 and not parts[-1].strip():
        rest = parts.pop()
        parts[-1] += rest
    return parts


def _build(
    opened: _Opened, read: Sequence[RawPage], options: Options, warnings: Iterable[str]
) -> Document:
    source = "".join(raw.text for raw in read)
    restoration = _restore(opened.kind, source, read, options)
    to_restored = OffsetMap.to_restored(restoration.edits)

    starts: list[int] = []
    position = 0
    for raw in read:
        starts.append(position)
        position += len(raw.text)
    paged = "\f" in source

    def page_of(source_offset: int) -> int | None:
        return read[bisect_right(starts, source_offset) - 1].number if paged else None

    begins = [to_restored.start(start) for start in starts]
    sized = [(raw, start) for raw, start in zip(read, starts, strict=True) if raw.width]
    document = Document(
        id=opened.sha256[:16],
        source=Source(opened.name, opened.sha256, opened.kind, len(read)),
        text=restoration.text,
        edits=restoration.edits,
        pages=tuple(_page(raw, at, to_restored, restoration.words) for raw, at in sized),
        warnings=(*warnings, *_told(read)),
        complete=all(raw.failure is None for raw in read),
    )
    return _extracted(document, source, list(zip(begins, read, strict=True)), page_of)


def extract_again(document: Document) -> Document:
    """Return a document whose text and edits were changed, with what that text says now.

    Its header, citations, references and parts are extracted anew.
    """
    source = undo_edits(document.text, document.edits)
    to_source = OffsetMap.to_source(document.edits)
    starts = [to_source.start(page.start) for page in document.pages]
    breaks = [at for at, char in enumerate(source) if char == "\f"]

    def page_of(source_offset: int) -> int | None:
        if document.pages:
            return document.pages[max(bisect_right(starts, source_offset) - 1, 0)].number
        return bisect_left(breaks, source_offset) + 1 if breaks else None

    sheets = [(page.start, page) for page in document.pages]
    return _extracted(document, source, sheets, page_of)


def _extracted(
    document: Document,
    source: str,
    sheets: Sequence[tuple[int, Page | RawPage]],
    page_of: Callable[[int], int | None],
) -> Document:
    """The document with what its text says.

    Args:
        document: its text, edits and pages.
        source: the text as it was read.
        sheets: its pages, with where they start in the text.
        page_of: an offset of `source` → the page's number.
    """
    to_source = OffsetMap.to_source(document.edits)

    def located(citation: Citation) -> Citation:
        start, end = to_source.start(citation.start), to_source.end(citation.end)
        return replace(
            citation,
            source_start=start,
            source_end=end,
            source_text=source[start:end],
            page=page_of(start),
        )

    def stamped(part: Part) -> Part:
        own = [sheet for at, sheet in sheets if part.start <= at < part.end]
        return replace(part, header=_with_arrival(part.header, own))

    found = extract_all(document.text)
    parts = tuple(map(stamped, found.parts))
    every = [sheet for _, sheet in sheets]
    return replace(
        document,
        header=parts[0].header if parts else _with_arrival(found.header, every),
        citations=tuple(map(located, found.citations)),
        references=found.references,
        parts=parts,
    )


def _restore(kind: Kind, source: str, read: Sequence[RawPage], options: Options) -> Restoration:
    """Restore a text; of a long one the parts that show noise where it is looked at."""
    if kind != "text" or options.profile != "auto":
        return explain(source, options=options, evidence=evidence_of(read))
    model = restorer(options.model)
    stretches = doubtful(model, source)
    parts = model.explain_many((source[start:end] for start, end in stretches), options)
    return in_place(source, zip(stretches, parts, strict=True))


def _told(read: Sequence[RawPage]) -> Iterator[str]:
    """The pages' warnings, those that say the same in one: "text-layer: pages 2-4, 7: …"."""
    pages: dict[tuple[str, str], list[int]] = {}
    for raw in read:
        for warning in raw.warnings:
            pages.setdefault(warning, []).append(raw.number)
    for (code, what), numbers in pages.items():
        runs: list[list[int]] = []
        for number in numbers:
            if runs and runs[-1][-1] == number - 1:
                runs[-1][1:] = [number]
            else:
                runs.append([number])
        told = ", ".join("-".join(map(str, run)) for run in runs)
        yield f"{code}: page{'s' if len(numbers) > 1 else ''} {told}: {what}"


def _with_arrival(header: Header, read: Sequence[Page | RawPage]) -> Header:
    """The header with what an arrival stamp says that layout took out of the text."""
    stamps = (region.text for raw in read for region in raw.regions if region.kind == "stamp")
    for text in stamps:
        if header.arrival is None:
            header = replace(header, arrival=take_arrival(text.split("\n"))[1])
    return header


def _page(raw: RawPage, at: int, to_restored: OffsetMap, restored: Sequence[RestoredWord]) -> Page:
    """The page with offsets into the restored text; words that restoring dropped are left out."""
    word_starts = [word.start for word in restored]
    words: list[Word] = []
    for word in raw.words:
        start, end = to_restored.start(at + word.start), to_restored.end(at + word.end)
        if start >= end:
            continue
        first = max(bisect_right(word_starts, start) - 1, 0)
        over = [
            w.confidence for w in restored[first : first + 4] if w.start < end and start < w.end
        ]
        confidence = min(over, default=word.confidence)
        words.append(Word(start, end, word.box, confidence))
    start = to_restored.start(at)
    end = to_restored.end(at + len(raw.text.removesuffix("\f")))
    return Page(
        raw.number,
        raw.width,
        raw.height,
        start,
        max(start, end),
        tuple(words),
        raw.regions,
        raw.reading,
        raw.turned,
    )

"""The value that flows through vnadmin: a document, its text, edits, citations and pages.

Every class here is frozen and slotted; its attribute names are the keys of the JSON form
(docs/document.schema.json). Offsets count Unicode code points, ends are exclusive. `start`/`end`
point into the restored text, `source_start`/`source_end` into the text as it was read.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

SCHEMA = "vnadmin/document/1"

EditKind = Literal["word", "code", "join", "split", "junk", "case", "encoding", "human"]
SourceKind = Literal["text", "pdf", "image", "hocr", "alto"]
Relation = Literal["based_on", "implements", "amends", "repeals", "replaces", "guides", "refers"]
RegionKind = Literal["stamp", "handwriting", "junk"]
Authority = Literal["TM.", "KT.", "TL.", "TUQ.", "Q."]
Reading = Literal["layer", "decoded", "ocr"]
Span = tuple[int, int]
"""Start and exclusive end, in code points of the restored text."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: `source` at `source_start:source_end` became `restored` at `start:end`."""

    start: int
    end: int
    source_start: int
    source_end: int
    source: str
    restored: str
    kind: EditKind
    confidence: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page: offsets into the document's text, box in pixels (x0, y0, x1, y1)."""

    start: int
    end: int
    box: tuple[int, int, int, int]
    confidence: float


@dataclass(frozen=True, slots=True)
class Region:
    """What is on a page but not in its text: box in pixels, and what the engine read there."""

    kind: RegionKind
    box: tuple[int, int, int, int]
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page: number from 1, size in pixels, its stretch of the document's text.

    `reading` tells where its words come from: the PDF's text layer, that layer decoded from a
    legacy font, or Tesseract; None is a file that another engine wrote.
    `turned` is by how many degrees clockwise (0, 90, 180, 270) the page must be turned for its text
    to stand upright; size and boxes are those of the page as it is in its file.
    """

    number: int
    width: int
    height: int
    start: int
    end: int
    words: tuple[Word, ...] = ()
    regions: tuple[Region, ...] = ()
    reading: Reading | None = None
    turned: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from."""

    name: str
    sha256: str
    kind: SourceKind
    pages: int


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, in which position, and on whose authority."""

    name: str | None = None
    position: str | None = None
    authority: Authority | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An arrival stamp: who received the document, under which number, on which day."""

    body: str | None = None
    number: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What the document says of itself in its letterhead and at its close.

    `id` and `uri` are those that citations of this document carry. `warnings` tell which parts
    contradict each other.
    """

    issuer: str | None = None
    parent_issuer: str | None = None
    number: str | None = None
    symbol: str | None = None
    place: str | None = None
    date: str | None = None
    type: str | None = None
    subject: str | None = None
    addressees: tuple[str, ...] = ()
    signers: tuple[Signer, ...] = ()
    recipients: tuple[str, ...] = ()
    urgency: str | None = None
    secrecy: str | None = None
    arrival: Arrival | None = None
    id: str | None = None
    uri: str | None = None
    warnings: tuple[str, ...] = ()
    confidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provision:
    """A place inside a cited document; each part as printed ("5", "2a", "đ", "thứ hai").

    The parts are điều, khoản, điểm, chương, mục, phụ lục, phần, tiểu mục, tiết, đoạn and gạch
    đầu dòng.
    """

    article: str | None = None
    clause: str | None = None
    point: str | None = None
    chapter: str | None = None
    section: str | None = None
    appendix: str | None = None
    part: str | None = None
    subsection: str | None = None
    subpoint: str | None = None
    paragraph: str | None = None
    dash: str | None = None


@dataclass(frozen=True, slots=True)
class Spans:
    """Where each part of a citation stands in the restored text."""

    type: Span | None = None
    number: Span | None = None
    name: Span | None = None
    date: Span | None = None
    issuer: Span | None = None
    title: Span | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What tables or context add to a citation that the text itself doesn't state."""

    number: str | None = None
    date: str | None = None
    issuer: str | None = None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """One mention of another document that has a number or is a law by name."""

    type: str
    number: str | None
    symbol: str | None
    year: int | None
    name: str | None
    date: str | None
    issuer: str | None
    title: str | None
    provisions: tuple[Provision, ...]
    relation: Relation
    start: int
    end: int
    source_start: int
    source_end: int
    text: str
    source_text: str
    page: int | None
    spans: Spans
    resolved: Resolved | None
    confidence: Mapping[str, float]
    warnings: tuple[str, ...]
    id: str
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """An unnumbered pointer ("Quyết định này", "nêu trên") and the id of what it points to.

    `refers_to` is a citation's id, "self" for the document itself or `None` where nothing tells.
    """

    text: str
    start: int
    end: int
    refers_to: str | None = None
    provisions: tuple[Provision, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One of several documents in a file: its stretch of the text and its own header."""

    start: int
    end: int
    header: Header


@dataclass(frozen=True, slots=True)
class Document:
    """A document on its way from scan to index.

    Where the file holds several, `parts` has each, and `header` is that of the first.
    """

    id: str
    source: Source
    text: str
    header: Header = field(default_factory=Header)
    edits: tuple[Edit, ...] = ()
    citations: tuple[Citation, ...] = ()
    references: tuple[Reference, ...] = ()
    pages: tuple[Page, ...] = ()
    parts: tuple[Part, ...] = ()
    warnings: tuple[str, ...] = ()
    complete: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form as plain dicts and lists, `schema` first."""
        return {"schema": SCHEMA, **_to_plain(self)}

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the JSON form as a string (UTF-8 characters kept as they are)."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def json_parts(self, *, indent: int | None = None) -> Iterator[str]:
        """Yield `to_json()`'s string part by part: the whole form is never held."""
        encoder = json.JSONEncoder(ensure_ascii=False, indent=indent, default=_shallow)
        parts: list[str] = []
        for part in encoder.iterencode({"schema": SCHEMA, **_shallow(self)}):
            parts.append(part)
            if len(parts) >= _PARTS:
                yield "".join(parts)
                parts = []
        yield "".join(parts)

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Document:
        """Rebuild a document from `to_dict()`'s result; unknown keys are ignored.

        Raises:
            ValueError: if `schema` is another one, or a key is missing or of the wrong shape.
        """
        if value.get("schema") != SCHEMA:
            raise ValueError(f"not a {SCHEMA} document: schema is {value.get('schema')!r}")
        kind: Any = cls
        result = _reader(kind)(value)
        assert isinstance(result, cls)
        return result

    @classmethod
    def from_json(cls, text: str) -> Document:
        """Rebuild a document from `to_json()`'s result (errors as in `from_dict`)."""
        return cls.from_dict(json.loads(text))


def missing_pages(document: Document) -> str | None:
    """What couldn't be read of a document of which the rest could; None if it is complete."""
    if document.complete:
        return None
    lost = [w.partition(": ")[2] for w in document.warnings if w.startswith("page-failed: ")]
    return f"{document.source.name}: not complete: {'; '.join(lost)}; the rest was read"


def undo_edits(text: str, edits: Sequence[Edit]) -> str:
    """Apply `edits` backwards to the restored `text`: gives the source exactly."""
    parts: list[str] = []
    position = 0
    for edit in edits:
        parts += [text[position : edit.start], edit.source]
        position = edit.end
    parts.append(text[position:])
    return "".join(parts)


def apply_edits(source: str, edits: Iterable[Edit]) -> str:
    """Apply `edits` to the `source` text: gives the restored text."""
    parts: list[str] = []
    position = 0
    for edit in edits:
        parts += [source[position : edit.source_start], edit.restored]
        position = edit.source_end
    parts.append(source[position:])
    return "".join(parts)


class OffsetMap:
    """Maps offsets of one side of a document's edits to the other.

    An offset inside a changed stretch maps to the stretch's start or end, whichever takes it in.
    """

    def __init__(self, stretches: Sequence[tuple[int, int, int, int]]) -> None:
        """Take (start, end, other start, other end) of each changed stretch, in text order."""
        self._stretches = stretches
        self._starts = [stretch[0] for stretch in stretches]
        self._ends = [stretch[1] for stretch in stretches]

    @classmethod
    def to_source(cls, edits: Iterable[Edit]) -> OffsetMap:
        """Restored offsets → source offsets."""
        return cls([(e.start, e.end, e.source_start, e.source_end) for e in edits])

    @classmethod
    def to_restored(cls, edits: Iterable[Edit]) -> OffsetMap:
        """Source offsets → restored offsets."""
        return cls([(e.source_start, e.source_end, e.start, e.end) for e in edits])

    def start(self, offset: int) -> int:
        """Where a span that starts at `offset` starts on the other side (after what was cut)."""
        after = bisect_right(self._ends, offset)
        if after < len(self._stretches) and self._starts[after] <= offset:
            return self._stretches[after][2]
        return self._shifted(after, offset)

    def end(self, offset: int) -> int:
        """Where a span that ends at `offset` ends on the other side (before what was cut)."""
        before = bisect_left(self._starts, offset)
        if before and self._ends[before - 1] > offset:
            return self._stretches[before - 1][3]
        return self._shifted(before, offset)

    def _shifted(self, before: int, offset: int) -> int:
        """`offset` behind the first `before` stretches, outside any."""
        if before == 0:
            return offset
        _, end, _, other_end = self._stretches[before - 1]
        return other_end + offset - end


_PARTS = 10_000  # of the encoder's, some characters each


def _shallow(value: object) -> dict[str, Any]:
    """A dataclass or mapping as a dict of what it holds, which stays as it is."""
    if isinstance(value, Mapping):
        return dict(value)
    assert dataclasses.is_dataclass(value)
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _to_plain(value: object) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_to_plain(item) for item in value]
    return value


@functools.cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return what converts plain JSON to the annotated type `kind`, or raises ValueError.

    Made once for each type: a document of thirty pages has twelve thousand words.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        (inner,) = (_reader(a) for a in arguments if a is not type(None))
        return lambda value: None if value is None else inner(value)
    if dataclasses.is_dataclass(kind):
        return _object_reader(typing.cast(type, kind))
    if origin is tuple:
        return _tuple_reader(arguments)
    if origin is Literal:
        return _literal_reader(arguments)
    if origin is not None:  # a mapping
        return dict
    return _scalar_reader(kind)


def _object_reader(kind: type) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    readers = [(field.name, _reader(hints[field.name])) for field in dataclasses.fields(kind)]

    def read(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError(f"expected an object for {kind}, got {value!r}")
        try:
            return kind(**{name: reader(value[name]) for name, reader in readers if name in value})
        except TypeError as error:
            raise ValueError(str(error)) from error

    return read


def _tuple_reader(arguments: Sequence[Any]) -> Callable[[Any], Any]:
    many = arguments[-1] is Ellipsis
    readers = [_reader(argument) for argument in arguments if argument is not Ellipsis]

    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise ValueError(f"expected a list, got {value!r}")
        if many:
            return tuple(map(readers[0], value))
        if len(value) != len(readers):
            raise ValueError(f"expected {len(readers)} items, got {value!r}")
        return tuple([reader(item) for reader, item in zip(readers, value, strict=True)])

    return read


def _literal_reader(arguments: Sequence[Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if value not in arguments:
            raise ValueError(f"expected one of {arguments}, got {value!r}")
        return value

    return read


def _scalar_reader(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is kind:
            return value
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(f"expected {kind.__name__}, got {value!r}")
        return value

    return read

"""XML and HTML files read element by element, in constant memory, whatever they hold.

Entities and default values that a file declares are refused; what it points to is never opened.
"""

from __future__ import annotations

import codecs
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from vnadmin.errors import InputError

Wanted = Callable[[str, Mapping[str, str]], bool]
"""Whether an element, by its local name and its attributes, is one to be handed out."""

_CHUNK = 1 << 16  # bytes; more while a tag stays open, as it is scanned anew with each chunk
_DEEPEST = 200  # elements in each other; readers recurse over them
_MOST = 500_000  # elements of one page: a newspaper's letters, each in its own, five times over
_LONGEST = 1 << 22  # characters of one tag; an embedded picture can be that long
_DECLARES = "{name}: declares or uses XML entities or default attributes {where}; refused"
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_CHARSET = re.compile(rb"(?:encoding|charset)\s*=\s*[\"']?\s*([\w.:-]+)", re.ASCII)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def number(text: str | None) -> float | None:
    """The number that an attribute holds, if it is one that makes sense."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e7 else None


def xml_elements(source: Path | bytes, wanted: Wanted, *, name: str) -> Iterator[Element]:
    """Parse XML and hand out each wanted element when it is complete; the rest is dropped.

    Tags and attributes come without their namespaces. Elements inside a wanted one belong to it.

    Raises:
        InputError: not well-formed, too deep or too large, or it declares entities; `name` and
            the line are told.
    """
    parser = expat.ParserCreate()  # no namespaces: a long one would be copied into each tag
    parser.buffer_text = True
    collect = _Collector(wanted, name, lambda: parser.CurrentLineNumber)

    def start(tag: str, attributes: dict[str, str]) -> None:
        local = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        collect.start(tag.rpartition(":")[2], local)

    def refuse(*_: object) -> None:
        raise InputError(_DECLARES.format(name=name, where=collect.where()))

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: collect.end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = collect.data
    parser.EntityDeclHandler = refuse
    parser.AttlistDeclHandler = refuse  # a default value explodes like an entity
    parser.SkippedEntityHandler = refuse
    fed = pending = 0
    try:
        with _opened(source) as stream:
            while chunk := stream.read(_CHUNK + pending):
                parser.Parse(chunk, False)
                yield from collect.take()
                fed += len(chunk)
                pending = fed - parser.CurrentByteIndex
                if pending > _LONGEST:
                    raise InputError(f"{name}: damaged XML: a tag {collect.where()} never ends")
            parser.Parse(b"", True)
            yield from collect.take()
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise InputError(f"{name}: damaged XML at line {error.lineno} ({what})") from error
    except (LookupError, ValueError) as error:  # an encoding Python doesn't know
        raise InputError(f"{name}: damaged XML {collect.where()} ({error})") from error


def html_elements(source: Path | bytes, wanted: Wanted, *, name: str) -> Iterator[Element]:
    """Parse HTML or XHTML as `xml_elements` does XML, but forgivingly: tags may stay open.

    Raises:
        InputError: not text, cut off within a wanted element, too deep or too large, or it
            declares entities; `name` and the line are told.
    """
    parser = _Html(wanted, name)
    with _opened(source) as stream:
        chunk = stream.read(_CHUNK)
        encoding = _encoding(chunk)
        try:
            decoder = codecs.getincrementaldecoder(encoding)()
        except LookupError as error:
            raise InputError(f"{name}: unknown encoding {encoding!r}") from error
        while chunk:
            following = stream.read(_CHUNK + len(parser.rawdata))
            try:
                text = decoder.decode(chunk, not following)
            except UnicodeError as error:
                where = parser.collect.where()
                raise InputError(f"{name}: not valid {encoding}, {where} or after") from error
            try:
                parser.feed(text)
            except AssertionError as error:  # html.parser's, of odd declarations
                where = parser.collect.where()
                raise InputError(f"{name}: damaged HTML {where} ({error})") from error
            yield from parser.collect.take()
            if len(parser.rawdata) > _LONGEST:
                raise InputError(f"{name}: damaged HTML: a tag {parser.collect.where()} never ends")
            chunk = following
    # Not parser.close(): what it makes of half a tag is a guess, and can take it for ever.
    if parser.collect.depth or "<" in parser.rawdata:
        raise InputError(f"{name}: damaged: ends within a page {parser.collect.where()}")


class _Collector:
    """Builds the wanted elements from events."""

    def __init__(self, wanted: Wanted, name: str, line: Callable[[], int]) -> None:
        self._wanted = wanted
        self._name = name
        self._line = line
        self._builder = TreeBuilder()
        self._done: list[Element] = []
        self._count = 0
        self.open: list[str] = []
        """Tags of the open elements, from the wanted one."""

    @property
    def depth(self) -> int:
        return len(self.open)

    def where(self) -> str:
        return f"at line {self._line()}"

    def take(self) -> list[Element]:
        """The elements that are complete, for once."""
        done, self._done = self._done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self.open:
            if not self._wanted(tag, attributes):
                return
            self._builder, self._count = TreeBuilder(), 0
        self.open.append(tag)
        self._count += 1
        if len(self.open) > _DEEPEST or self._count > _MOST:
            how = "deeply nested" if self._count <= _MOST else "large a page"
            raise InputError(f"{self._name}: too {how} {self.where()}")
        self._builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        if not self.open:
            return
        self.open.pop()
        self._builder.end(tag)
        if not self.open:
            self._done.append(self._builder.close())

    def data(self, text: str) -> None:
        if self.open:
            self._builder.data(text)


class _Html(HTMLParser):
    """Events of HTML's tags; an end tag closes what was left open inside its element."""

    def __init__(self, wanted: Wanted, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rawdata = ""
        self._name = name
        self.collect = _Collector(wanted, name, lambda: self.getpos()[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.collect.start(tag, {key: value or "" for key, value in attrs})
        if tag in _VOID:
            self.handle_endtag(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.collect.start(tag, {key: value or "" for key, value in attrs})
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.collect.open:
            while self.collect.open[-1] != tag:
                self.collect.end(self.collect.open[-1])
            self.collect.end(tag)

    def handle_data(self, data: str) -> None:
        self.collect.data(data)

    def handle_decl(self, decl: str) -> None:
        if "<!ENTITY" in decl.upper():
            raise InputError(_DECLARES.format(name=self._name, where=self.collect.where()))


def _opened(source: Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _encoding(head: bytes) -> str:
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    stated = _CHARSET.search(head[:4096])
    encoding = stated[1].decode("ascii").lower() if stated else "utf-8"
    # What could be read so far isn't in a wide encoding, whatever it says.
    return "utf-8" if encoding.startswith(("utf-16", "utf-32", "ucs")) else encoding

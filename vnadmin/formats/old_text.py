"""The text that a PDF page has already: what isn't seen is taken out, what is seen is muted."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Operator

from vnadmin.formats.glyphless import to_unicode

Matrix = pikepdf.Matrix

_COVERS = 0.5  # the share of the page that a picture has which hides what was drawn before it
_DEEPEST = 12  # forms within forms
_LARGEST = 50_000_000  # bytes of a page's drawing commands: OCR layers have some 50,000
_MOST_OPERATORS = 2_000_000  # with forms drawn again and again counted again and again
_UNSEEN = 3  # the text rendering mode of OCR layers
_SHOWS = frozenset(map(Operator, ("Tj", "TJ", "'", '"')))
_TEXT_STATE = frozenset(map(Operator, "Tr Tf Tc Tw Tz TL Ts BMC BDC EMC".split()))


class Spaces:
    """The CMaps that make a space of every code, of a PDF; indexed by the bytes of a code."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        """Make none yet."""
        self._pdf = pdf
        self._made: dict[int, Any] = {}

    def __getitem__(self, size: int) -> Any:
        if size not in self._made:
            rows = [(row << 8, (row << 8) + 0xFF) for row in range(256 ** (size - 1))]
            self._made[size] = compressed(self._pdf, to_unicode(rows, size, space=True))
        return self._made[size]


class OldText:
    """What a page draws as text, and how much of it is hidden.

    Hidden is text in rendering mode 3, as OCR writes it, and text that was drawn before a picture
    which covers most of the page. Forms (XObjects) are looked into.
    """

    def __init__(self, pdf: pikepdf.Pdf, page: pikepdf.Page, spaces: Spaces) -> None:
        """Look at `page` of `pdf`; `spaces` serves all its pages.

        Raises:
            pikepdf.PdfError: its content can't be parsed, or is too large to be.
        """
        self._pdf = pdf
        self._page = page
        self._spaces = spaces
        box = [float(side) for side in page.cropbox]
        self._area = abs((box[2] - box[0]) * (box[3] - box[1]))
        self._count = 0  # of the showing and painting operators, in the order of drawing
        self._covered_until = 0
        self._left = _MOST_OPERATORS
        self._forms: dict[tuple[int, int], tuple[Any, int]] = {}
        shown = list(self._look(page, _resources(page.obj), Matrix(), 0, 0))
        hidden = [at for at, mode in shown if mode == _UNSEEN or at < self._covered_until]
        self._hidden_at = frozenset(hidden)
        self.hidden = len(hidden)
        """How many strings are shown that nobody sees."""
        self.seen = len(shown) - self.hidden
        """How many strings are shown that one sees."""

    def remove_hidden(self) -> None:
        """Take the hidden text out of the page's content; all that is seen stays as it is."""
        if not self.hidden:
            return
        self._count = 0
        self._forms.clear()
        resources = _own_resources(self._page.obj)
        _copy_in(resources, Name.XObject)
        data = self._without(self._page, resources, 0)
        if data is not None:
            self._page.obj.Contents = compressed(self._pdf, data)

    def mute(self) -> None:
        """Let the text that is seen be copied and searched as spaces; its looks stay."""
        if self.seen:
            self._mute(_own_resources(self._page.obj), 0)

    def _look(
        self, holder: Any, resources: Any, matrix: Matrix, mode: int, depth: int
    ) -> Iterator[tuple[int, int]]:
        """Yield number and rendering mode of each operator that shows text."""
        saved: list[tuple[Matrix, int]] = []
        for operands, operator in _operators(holder):
            self._left -= 1
            if self._left < 0:
                raise pikepdf.PdfError("more drawing commands than a page of text has")
            match str(operator):
                case "q":
                    saved.append((matrix, mode))
                case "Q" if saved:
                    matrix, mode = saved.pop()
                case "cm":
                    matrix = _matrix(operands) @ matrix
                case "Tr":
                    mode = int(operands[0])
                case "Tj" | "TJ" | "'" | '"':
                    self._count += 1
                    yield self._count, mode
                case "INLINE IMAGE":
                    self._painted(matrix, opaque=not operands[0].image_mask)
                case "Do":
                    thing = _xobject(resources, operands[0])
                    if thing is None:
                        continue
                    if thing.get(Name.Subtype) == Name.Form and depth < _DEEPEST:
                        inner = _matrix(thing.get(Name.Matrix, (1, 0, 0, 1, 0, 0))) @ matrix
                        own = thing.get(Name.Resources, resources)
                        yield from self._look(thing, own, inner, mode, depth + 1)
                    elif thing.get(Name.Subtype) == Name.Image:
                        see_through = {Name.SMask, Name.Mask} & {Name(k) for k in thing}
                        mask = bool(thing.get(Name.ImageMask, False))
                        self._painted(matrix, opaque=not (see_through or mask))

    def _painted(self, matrix: Matrix, *, opaque: bool) -> None:
        self._count += 1
        if opaque and abs(matrix.a * matrix.d - matrix.b * matrix.c) > _COVERS * self._area:
            self._covered_until = self._count

    def _without(self, holder: Any, resources: Any, depth: int) -> bytes | None:
        """The content without its hidden text; None where it has none. Forms are replaced."""
        kept: list[tuple[Any, Any]] = []
        block: list[tuple[Any, Any]] | None = None
        changed = block_seen = block_hidden = False
        for operands, operator in _operators(holder):
            name = str(operator)
            if name == "BT":
                block, block_seen, block_hidden = [], False, False
            target = kept if block is None else block
            if operator in _SHOWS:
                self._count += 1
                if self._count in self._hidden_at:
                    changed = block_hidden = True
                    continue
                block_seen = True
            elif name == "INLINE IMAGE":
                self._count += 1
            elif name == "Do":
                self._replace_form(resources, operands[0], depth)
            target.append((operands, operator))
            if name == "ET" and block is not None:
                if block_hidden and not block_seen:  # only what outlasts the block matters
                    block = [each for each in block if each[1] in _TEXT_STATE]
                kept += block
                block = None
        kept += block or []
        return pikepdf.unparse_content_stream(kept) if changed else None

    def _replace_form(self, resources: Any, name: Any, depth: int) -> None:
        thing = _xobject(resources, name)
        if thing is None:
            return
        if thing.get(Name.Subtype) == Name.Image:
            self._count += 1
        elif thing.get(Name.Subtype) == Name.Form and depth < _DEEPEST:
            if thing.objgen not in self._forms:
                self._forms[thing.objgen] = self._stripped(thing, resources, depth)
            made, count = self._forms[thing.objgen]
            self._count += count
            if made is not None:
                self._forms[made.objgen] = made, count
                resources.XObject[name] = made

    def _stripped(self, form: Any, resources: Any, depth: int) -> tuple[Any, int]:
        """A form without its hidden text, None if it has none, and how many operators it counts.

        It is another form: this one may serve other pages too.
        """
        before = self._count
        own = Dictionary(form.get(Name.Resources, resources))
        _copy_in(own, Name.XObject)
        data = self._without(form, own, depth + 1)
        count, self._count = self._count - before, before
        changed = data is not None or self._forms_changed(form.get(Name.Resources), own)
        if not changed:
            return None, count
        return self._form_like(form, form.read_bytes() if data is None else data, own), count

    def _forms_changed(self, before: Any, after: Any) -> bool:
        old = (before or {}).get(Name.XObject) or {}
        return any(old.get(name) != thing for name, thing in after.XObject.items())

    def _form_like(self, form: Any, data: bytes, resources: Any) -> Any:
        made = compressed(self._pdf, data)
        for key, value in form.items():
            if key not in _STREAM_KEYS:
                made[Name(key)] = value
        made.Resources = resources
        return made

    def _mute(self, resources: Any, depth: int) -> None:
        for name, font in _copy_in(resources, Name.Font).items():
            muted = Dictionary(font)
            muted.ToUnicode = self._spaces[2 if font.get(Name.Subtype) == Name.Type0 else 1]
            resources.Font[name] = self._pdf.make_indirect(muted)
        if depth >= _DEEPEST:
            return
        for name, thing in _copy_in(resources, Name.XObject).items():
            if thing.get(Name.Subtype) == Name.Form and Name.Resources in thing:
                own = Dictionary(thing.Resources)
                self._mute(own, depth + 1)
                resources.XObject[name] = self._form_like(thing, thing.read_bytes(), own)


_STREAM_KEYS = frozenset(("/Length", "/Filter", "/DecodeParms", "/F", "/FFilter", "/FDecodeParms"))


def compressed(pdf: pikepdf.Pdf, data: bytes) -> Any:
    """Return a new stream of `pdf` that holds `data`, deflated."""
    stream = pdf.make_stream(zlib.compress(data), Filter=Name.FlateDecode)
    return pdf.make_indirect(stream)


def add_to_page(pdf: pikepdf.Pdf, page: pikepdf.Page, content: bytes, font: str, what: Any) -> None:
    """Put `content` before all that the page draws; `what` is the font it calls `font`.

    Before, since nothing has changed the coordinates there, and what isn't seen hides nothing.
    """
    fonts = _copy_in(_own_resources(page.obj), Name.Font)
    fonts[Name("/" + font)] = what
    page.contents_add(compressed(pdf, content), prepend=True)


def _operators(holder: Any) -> Iterator[tuple[Any, Any]]:
    contents = [holder] if isinstance(holder, pikepdf.Stream) else holder.obj.get(Name.Contents)
    for stream in contents if isinstance(contents, pikepdf.Array) else [contents]:
        if isinstance(stream, pikepdf.Stream) and not _is_small(stream):
            raise pikepdf.PdfError("content too large for a page of text")
    for each in pikepdf.parse_content_stream(holder):
        yield each.operands, each.operator


def _is_small(stream: pikepdf.Stream) -> bool:
    """Whether unpacking the stream is harmless: found out without unpacking all of it."""
    filters = stream.get(Name.Filter)
    names = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
    data = stream.read_raw_bytes()
    if names == [Name.FlateDecode]:
        try:
            return len(zlib.decompressobj().decompress(data, _LARGEST + 1)) <= _LARGEST
        except zlib.error:
            return True  # qpdf makes of it what it can
    packed = sum(name is not None for name in names)
    return len(data) * int(1000**packed) <= _LARGEST


def _resources(page: Any) -> Any:
    """The page's resources, its own or those of the nodes above it."""
    node, steps = page, 0
    while node is not None and steps < 100:
        found = node.get(Name.Resources)
        if found is not None:
            return found
        node, steps = node.get(Name.Parent), steps + 1
    return Dictionary()


def _own_resources(page: Any) -> Any:
    """The page's resources, copied: other pages may use the same."""
    page[Name.Resources] = Dictionary(_resources(page))
    return page[Name.Resources]


def _copy_in(resources: Any, kind: Any) -> Any:
    """The fonts or XObjects among `resources`, copied, so that names can be given to others."""
    resources[kind] = Dictionary(resources.get(kind) or {})
    return resources[kind]


def _xobject(resources: Any, name: Any) -> Any:
    thing = (resources.get(Name.XObject) or {}).get(name)
    return thing if isinstance(thing, pikepdf.Stream) else None


def _matrix(values: Any) -> Matrix:
    return Matrix(*(float(value) for value in values))

"""Source text → chunks: what stands between white space, its punctuation set apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

# A chunk ends at white space, or after a closing mark that has letters before it ("dân”y/").
_CHUNK = regex.compile(r"\S+")
_AFTER_CLOSE = regex.compile(r"(?<=\p{L}{2}[.,;:]?[”»)])(?=[^\s.,;:!?…”»)’\"'\]])")
# Hyphens, dashes and slashes join two words that are each read on their own (tế-xã, và/hoặc), and
# so does a full stop or comma that lost its space (1.Tiếng, hóa,thể).
_BETWEEN = regex.compile(
    r"(?<=\p{L}{2})[-–—/](?=\p{L}{2})|(?<=[\p{L}\d])[-.,;:)](?=\p{Lu}?\p{Ll}{2})"
    r"|(?<=\d)[-.,;:)](?=\p{Lu}{3})"  # 1.3-KIỂM
)
# Web and mail addresses are no words; one goes on in the next line where it holds a dot inside.
_ADDRESS = regex.compile(
    r"(?i)(?:https?:/|www\.|(?<=\w\.)(?:gov|edu|com|org|net)\b|\w\.vn\b|[\w.]@\w)"
)
_ADDRESS_START = regex.compile(r"(?i)(?:https?:/|www\.|(?<![\w.@/-])[a-z\d][\w.@/-]*$)")
_LONGEST_ADDRESS = 120
_GOES_ON = regex.compile(r"[(]?[a-zA-Z\d_-]+(?:[./][a-zA-Z\d_-]+)+[./)]*")
_LEADING = regex.compile(r"[(\[{“‘\"'«„‟‛`\-–—/+*•…<>,.;:=|~_]*")
_TRAILING = regex.compile(r"[)\]}”’\"'»“‘`´,.;:!?…\-–—/<>=|~*_]*$")

_QUOTES = str.maketrans("“”„‟″«»‘’‚‛`´", '"""""""' + "''''''")


class Chunk(NamedTuple):
    """A stretch without white space: leading punctuation, core, trailing punctuation.

    Offsets are code points of the source; the core is `source[core_start:core_end]`, `address`
    whether it is one of the web or mail.
    """

    start: int
    core_start: int
    core_end: int
    end: int
    address: bool = False


def straight_quotes(text: str) -> str:
    """Return `text` with every quotation mark as a straight one, lengths kept."""
    return text if text.isalnum() else text.translate(_QUOTES)


def split_affixes(chunk: str) -> tuple[int, int]:
    """Return where the core of `chunk` starts and ends; empty at the end if it has none."""
    leading = _LEADING.match(chunk)
    start = leading.end() if leading else 0
    trailing = _TRAILING.search(chunk, start)
    end = trailing.start() if trailing else len(chunk)
    return (start, end) if start < end else (len(chunk), len(chunk))


def chunks(source: str, start: int = 0, end: int | None = None) -> Iterator[Chunk]:
    """Yield the chunks of `source[start:end]`."""
    before = source[max(0, start - _LONGEST_ADDRESS) : start].split()
    address_before = bool(before) and _ADDRESS.search(before[-1]) is not None
    for match in _CHUNK.finditer(source, start, len(source) if end is None else end):
        text = match.group()
        address = _address(text, address_before)
        address_before = address is not None
        if address is None:
            yield from _parts(text, match.start())
            continue
        if address:
            yield from _parts(text[:address], match.start())
        yield _whole(text[address:], match.start() + address)._replace(address=True)


def _address(text: str, goes_on: bool) -> int | None:
    """Return where a web or mail address begins in a stretch without white space, if one does."""
    if text.isalnum() or text[:-1].isalnum():
        return None
    found = _ADDRESS.search(text)
    if found is None:
        return 0 if goes_on and _GOES_ON.fullmatch(text) else None
    begins = _ADDRESS_START.search(text, 0, found.end())
    start = begins.start() if begins else 0
    return start if any(map(str.isalnum, text[:start])) else 0


def _whole(text: str, offset: int) -> Chunk:
    start, end = split_affixes(text)
    return Chunk(offset, offset + start, offset + end, offset + len(text))


def _parts(text: str, offset: int) -> Iterator[Chunk]:
    core = text[:-1] if text[-1] in ".,;:" else text
    if core.isalnum():  # as most are
        yield Chunk(offset, offset, offset + len(core), offset + len(text))
        return
    cuts = [m.start() for m in _AFTER_CLOSE.finditer(text)]
    joints = [m.start() for m in _BETWEEN.finditer(text)]
    position = 0
    for cut in sorted({*cuts, *(j + 1 for j in joints), len(text)}):
        piece = text[position:cut]
        if piece:
            yield _whole(piece, offset + position)
        position = cut


def key_of(core: str, upper: bool) -> str:
    """Return the channel's key for a core as read.

    Capitals garble differently from small letters, so all-capitals text keeps its case behind a
    "^". Otherwise case is dropped, but for "I", which is nearly always a misread "l".
    """
    core = straight_quotes(core)
    if upper:
        return "^" + core
    return "I".join(part.lower() for part in core.split("I")) if "I" in core else core.lower()

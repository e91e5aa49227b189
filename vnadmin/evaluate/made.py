"""Inputs made from the truth: unaccented, in a legacy encoding, or as it is."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from functools import lru_cache
from itertools import product

from unidecode import unidecode

from vnadmin.errors import InputError, UsageError
from vnadmin.formats.decode import decode
from vnadmin.vietnamese import fold, nfc

IDENTITY, STRIPPED = "identity", "stripped"

_AS_TEXT = " text"

_ENCODINGS = ("tcvn3", "vni", "viscii", "cp1258")

KINDS = (IDENTITY, STRIPPED, "nfd", *_ENCODINGS, *(name + _AS_TEXT for name in _ENCODINGS))
"""What can be made; "tcvn3" is what reading a file's bytes gives, "tcvn3 text" what is copied out
of a document whose fonts draw them: the bytes as Windows-1252 has them."""


def made(truth: str, kind: str) -> str:
    """Return the input of a kind that says what `truth` says.

    Raises:
        UsageError: there is no such kind.
        InputError: the encoding of the bytes isn't recognised.
    """
    if kind == IDENTITY:
        return truth
    if kind == STRIPPED:
        return fold(truth)
    if kind == "nfd":
        return unicodedata.normalize("NFD", truth)
    encoding = kind.removesuffix(_AS_TEXT)
    if encoding not in _ENCODINGS:
        raise UsageError(f"nothing is made as {kind!r}; what can be: {', '.join(KINDS)}")
    data = encoded(truth, encoding)
    if kind == encoding:
        return decode(data, name=kind).text
    return "".join(_windows_1252(byte) for byte in data)


def encoded(text: str, encoding: str) -> bytes:
    """Return text in a legacy encoding; a letter it lacks becomes its small one, a sign plain."""
    table = _encoder(encoding)
    return b"".join(
        table.get(char) or table.get(char.lower()) or unidecode(char).encode("ascii")
        for char in nfc(text)
    )


@lru_cache
def _encoder(encoding: str) -> dict[str, bytes]:
    """Return the bytes of each character: a letter's and its mark's, or one.

    Pairs come first: single bytes that VNI doesn't use read as what Windows-1252 has there.
    """
    table: dict[str, bytes] = {chr(byte): bytes([byte]) for byte in range(0x80)}
    pairs = [bytes(pair) for pair in product(range(0x41, 256), range(0x80, 256))]
    for data in [*pairs, *(bytes([byte]) for byte in range(0x80, 256))]:
        with suppress(InputError):  # bytes that say nothing in this encoding
            char = nfc(decode(data, name=encoding, encoding=encoding).text)
            if len(char) == 1:
                table.setdefault(char, data)
    return table


def _windows_1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)

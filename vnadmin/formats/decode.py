"""Bytes of a text file → str: byte order mark, UTF-8, a detected legacy encoding, or an error."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass

import regex

from vnadmin.errors import InputError, UsageError
from vnadmin.formats.foreign import what_it_is
from vnadmin.formats.legacy import decode_tcvn3, decode_viscii, decode_vni
from vnadmin.vietnamese import LETTERS, is_syllable, nfc

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins alike
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 200_000  # bytes that the statistics look at
_ENOUGH = 0.8  # share of accented words that must be Vietnamese syllables; wrong tables reach 0.4
_OWN = {"tcvn3": decode_tcvn3, "vni": decode_vni, "viscii": decode_viscii}
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_CHOOSE = (
    "name it with --encoding (cp1258, tcvn3, vni, viscii, utf-16, …) or convert the file to UTF-8"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and the name of the encoding it was read with."""

    text: str
    encoding: str


def decode(data: bytes, *, name: str, encoding: str | None = None) -> Decoded:
    """Decode the bytes of the text file called `name`.

    Args:
        data: the whole file.
        name: what error messages call the file.
        encoding: use this one and no other: a Python codec's name, `tcvn3`, `vni` or `viscii`.

    Raises:
        InputError: the bytes aren't text, or no encoding fits them.
        UsageError: there is no such encoding.
    """
    if encoding is not None:
        return Decoded(_without_nul(_decode_as(data, encoding, name), name), encoding.lower())
    foreign = what_it_is(data[:4096])
    if foreign is not None:
        what, advice = foreign
        raise InputError(f"{name}: not a text file (it is {what}); {advice}, or set --encoding")
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return Decoded(_without_nul(_decode_as(data, codec, name), name), codec)
    if b"\0" in data:
        wide = _wide_encoding(data)
        if wide is None:
            raise InputError(_not_text(name, "it holds NUL bytes"))
        return Decoded(data.decode(wide), wide)
    if _share(data[:_SAMPLE], _CONTROLS) > 0.02:
        raise InputError(_not_text(name, "it is full of control characters"))
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        legacy = _legacy_encoding(data)
        if legacy is None:
            raise InputError(
                f"{name}: not valid UTF-8 (byte {data[error.start]:#04x} at offset {error.start}) "
                f"and no legacy Vietnamese encoding fits: {_CHOOSE}"
            ) from error
    return Decoded(_decode_as(data, legacy, name), legacy)


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    own = _OWN.get(encoding.lower())
    if own is not None:
        return own(data)
    try:
        codec = codecs.lookup(encoding)
        if not codec._is_text_encoding:
            raise LookupError
    except LookupError as error:
        raise UsageError(f"unknown encoding {encoding!r}: {_CHOOSE}") from error
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        where = getattr(error, "start", 0)
        raise InputError(
            f"{name}: not valid {encoding} at byte offset {where}: {_CHOOSE}"
        ) from error
    return nfc(text) if codec.name == "cp1258" else text  # cp1258 spells tones as combining marks


def _without_nul(text: str, name: str) -> str:
    if "\0" in text:
        raise InputError(_not_text(name, "it holds NUL characters"))
    return text


def _not_text(name: str, why: str) -> str:
    return f"{name}: not a text file ({why}); give text, a PDF or an image, or set --encoding"


def _share(data: bytes, wanted: bytes) -> float:
    return 1 - len(data.translate(None, wanted)) / len(data) if data else 0.0


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: the byte order in which the text reads as Vietnamese."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        sample = nfc(text[:_SAMPLE].lower())
        known = sum(
            c in LETTERS
            or (c.isascii() and (c.isprintable() or c.isspace()))
            or unicodedata.category(c) in ("Pd", "Pi", "Pf", "Po")
            for c in sample
        )
        if "\0" not in text and known > 0.9 * len(sample):
            return encoding
    return None


def _legacy_encoding(data: bytes) -> str | None:
    """The legacy encoding whose accented words are most often Vietnamese syllables, if most are."""
    sample = data[:_SAMPLE]
    readings = {name: read(sample) for name, read in _OWN.items()}
    readings["cp1258"] = nfc(sample.decode("cp1258", errors="replace"))
    scores = {encoding: _vietnameseness(text) for encoding, text in readings.items()}
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] >= _ENOUGH else None


def _vietnameseness(text: str) -> float:
    """Share of syllables among the words that aren't plain ASCII; 0 if there are too few to say."""
    accented = [word for word in regex.findall(r"[^\s\p{P}\d]+", text) if not word.isascii()]
    if len(accented) < 3:
        return 0.0
    return sum(is_syllable(word) for word in accented) / len(accented)

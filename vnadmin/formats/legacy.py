"""The Vietnamese encodings that Python has no codec for, and texts read with the wrong table.

TCVN3 ("ABC", fonts named .VnTime): one byte a letter, TCVN 5712:1993 third table. Its capitals with
tone marks live in a capitals-only font, so they can't be told from small letters here.
VNI (fonts named VNI-Times): a base letter and a byte for its marks, in Windows-1252.
VISCII: RFC 1456.

What was typed with such a font is found in Unicode texts as well, each byte as the character that
Windows-1252 has there ("Céng hoµ" for Cộng hoà). `READINGS` turns such characters into what was
meant; so it does with Windows-1258 and UTF-8 taken for Windows-1252.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import regex

_TCVN3_BYTES = bytes.fromhex(
    "b5b8b6b7b9 a8bbbebcbdc6 a9c7cac8c9cb ae ccd0cecfd1 aad2d5d3d4d6 d7ddd8dcde dfe3e1e2e4"
    "abe5e8e6e7e9 aceaedebecee eff3f1f2f4 adf5f8f6f7f9 fafdfbfcfe a1a2a7a3a4a5a6"
)
_TCVN3_LETTERS = (
    "àáảãạ" "ăằắẳẵặ" "âầấẩẫậ" "đ" "èéẻẽẹ" "êềếểễệ" "ìíỉĩị" "òóỏõọ"
    "ôồốổỗộ" "ơờớởỡợ" "ùúủũụ" "ưừứửữự" "ỳýỷỹỵ" "ĂÂĐÊÔƠƯ"
)  # fmt: skip
_TCVN3 = dict(zip(_TCVN3_BYTES, _TCVN3_LETTERS, strict=True))

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_TONES = {"ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT}
_CIRCUMFLEX = {
    mark: "\u0302" + tone
    for mark, tone in zip("âàáåãä", ["", _GRAVE, _ACUTE, _HOOK, _TILDE, _DOT], strict=True)
}
_BREVE = {
    mark: "\u0306" + tone
    for mark, tone in zip("êèéúüë", ["", _GRAVE, _ACUTE, _HOOK, _TILDE, _DOT], strict=True)
}
_SINGLES = dict(zip("ìíæóòôöîñ", "ìíỉĩịơưỵđ", strict=True))
_MARKS = {
    "a": _TONES | _CIRCUMFLEX | _BREVE,
    "e": _TONES | _CIRCUMFLEX,
    "o": _TONES | _CIRCUMFLEX,
    **dict.fromkeys("uyôö", _TONES),
}
_VNI = {
    base + mark: unicodedata.normalize("NFC", _SINGLES.get(base, base) + marks)
    for base, table in _MARKS.items()
    for mark, marks in table.items()
} | _SINGLES
_VNI |= {pair.upper(): letter.upper() for pair, letter in _VNI.items()} | {
    pair.capitalize(): letter.upper() for pair, letter in _VNI.items()
}

_VISCII = dict(
    zip(
        [*range(0x80, 0x100), 0x02, 0x05, 0x06, 0x14, 0x19, 0x1E],
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ"
        "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
        "Õắằặấầẩậẽẹếềểễệố"
        "ồổỗỠƠộờởịỰỨỪỬơớƯ"
        "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"
        "ĐứÒÓÔạỷừửÙÚỹỵÝỡư"
        "àáâãảăữẫèéêẻìíĩỉ"
        "đựòóôõỏọụùúũủýợỮ"
        "ẲẴẪỶỸỴ",
        strict=True,
    )
)


def _windows_1252(byte: int) -> str:
    """The character of a byte; the five that Windows-1252 leaves empty are control characters."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_UPPER_HALF = {_windows_1252(byte): chr(byte) for byte in range(0x80, 0x100)}
_TO_LATIN_1 = str.maketrans(_UPPER_HALF)
# In a text the no-break space is one; only in bytes it is VISCII's Õ.
_VISCII_TEXT: dict[str, str] = {
    _windows_1252(byte): letter for byte, letter in _VISCII.items() if byte >= 0x80 and byte != 0xA0
}
_CP1258_TEXT: dict[str, str] = {
    char: letter
    for char, byte in _UPPER_HALF.items()
    if (letter := bytes([ord(byte)]).decode("cp1258", errors="ignore"))
}
_UTF_8 = regex.compile(
    "[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|\xc3$"
)


def decode_tcvn3(data: bytes) -> str:
    """Decode TCVN3; bytes that the table doesn't have are kept as Latin-1."""
    return data.decode("latin-1").translate(_TCVN3)


def decode_vni(data: bytes) -> str:
    """Decode VNI; a mark that fits no letter before it is kept as Windows-1252 has it."""
    return _read_vni(data.decode("cp1252", errors="replace"))


def decode_viscii(data: bytes) -> str:
    """Decode VISCII."""
    return data.decode("latin-1").translate(_VISCII)


def _read_vni(text: str) -> str:
    parts: list[str] = []
    position = 0
    while position < len(text):
        pair, single = text[position : position + 2], text[position]
        if pair in _VNI:
            parts.append(_VNI[pair])
            position += 2 if len(pair) == 2 else 1
        else:
            parts.append(_VNI.get(single, single))
            position += 1
    return "".join(parts)


def _read_utf_8(text: str) -> str:
    """Read UTF-8 taken for Windows-1252; what is no UTF-8 stays."""
    parts: list[str] = []
    position = 0
    for match in _UTF_8.finditer(text.translate(_TO_LATIN_1)):
        try:
            # An à at a word's end has lost its second byte, a no-break space.
            char = match.group().ljust(2, "\xa0").encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            continue
        parts += [text[position : match.start()], char]
        position = match.end()
    return "".join([*parts, text[position:]])


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read characters that were made from the bytes of another encoding.

    Attributes:
        read: turns a word as it was found into what was meant.
        characters: all the characters outside ASCII that such a text can hold as letters.
        capitals_font: whether capitals with marks were typed as small letters in another font.
    """

    read: Callable[[str], str]
    characters: frozenset[str]
    capitals_font: bool = False


def _reading(table: Mapping[str, str], *, capitals_font: bool = False) -> Reading:
    by_code = {ord(char): letter for char, letter in table.items()}
    return Reading(
        lambda text: unicodedata.normalize("NFC", text.translate(by_code)),
        frozenset(table),
        capitals_font,
    )


_TCVN3_TEXT = {chr(byte): letter for byte, letter in _TCVN3.items()}
_TCVN3_TEXT |= {"∙": "ã", "μ": "à"}  # PDF fonts name these two bytes so

READINGS: dict[str, Reading] = {
    "tcvn3": _reading(_TCVN3_TEXT, capitals_font=True),
    "vni": Reading(_read_vni, frozenset(c for pair in _VNI for c in pair if not c.isascii())),
    "viscii": _reading(_VISCII_TEXT),
    "cp1258": _reading(_CP1258_TEXT),
    "utf-8": Reading(_read_utf_8, frozenset(_UPPER_HALF)),
}
"""By name of the encoding whose bytes were taken for Windows-1252."""

"""The two Vietnamese encodings of the 1990s that Python has no codec for: TCVN3 and VNI.

TCVN3 ("ABC", fonts named .VnTime): one byte a letter, TCVN 5712:1993 third table. Its capitals with
tone marks live in a capitals-only font, so they can't be told from small letters here.
VNI (fonts named VNI-Times): a base letter and a byte for its marks, in Windows-1252.
"""

from __future__ import annotations

import unicodedata

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


def decode_tcvn3(data: bytes) -> str:
    """Decode TCVN3; bytes that the table doesn't have are kept as Latin-1."""
    return data.decode("latin-1").translate(_TCVN3)


def decode_vni(data: bytes) -> str:
    """Decode VNI; a mark that fits no letter before it is kept as Windows-1252 has it."""
    text = data.decode("cp1252", errors="replace")
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

"""The written language: Unicode form, syllable grammar, tone marks, folding. No I/O.

A Vietnamese syllable is onset + rime + tone. The tone mark sits on one vowel letter of the rime;
two habits differ on where in the open rimes *oa, oe, uy* ("hòa" and "hoà" are one word).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import regex

ToneHabit = Literal["old", "new"]
"""`old` writes hòa, khỏe, ủy; `new` writes hoà, khoẻ, uỷ."""

TONE_MARKS = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
"""Combining marks by tone number: 0 ngang, 1 huyền, 2 sắc, 3 hỏi, 4 ngã, 5 nặng."""

VOWELS = "aăâeêioôơuưy"

_TONED = {
    unicodedata.normalize("NFC", vowel + mark): (vowel, tone)
    for vowel in VOWELS + VOWELS.upper()
    for tone, mark in enumerate(TONE_MARKS)
}
_MARKED = {pair: char for char, pair in _TONED.items()}

LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzđ" + "".join(c for c in _TONED if c.islower()))
"""Lower-case letters of Vietnamese text, f j w z of foreign words included."""

ONSETS = frozenset(
    [*"b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split(), ""]
)

# Rimes as written without tone; after the onset "qu" the glide u belongs to the onset.
RIMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet
    oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uên uênh uêu ui um un ung uôc uôi uôm uôn uông uôt uơ up ut
    uy uya uych uyên uyêt uyn uynh uyp uyt uyu
    ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu
    """.split()
)

_FRONT = frozenset("eêiy")
_G_BEFORE_I = frozenset(["i", "ia", "iêc", "iêm", "iên", "iêng", "iêt", "in", "ip"])
_OPEN_GLIDES = ("oa", "oe", "uy")


def nfc(text: str) -> str:
    """Return `text` in Unicode Normalization Form C."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Strip every diacritic and turn đ into d; case and everything else is kept.

    The result has as many code points as `nfc(text)` where each accented letter has a composed
    form, as every Vietnamese one has.
    """
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    for char in set(decomposed):
        if unicodedata.combining(char):
            decomposed = decomposed.replace(char, "")
    return decomposed.replace("đ", "d").replace("Đ", "D")


_HABIT_PATTERN = regex.compile(r"(?:o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?!\p{L})")


def _to_old_habit(match: regex.Match[str]) -> str:
    first, second = match.group()[0], match.group()[1]
    vowel, tone = _TONED[second]
    return _MARKED[first, tone] + vowel


def canonical(text: str) -> str:
    """Return `text` in the one form used for comparing: NFC, lower case, hoà written hòa."""
    if text.isascii():
        return text.lower()
    return str(_HABIT_PATTERN.sub(_to_old_habit, nfc(text).lower()))


@lru_cache(maxsize=65536)
def split_tone(syllable: str) -> tuple[str, int]:
    """Split an NFC syllable into its toneless spelling and tone number (0 to 5).

    Only the last tone mark found counts; case is kept.
    """
    tone = 0
    letters = []
    for char in syllable:
        vowel, mark = _TONED.get(char, (char, 0))
        letters.append(vowel)
        tone = mark or tone
    return "".join(letters), tone


def split_onset(toneless: str) -> tuple[str, str]:
    """Split a lower-case toneless syllable into onset and rime, by the longest onset."""
    for length in (3, 2, 1):
        onset = toneless[:length]
        if len(onset) == length and onset in ONSETS and toneless[length:]:
            if onset == "gi" and (toneless[1:] in _G_BEFORE_I) and toneless[2:] not in RIMES:
                return "g", toneless[1:]
            return onset, toneless[length:]
    return "", toneless


@lru_cache(maxsize=1)
def _toned_rimes() -> dict[str, tuple[str, int]]:
    """Return every rime with every tone mark, in both habits: (rime, tone) by spelling."""
    return {
        place_tone(rime, tone, habit): (rime, tone)
        for habit in ("old", "new")
        for rime in RIMES
        for tone in range(len(TONE_MARKS))
    }


@lru_cache(maxsize=65536)
def is_syllable(word: str) -> bool:
    """Whether `word` (any case, either tone habit) is a possible Vietnamese syllable.

    Possible is what the grammar of onset, rime and tone allows; whether it is in use, the language
    model's vocabulary tells.
    """
    return are_syllables([nfc(word).lower()])[0]


def are_syllables(words: Iterable[str]) -> list[bool]:
    """Tell of each NFC lower-case word whether it is a possible syllable; many are told fast."""
    toned_rimes = _toned_rimes()
    result = []
    for word in words:
        onset = ""
        for length in (3, 2, 1):
            if word[:length] in ONSETS and word[length:]:
                onset = word[:length]
                break
        found = toned_rimes.get(word[len(onset) :])
        if found is None and onset == "gi":
            onset, found = "g", toned_rimes.get(word[1:])
        result.append(found is not None and _agree(onset, *found))
    return result


def _agree(onset: str, rime: str, tone: int) -> bool:
    """Whether onset, rime and tone go together."""
    front = rime[0] in _FRONT
    if onset in ("gh", "ngh", "k") and not front:
        return False
    gi = onset == "g" and rime in _G_BEFORE_I and rime[1:] not in RIMES  # gì, but giá
    if onset in ("c", "g", "ng") and front and not gi:
        return False
    stopped = rime[-1] in "ptc" or rime.endswith("ch")
    return not stopped or tone in (2, 5)


@lru_cache(maxsize=65536)
def place_tone(toneless: str, tone: int, habit: ToneHabit = "old") -> str:
    """Put tone number `tone` on the vowel of a toneless syllable where the habit has it.

    A string without a vowel is returned unchanged.
    """
    if tone == 0:
        return toneless
    lowered = toneless.lower()
    onset, rime = split_onset(lowered)
    offset = len(onset)
    vowels = [offset + i for i, c in enumerate(rime) if c in VOWELS]
    if not vowels:
        return toneless
    marked = [i for i in vowels if lowered[i] in "ăâêôơư"]
    if marked:
        target = marked[-1]
    elif len(vowels) == 1:
        target = vowels[0]
    elif len(vowels) == 2:
        closed = len(rime) > 2
        second = closed or (habit == "new" and rime in _OPEN_GLIDES)
        target = vowels[1] if second else vowels[0]
    else:
        target = vowels[1]
    char = _MARKED[toneless[target], tone]
    return toneless[:target] + char + toneless[target + 1 :]


def in_new_habit(word: str) -> str:
    """Return a canonical syllable with its tone mark where the `new` habit has it (hoà)."""
    toneless, tone = split_tone(word)
    return place_tone(toneless, tone, "new") if is_syllable(word) else word


def tone_habit(text: str) -> ToneHabit:
    """Tell which habit `text` follows in the rimes oa, oe, uy; `old` where it shows neither."""
    new = len(_HABIT_PATTERN.findall(text.lower()))
    old = len(regex.findall(r"[òóỏõọ][ae](?!\p{L})|(?<!q)[ùúủũụ]y(?!\p{L})", text.lower()))
    return "new" if new > old else "old"

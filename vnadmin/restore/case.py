"""Upper and lower case: the source's is kept where it can be read, and mended where not."""

from __future__ import annotations

from vnadmin.vietnamese import is_syllable


def mend_case(
    word: str, source: str, *, upper: bool, at_start: bool, before_capital: bool = False
) -> str:
    """Return the lower-case `word` in the case that its reading `source` shows.

    Args:
        word: what the decoder chose.
        source: the core as read.
        upper: whether the reading is all capitals, or stands in a line of capitals.
        at_start: whether a sentence begins here, which decides where the first character read
            shows no case.
        before_capital: whether a line or sentence begins here and the next word with a capital:
            "rần Văn Sơn" lost one.
    """
    if upper:
        return word.upper()
    first = source[0]
    if first == "I" and word[0] == "l":  # l is read as I, not the other way round
        capital = at_start
    elif before_capital and len(word) > len(source) and word.endswith(source):
        capital = True
    elif first.isalpha():
        capital = first.isupper()
    else:
        capital = at_start
    return word[0].upper() + word[1:] if capital else word


def even_case(word: str) -> str | None:
    """Return a syllable with capitals inside ("tẾ") as it is written; `None` if it has none."""
    inside = word[1:]
    if inside.islower() or word.isupper() or not is_syllable(word):
        return None
    even = word[0] + inside.lower()
    return even if even != word else None


def is_upper(core: str, line_upper: bool) -> bool:
    """Whether a core is to be read as capitals: all its letters are, or most of its line is."""
    if core.islower():
        return False
    letters = [c for c in core if c.isalpha()]
    if len(letters) >= 2 and all(c.isupper() for c in letters):
        return True
    return line_upper and any(c.isupper() for c in letters)

"""Patterns that a search finds fast."""

from __future__ import annotations

import re


def one_of(*alternatives: str, not_after: str = r"\w") -> str:
    r"""Return a pattern of any of `alternatives`, which a search skips to by their first letters.

    `re` tries a pattern that begins with a look-behind at every place of the text, one that begins
    with a set of letters only where one of these stands: four times as fast.

    Args:
        alternatives: patterns that begin with a letter, a digit or a set of these ("[Kk]hoản").
        not_after: what can't stand before it: one character, or several of one width.
    """
    rests: dict[str, list[str]] = {}
    for alternative in alternatives:
        match = re.match(r"\[([^]]*)\]|(\w)", alternative)
        assert match is not None, alternative
        for letter in match[1] or match[2]:
            rests.setdefault(letter, []).append(alternative[match.end() :])
    letters: dict[str, str] = {}
    for letter, rest in rests.items():
        joined = "|".join(rest)
        letters[joined] = letters.get(joined, "") + letter
    found = "|".join(f"(?<=[{those}])(?:{rest})" for rest, those in letters.items())
    return f"[{''.join(rests)}](?<!{not_after}.)(?:{found})"

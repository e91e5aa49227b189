"""Text as the language model sees it: canonical syllables, classes for numbers, boundaries.

Case, commas, quotation marks and brackets are not part of the model: noise destroys them first.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from vnadmin.vietnamese import canonical

UNKNOWN = "<unk>"
BOUNDARY = "<s>"
"""Stands before the first and after the last word of a sentence."""
CODE = "<code>"
"""Anything that mixes digits and letters: 23-QĐ/TW, QH15, A4."""
DATE = "<date>"
"""A numeric date: 30/7/2021."""
DIGIT, TWO_DIGITS, YEAR, NUMBER = "<d1>", "<d2>", "<year>", "<num>"

CLASSES = (UNKNOWN, BOUNDARY, CODE, DATE, DIGIT, TWO_DIGITS, YEAR, NUMBER)

_TOKEN = regex.compile(
    r"\d[\p{L}\d]*+(?:[-/][\p{L}\d]++|[.,:]\d++)*+"
    r"|\p{L}[\p{L}\p{M}\d]*+"
    r"|[.;:!?…](?=[\s”\"»)’]|$)"
)
_DATE = regex.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2,4}")
_YEAR = regex.compile(r"(?:19|20)\d\d")


def number_class(token: str) -> str:
    """Return the class of a token that starts with a digit."""
    if _DATE.fullmatch(token):
        return DATE
    if any(char.isalpha() for char in token):
        return CODE
    if len(token) == 1:
        return DIGIT
    if len(token) == 2:
        return TWO_DIGITS
    return YEAR if _YEAR.fullmatch(token) else NUMBER


def word_of(token: str) -> str:
    """Return the model's word for a token of the text."""
    if token[0].isdigit():
        return number_class(token)
    if not token[0].isalpha():
        return BOUNDARY
    if any(char.isdigit() for char in token):
        return CODE
    return canonical(token)


def tokens(paragraph: str) -> list[str]:
    """Split an NFC paragraph into the stretches that carry words and sentence ends."""
    return list(_TOKEN.findall(paragraph))


def words(paragraph: str) -> Iterator[str]:
    """Yield the model's words of a paragraph, sentence boundaries within it included."""
    return map(word_of, tokens(paragraph))

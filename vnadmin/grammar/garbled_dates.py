"""Days, months and years of garbled dates: "ngày l6 tháng lÌ năm 202]" can only be figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DAY_WORD = r"[nN][gqp][aàáảãạâ][yỷýv]"
_MONTH_WORD = r"[tT]h[aàáảãạâ]n[gq]"
_SPECK = "[.,:;]?"
_YEAR_WORD = r"[nN][aăâằắáàiĩ]m"
# What stands for a figure beside others; two characters, or a stroke more at the end.
_FIGURES = r"[0-9lI|!\]ÌìÍíOoóÓSZzbB]{1,2}[\]|!]?"
_DAY = re.compile(rf"(?<!\w){_DAY_WORD}\s(?P<figures>{_FIGURES})(?=\s{_MONTH_WORD}\s)")
_MONTH = re.compile(
    rf"(?<!\w){_MONTH_WORD}\s(?P<figures>{_FIGURES})(?=\s{_YEAR_WORD}{_SPECK}\s[12])"
)
_YEAR = re.compile(
    rf"(?<!\w){_MONTH_WORD}\s\S{{1,3}}\s{_YEAR_WORD}{_SPECK}\s(?P<figures>[12][0-9lI|!\]OoóS]{{3}})(?!\w)"
)
_GLUED = (
    re.compile(rf"(?<!\S)(?P<figures>[0-9]{{1,2}})(?P<word>{_MONTH_WORD})(?=\s)"),
    re.compile(rf"(?<!\S)(?P<word>{_DAY_WORD}|{_MONTH_WORD})(?P<figures>[0-9]{{1,2}})(?=\s)"),
    re.compile(rf"(?<!\S)(?P<word>{_YEAR_WORD})(?P<figures>(?:19|20)[0-9]{{2}})(?!\w)"),
)
# "NĐ-CPngày 15": the day's word ran into a document's number.
_BEHIND_CODE = re.compile(rf"(?<=[A-ZĐÐ])_?(?P<word>{_DAY_WORD})(?=\s[0-9])")
# "năm 201 3", "ngày 22/1 1/2019": a space among the figures, where one reading is a date.
_YEAR_APART = re.compile(
    rf"(?<!\w){_MONTH_WORD}\s\S{{1,3}}\s{_YEAR_WORD}{_SPECK}\s"
    r"(?P<figures>(?:19|20)[ ]?[0-9][ ]?[0-9])(?![\w]|[.,/-]?[0-9])"
)
_DATE_APART = re.compile(
    rf"(?<!\w){_DAY_WORD}\s(?P<figures>[0-9](?:[ ]?[0-9])?[/⁄][0-9](?:[ ]?[0-9])?[/⁄]"
    r"(?:1[ ]?9|2[ ]?0)[ ]?[0-9][ ]?[0-9])(?!\w)"
)
_FRACTION_SLASH = re.compile(
    r"(?<![\w/⁄])(?P<figures>[0-9]{1,2}[/⁄][0-9]{1,2}[/⁄](?:19|20)[0-9]{2})(?![\w/⁄])"
)
_WORDS = ((_DAY_WORD, "ngày"), (_MONTH_WORD, "tháng"), (_YEAR_WORD, "năm"))
_READ_AS = str.maketrans(
    dict.fromkeys("lI|!]ÌìÍí", "1") | dict.fromkeys("Oo", "0") | dict.fromkeys("óÓb", "6")
    | dict.fromkeys("Zz", "2") | {"S": "5", "B": "8"}
)  # fmt: skip
_RANGES = ((_DAY, 1, 31), (_MONTH, 1, 12), (_YEAR, 1900, 2099))
_STROKES = frozenset("]|!")
_LIKE_FIGURES = frozenset("0123456789lI|!]ÌÍO")  # "lo" may be a word, where no figure is beside


def find_garbled_dates(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and reading of the parts of dates that hold other characters than figures.

    Only within "ngày … tháng … năm …", where nothing else can stand, and only where the figures
    make a day, a month or a year; a single letter alone ("tháng I") is left as it is. A word and
    its figures that lost the space between them ("04tháng", "NĐ-CPngày") are parted, figures that a
    space parts ("năm 201 3") are joined.
    """
    found = [
        (*match.span(), match[0].replace(match["word"], f" {_plain(match['word'])} ").strip())
        for pattern in _GLUED
        for match in pattern.finditer(text)
    ]
    found += [(*match.span(), f" {_plain(match['word'])}") for match in _BEHIND_CODE.finditer(text)]
    joined = {}
    for pattern in (_YEAR_APART, _DATE_APART, _FRACTION_SLASH):
        for match in pattern.finditer(text):
            value = match["figures"].replace(" ", "").replace("⁄", "/")
            if value != match["figures"] and _is_date_or_year(value):
                joined[match.span("figures")] = value
    found += [(*span, value) for span, value in joined.items()]
    for pattern, least, most in _RANGES:
        for match in pattern.finditer(text):
            read = match["figures"]
            shown = any(c.isdigit() for c in read) or set(read) <= _LIKE_FIGURES
            if read.isdigit() or len(read) == 1 or not shown:
                continue
            for figures in dict.fromkeys([read, read[:-1] if read[-1] in _STROKES else read]):
                value = figures.translate(_READ_AS)
                if figures and least <= int(value) <= most:
                    found.append((*match.span("figures"), value))
                    break
    yield from sorted(found)


def _is_date_or_year(text: str) -> bool:
    """Whether `text` is a year, or day, month and year that can be."""
    *day_and_month, _ = text.split("/")
    return not day_and_month or (
        1 <= int(day_and_month[0]) <= 31 and 1 <= int(day_and_month[1]) <= 12
    )


def _plain(word: str) -> str:
    """Return the word of a date that a garbled one is, a capital kept."""
    read = next(right for pattern, right in _WORDS if re.fullmatch(pattern, word))
    return read.capitalize() if word[0].isupper() else read

"""Dates as official papers print them, in figures or in words, over one line or several."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace

# A gap may hold a line break and, where a page ends, the page number on a line of its own.
GAP = r"[ \t\xa0]{0,4}"
BREAK = (
    r"(?:[ \t\xa0]{0,4}(?:\r?\n\s{0,16}"
    r"(?:(?:[-–—.]{0,2} ?[0-9]{1,3} ?[-–—.]{0,2}|[^\w\s]{1,3}|[a-z])"
    r"[ \t]{0,4}\r?\n\s{0,16}){0,3}?)?)"
)
_SEPARATOR = rf"{GAP}(?:[/.]|-){GAP}"

# A year short of a digit ("năm 009") keeps the date in one piece, but is no year.
_ANY_YEAR = r"(?:[12][0-9]{3}|0[0-9]{2}|20[0-9])"
NUMERIC = rf"(?P<d1>[0-9]{{1,2}}){_SEPARATOR}(?P<m1>[0-9]{{1,2}}){_SEPARATOR}(?P<y1>{_ANY_YEAR})"
# A day or month one digit of which was read as a letter ("l6", "1ó") still reads one way.
_TWO = r"(?:[0-9][0-9lI|Oó]?|[lI|Oó][0-9])"
_LETTERS = str.maketrans({"l": "1", "I": "1", "|": "1", "O": "0", "ó": "6"})
# "tháng" and "năm" are now and then misprinted, or in each other's place; a speck makes "tháng:".
LONG = (
    rf"(?P<d2>{_TWO}){BREAK},?{BREAK}(?:[Tt]h[áàảa]ng|ngày|năm)[.:;,]?{BREAK}(?P<m2>{_TWO})"
    rf"[\]|)’']?{BREAK},?{BREAK}(?:[Nn][ăáâa]m|tháng)[.:;,]?{BREAK}(?P<y2>{_ANY_YEAR})"
)
_DATE = re.compile(rf"(?:[Nn]gày{BREAK})?(?:{LONG}|{NUMERIC})(?![0-9])")
_YEAR = re.compile(rf"(?:[Nn]ăm{BREAK})?(?P<year>(?:19|20)[0-9]{{2}})(?![0-9])")


_BLANK = re.compile(
    rf"[Nn]gày{BREAK}(?:[.…_]{{0,12}}{GAP}/{GAP}[.…_0-9]{{0,12}}{GAP}/{GAP}(?P<short>(?:19|20)[0-9]{{2}}"
    rf"|[.…_]{{1,12}})|[.…_]{{0,12}}{BREAK}tháng{BREAK}[.…_0-9]{{0,12}}{BREAK}"
    r"năm[ \t]{0,3}(?P<year>(?:19|20)[0-9]{2})?)(?![0-9])"
)


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date found: `iso` is `None` where part is missing or misprinted or the day can't exist.

    `year` is 0 where it is blank or misprinted.
    """

    start: int
    end: int
    iso: str | None
    year: int
    impossible: bool = False


def match_date(text: str, position: int) -> DateReading | None:
    """Read a full date that starts at `position` ("ngày" first or not)."""
    match = _DATE.match(text, position)
    if match is None:
        return None
    day = int((match["d1"] or match["d2"]).translate(_LETTERS))
    month = int((match["m1"] or match["m2"]).translate(_LETTERS))
    year = int(match["y1"] or match["y2"])
    if year < 1000:
        return DateReading(match.start(), match.end(), None, 0)
    try:
        iso = datetime.date(year, month, day).isoformat()
    except ValueError:
        return DateReading(match.start(), match.end(), None, year, impossible=True)
    return DateReading(match.start(), match.end(), iso, year)


_MONTH = rf"{GAP}(?:[/.-]|tháng){GAP}"
_MEMBER = (
    rf"[0-9]{{1,2}}{_MONTH}[0-9]{{1,2}}(?:{GAP}(?:[/.-]|năm){GAP}(?P<year>(?:19|20)[0-9]{{2}}))?"
)
_MEMBERS = re.compile(_MEMBER)
_PART = _MEMBER.replace("?P<year>", "?:")
_RUN = re.compile(
    rf"[Nn]gày{BREAK}{_PART}(?:(?:{GAP},{BREAK}|{BREAK}và{BREAK})(?:ngày{BREAK})?{_PART}){{1,9}}(?![\w/])"
)


def match_dates(text: str, position: int) -> tuple[DateReading, ...]:
    """Read the dates of a list that starts at `position`: "ngày 12/6 và 16/6/2025".

    One that leaves its year out has that of the next. Empty where there are fewer than two, or
    one can't be read.
    """
    run = _RUN.match(text, position)
    if run is None:
        return ()
    found: list[DateReading] = []
    year = ""
    start = run.start()
    for match in reversed(list(_MEMBERS.finditer(text, run.start(), run.end()))):
        year = match["year"] or year
        parts = [*re.findall("[0-9]+", match[0])[:2], year]
        reading = match_date("/".join(parts), 0)
        if reading is None:
            return ()
        found.append(replace(reading, start=match.start(), end=match.end()))
    found.reverse()
    found[0] = replace(found[0], start=start)
    return tuple(found)


def match_year(text: str, position: int) -> DateReading | None:
    """Read a year that starts at `position` ("năm 2015" or "2015")."""
    match = _YEAR.match(text, position)
    return None if match is None else DateReading(*match.span(), None, int(match["year"]))


def match_blank_date(text: str, position: int) -> DateReading | None:
    """Read a date whose day was never filled in ("ngày … tháng … năm 2020"); year 0: blank too."""
    match = _BLANK.match(text, position)
    if match is None:
        return None
    year = match["year"] or match["short"] or ""
    return DateReading(*match.span(), None, int(year) if year.isdigit() else 0)


def parse_date(text: str) -> tuple[str | None, bool]:
    """Read `text` as one date: (ISO date or `None`, whether it names a day that can't exist).

    A year alone, or a month and a year, is no full date: (`None`, `False`).
    """
    stripped = text.strip().rstrip(".,;")
    if len(stripped) > 200:
        return None, False
    found = match_date(stripped, 0)
    if found is None or found.end != len(stripped):
        return None, False
    return found.iso, found.impossible

"""What follows a number or a law's name: date, issuer, title."""

from __future__ import annotations

import re
from dataclasses import replace

from ..grammar import (
    DateReading,
    find_numbers,
    match_blank_date,
    match_date,
    match_dates,
    match_year,
    symbol_issuers,
)
from ..grammar.dates import BREAK
from .draft import Draft
from .issuers import match_issuer
from .laws import LawReading
from .titles import match_title
from .words import TAG

_DATE_LEAD = re.compile(
    rf"(?: ?\( ?[A-Z][A-Z0-9]{{0,4}} ?\))?{BREAK}[,(]?{BREAK}"
    r"(?:của\s{1,3}(?=ngày)|cùng\s{1,3}(?=ngày\s{1,3}[0-9]))?"
    r"(?:(?:đã\s{1,3})?(?:được\s{1,3})?"
    rf"(?:ban(?=\s){BREAK}hành|ký|thông(?=\s){BREAK}qua|công(?=\s){BREAK}bố)(?=\s){BREAK})?"
    r"(?=[Nn]gày)"
)
_SAME_DAY = re.compile(rf"{BREAK}[,(]?{BREAK}(?P<same>cùng\s{{1,3}}(?:một\s{{1,3}})?ngày)(?!\w)")
_ISSUER_LEAD = re.compile(rf"{BREAK}[,(]?{BREAK}(?P<word>của|do)(?=\s)")
_BY = re.compile(
    r"\s{1,6}(?:đã\s{1,3})?(?:ban\s{1,3}hành|ký|ban\s{1,3}bố|thông\s{1,3}qua|công\s{1,3}bố)"
)
_YEAR_LEAD = re.compile(rf"{BREAK}(?=năm\s)")
_TERM = re.compile(r"\s{1,4}\(?(?:khóa|khoá)\s{1,4}[IVX]{1,5}\)?")
_LAW_TAIL = re.compile(
    r"(?:\s{1,4}\((?:sửa\s{1,3}đổi|đã\s{1,3}được\s{1,3}sửa\s{1,3}đổi|hợp\s{1,3}nhất)[^)\n]{0,80}\)"
    r"|\s{1,4}sửa\s{1,3}đổi(?=\s{1,4}(?:năm\s{1,4})?(?:19|20)[0-9]{2}))?"
)
_TAG = re.compile(rf"\s?{TAG}")
_LAW_NUMBER_LEAD = re.compile(rf"{BREAK}[,(]?{BREAK}(?:số\s{{0,4}}:?{BREAK})")
_LAW_PASSED = re.compile(
    r"\s{1,4}(?:đã\s{1,3})?được\s{1,3}Quốc\s{1,3}hội[^.;,\n]{0,90}?thông\s{1,3}qua\s{1,4}(?=ngày)"
)
_LAW_YEAR = re.compile(rf"{BREAK}(?=(?:năm\s{{1,6}})?(?:19|20)[0-9]{{2}}(?![\w/]))")


def read_tail(text: str, draft: Draft, same_day: DateReading | None = None) -> None:
    """Read date, issuer and title after the number; `same_day` is what "cùng ngày" points to."""
    joint = "liên" in draft.type or (
        draft.number is not None and len(symbol_issuers(draft.number.symbol)) > 1
    )
    position = draft.core_end
    for _ in range(3):
        dated = draft.date is not None or draft.year is not None
        moved = None if dated else _read_date(text, position, draft, same_day)
        if moved is None and draft.issuer is None:
            moved = _read_issuer(text, _behind_date(text, position, draft), draft, joint)
        if moved is None:
            break
        position = moved
    if draft.date is None and draft.year is None:
        year = _YEAR_LEAD.match(text, position)
        reading = match_year(text, year.end()) if year else None
        if reading is not None and (
            draft.number is None or draft.number.year in (None, reading.year)
        ):
            draft.year = reading
            position = reading.end
    if draft.issuer is None and position > draft.core_end:
        direct = match_issuer(text, position, joint=joint)
        if direct is not None and direct.bodies and match_title(text, direct.end):
            draft.issuer = direct
            position = direct.end
    draft.core_end = max(draft.core_end, position)
    term = _TERM.match(text, position)
    if term is not None:
        position = term.end()
    if text[position : position + 1] == ")":
        position += 1
    draft.title = match_title(text, position)
    if draft.title and draft.date is None and draft.issuer is None:
        _read_behind_title(text, draft)


_BEHIND_TITLE = re.compile(r"(?<![A-ZĐ0-9])\s{1,4}(?=ngày\s{1,4}[0-9])")


def _read_behind_title(text: str, draft: Draft) -> None:
    """Take date and issuer that close a title: "… ban hành Tiêu chí … ngày 06/4/2018 của Bộ A".

    They are this document's only if its number is of that year and that body.
    """
    assert draft.title is not None
    begin, end = draft.title
    if draft.number is None or draft.number.year is None:
        return
    for match in _BEHIND_TITLE.finditer(text, begin, end):
        date = match_date(text, match.end())
        lead = _ISSUER_LEAD.match(text, date.end) if date is not None else None
        if date is None or lead is None or date.year != draft.number.year:
            continue
        issuer = match_issuer(text, lead.end(), joint=len(symbol_issuers(draft.number.symbol)) > 1)
        if issuer is None or issuer.end < end:
            continue
        theirs = set(symbol_issuers(draft.number.symbol))
        if any(theirs & {*body.symbols, *body.abbreviations} for body in issuer.bodies):
            draft.date, draft.issuer, draft.title = date, issuer, (begin, match.start())
            return


def _behind_date(text: str, position: int, draft: Draft) -> int:
    """The place behind the parenthesis that closes a date: "(ngày 05/6/2018) của Chính phủ"."""
    opened = draft.date is not None and text[draft.date.start - 1] == "("
    return position + 1 if opened and text[position : position + 1] == ")" else position


def _read_date(
    text: str, position: int, draft: Draft, same_day: DateReading | None = None
) -> int | None:
    lead = _DATE_LEAD.match(text, position)
    if lead is None:
        same = _SAME_DAY.match(text, position)
        if same is None or same_day is None or not _dated_in(draft, same_day.year):
            return None
        start, end = same.span("same")
        draft.date = replace(same_day, start=start, end=end)
        return end
    if draft.same_list:
        draft.dates = match_dates(text, lead.end())
        if draft.dates:
            draft.date = draft.dates[-1]
            return draft.date.end
    reading = match_date(text, lead.end())
    if reading is None:
        blank = match_blank_date(text, lead.end())
        if blank is not None and draft.year is None:
            draft.year = blank
            return blank.end
        return None
    year = draft.number.year if draft.number else None
    if year is not None and reading.year != year and "," in lead[0]:
        return None
    draft.date = reading
    return reading.end


def _dated_in(draft: Draft, year: int) -> bool:
    return draft.number is None or draft.number.year in (None, year)


def _read_issuer(text: str, position: int, draft: Draft, joint: bool) -> int | None:
    lead = _ISSUER_LEAD.match(text, position)
    if lead is None:
        return None
    reading = match_issuer(text, lead.end(), joint=joint)
    if reading is None:
        return None
    if lead["word"] == "do" and not _BY.match(text, reading.end):
        return None
    draft.issuer = reading
    if lead["word"] == "do":
        following = _DATE_LEAD.match(text, reading.end)
        if following is None:
            draft.core_end = max(draft.core_end, reading.end)
    return reading.end


# ---------------------------------------------------------------- laws


def law_draft(text: str, law: LawReading, inside: bool) -> Draft:
    draft = Draft(law.start, law.end, law.type, type_span=law.type_span)
    draft.name_span, draft.law_name = (law.start, law.end), law.name
    if inside:
        return draft
    tail = _LAW_TAIL.match(text, law.end)
    position = tail.end() if tail else law.end
    tag = _TAG.match(text, position)
    position = tag.end() if tag else position
    lead = _LAW_NUMBER_LEAD.match(text, position)
    if lead is not None:
        spans = find_numbers(text[lead.end() : lead.end() + 60])
        if spans and spans[0].start == 0:
            number = spans[0].number
            draft.number = number
            draft.serial = number.text if number.serial is not None else None
            draft.number_span = (lead.end(), lead.end() + spans[0].end)
            position = draft.number_span[1]
            if text[position : position + 1] == ")":
                position += 1
            draft.core_end = draft.number_span[1]
    passed = _LAW_PASSED.match(text, position)
    moved = _read_date(text, passed.end() if passed else position, draft) if passed else None
    if moved is None:
        moved = _read_date(text, position, draft)
    if moved is None:
        year = _LAW_YEAR.match(text, position)
        reading = match_year(text, year.end()) if year else None
        if reading is not None:
            draft.year = reading
            moved = reading.end
    if moved is not None:
        draft.core_end = max(draft.core_end, moved)
    issuer = _ISSUER_LEAD.match(text, draft.core_end)
    if issuer is not None and issuer["word"] == "của" and draft.date is not None:
        reading_of = match_issuer(text, issuer.end())
        if reading_of is not None and reading_of.bodies:
            draft.issuer = reading_of
            draft.core_end = reading_of.end
    return draft

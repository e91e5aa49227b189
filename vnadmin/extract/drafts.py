"""Finding citations: each number or law name with its type, date, issuer and title around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..document import Provision, Relation, Span
from ..grammar import (
    DateReading,
    DocumentNumber,
    NumberSpan,
    find_numbers,
    match_blank_date,
    match_date,
    match_year,
    parse_number,
    symbol_issuers,
    symbol_types,
)
from ..grammar.dates import BREAK
from ..grammar.numbers import roles
from ..grammar.tables import symbols, types_by_name
from ..vietnamese import canonical
from .issuers import IssuerReading, issuer_before, match_issuer
from .laws import LawReading, find_laws
from .provisions import provisions_before
from .relations import relation_at
from .titles import match_title
from .words import Word, words


@dataclass(slots=True)
class Draft:
    """A citation being put together; offsets point into the text."""

    start: int
    core_end: int
    type: str
    type_span: Span | None = None
    type_named: bool = True
    number: DocumentNumber | None = None
    serial: str | None = None
    number_span: Span | None = None
    elided: bool = False
    name_span: Span | None = None
    law_known: bool = False
    date: DateReading | None = None
    year: DateReading | None = None
    issuer: IssuerReading | None = None
    issuer_before: bool = False
    title: Span | None = None
    provisions: tuple[Provision, ...] = ()
    provisions_start: int = -1
    relation: Relation | None = None
    inside_law: bool = False
    same_list: bool = False
    linked: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def end(self) -> int:
        """The end of the mention: of its number, date, issuer or title, whichever is last."""
        after = self.issuer.end if self.issuer and not self.issuer_before else 0
        return max(self.core_end, after, self.title[1] if self.title else 0)


_ABBREVIATED_TYPES = {
    "NĐ": "Nghị định", "NQ": "Nghị quyết", "QĐ": "Quyết định", "TT": "Thông tư", "CT": "Chỉ thị",
    "TTLT": "Thông tư liên tịch", "KH": "Kế hoạch", "TTr": "Tờ trình", "CV": "Công văn",
    "BC": "Báo cáo", "TB": "Thông báo", "HD": "Hướng dẫn", "KL": "Kết luận", "PL": "Pháp lệnh",
    "VBHN": "Văn bản hợp nhất", "CĐ": "Công điện",
}  # fmt: skip
_GENERIC_TYPES = {"văn bản", "văn thư", "vb"}
_OWN_NUMBER = re.compile(r"(?:\A|[\n\f])[ \t*]*(?:Số|SỐ|Sô)[ \t]*[:.]?[ \t.…_]*\Z")
_DATE_LEAD = re.compile(
    rf"(?: ?\([A-Z][A-Z0-9]{{0,4}}\))?{BREAK}[,(]?{BREAK}(?:(?:đã\s{{1,3}})?(?:được\s{{1,3}})?(?:ban\s{{1,3}}hành|ký|thông\s{{1,3}}qua|công\s{{1,3}}bố)\s{{1,8}})?(?=[Nn]gày)"
)
_ISSUER_LEAD = re.compile(rf"{BREAK}[,(]?{BREAK}(?P<word>của|do){BREAK}\s{{0,8}}")
_BY = re.compile(r"\s{1,6}(?:đã\s{1,3})?(?:ban\s{1,3}hành|ký|ban\s{1,3}bố|thông\s{1,3}qua|công\s{1,3}bố)")
_YEAR_LEAD = re.compile(rf"{BREAK}(?=năm\s)")
_TERM = re.compile(r"\s{1,4}\(?(?:khóa|khoá)\s{1,4}[IVX]{1,5}\)?")
_LIST_BETWEEN = re.compile(
    rf"[”\"]?{BREAK}(?:[,;]|và|hoặc|[,;]{BREAK}và|–|-|\+)?{BREAK}(?:(?:số|Số){BREAK}:?{BREAK})?"
)
_LINK_BETWEEN = re.compile(
    r"[”\"]?[\s]{0,12}(?:[;,]|và|hoặc|[,;]\s{1,6}và|[,;]\s{1,6}của|;\s{1,6}căn\s{1,3}cứ)?\s{1,12}(?:các\s{1,6}|theo\s{1,6})?"
)
_BARE = re.compile(
    r"(?<!\w)(?:số|Số)\s{0,3}:?\s{0,3}(?P<number>[0-9]{1,5}[a-zđ]?)(?=\s{0,3},?\s{1,6}ngày\s{1,3}[0-9])"
)
# "Nghị định 54": a short name given to a document before, or a well-known one.
_SHORT = re.compile(
    r"(?<!\w)(?P<type>Nghị\s{1,2}định|Nghị\s{1,2}quyết|Thông\s{1,2}tư(?:\s{1,2}liên\s{1,2}tịch)?"
    r"|Quyết\s{1,2}định|Chỉ\s{1,2}thị|Kết\s{1,2}luận|Hướng\s{1,2}dẫn)\s{1,2}(?:số\s{1,2})?(?P<number>[0-9]{1,4}[a-c]?)"
    r"(?![\w/⁄–-]|[.,][0-9]|\s{0,2}[/%–-]|\s{1,3}(?:ngày|năm|tháng|điểm|người|triệu|tỷ|đồng|tuổi|nội"
    r"|lần|vấn|nhiệm|nhóm|giải|trường|bộ|cơ|đơn|chỉ|vụ|dự|xã|tỉnh|huyện|thành|[A-ZĐ]{2}))"
)
_ELIDED = re.compile(
    r"(?:(?<![\w/–.-])[0-9]{1,5}[a-zđ]?(?:/(?:19|20)[0-9]{2})?(?:\s{0,3}[,;]\s{1,8}(?:và\s{1,8})?|\s{1,8}(?:và|hoặc)\s{1,8})(?:số\s{1,4})?){1,30}\Z"
)
_ELIDED_ONE = re.compile(r"(?<![\w/])(?P<number>[0-9]{1,5}[a-zđ]?)(?:/(?P<year>(?:19|20)[0-9]{2}))?")
_SUBJECT = re.compile(
    r"\s{1,8}(?:tại|có|đã\s{1,3}có|(?:đã\s{1,3})?(?:ký\s{1,3})?ban\s{1,3}hành)(?:\s{1,6}các)?\s{1,8}\Z"
)
_LAW_TAIL = re.compile(
    r"(?:\s{1,4}\((?:sửa\s{1,3}đổi|đã\s{1,3}được\s{1,3}sửa\s{1,3}đổi|hợp\s{1,3}nhất)[^)\n]{0,80}\))?"
)
_LAW_NUMBER_LEAD = re.compile(rf"{BREAK}[,(]?{BREAK}(?:số\s{{0,4}}:?{BREAK})")
_LAW_PASSED = re.compile(
    r"\s{1,4}(?:đã\s{1,3})?được\s{1,3}Quốc\s{1,3}hội[^.;,\n]{0,90}?thông\s{1,3}qua\s{1,4}(?=ngày)"
)
_LAW_YEAR = re.compile(rf"{BREAK}(?=(?:năm\s{{1,6}})?(?:19|20)[0-9]{{2}}(?![\w/]))")


def find_drafts(text: str) -> list[Draft]:
    """Find every citation in `text`, in order of their starts."""
    laws = list(find_laws(text))
    numbers = find_numbers(text)
    taken = [(span.start, span.end) for span in numbers]
    bare = [
        match
        for match in _BARE.finditer(text)
        if not _covered(taken, match.start("number"))
    ]
    anchors: list[tuple[int, int, object]] = [(law.start, 0, law) for law in laws]
    anchors += [(span.start, 1, span) for span in numbers]
    anchors += [(match.start("number"), 2, match) for match in bare]
    anchors += [
        (match.start("number"), 3, match)
        for match in _SHORT.finditer(text)
        if not _covered(taken, match.start("number"))
    ]
    anchors.sort(key=lambda anchor: anchor[:2])
    found: list[Draft] = []
    law_end = -1
    used_until = -1
    for position, _, anchor in anchors:
        previous = found[-1] if found else None
        if isinstance(anchor, LawReading):
            inside = anchor.end <= law_end
            draft = _law(text, anchor, inside)
            if not inside:
                law_end = anchor.end
            if draft.number_span and not inside:
                used_until = draft.number_span[1]
            new = [draft]
        elif position < used_until:
            continue
        elif isinstance(anchor, NumberSpan):
            new = list(_numbered(text, anchor, previous))
        else:
            assert isinstance(anchor, re.Match)
            if found and any(d.number_span == anchor.span("number") for d in found[-8:]):
                continue
            new = _short(anchor) if "type" in anchor.groupdict() else _bare_serial(text, anchor)
        for draft in new:
            _surroundings(text, draft, found)
            found.append(draft)
    _share(found)
    found.sort(key=lambda draft: (draft.start, -draft.core_end))
    return found


def _covered(spans: list[Span], position: int) -> bool:
    import bisect

    index = bisect.bisect_right(spans, (position, 1 << 60)) - 1
    return index >= 0 and spans[index][0] <= position < spans[index][1]


# ---------------------------------------------------------------- types


def type_before(text: str, position: int) -> tuple[str | None, Span, bool] | None:
    """The type named right before a number at `position`, its span, whether "số" stands between.

    The name is `None` for "văn bản", which leaves the type to the symbol.
    """
    tokens = words(text, max(0, position - 72), position, 60)
    has_so = False
    while tokens and tokens[-1].text in ":.…_":
        tokens.pop()
    if tokens and tokens[-1].key in ("số", "sô"):
        has_so = True
        tokens.pop()
    if tokens and tokens[-1].text == "," and has_so:
        tokens.pop()
    if not tokens:
        return None
    direct = _type_at_end(tokens)
    if direct is not None:
        return direct[0], direct[1], has_so
    if not has_so:
        return None
    return _type_with_issuer(text, position)


def _type_at_end(tokens: list[Word]) -> tuple[str | None, Span] | None:
    names = types_by_name()
    for length in (4, 3, 2, 1):
        if len(tokens) < length:
            continue
        part = tokens[-length:]
        key = " ".join(word.key for word in part)
        span = (part[0].start, part[-1].end)
        if key in names:
            return names[key], span
        if key in _GENERIC_TYPES:
            return None, span
    text = tokens[-1].text
    if text in _ABBREVIATED_TYPES:
        return _ABBREVIATED_TYPES[text], (tokens[-1].start, tokens[-1].end)
    return None


def _type_with_issuer(text: str, position: int) -> tuple[str | None, Span, bool] | None:
    """"Nghị quyết của Quốc hội số …", "Thông tư liên tịch Bộ A - Bộ B số …"."""
    start = max(0, position - 200)
    tokens = words(text, start, position, 80)
    while tokens and tokens[-1].text in ":.…_":
        tokens.pop()
    if not tokens or tokens[-1].key != "số":
        return None
    so_start = tokens[-1].start
    for index in range(len(tokens) - 2, 0, -1):
        if tokens[index].text in ".;":
            return None
        head = _type_at_end(tokens[:index])
        if head is None:
            continue
        at = tokens[index].start
        if tokens[index].key == "của" and index + 1 < len(tokens):
            at = tokens[index + 1].start
        elif not tokens[index].capital:
            continue
        reading = match_issuer(text, at, joint=True)
        if reading is not None and not text[reading.end : so_start].strip(" \n,"):
            return head[0], head[1], True
    return None


# ---------------------------------------------------------------- numbers


def _numbered(text: str, span: NumberSpan, previous: Draft | None) -> Iterator[Draft]:
    number = span.number
    types = symbol_types(number.symbol)
    elided = _elided(text, span)
    head_start = elided[0][0] if elided else span.start
    head = type_before(text, head_start)
    own = _OWN_NUMBER.search(text, max(0, head_start - 40), head_start)
    if own is not None and (head is None or text[head[1][0] : head[1][1]].isupper()):
        return
    draft = Draft(span.start, span.end, "", number=number, number_span=(span.start, span.end))
    draft.serial = number.text if number.serial is not None else None
    same_list = False
    if head is not None:
        name, type_span, _ = head
        draft.type_span = type_span
        draft.type = name or (types[0] if types else "Công văn")
        draft.type_named = name is not None
    elif previous is not None and _same_list(text, previous, head_start):
        same_list = True
        kind = previous.type
        if types and kind not in types and "issuer" in roles(number.symbol):
            kind = types[0]
        draft.type = kind
        draft.type_named = kind == previous.type and previous.type_named
    elif types and number.serial is not None and _stands_alone(number):
        draft.type = types[0]
        draft.type_named = False
    elif _stands_alone(number) and number.symbol.startswith("QH") and number.year:
        draft.type = "Luật"
        draft.type_named = False
    else:
        return
    for index, (start, end, text_of) in enumerate(elided):
        member = replace(draft, start=start, core_end=end, serial=text_of, elided=True)
        member.number = parse_number(text_of)
        member.number_span = (start, end)
        member.warnings = []
        member.same_list = same_list or index > 0
        if index == 0 and draft.type_span is not None:
            member.start = draft.type_span[0]
        else:
            member.type_span = None
        yield member
    if not elided and draft.type_span is not None:
        draft.start = draft.type_span[0]
    elif elided:
        draft.type_span = None
    draft.same_list = same_list or bool(elided)
    _tail(text, draft)
    yield draft


def _stands_alone(number: DocumentNumber) -> bool:
    """Whether a number without a type word before it can only be a document's."""
    if number.symbol in symbols():
        return len(number.segments) > 1
    if number.symbol.startswith(("QH", "UBTVQH")):
        return number.year is not None and "issuer" in roles(number.symbol)
    kinds = roles(number.symbol)
    return kinds[0] == "type" and "issuer" in kinds[1:] and "other" not in kinds


def _same_list(text: str, previous: Draft, position: int) -> bool:
    for end in (previous.core_end, previous.end):
        if end <= position <= end + 60:
            match = _LIST_BETWEEN.fullmatch(text, end, position)
            if match is not None and (match[0].strip() or previous.elided):
                return True
    return False


def _elided(text: str, span: NumberSpan) -> list[tuple[int, int, str]]:
    """The serials before a number that share its symbol: "217, " of "217, 218-QĐ/TW"."""
    number = span.number
    if number.serial is None or text[max(0, span.start - 1) : span.start].strip():
        return []
    run = _ELIDED.search(text, max(0, span.start - 160), span.start)
    if run is None:
        return []
    before = type_before(text, run.start())
    if before is None or not before[2]:
        return []
    rest = number.text[len(number.serial) + len(number.suffix) :]
    found = []
    for match in _ELIDED_ONE.finditer(text, run.start(), run.end()):
        tail = rest
        if match["year"]:
            tail = f"/{match['year']}" + (rest if number.year is None else rest[5:])
        found.append((match.start(), match.end(), match["number"] + tail))
    return found


def _bare_serial(text: str, match: re.Match[str]) -> list[Draft]:
    """"Quyết định số 18 ngày 12/3/2013 …": a type, a serial, a date, but no symbol."""
    start, end = match.span("number")
    head = type_before(text, start)
    if head is None or head[0] is None or not head[2]:
        return []
    draft = Draft(head[1][0], end, head[0], type_span=head[1], number_span=(start, end))
    draft.serial = match["number"]
    _tail(text, draft)
    return [draft] if draft.date is not None else []


def _short(match: re.Match[str]) -> list[Draft]:
    """A short name: "Nghị định 54"; what it is short for, `_agree` looks up."""
    kind = types_by_name()[canonical(" ".join(match["type"].split()))]
    start, end = match.span("number")
    draft = Draft(match.start(), end, kind, type_span=match.span("type"), number_span=(start, end))
    draft.serial = match["number"]
    return [draft]


# ---------------------------------------------------------------- what follows


def _tail(text: str, draft: Draft) -> None:
    """Read date, issuer and title after the number."""
    joint = "liên" in draft.type or (
        draft.number is not None and len(symbol_issuers(draft.number.symbol)) > 1
    )
    position = draft.core_end
    for _ in range(3):
        dated = draft.date is not None or draft.year is not None
        moved = None if dated else _read_date(text, position, draft)
        if moved is None and draft.issuer is None:
            moved = _read_issuer(text, position, draft, joint)
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


def _read_date(text: str, position: int, draft: Draft) -> int | None:
    lead = _DATE_LEAD.match(text, position)
    if lead is None:
        return None
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


def _law(text: str, law: LawReading, inside: bool) -> Draft:
    draft = Draft(law.start, law.end, law.type, type_span=law.type_span)
    draft.name_span = (law.start, law.end)
    draft.law_known = law.known
    draft.inside_law = inside
    if inside:
        return draft
    tail = _LAW_TAIL.match(text, law.end)
    position = tail.end() if tail else law.end
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


# ---------------------------------------------------------------- around


def _surroundings(text: str, draft: Draft, found: list[Draft]) -> None:
    """Provisions, relation and an issuer before the type."""
    previous = found[-1] if found else None
    if draft.same_list:
        draft.linked = True
    elif previous is not None and draft.start >= previous.core_end:
        for end in {previous.core_end, previous.end}:
            if end <= draft.start <= end + 40 and _LINK_BETWEEN.fullmatch(text, end, draft.start):
                draft.linked = True
    floor = previous.core_end if previous is not None else 0
    if draft.start < floor:
        floor = max(previous.start if previous else 0, draft.start - 200)
    draft.provisions_start = draft.start
    if not draft.same_list:
        draft.provisions, draft.provisions_start = provisions_before(text, draft.start)
        if draft.provisions and previous is not None and draft.provisions_start < floor:
            draft.provisions, draft.provisions_start = (), draft.start
    relation = relation_at(text, draft.provisions_start, draft.end, floor)
    if relation is None and draft.linked and previous is not None:
        relation = previous.relation
    draft.relation = relation
    if draft.issuer is None and draft.name_span is None and not draft.same_list:
        subject = _SUBJECT.search(text, max(0, draft.start - 40), draft.start)
        if subject is not None:
            reading = issuer_before(text, subject.start())
            if reading is not None:
                draft.issuer, draft.issuer_before = reading, True
    if (
        draft.issuer is None
        and draft.linked
        and previous is not None
        and previous.issuer_before
        and draft.name_span is None
    ):
        draft.issuer, draft.issuer_before = previous.issuer, True


def _share(found: list[Draft]) -> None:
    """Hand date, issuer and title of the last in a list to the members that lack them."""
    for index in range(len(found) - 1, 0, -1):
        draft, before = found[index], found[index - 1]
        if draft.name_span or before.name_span:
            continue
        if draft.same_list:
            bare = before.date is None and before.issuer is None and before.title is None
            if bare and draft.date is not None and _year_fits(before, draft.date.year):
                before.date = draft.date
                before.core_end = max(before.core_end, draft.core_end)
            if before.issuer is None and draft.issuer is not None and not before.title:
                before.issuer, before.issuer_before = draft.issuer, draft.issuer_before
                if not draft.issuer_before:
                    before.core_end = max(before.core_end, draft.issuer.end)
            if bare and draft.title is not None and (before.elided or not before.title):
                before.title = draft.title
        elif (
            draft.linked
            and before.issuer is None
            and before.title is None
            and draft.issuer is not None
            and not draft.issuer_before
            and _same_symbol(before, draft)
        ):
            before.issuer = draft.issuer


def _year_fits(draft: Draft, year: int) -> bool:
    return draft.number is None or draft.number.year in (None, year)


def _same_symbol(first: Draft, second: Draft) -> bool:
    if first.number is None or second.number is None:
        return False
    return symbol_issuers(first.number.symbol) == symbol_issuers(second.number.symbol)

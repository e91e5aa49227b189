"""Finding citations: each number or law name with its type, date, issuer and title around it."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import replace

from ..document import Span
from ..grammar import (
    DateReading,
    DocumentNumber,
    NumberSpan,
    find_numbers,
    parse_number,
    symbol_types,
)
from ..grammar.dates import BREAK
from ..grammar.numbers import roles
from ..grammar.patterns import one_of
from ..grammar.standards import STANDARD_TYPES, find_standards
from ..grammar.tables import laws, symbols, types_by_name
from ..vietnamese import canonical
from .draft import Draft
from .issuers import issuer_before
from .laws import LawReading, find_laws
from .provisions import provisions_after, provisions_before
from .relations import relation_at
from .sharing import share
from .tail import law_draft, read_tail
from .treaties import find_treaties
from .type_words import ABBREVIATED_TYPES, described_type, type_before

_OWN_NUMBER = re.compile(r"(?:\A|[\n\f])[ \t*]*(?:Số|SỐ|Sô)[ \t]*[:.]?[ \t.…_]*\Z")
_LIST_BETWEEN = re.compile(
    rf"[”\"]?{BREAK}(?:[,;]|và|hoặc|[,;]{BREAK}và|–|-|\+)?{BREAK}(?:(?:số|Số){BREAK}:?{BREAK})?"
)
_LINK_BETWEEN = re.compile(
    r"[”\"]?[\s]{0,12}(?:[;,]|và|hoặc|[,;]\s{1,6}và|[,;]\s{1,6}của|;\s{1,6}căn\s{1,3}cứ)?\s{1,12}(?:các\s{1,6}|theo\s{1,6})?"
)
_RANGE_BETWEEN = re.compile(r"\s{1,6}đến\s{1,6}")
_BARE = re.compile(
    one_of(r"[Ss]ố")
    + r"\s{0,3}:?\s{0,3}(?P<number>[0-9]{1,5}[a-zđ]?)(?=\s{0,3},?\s{1,6}ngày\s{1,3}[0-9])"
)
# "Nghị định 54": a short name given to a document before, or a well-known one.
_SHORT = re.compile(
    r"(?P<type>"
    + one_of(
        r"Nghị\s{1,2}(?:định|quyết)",
        r"Thông\s{1,2}tư(?:\s{1,2}liên\s{1,2}tịch)?",
        r"Quyết\s{1,2}định",
        r"Chỉ\s{1,2}thị",
        r"Kết\s{1,2}luận",
        r"Hướng\s{1,2}dẫn",
        r"Công\s{1,2}ước(?=\s{1,2}số\s)",
    )
    + r")\s{1,2}(?:số\s{1,2})?(?P<number>[0-9]{2,4}[a-c]?)"
    r"(?![\w/⁄–-]|[.,][0-9]|\s{0,2}[/%–-]|\s{1,3}(?:ngày|năm|tháng|điểm|người|triệu|tỷ|đồng|tuổi|nội"
    r"|lần|vấn|nêu|nói|đã\s{1,2}n[êó][ui]|dẫn|nhiệm|nhóm|giải|trường|bộ|cơ|đơn|chỉ|vụ|dự|xã|tỉnh|huyện|thành|[A-ZĐ]{2}))"
)
_ELIDED = re.compile(
    r"(?:(?<![\w/–.-])[0-9]{1,5}[a-zđ]?(?:/(?:19|20)[0-9]{2})?(?:\s{0,3}[,;]\s{0,8}(?:và\s{1,8})?|\s{1,8}(?:và|hoặc|&)\s{1,8})(?:số\s{1,4})?){1,30}\Z"
)
_JOINS = re.compile("[,;&]|và|hoặc")
_ELIDED_ONE = re.compile(
    r"(?<![\w/])(?P<number>[0-9]{1,5}[a-zđ]?)(?:/(?P<year>(?:19|20)[0-9]{2}))?"
)
_SUBJECT = re.compile(
    r"\s{1,8}(?:tại|có|đã\s{1,3}có|(?:đã\s{1,3})?(?:ký\s{1,3})?ban\s{1,3}hành)(?:\s{1,6}các)?\s{1,8}\Z"
)


def find_drafts(text: str) -> list[Draft]:
    """Find every citation in `text`, in order of their starts."""
    named = list(find_treaties(text))
    held = [(treaty.start, treaty.end) for treaty in named]
    named += [law for law in find_laws(text) if not _covered(held, law.start)]
    numbers = list(find_standards(text))
    held = [(span.start, span.end) for span in numbers]
    numbers += [span for span in find_numbers(text) if not _covered(held, span.start)]
    numbers.sort(key=lambda span: span.start)
    taken = [(span.start, span.end) for span in numbers]
    bare = [match for match in _BARE.finditer(text) if not _covered(taken, match.start("number"))]
    anchors: list[tuple[int, int, object]] = [(law.start, 0, law) for law in named]
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
    used_until = claimed = -1
    dated: DateReading | None = None  # the last date, for "cùng ngày"
    for position, _, anchor in anchors:
        previous = found[-1] if found else None
        if isinstance(anchor, LawReading):
            inside = anchor.end <= law_end
            draft = law_draft(text, anchor, inside)
            if not inside:
                law_end = anchor.end
            if draft.number_span and not inside:
                used_until = draft.number_span[1]
            new = [draft]
        elif position < used_until:
            continue
        elif isinstance(anchor, NumberSpan):
            if anchor.number.symbol in STANDARD_TYPES:
                new = [_standard(text, anchor)]
            else:
                new = list(_numbered(text, anchor, previous, dated))
            # What looked like a short name ("Quyết định số 217") was the first of a list.
            elided = {draft.number_span for draft in new if draft.elided}
            while elided and found and found[-1].number_span in elided:
                found.pop()
        else:
            assert isinstance(anchor, re.Match)
            if found and any(d.number_span == anchor.span("number") for d in found[-8:]):
                continue
            new = _short(anchor) if "type" in anchor.groupdict() else _bare_serial(text, anchor)
        for draft in new:
            if draft.date is not None and draft.date.start == claimed:
                draft.date = draft.issuer = None  # an outer document's, behind its title
                draft.core_end = (draft.number_span or draft.name_span or (0, draft.core_end))[1]
            elif draft.date is not None and draft.title and draft.date.start >= draft.title[1]:
                claimed = draft.date.start
            _surroundings(text, draft, found)
            found.append(draft)
            dated = draft.date or dated
    share(found)
    found.sort(key=lambda draft: (draft.start, -draft.core_end))
    return found


def _covered(spans: list[Span], position: int) -> bool:
    index = bisect.bisect_right(spans, (position, 1 << 60)) - 1
    return index >= 0 and spans[index][0] <= position < spans[index][1]


_STANDARD_WORD = re.compile(
    r"(?<!\w)(?:[Tt]iêu\s{1,3}chuẩn|[Qq]uy\s{1,3}chuẩn)"
    r"(?:\s{1,3}(?:kỹ\s{1,3}thuật|[Qq]uốc\s{1,3}gia|[Vv]iệt\s{1,3}[Nn]am|ngành|xây\s{1,3}dựng"
    r"|địa\s{1,3}phương)){0,3}\s{1,3}(?:số\s{0,3}:?\s{0,3})?\Z"
)


def _standard(text: str, span: NumberSpan) -> Draft:
    number = span.number
    draft = Draft(span.start, span.end, STANDARD_TYPES[number.symbol], number=number)
    draft.serial, draft.number_span = number.text, (span.start, span.end)
    word = _STANDARD_WORD.search(text, max(0, span.start - 60), span.start)
    if word is not None:
        draft.type_span = (word.start(), word.start() + len(word[0].rstrip()))
        draft.start = word.start()
    read_tail(text, draft)
    return draft


def _numbered(
    text: str, span: NumberSpan, previous: Draft | None, dated: DateReading | None
) -> Iterator[Draft]:
    number = span.number
    types = symbol_types(number.symbol)
    elided = _elided(text, span)
    head_start = elided[0][0] if elided else span.start
    if not elided and re.search("[0-9],$", text[max(0, span.start - 2) : span.start]):
        return  # a decimal fraction
    head = type_before(text, head_start) or described_type(text, head_start, types)
    if (
        head is not None
        and not head.before_so
        and text[slice(*head.span)] in ABBREVIATED_TYPES
        and len(number.segments) == 1
        and number.symbol not in symbols()
    ):
        return  # "KH 95897-TS" is a boat
    own = _OWN_NUMBER.search(text, max(0, head_start - 40), head_start)
    if own is not None and (head is None or text[head.span[0] : head.span[1]].isupper()):
        return
    draft = Draft(span.start, span.end, "", number=number, number_span=(span.start, span.end))
    draft.serial = number.text if number.serial is not None else None
    same_list = False
    if head is not None:
        name = head.name
        draft.type_span = head.span
        draft.issuer, draft.issuer_before = head.issuer, head.issuer is not None
        draft.type = name or _symbol_type(number)
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
        draft.type = _symbol_type(number)
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
    read_tail(text, draft, dated)
    yield draft


def _symbol_type(number: DocumentNumber) -> str:
    """The type the symbol carries, where the text names none."""
    types = symbol_types(number.symbol)
    if types:
        return types[0]
    if number.symbol.startswith("QH") and number.year is not None:
        return next((law.type for law in laws() if law.number == number.text), "Luật")
    return "Công văn"


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
    if number.serial is None or text[max(0, span.start - 1) : span.start].strip(" \t\n\f\xa0,"):
        return []
    if not _JOINS.search(text, max(0, span.start - 30), span.start):
        return []
    run = _ELIDED.search(text, max(0, span.start - 160), span.start)
    if run is None:
        return []
    before = type_before(text, run.start())
    if before is None or not (before.before_so or before.name):
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
    """ "Quyết định số 18 ngày 12/3/2013 …": a type, a serial, a date, but no symbol."""
    start, end = match.span("number")
    head = type_before(text, start)
    if head is None or not head.before_so:
        return []
    kind = head.name or "Công văn"
    draft = Draft(head.span[0], end, kind, type_span=head.span, number_span=(start, end))
    draft.type_named = head.name is not None
    draft.serial = match["number"]
    read_tail(text, draft)
    return [draft] if draft.date is not None else []


def _short(match: re.Match[str]) -> list[Draft]:
    """A short name: "Nghị định 54"; what it is short for, `_agree` looks up."""
    kind = types_by_name()[canonical(" ".join(match["type"].split()))]
    start, end = match.span("number")
    draft = Draft(match.start(), end, kind, type_span=match.span("type"), number_span=(start, end))
    draft.serial = match["number"]
    return [draft]


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
        taken = max(floor, previous.provisions_end) if previous is not None else 0
        if draft.provisions and draft.provisions_start < taken:
            draft.provisions, draft.provisions_start = (), draft.start
        if not draft.provisions:
            draft.provisions, end = provisions_after(text, draft.end)
            draft.provisions_end = end if draft.provisions else -1
    if previous is not None and _RANGE_BETWEEN.fullmatch(text, previous.core_end, draft.start):
        draft.ranged = text.endswith(("từ ", "Từ "), 0, previous.start)
    relation = relation_at(text, draft.provisions_start, draft.end, floor)
    if (
        relation is None
        and previous is not None
        and (draft.linked or _goes_on(text, previous, draft))
    ):
        outer = _around(previous, found)
        inside = outer.title is not None and draft.start < outer.title[1]
        relation = previous.relation if inside else outer.relation
        if relation is None and outer is not previous and previous.type == draft.type:
            relation = previous.relation  # "Luật A sửa đổi Luật B, Luật C"
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


def _goes_on(text: str, previous: Draft, draft: Draft) -> bool:
    """Whether the provisions of `draft` follow `previous` in a list: "…, khoản 2 Điều 5 Luật B"."""
    return any(
        end < draft.provisions_start <= end + 40
        and _LINK_BETWEEN.fullmatch(text, end, draft.provisions_start) is not None
        for end in (previous.core_end, previous.end)
    )


def _around(draft: Draft, found: list[Draft]) -> Draft:
    """The citation in whose title `draft` stands, or itself: a list goes on with the former."""
    for outer in reversed(found[-6:-1]):
        if outer.title is not None and outer.title[0] <= draft.start < outer.title[1]:
            return outer
    return draft

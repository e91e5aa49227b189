"""Laws, codes, ordinances and the constitution cited by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..document import Span
from ..grammar.patterns import one_of
from ..grammar.tables import laws, read_table
from ..vietnamese import is_syllable
from .law_table import ABBREVIATED, laws_by_key, name_key
from .words import TAG, Trie, Word, words

_ANCHOR = re.compile(
    one_of(
        r"[Bb][ộỘ]\s{1,3}[lL](?:uật|UẬT)",
        "[Ll]uật",
        "LUẬT",
        r"P(?:háp|HÁP)\s{1,3}[lL](?:ệnh|ỆNH)",
        r"H(?:iến|IẾN)\s{1,3}p(?:háp|HÁP)",
        not_after=r"[^\W_]",
    )
    + r"(?![^\W_])"
)
# What ends a name, and what can't be its first word.
_ENDS = set(
    "này đó trên nói nêu của được là có thì để theo tại khi nếu do bởi từ đã đang phải không cũng"
    " như mà hoặc cùng năm ngày số riêng khác cũ mới chung ấy kia gốc mẫu và với".split()
)
_NOT_NAMES = _ENDS | set("định gia sư hiện chuyên tương quốc rừng chơi hấp biển".split())
_STOPS = _ENDS | set("trong sau trước quy ban vẫn còn đến cho ra nhằm qua những các mọi".split())
_FOLLOWERS = {"văn", "nghị", "luật", "pháp", "thông", "các", "quyết", "những", "bộ", "quy", "theo"}
_NOT_BEFORE = re.compile(
    r"(?:[Dd]ự(?: (?:thảo|án))?|[Đđ]ạo|[Đđ]ại học|[Kk]hoa|[Tt]rường|[Nn]gành|[Pp]háp|[Hh]ội"
    r"|[Vv]ăn phòng|[Cc]ông ty|[Tt]ạp chí|[Nn]hà|[Cc]ử nhân|[Tt]hạc sĩ|[Tt]iến sĩ|[Kk]ỷ|[Vv]iện"
    r"|[Tt]rọng|[Cc]ông ước về|[Qq]uốc (?:tế )?về|[Qq]uốc Tế về|[Ss]inh viên|[Gg]iảng viên"
    r"|[Gg]iáo sư|[Ll]ớp|[Cc]huyên gia)\s+\Z"
)
# "các môn học về Luật kinh doanh, Luật lao động": what is taught, not what was passed.
_SUBJECTS = re.compile(
    r"(?:[Mm]ôn(?: học| thi)?|[Hh]ọc phần|[Cc]huyên (?:ngành|đề)|[Gg]iáo trình|[Bb]ài giảng)"
    r"(?:\s(?:về|như|là|gồm))?:?\s{1,3}"
    r"(?:(?:[Bb]ộ\s)?[Ll]uật\s[^.;:,()\d\n]{2,40}(?:,\s|\s{1,3}và\s))*\Z"
)
_EVIDENCE_BEFORE = re.compile(
    r"(?:căn cứ|theo|quy định|[Đđ]iều [0-9]+|[Kk]hoản [0-9]+|điều của|thi hành|của|và|hoặc|bởi|tại"
    r"|thực hiện|tuân thủ|áp dụng|sửa đổi|bổ sung|thay thế|trong|các|với|;|,)\s+\Z",
    re.IGNORECASE,
)
_CITED_BEFORE = re.compile(
    r"(?:căn cứ|theo|điều [0-9]+|khoản [0-9]+|của|thi hành|tại|sửa đổi|bổ sung|thay thế)\s+\Z",
    re.IGNORECASE,
)
_EVIDENCE_AFTER = re.compile(
    r"\s{1,3}(?:\(?(?:sửa đổi|đã được)|số\s|ngày\s"
    r"|năm\s{1,3}(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}(?!\d))"
)
# Another state's law has no number here.
_STATE = (
    r"(?:Liên\s{1,3}(?:minh\s{1,3}[Cc]hâu|[Hh](?:ợ|iệ)p\s|bang(?!\w))|Hoa\s{1,3}Kỳ|Mỹ|Trung\s{1,3}Quốc"
    r"|Nhật\s{1,3}Bản|Hàn\s{1,3}Quốc|Brasil|Thái\s{1,3}Lan|Singapore|Ấn\s{1,3}Độ|EU"
    r"|Hồng\s{1,3}Kông|Ma\s{1,3}Cao|Đài\s{1,3}Loan|Úc|Canada|Campuchia|Indonesia|Malaysia"
    r"|Philippines|Triều\s{1,3}Tiên|Israel|Thụy\s{1,3}(?:Sĩ|Điển))(?!\w)"
)
_STATE_OF = (
    r"(?:Anh|Pháp(?!\s{1,3}l)|Đức|Nga|Ý|Lào(?!\s{1,3}Cai)|Hà\s{1,3}Lan|Tây\s{1,3}Ban\s)(?!\w)"
)
_FOREIGN = re.compile(rf"(?<!\w){_STATE}")
_NOT_A_LAW_AFTER = re.compile(
    rf"\s{{1,3}}(?:là\s{{1,3}}(?:một\s{{1,3}})?(?:môn|ngành)\s|(?:(?:của|ở|tại)\s{{1,3}}(?:nước\s{{1,3}})?)?{_STATE}"
    rf"|(?:(?:của|ở|tại)\s{{1,3}}(?:nước\s{{1,3}})?)?{_STATE_OF}"
    rf"|(?:[^\W\d_]{{1,8}}\s{{1,3}}){{1,4}}(?:của|ở|tại)\s{{1,3}}(?:nước\s{{1,3}})?{_STATE})"
)
_SENTENCE_START = re.compile(r"(?:\A|[.!?:\n][\s\"“]*)\Z")
_AMENDING = re.compile(
    r"(?:[Ss]ửa\s{1,3}đổi(?:\s{0,2},?\s{0,3}b[ổốồỗộ]\s{1,3}sung)?|[Bb]ổ\s{1,3}sung)\s"
    rf"(?:[^\n;:.“”\"()<]|\n(?!\s*\n)|{TAG}){{0,90}}?\s(?:của\s{{1,3}})?(?:{TAG}\s?)?"
    r"(?=(?:các\s|[0-9]{1,2}\s)?\s{0,2}(?:[Bb]ộ\s)?(?:[Ll]uật|[Pp]háp lệnh)\s)"
)
_AMENDING_FREE = re.compile(
    r"[Ss]ửa\s{1,3}đổi(?:\s{0,2},?\s{0,3}b[ổốồỗộ]\s{1,3}sung)?\s{1,3}(?:một\s{1,3}số\s{1,3}điều\s{1,3}của\s{1,3})?"
    r"(?:các|[0-9]{1,2})\s{1,3}[Ll]uật\s{1,3}(?:(?:có\s{1,3})?liên\s{1,3}quan\s{1,3}đến|về)\s{1,3}"
)
_FEW = 14  # words that hold most names
_COUNTRY = re.compile(
    r"\s{1,3}nước\s{1,3}C[ộọ]ng\s{1,3}h[oò][àa]\s{1,3}[Xx]ã\s{1,3}hội\s{1,3}[Cc]hủ\s{1,3}nghĩa"
    r"\s{1,3}Việt\s{1,3}Nam"
)
_CONSTITUTIONS = ("1946", "1959", "1980", "1992", "2013")
_TYPE_NAMES = {"b": "Bộ luật", "l": "Luật", "p": "Pháp lệnh", "h": "Hiến pháp"}


@dataclass(frozen=True, slots=True)
class LawReading:
    """A law named at `start:end`; `known` tells whether the table has its name.

    `name` is the full name where the text has an abbreviation ("BLHS").
    """

    start: int
    end: int
    type: str
    type_span: Span | None
    known: bool
    name: str | None = None


@lru_cache(maxsize=1)
def _names() -> Trie:
    return Trie(law.name.split(" (")[0] for law in laws())


@lru_cache(maxsize=1)
def _abbreviations() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    full = {
        row["abbreviation"]: (row["type"], f"{row['type']} {row['name']}")
        for row in read_table("law_abbreviations")
    }
    longest_first = map(re.escape, sorted(full, key=len, reverse=True))
    short = one_of(*longest_first, not_after=r"[\w&(/-]")
    # "(BLHS)" and "gọi tắt là BLHS" say what the letters mean; they cite nothing.
    return re.compile(rf"{short}(?![\w&/-])"), full


def find_laws(text: str) -> Iterator[LawReading]:
    """Yield every law named in `text`; those inside another's name too, abbreviations last."""
    yield from _find_names(text)
    pattern, full = _abbreviations()
    for match in pattern.finditer(text):
        if text.endswith("là ", 0, match.start()):
            continue
        kind, name = full[match[0]]
        yield LawReading(match.start(), match.end(), kind, None, True, name)


def _find_names(text: str) -> Iterator[LawReading]:
    for match in _ANCHOR.finditer(text):
        found = _read(text, match)
        if found is not None:
            yield found


def _read(text: str, match: re.Match[str]) -> LawReading | None:
    start, type_end = match.span()
    kind = _TYPE_NAMES[text[start].lower()]
    before = text[max(0, start - 40) : start]
    if _NOT_BEFORE.search(before) or _SUBJECTS.search(text, max(0, start - 300), start):
        return None
    if text[start:type_end].isupper() and re.match(r"[ \t]*\n", text[type_end : type_end + 8]):
        return None  # the heading of the law itself
    tokens = words(text, type_end, type_end + 320, _FEW)
    if kind == "Hiến pháp":
        return _constitution(text, match)
    if tokens and tokens[0].text in '"“':
        return _quoted(text, match, kind, before)
    if not tokens or tokens[0].is_mark or text[type_end : tokens[0].start].strip():
        return None
    first = tokens[0]
    end, seen = _names().walk(tokens, 0, expand=ABBREVIATED)
    unknown = end == 0 and seen <= _FEW - 4
    if unknown and first.key not in ("sửa", "bổ", "về") and _guess(tokens) == 0:
        return None
    if end == 0 or max(end, seen) > _FEW - 4:
        tokens = words(text, type_end, type_end + 320, 44)
    if first.key in ("sửa", "bổ"):
        amending = _amending(text, start, type_end, kind)
        if amending is not None:
            return amending
    end = _names().longest(tokens, 0, expand=ABBREVIATED)
    known = end > 0
    lower_type = text[start].islower()
    a_law = first.capital or kind == "Bộ luật" or _between_laws(before)
    if lower_type and not (known and a_law):
        return None
    if first.key == "về" and not known:
        end = 1 + _names().longest(tokens[1:], 0, expand=ABBREVIATED)
        known = end > 1
        if not known:
            end = 0
    if known:
        end = _extend(tokens, end)
        stop = _goes_on(text, tokens[end - 1].end)
        if not first.capital and not _certain_context(text, start, stop, before):
            return None
        if lower_type and not first.capital:
            name = f"{kind} {text[first.start : stop]}"
            cited = _EVIDENCE_BEFORE.search(before) or _EVIDENCE_AFTER.match(text, stop)
            if not _enacted(name) or not cited:
                return None  # "luật hình sự": the field; "bộ luật dân sự": any such code
    else:
        end = _guess(tokens)
        if end == 0:
            return None
        stop = tokens[end - 1].end
        if not _vietnamese(tokens[:end]):
            return None
        named = kind != "Bộ luật" and first.capital and _EVIDENCE_BEFORE.search(before)
        named = named or (kind == "Pháp lệnh" and _CITED_BEFORE.search(before))
        if not named and not _EVIDENCE_AFTER.match(text, stop):
            return None
    if _FOREIGN.search(text, type_end, stop) or _NOT_A_LAW_AFTER.match(text, stop):
        return None
    return LawReading(start, stop, kind, (start, type_end), known)


_QUOTED = re.compile(r"\s{1,3}[\"“]\s?(?P<name>[A-ZĐƯÂÁ][^\"”\n]{3,240}?)\s?[\"”]")


def _quoted(text: str, match: re.Match[str], kind: str, before: str) -> LawReading | None:
    """ "Pháp lệnh “Ưu đãi người …” ngày …": a name in quotation marks, which aren't part of it."""
    name = _QUOTED.match(text, match.end())
    if name is None:
        return None
    full = f"{kind} {name['name']}"
    cited = _CITED_BEFORE.search(before) or _EVIDENCE_AFTER.match(text, name.end())
    if name_key(full) not in laws_by_key() and not cited:
        return None
    return LawReading(match.start(), name.end(), kind, match.span(), True, full)


def _vietnamese(name: list[Word]) -> bool:
    """Whether a name is made of Vietnamese syllables and acronyms: "Luật Salic" isn't one."""
    return all(
        word.is_mark or is_syllable(word.text) or (word.text.isupper() and len(word.text) > 1)
        for word in name
    )


def _enacted(name: str) -> bool:
    return any(law.number for law in laws_by_key().get(name_key(name), ()))


def _between_laws(before: str) -> bool:
    return before.lower().rstrip().endswith(("của", "các", "hành", "theo", "định"))


def _certain_context(text: str, start: int, stop: int, before: str) -> bool:
    """A lower-case name after "Luật" opening a sentence may be the field, not the law."""
    if not _SENTENCE_START.search(before):
        return True
    return _EVIDENCE_AFTER.match(text, stop) is not None


def _extend(tokens: list[Word], end: int) -> int:
    """Take "Việt Nam" after a name in."""
    following = [t.key for t in tokens[end : end + 2]]
    return end + 2 if following == ["việt", "nam"] else end


# "Luật Bầu cử đại biểu Quốc hội đại biểu Hội đồng nhân dân số 85/2015/QH13": up to its number.
_REST = re.compile(
    r"(?P<rest>(?:\s{1,3}(?!(?:số|sửa|bổ|đã|được|mới|của|theo|và|này|tại|luật|nghị|thông)\s)"
    r"[^\W\d_]{1,7}){1,10}?)\s{1,3}số\s{1,3}[0-9]{1,3}/(?:19|20)[0-9]{2}/(?:UBTV)?QH"
)


def _goes_on(text: str, stop: int) -> int:
    """Where a name ends whose last words the table doesn't have, if a law's number follows them."""
    rest = _REST.match(text, stop)
    return rest.end("rest") if rest is not None else stop


def _guess(tokens: list[Word]) -> int:
    """The end of a name that is in no table: the words up to a mark or a function word."""
    if tokens[0].key in _NOT_NAMES or not (tokens[0].capital or len(tokens[0].key) > 1):
        return 0
    if not tokens[0].text[0].isalpha():
        return 0
    end = 0
    while end < len(tokens) and end < 14:
        word = tokens[end]
        if word.is_mark:
            lists = word.text == "," and end == 1 and end + 1 < len(tokens)
            if lists and tokens[end + 1].text.islower() and tokens[end + 1].key not in _STOPS:
                end += 1
                continue
            break
        if word.key == "và":
            if end + 1 < len(tokens) and tokens[end + 1].key not in _FOLLOWERS | _STOPS:
                end += 1
                continue
            break
        if word.key in _STOPS or word.text.isdigit() or _next_document(tokens, end):
            break
        end += 1
    while end and (tokens[end - 1].is_mark or tokens[end - 1].key == "và"):
        end -= 1
    return end


def _next_document(tokens: list[Word], index: int) -> bool:
    """Whether another document or a new clause starts at `index`."""
    pair = (tokens[index].key, tokens[index + 1].key if index + 1 < len(tokens) else "")
    return tokens[index].key == "luật" or pair in {
        ("căn", "cứ"), ("pháp", "lệnh"), ("bộ", "luật"), ("nghị", "định"), ("nghị", "quyết"),
        ("thông", "tư"), ("điều", "chỉnh"), ("hết", "hiệu"), ("hiện", "hành"), ("hiện", "nay"),
        ("phù", "hợp"),
    }  # fmt: skip


def _constitution(text: str, match: re.Match[str]) -> LawReading | None:
    country = _COUNTRY.match(text, match.end())
    end = country.end() if country else match.end()
    year = re.compile(r"\s{1,4}(?:năm\s{1,4}|ngày[^,.;]{6,28})?(?P<year>(?:19|20)[0-9]{2})").match(
        text, end
    )
    if country is None and (year is None or year["year"] not in _CONSTITUTIONS):
        return None
    return LawReading(match.start(), end, "Hiến pháp", match.span(), True)


def _amending(text: str, start: int, type_end: int, kind: str) -> LawReading | None:
    """ "Luật sửa đổi, bổ sung một số điều của Luật A [, Luật B] [và Luật C]"."""
    gap = len(text[type_end : type_end + 4]) - len(text[type_end : type_end + 4].lstrip())
    begin = type_end + gap
    free = _AMENDING_FREE.match(text, begin)
    if free is not None:
        tokens = words(text, free.end(), free.end() + 120, 16)
        end = _guess(tokens) if tokens else 0
        if end:
            return LawReading(start, tokens[end - 1].end, kind, (start, type_end), False)
    head = _AMENDING.match(text, begin)
    if head is None:
        return None
    end = head.end()
    last: int | None = None
    pending = end
    while True:
        inner = _ANCHOR.match(text, _skip(text, pending))
        if inner is None:
            break
        tokens = words(text, inner.end(), inner.end() + 260, 40)
        skip = 1 if tokens and tokens[0].key == "về" else 0
        count = _names().longest(tokens, skip, expand=ABBREVIATED) if tokens else 0
        count = 0 if count == skip else count
        count = _extend(tokens, count) if count else (_guess(tokens) if tokens else 0)
        if count == 0:
            break
        stop = tokens[count - 1].end
        if count + 1 < len(tokens) and tokens[count].key == "và" and tokens[count + 1].capital:
            # "Luật A và B": the second without its type word.
            second = _names().longest(tokens, count + 1)
            if second > count + 1:
                last = tokens[second - 1].end
                break
        joined = last is None or re.match(r"\s+và\s", text[pending - 4 : pending] + " ") is not None
        if joined or _list_goes_on(text, stop):
            last = stop
        else:
            break
        more = re.compile(r"\s{0,3},\s{1,4}|\s{1,4}và\s{1,4}").match(text, stop)
        if more is None or joined_end(text, pending, more):
            break
        pending = more.end()
    if last is None:
        return None
    return LawReading(start, last, kind, (start, type_end), True)


def joined_end(text: str, pending: int, more: re.Match[str]) -> bool:
    """Whether a list of laws has had its "và" already and can't go on."""
    return text[max(0, pending - 4) : pending].strip().endswith("và") and "và" in more[0]


def _list_goes_on(text: str, position: int) -> bool:
    """Whether a comma list of laws ends with "và Luật …" further on."""
    return (
        re.compile(
            r"(?:,\s{1,4}(?:Bộ\s)?[Ll]uật\s[^,.;()\n]{2,80}){0,12}\s+và\s{1,4}(?:Bộ\s{1,3})?[Ll]uật\s"
        ).match(text, position)
        is not None
    )


def _skip(text: str, position: int) -> int:
    match = re.compile(rf"(?:\s*{TAG})?\s*(?:các\s+|[0-9]{{1,2}}\s+)?").match(text, position)
    return match.end() if match else position

"""Treaties cited by name: "Công ước về quyền trẻ em", "Hiệp định CPTPP", "Hiệp định giữa …"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ..grammar.patterns import one_of
from ..grammar.tables import treaties
from ..vietnamese import canonical
from .laws import LawReading
from .words import Trie, Word, words

_TREATY = re.compile(
    r"(?P<type>"
    + one_of(
        r"Công\s{1,3}ước",
        r"Hiệp\s{1,3}(?:định|ước)",
        r"Nghị\s{1,3}định\s{1,3}thư",
        r"Hiến\s{1,3}chương",
        r"Bộ\s{1,3}luật(?=\s{1,3}(?:[Qq]uốc|[Qq]uản|[Pp]hòng))",
    )
    + r")(?:\s{1,3}(?:của\s{1,3})?"
    r"(?:Liên\s{1,3}[Hh](?:ợ|iệ)p\s{1,3}[Qq]uốc|LHQ|quốc\s{1,3}tế)(?=\s))?(?=\s)"
)
_ACRONYM = re.compile(r"\s{1,3}(?P<name>[A-Z]{2,}[A-Z0-9/]{1,9})(?![\w/-]|\s{1,3}[A-ZĐ]{2})")
# News is full of treaties by acronym; one is cited with its date or a place in it, or as a basis.
_DATED = re.compile(r"\s{1,3}(?:năm\s|ngày\s|(?:19|20)[0-9]{2}(?![0-9]))")
_CITED = re.compile(
    r"(?:[Đđ]iều|[Kk]hoản|[Cc]hương|[Pp]hụ\s{1,3}lục)\s{1,3}[0-9IVX]{1,5}(?:\s{1,3}của)?\s{1,3}\Z"
    r"|[Cc]ăn\s{1,3}cứ\s{1,3}\Z"
)
_NOT_ACRONYMS = {"CỦA", "VỀ", "KHUNG", "VAY", "THUE"}


@lru_cache(maxsize=1)
def _names() -> Trie:
    return Trie(treaties())


def find_treaties(text: str) -> Iterator[LawReading]:
    """Yield the treaties named in `text`.

    Those in the table, those known by an acronym, and those between Việt Nam and another country.
    """
    between = list(_bilateral(text))
    held = {reading.type_span for reading in between}
    yield from between
    for match in _TREATY.finditer(text):
        if match.span("type") in held:
            continue
        kind = " ".join(match["type"].split())
        tokens = words(text, match.start(), match.start("type") + 220, 40)
        whole = _names().longest(tokens, 0)
        head = words(text, match.start("type"), match.end("type"))
        rest = words(text, match.end(), match.end() + 220, 40)
        after = len(head) + len(rest) and _names().longest([*head, *rest], 0)
        if whole:
            end = tokens[whole - 1].end
        elif after > len(head):
            end = rest[after - len(head) - 1].end
        else:
            acronym = _ACRONYM.match(text, match.end())
            if acronym is None or acronym["name"] in _NOT_ACRONYMS:
                continue
            end = acronym.end("name")
            window = text[max(0, match.start() - 30) : match.start()]
            if not _DATED.match(text, end) and not _CITED.search(window):
                continue
        yield LawReading(match.start(), end, kind, match.span("type"), True)


_BILATERAL = re.compile(
    "(?P<type>"
    + one_of(
        r"Hiệp\s{1,3}(?:định|ước)",
        r"Nghị\s{1,3}định\s{1,3}thư",
        r"Bản\s{1,3}(?:[Tt]h[oỏ][aả]\s{1,3}thuận|[Gg]hi\s{1,3}nhớ)",
        r"Th[oỏ][aả]\s{1,3}thuận",
    )
    + r")(?=\s)"
)
_KINDS = {
    canonical(kind): kind
    for kind in ("Hiệp định", "Hiệp ước", "Nghị định thư", "Bản thỏa thuận", "Bản ghi nhớ")
}
_SUBJECT = 16  # words between a treaty's type and its parties
_ABOUT = 24  # words of "về …" behind them
_GOVERNMENT = frozenset(("chính", "phủ", "nhà", "nước", "hoàng", "gia"))
# What countries' names hold besides capitalised words.
_OF_NAMES = frozenset(
    "cộng hòa xã hội chủ nghĩa nhân dân dân chủ vương quốc liên bang hợp chủng thống nhất châu"
    " đại công quốc hồi giáo hiệp minh tiểu các".split()
)
_ENDS_SUBJECT = frozenset("ký đã được do của có để ngày năm sẽ phải thì là tại theo này".split())


def _bilateral(text: str) -> Iterator[LawReading]:
    """Yield what names two parties, Việt Nam one of them: "Hiệp định … giữa … và … về …"."""
    for match in _BILATERAL.finditer(text):
        tokens = words(text, match.end(), match.end() + 520, 90)
        parties = next(
            (place for place, word in enumerate(tokens[:_SUBJECT]) if word.key == "giữa"), None
        )
        if parties is None or any(word.text in ".;:(" for word in tokens[:parties]):
            continue
        joint = _party(tokens, parties + 1)
        if joint is None or tokens[joint].key not in ("và", "với", "-", "–"):
            continue
        last = _party(tokens, joint + 1)
        names = " ".join(word.key for word in tokens[parties:last])
        if last is None or "việt nam" not in names:
            continue
        end = tokens[_behind_parties(tokens, last) - 1].end
        kind = canonical(" ".join(match["type"].split()))
        kind = _KINDS.get(kind) or _KINDS[f"bản {kind}"]
        yield LawReading(match.start(), end, kind, match.span("type"), True)


def _party(tokens: Sequence[Word], start: int) -> int | None:
    """Return where the country or government named from `start` on ends, before another word."""
    place = start
    while place < len(tokens) and tokens[place].key in _GOVERNMENT:
        place += 1
    if place >= len(tokens) or not tokens[place].capital:
        return None
    while place < len(tokens):
        word = tokens[place]
        # "Ô-xtơ-rây-li-a"
        glued = word.text == "-" or tokens[place - 1].text == "-"
        glued = glued and word.start == tokens[place - 1].end
        north = word.key == "và" and place + 1 < len(tokens) and tokens[place + 1].text == "Bắc"
        if not (word.capital or word.key in _OF_NAMES or glued or north):
            return place
        place += 1
    return place


def _behind_parties(tokens: Sequence[Word], last: int) -> int:
    """Return where the name ends behind its parties: "giai đoạn 2023 - 2024", "về …"."""
    behind = [word.key for word in tokens[last : last + 5]]
    if behind[:2] == ["giai", "đoạn"] and behind[2:3] and behind[2].isdigit():
        last += 5 if len(behind) == 5 and behind[3] in "-–" and behind[4].isdigit() else 3
    if last < len(tokens) and tokens[last].key == "về":
        end = last + 1
        while end < len(tokens) and end < last + _ABOUT:
            word = tokens[end]
            if (word.is_mark and word.text != "-") or word.key in _ENDS_SUBJECT:
                break
            end += 1
        last = end if end > last + 1 else last
    return last

"""Treaties cited by name: "Công ước về quyền trẻ em", "Hiệp định CPTPP"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..grammar.patterns import one_of
from ..grammar.tables import treaties
from .laws import LawReading
from .words import Trie, words

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
    """Yield the treaties named in `text`: those in the table, and those known by an acronym."""
    for match in _TREATY.finditer(text):
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

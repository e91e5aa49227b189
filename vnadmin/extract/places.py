"""Places with nothing said of whose: "theo khoản 2 Điều 5"."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

from ..document import Citation, Reference
from ..grammar.patterns import one_of
from .provisions import ANOTHERS, provisions_from

_CUE = re.compile(
    one_of("[Tt]heo", "[Tt]ại", "của", "[Tt]rừ", "trong", "với", "định", "hiện")
    + r"\s{1,3}(?:các\s{1,3})?"
    r"(?=(?:[Đđ]iểm\s{1,3}[a-zđ](?!\w)|[Kk]hoản\s{1,3}[0-9]|Điều\s{1,3}[0-9]))"
)
_AMENDED = re.compile(
    one_of(r"[Ss]ửa\s{1,3}đổi", r"[Bb]ổ\s{1,3}sung", r"[Bb]ãi\s{1,3}bỏ", r"[Tt]hay\s{1,3}thế")
    + r"\s{1,3}(?:các\s{1,3})?"
    r"(?=(?:[Đđ]iểm\s{1,3}[a-zđ](?!\w)|[Kk]hoản\s{1,3}[0-9]|Điều\s{1,3}[0-9]))"
)
# "2. Điều 26 được sửa đổi, bổ sung như sau": an article that opens its line.
_OPENING = re.compile(
    r"^[ \t]{0,8}(?:[0-9]{1,3}[.)]|[a-zđ]\))[ \t]{1,3}"
    r"(?=(?:(?:[Đđ]iểm|[Kk]hoản)\s[^.:;\n]{1,60})?Điều\s{1,3}[0-9]{1,3}[a-zđ]?"
    r"\s{1,3}được\s{1,3}(?:sửa\s{1,3}đổi|bổ\s{1,3}sung|thay\s{1,3}thế))",
    re.MULTILINE,
)
_INTO = re.compile(r"\s{1,3}vào(?:\s{1,3}[\w,]{1,6}){1,8}?\s{1,3}(?=[A-ZĐ][^\W\d_]+\s)(?!Điều\s)")
_WHOSE = re.compile(r"[\s,]{0,4}(?:(?:của|thuộc|trong|tại)\s{1,3})?(?:các\s{1,3})?")


def bare_places(
    text: str, found: Sequence[Citation], pointers: Sequence[Reference], own: str | None
) -> list[Reference]:
    """Find the articles pointed to without their document.

    Args:
        text: the text.
        found: its citations: places before or behind them are theirs.
        pointers: the other pointers, likewise.
        own: whose such places are, where the text's own ("self"); else they are taken for the
            document's cited last in the same line, and for nobody's where there is none.
    """
    starts = {citation.start for citation in found} | {pointer.start for pointer in pointers}
    taken = sorted(
        [(pointer.start, pointer.end) for pointer in pointers]
        + [(citation.end, citation.end + 40) for citation in found if citation.provisions]
    )
    ends = sorted((citation.end, citation.id) for citation in found)
    places: list[Reference] = []
    cues = [(match.end(), False) for match in _CUE.finditer(text)]
    cues += [(match.end(), True) for match in _AMENDED.finditer(text)]
    cues += [(match.end(), True) for match in _OPENING.finditer(text)]
    for start, amended in sorted(cues):
        if (places and start < places[-1].end) or text[start - 1] == "\n":
            continue  # a heading may begin a line
        named, end = provisions_from(text, start)
        whose = _WHOSE.match(text, end)
        assert whose is not None
        if not named or whose.end() in starts or end in starts:
            continue
        into = _INTO.match(text, end)
        if into is not None and into.end() in starts:
            continue  # "khoản 3a vào sau khoản 3 Điều 6 Nghị định số …"
        if not amended and not any(place.article for place in named):
            continue
        index = bisect.bisect_right(taken, (start, 1 << 60)) - 1
        if (index >= 0 and taken[index][1] > start) or ANOTHERS.match(text, end):
            continue
        index = bisect.bisect_right(ends, (start, "\uffff")) - 1
        line = text.rfind("\n", max(0, start - 2000), start)
        cited = ends[index][1] if index >= 0 and ends[index][0] > line else None
        whole = (None if amended else own) or cited  # what is amended is another document's
        places.append(Reference(text[start:end], start, end, whole, named))
    return places

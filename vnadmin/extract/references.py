"""Pointers without a number: "Luật này", "Quyết định nêu trên", "các nghị quyết của Trung ương"."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

from ..document import Citation, Reference
from ..vietnamese import canonical
from .issuers import match_issuer

_TYPE = (
    r"(?:Hiến pháp|Bộ luật|Luật|Pháp lệnh|Nghị (?:định|quyết)|Quyết định|Thông (?:tư|tri|báo)"
    r"|Chỉ thị|Kết luận|Kế hoạch|Công (?:văn|điện)|Tờ trình|Báo cáo|Chương trình|Hướng dẫn"
    r"|Quy (?:định|chế)|Văn bản|Đề án|Hợp đồng|Điều lệ|Biên bản|Phương án|Lệnh)(?: liên tịch)?"
).replace(" ", r"\s{1,4}")
_BACK = r"(?:(?:đã\s{1,3})?(?:nêu|nói|kể)\s{1,4}trên|trên\s{1,4}đây|dẫn\s{1,4}trên|vừa\s{1,4}nêu)"
_POINTER = re.compile(
    rf"(?<!\w)(?P<all>(?:[Cc]ác|[Nn]hững|[Hh]ai|[Bb]a)\s{{1,4}})?(?P<type>{_TYPE})\s{{1,4}}"
    rf"(?:số\s{{1,4}}(?P<serial>[0-9]{{1,5}}[a-zđ]?)\s{{1,4}})?(?P<tail>này|{_BACK}|đó)(?!\w)"
)
_GROUP = re.compile(
    rf"(?<!\w)[Cc]ác\s{{1,4}}{_TYPE}(?:(?:,\s{{1,4}}|\s{{1,4}}và\s{{1,4}}){_TYPE}){{0,5}}"
    r"\s{1,4}của\s{1,4}(?=[A-ZĐỦ])"
)


def references(text: str, found: Sequence[Citation] = ()) -> tuple[Reference, ...]:
    """Find the unnumbered pointers in `text`, in order.

    Args:
        text: the text.
        found: its citations; "nêu trên" is resolved to the last one of that type before it (or
            the last whose serial is the one given), and pointers inside a citation are left out.
    """
    before = _Before(found)
    pointers = []
    for match in _POINTER.finditer(text):
        target = None if match["tail"] == "này" or match["all"] else before.find(match)
        pointers.append(Reference(match[0], match.start(), match.end(), target))
    for match in _GROUP.finditer(text):
        issuer = match_issuer(text, match.end())
        if issuer is not None:
            pointers.append(
                Reference(text[match.start() : issuer.end], match.start(), issuer.end, None)
            )
    numbers = sorted({c.spans.number[0] for c in found if c.spans.number is not None})
    kept = [
        p
        for p in pointers
        if bisect.bisect_left(numbers, p.start) == bisect.bisect_left(numbers, p.end)
    ]
    return tuple(sorted(kept, key=lambda pointer: pointer.start))


class _Before:
    """Citations by type and by serial, to find the last one before a place."""

    def __init__(self, found: Sequence[Citation]) -> None:
        self._places: dict[str, list[tuple[int, str]]] = {}
        for citation in found:
            keys = [canonical(citation.type)]
            serial = re.match("[0-9]+[a-zđ]?", citation.number or "")
            if serial is not None:
                keys.append(f"{keys[0]} {serial[0]}")
            for key in keys:
                self._places.setdefault(key, []).append((citation.start, citation.id))

    def find(self, match: re.Match[str]) -> str | None:
        """The id of the last citation before `match` of its type, and its serial if given."""
        key = canonical(" ".join(match["type"].split()))
        if match["serial"] is not None:
            key += f" {match['serial']}"
        places = self._places.get(key, [])
        index = bisect.bisect_left(places, (match.start(), ""))
        return places[index - 1][1] if index else None

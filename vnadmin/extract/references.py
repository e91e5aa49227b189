"""Pointers without a number: "Luật này", "Quyết định nêu trên", "các nghị quyết của Trung ương"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..document import Citation, Reference
from ..vietnamese import canonical

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
    from .issuers import match_issuer

    pointers = []
    for match in _POINTER.finditer(text):
        target = None if match["tail"] == "này" or match["all"] else _target(match, found)
        pointers.append(Reference(match[0], match.start(), match.end(), target))
    for match in _GROUP.finditer(text):
        issuer = match_issuer(text, match.end())
        if issuer is not None:
            pointers.append(
                Reference(text[match.start() : issuer.end], match.start(), issuer.end, None)
            )
    numbers = {c.spans.number for c in found if c.spans.number is not None}
    kept = [p for p in pointers if not any(p.start <= n[0] < p.end for n in numbers)]
    return tuple(sorted(kept, key=lambda pointer: pointer.start))


def _target(match: re.Match[str], found: Sequence[Citation]) -> str | None:
    kind = canonical(" ".join(match["type"].split()))
    for citation in reversed(found):
        if citation.start >= match.start():
            continue
        if match["serial"] is not None:
            number = re.match("[0-9]+[a-zđ]?", citation.number or "")
            if number is not None and number[0] == match["serial"]:
                return citation.id
        elif canonical(citation.type) == kind:
            return citation.id
    return None

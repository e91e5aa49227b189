"""Pointers without a number: "Luật này", "khoản 2 Điều này", "các nghị quyết của Trung ương"."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import replace

from ..document import Citation, Provision, Reference
from ..grammar.patterns import one_of
from ..vietnamese import canonical
from .issuers import match_issuer
from .places import bare_places
from .provisions import provisions_before

SELF = "self"
"""What `Reference.refers_to` says of a pointer to the document itself."""

_TYPES = [
    name.replace(" ", r"\s{1,4}")
    for name in (
        "Hiến pháp", "Bộ luật", "Luật", "Pháp lệnh", "Nghị định thư", "Nghị (?:định|quyết)",
        "Quyết định", "Thông (?:tư|tri|báo|cáo)", "Chỉ thị", "Kết luận", "Kế hoạch",
        "Công (?:văn|điện|ước)", "Tờ trình", "Báo cáo", "Chương trình", "Hướng dẫn",
        "Quy (?:định|chế|chuẩn)", "[Vv]ăn bản", "Đề án", "Hợp đồng", "Điều lệ", "Nội quy",
        "Biên bản", "Phương án", "Sắc lệnh", "Lệnh", "Hiệp định",
    )
]  # fmt: skip
_JOINT = r"(?:\s{1,4}liên\s{1,4}tịch)?"
_TYPE = rf"(?:{'|'.join(_TYPES)}){_JOINT}"
_BACK = (
    r"(?:(?:đã\s{1,3})?(?:nêu|nói|kể)\s{1,4}(?:ở\s{1,4})?trên|trên\s{1,4}đây|dẫn\s{1,4}trên"
    r"|vừa\s{1,4}nêu|trên(?=\s{0,3}[,.;:)]|\s{1,3}(?:và|đã|được|của|có|thì|phải|là)\s))"
)
_POINTER = re.compile(
    rf"(?P<type>{one_of(*_TYPES)}{_JOINT})\s{{1,4}}"
    rf"(?:số\s{{1,4}}(?P<serial>[0-9]{{1,5}}[a-zđ]?)\s{{1,4}})?(?P<tail>này|{_BACK}|đó)(?!\w)"
)
_ALL = re.compile(r"(?<!\w)(?:[Cc]ác|[Nn]hững|[Hh]ai|[Bb]a)\s{1,4}\Z")
_GROUP = re.compile(
    rf"{one_of('[Cc]ác')}\s{{1,4}}{_TYPE}(?:(?:,\s{{1,4}}|\s{{1,4}}và\s{{1,4}}){_TYPE}){{0,5}}"
    r"\s{1,4}của\s{1,4}(?=[A-ZĐỦ])"
)
_PART = re.compile(
    r"(?P<unit>"
    + one_of("[Đđ]iều", "[Kk]hoản", "[Đđ]iểm", "Chương", "Mục", r"Phụ\s{1,3}lục")
    + r")\s{1,4}này(?!\w)"
)
_HEADING = re.compile(r"(?:\A|\n)[ \t]*(?:Điều|ĐIỀU)[ \t]{1,3}([0-9]{1,3}[a-zđ]?)[ \t]?[.:]")
# What a document may be called that approves or encloses it; "Văn bản này" is any document.
_ATTACHED = frozenset(
    "quy chế|quy định|điều lệ|nội quy|hướng dẫn|chương trình|kế hoạch|đề án|phương án|văn bản"
    "|quy chuẩn".split("|")
)

# What a text speaks of rather than is, unless its head says so.
_AGREED = frozenset(("hiệp định", "công ước", "nghị định thư", "hợp đồng"))


def references(
    text: str, found: Sequence[Citation] = (), *, own_type: str | None = None
) -> tuple[Reference, ...]:
    """Find the unnumbered pointers in `text`, in order.

    Args:
        text: the text.
        found: its citations; "nêu trên" is resolved to the last one of that type before it (or
            the last whose serial is the one given), and pointers inside a citation are left out.
        own_type: the document's own type: "Nghị định này" means a decree itself, but in a letter
            the decree cited last. Where it isn't known, the first "… này" with nothing of its type
            cited before tells it; a text with none (a news article) is no document of any type.
    """
    before = _Before(found)
    if own_type is None and found:
        own_type = _inferred(text, before)
    pointers = []
    for match in _POINTER.finditer(text):
        several = _ALL.search(text, max(0, match.start() - 10), match.start())
        start = several.start() if several else match.start()
        target = None if several else _target(match, before, own_type)
        places, _ = provisions_before(text, start)
        pointers.append(Reference(text[start : match.end()], start, match.end(), target, places))
    pointers += _parts(text)
    own = own_type is not None and _HEADING.search(text) is not None
    pointers += bare_places(text, found, pointers, SELF if own else None)
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


_NONE = "none"


def _inferred(text: str, before: _Before) -> str | None:
    """The type of a text without a letterhead; `_NONE` where it speaks of others only."""
    if _HEADING.search(text) is not None:
        return None
    others = False
    for match in _POINTER.finditer(text):
        kind = canonical(" ".join(match["type"].split()))
        if match["tail"] != "này" or kind in _ATTACHED or kind in _AGREED:
            continue
        if before.find(match) is None:
            return kind
        others = True
    return _NONE if others else None


def _target(match: re.Match[str], before: _Before, own_type: str | None) -> str | None:
    if match["tail"] != "này":
        return before.find(match)
    kind = canonical(" ".join(match["type"].split()))
    if own_type is None and kind in _AGREED:
        return before.find(match)
    if own_type is None or kind in _ATTACHED or _same_type(kind, canonical(own_type)):
        return SELF
    return before.find(match)


def _same_type(kind: str, own: str) -> bool:
    return own in (kind, f"bộ {kind}") or own.startswith(f"{kind} liên ")


def _parts(text: str) -> list[Reference]:
    """ "Điều này", "khoản 1 và khoản 2 Điều này": places in the document itself."""
    headings = [(m.start(), m[1]) for m in _HEADING.finditer(text)]
    found = []
    for match in _PART.finditer(text):
        places, start = provisions_before(text, match.start())
        if not places and not _means_a_part(text, match, bool(headings)):
            continue
        index = bisect.bisect_left(headings, (match.start(), ""))
        if match["unit"] in ("Điều", "điều") and index:
            article = headings[index - 1][1]
            places = tuple(
                replace(place, article=article)
                for place in places or (Provision(),)
                if place.article is None
            )
        found.append(Reference(text[start : match.end()], start, match.end(), SELF, places))
    return found


def _means_a_part(text: str, match: re.Match[str], has_articles: bool) -> bool:
    """Whether a lone "Điều này" is an article: opening a sentence it may just mean "this"."""
    before = text[max(0, match.start() - 12) : match.start()].rstrip()
    if match["unit"] == "điều":
        return False
    if match["unit"] in ("khoản", "điểm"):
        return has_articles and before.endswith(("tại", "theo", "thuộc", "của"))
    if match["unit"] in ("Điều", "Khoản", "Điểm"):
        return before.endswith(("tại", "theo", "thuộc", "của", "các", "định", "ở", "và", "trong"))
    return True


class _Before:
    """Citations by type and by serial, to find the last one before a place."""

    def __init__(self, found: Sequence[Citation]) -> None:
        self._places: dict[str, list[tuple[int, str]]] = {}
        for citation in found:
            kind = canonical(citation.type)
            keys = [kind]
            serial = re.match("[0-9]+[a-zđ]?", citation.number or "")
            if serial is not None:
                keys += [f"{kind} {serial[0]}", "văn bản", f"văn bản {serial[0]}"]
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

"""The provisions named before a document: "điểm a khoản 2 Điều 5", lists and ranges."""

from __future__ import annotations

import re
from functools import lru_cache

from ..document import Provision

_UNITS = {
    "gạch đầu dòng": "dash", "đoạn": "paragraph", "tiết": "subpoint", "điểm": "point",
    "khoản": "clause", "điều": "article", "tiểu mục": "subsection", "mục": "section",
    "chương": "chapter", "phần": "part", "phụ lục": "appendix",
}  # fmt: skip
_RANK = {unit: rank for rank, unit in enumerate(_UNITS.values())}
_WINDOW = 280
_MAX_RANGE = 60
_LABEL = (
    r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}[a-zđ]{0,2}|[IVXLC]{1,6}(?:-[0-9]{1,2})?(?!\w)|[a-zđ](?:[0-9]|\([ivx]{1,4}\))?(?!\w)"
    r"|[A-Z](?!\w))"
)
_ORDINAL = (
    r"(?:(?:thứ\s{1,3})?(?:nhất|hai|ba|tư|năm|sáu|bảy|tám|chín|mười)|mở\s{1,3}đầu|đầu(?:\s{1,3}tiên)?"
    r"|cuối(?:\s{1,3}cùng)?)"
)
_TOKEN = re.compile(
    r"(?P<attached>(?<!\w)(?:[Qq]uy\s{1,2}(?:chế|định|trình)|[Đđ]iều\s{1,2}lệ|[Nn]ội\s{1,2}quy"
    r"|[Cc]hế\s{1,2}độ|[Qq]uy\s{1,2}tắc|[Cc]hiến\s{1,2}lược|[Hh]ướng\s{1,2}dẫn|[Dd]anh\s{1,2}mục|[Cc]hương\s{1,2}trình|[Kk]ế\s{1,2}hoạch|[Đđ]ề\s{1,2}án)"
    r"(?:(?!\s(?:tại|[Đđ]iều|[Kk]hoản|[Đđ]iểm|[Mm]ục|[Cc]hương|[Pp]hụ)\s)[^.;:()\n]){0,90}?\s"
    r"(?:được\s{1,3})?ban\s{1,3}hành\s{1,3}kèm\s{1,3}theo(?!\w))"
    r"|(?P<unit>(?<!\w)(?:[Gg]ạch\s{1,3}đầu\s{1,3}dòng|[Đđ]oạn|[Đđ]iểm|[Tt]iết|[Kk]hoản|[Đđ]iều"
    r"|[Tt]iểu\s{1,3}mục|[Mm]ục|[Cc]hương|[Pp]hần|[Pp]hụ\s{1,3}lục|ĐIỀU|KHOẢN|ĐIỂM|CHƯƠNG|MỤC))(?=\s)"
    r"|(?P<form>(?<!\w)(?:[Bb]iểu\s{1,3})?[Mm]ẫu(?:\s{1,3}số)?\s{1,3}[A-Z0-9][\w./-]{0,19})(?!\w)"
    rf"|(?P<label>(?<!\w){_LABEL})(?!\w)"
    rf"|(?P<ordinal>(?<!\w){_ORDINAL})(?!\w)"
    r"|(?P<join>,|;|(?<!\w)(?:và|hoặc|hay)(?!\w)|&)"
    r"|(?P<range>(?<!\w)đến(?:\s{1,3}hết)?(?!\w)|[-–])"
    r"|(?P<plural>(?<!\w)(?:[Cc]ác|cả|hai|những)(?!\w))"
    r"|(?P<filler>(?<!\w)(?:của|thuộc|từ|tại|vào|số|quy\s{1,3}định|ban\s{1,3}hành|kèm|theo|trong)(?!\w)"
    r"|[“”\"()])"
    r"|(?P<other>\w+|[^\w\s])"
)
_FIRST_UNIT = re.compile(
    r"(?<!\w)(?:[Gg]ạch|[Đđ]oạn|[Đđ]iểm|[Tt]iết|[Kk]hoản|[Đđ]iều|[Tt]iểu|[Mm]ục|[Cc]hương|[Pp]h[ầụ]"
    r"|ĐIỀU|KHOẢN|ĐIỂM|CHƯƠNG|MỤC)"
)
_LETTERS = "abcdđeghiklmnopqrstuvxy"
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def provisions_before(text: str, position: int) -> tuple[tuple[Provision, ...], int]:
    """Read the provisions that end at `position`, and where they begin (`position` if none)."""
    trail = _trail(text, max(0, position - _WINDOW), position)
    return (tuple(_read(trail)), trail[0].start()) if trail else ((), position)


_PLACED_AFTER = re.compile(
    r"[ \xa0]{0,3}[,(]?[ \xa0]{0,3}"
    r"(?:(?:(?:được\s{1,3})?(?:quy\s{1,3}định\s{1,3})?(?:tại|ở)|cụ\s{1,3}thể\s{1,3}(?:là|tại))\s{1,3})?"
    r"(?=(?:các\s|cả\s)?(?:[Đđ]iểm|[Kk]hoản|Điều|điều|Chương|Mục)\s)"
)
ANOTHERS = re.compile(
    r"[\s,]{0,4}(?:của|thuộc|trong|tại|này|nêu|nói|trên|ban\s{1,3}hành|và\s{1,3}(?:các\s)?(?:Luật|Nghị)"
    r"|(?:các\s{1,3})?(?:[Bb]ộ\s{1,3})?(?:[Ll]uật|[Nn]ghị\s|[Tt]hông\s{1,3}t|Quyết|Pháp|Hiến|Hiệp)"
    r"|Công\s{1,3}[ưv]|Điều\s{1,3}lệ|(?:Bộ\s{1,3})?[Qq]uy\s{1,3}(?:chế|tắc|chuẩn|trình)|Quy\s|Đề\s|dự\s"
    r"|Hướng\s|Kết\s|Chỉ\s)|[ ](?:(?=[A-ZĐ][^\W\d_])|\((?:[Kk]hoản|[Đđ]iểm|Điều)\s)"
)
"""What follows places that are another document's, or a pointer's."""


def provisions_after(text: str, position: int) -> tuple[tuple[Provision, ...], int]:
    """Read the provisions named behind a document ("…, tại khoản 2 Điều 5"), and where they end.

    None (`position`) where they are another document's: its name follows.
    """
    lead = _PLACED_AFTER.match(text, position)
    if lead is None:
        return (), position
    enclosed = "(" in lead[0]
    places, end = provisions_from(text, lead.end(), enclosed=enclosed)
    if enclosed:
        if text[end : end + 1] != ")":
            return (), position
        return places, end + 1
    if not places or ANOTHERS.match(text, end):
        return (), position
    return places, end


def provisions_from(
    text: str, position: int, *, enclosed: bool = False
) -> tuple[tuple[Provision, ...], int]:
    """Read the provisions that begin at `position`, and where they end (`position` if none).

    `enclosed` tells that they stand in parentheses.
    """
    trail: list[re.Match[str]] = []
    for match in _TOKEN.finditer(text, position, position + _WINDOW):
        last = trail[-1].lastgroup if trail else ""
        if match.lastgroup in ("other", "attached", "form"):
            break
        if match.lastgroup == "filler" and match[0] != "vào":  # "điểm c vào khoản 2 Điều 5"
            break
        if match.lastgroup == "ordinal" and last not in ("unit", "join"):
            break
        if match.lastgroup == "label" and (
            last not in ("unit", "join", "range")
            or (not enclosed and text[match.end() : match.end() + 1] == ")")
        ):
            break  # "b)" opens the next point
        trail.append(match)
    while trail and trail[-1].lastgroup not in ("label", "ordinal"):
        trail.pop()
    while trail and trail[0].lastgroup != "unit":
        trail.pop(0)
    if not trail:
        return (), position
    return tuple(_read(trail)), trail[-1].end()


def _trail(text: str, start: int, position: int) -> list[re.Match[str]]:
    """The unbroken run of units, labels and what joins them that ends at `position`."""
    trail: list[re.Match[str]] = []
    first = _FIRST_UNIT.search(text, _run_start(text, start, position), position)
    if first is None:
        return trail
    for match in _TOKEN.finditer(text, first.start(), position):
        last = trail[-1].lastgroup if trail else ""
        counted = last in ("unit", "join", "range", "plural") or "ordinal" in (last or "")
        if match.lastgroup == "other" or (match.lastgroup == "ordinal" and not counted):
            trail.clear()
        else:
            if match.lastgroup == "unit" and last == "filler" and _elsewhere(trail):
                trail.clear()
            trail.append(match)
    # Words like "tại" before the first unit aren't part of it.
    while trail and trail[0].lastgroup != "unit":
        trail.pop(0)
    return trail if any(m.lastgroup in ("label", "ordinal") for m in trail) else []


def _elsewhere(trail: list[re.Match[str]]) -> bool:
    """Whether the fillers that end a trail say where something is: "điểm D theo quy định tại"."""
    fillers: list[str] = []
    for match in reversed(trail):
        if match.lastgroup != "filler":
            return match.lastgroup == "label" and fillers[0] == "tại" and len(fillers) > 1
        fillers.append(match[0].lower())
    return False


# What a trail's words may be, one by one; a superset, since `_TOKEN` looks at them anyhow.
_MAY_BELONG = re.compile(
    rf"(?:{_LABEL}|{_ORDINAL}|[^\W\d_]{{1,2}}|gạch|dòng|đoạn|điểm|tiết|khoản|điều|tiểu|mục|chương"
    r"|phần|phụ|lục|và|hoặc|hay|đến|hết|các|cả|những|của|thuộc|từ|tại|số|quy|định|ban|hành|kèm"
    r"|theo|trong|vào|thứ|mở|cuối|cùng|tiên)",
    re.IGNORECASE,
)


@lru_cache(maxsize=16384)
def _may_belong(word: str) -> bool:
    return all(_MAY_BELONG.fullmatch(part) for part in re.findall(r"\w+", word))


def _run_start(text: str, start: int, position: int) -> int:
    """Where the words begin that may belong to a trail ending at `position`.

    Most citations have none before them: this tells it without reading the whole window.
    """
    window = text[start:position]
    if "kèm" in window or "ẫu" in window:
        return start
    while parts := window.rsplit(None, 1):
        before = window.rindex(parts[-1])
        if not _may_belong(parts[-1]):
            return start + before + len(parts[-1])
        window = window[:before]
    return start


class _Reader:
    """Provisions while their parts are read, one after the other."""

    def __init__(self, trail: list[re.Match[str]]) -> None:
        self.found: list[dict[str, str]] = []
        self._units = [
            _RANK[_unit(m)] if m.lastgroup == "unit" else -1 for m in trail
        ]  # to look ahead
        # What the labels of the unit being read are put on: the smaller parts before it
        # ("khoản 2 các Điều 5, 6") or the bigger one ("Điều 5 khoản 1, 2").
        self._base: list[dict[str, str]] | None = None
        self._spread = False  # the former
        self._unit = ""
        self._first = True

    def open(self, unit: str, index: int, *, joined: str, plural: bool) -> None:
        """Begin the labels of `unit`."""
        if unit == self._unit and joined and self._base is not None and self._spread:
            return  # "khoản 5 các Điều 8 và Điều 11"
        down = bool(self._unit) and _RANK[unit] < _RANK[self._unit]
        bigger_follows = any(rank >= _RANK[self._unit] for rank in self._units[index + 1 :] if down)
        self._base, self._spread = None, False
        if down and self.found and (not joined or (joined == "," and not bigger_follows)):
            self._base = [self.found.pop()]
        elif self.found and plural:
            pending = [p for p in self.found if _highest(p) < _RANK[unit]]
            if pending:
                self.found = [p for p in self.found if _highest(p) >= _RANK[unit]]
                self._base, self._spread = pending, True
        self._unit, self._first = unit, True

    def label(self, label: str, *, ranged: bool) -> None:
        """Take one label, or the range from the last one to it."""
        labels = [label]
        if ranged and self.found:
            labels = _between(self.found[-1].get(self._unit, ""), label)
        if self._base is not None:
            self.found += [{**p, self._unit: each} for each in labels for p in self._base]
            return
        pending = [i for i, p in enumerate(self.found) if _highest(p) < _RANK[self._unit]]
        if pending and len(labels) == 1 and self._first:
            for index in pending:
                self.found[index][self._unit] = label
        else:
            self.found += [{self._unit: each} for each in labels]
        self._first = False


def _read(trail: list[re.Match[str]]) -> list[Provision]:
    reader = _Reader(trail)
    joined = ""
    ranged = plural = False
    opened = False
    for index, match in enumerate(trail):
        kind = match.lastgroup
        if kind == "unit":
            reader.open(_unit(match), index, joined=joined, plural=plural)
            opened, joined, plural = True, "", False
        elif kind == "join":
            joined, plural = match[0], False
        elif kind == "range":
            ranged = True
        elif kind == "plural":
            plural = True
        elif kind in ("label", "ordinal") and opened:
            reader.label(" ".join(match[0].split()), ranged=ranged)
            ranged, joined = False, ""
    return [Provision(**parts) for parts in reader.found]


def _unit(match: re.Match[str]) -> str:
    return _UNITS[" ".join(match[0].lower().split())]


def _highest(parts: dict[str, str]) -> int:
    """The rank of the biggest part named."""
    return max(map(_RANK.__getitem__, parts), default=-1)


def _between(first: str, last: str) -> list[str]:
    """The labels after `first` up to `last`: ("5", "8") → 6, 7, 8."""
    if first.isdigit() and last.isdigit() and 0 < int(last) - int(first) <= _MAX_RANGE:
        return [str(n) for n in range(int(first) + 1, int(last) + 1)]
    if len(first) == len(last) == 1 and first in _LETTERS and last in _LETTERS:
        return list(_LETTERS[_LETTERS.index(first) + 1 : _LETTERS.index(last) + 1]) or [last]
    if first and set(first) | set(last) <= set(_ROMAN):
        low, high = _from_roman(first), _from_roman(last)
        if 0 < high - low <= _MAX_RANGE:
            return [_to_roman(n) for n in range(low + 1, high + 1)]
    return [last]


def _from_roman(text: str) -> int:
    values = [_ROMAN[char] for char in text]
    following = [*values[1:], 0]
    return sum(-v if v < n else v for v, n in zip(values, following, strict=True))


def _to_roman(number: int) -> str:
    tens, ones = divmod(number, 10)
    units = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "X" * tens + units[ones]

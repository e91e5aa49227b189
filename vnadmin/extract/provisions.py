"""The provisions named before a document: "điểm a khoản 2 Điều 5", lists and ranges."""

from __future__ import annotations

import re
from dataclasses import replace

from ..document import Provision

_UNITS = {
    "điểm": "point", "tiết": "point", "khoản": "clause", "điều": "article", "mục": "section",
    "chương": "chapter", "phần": "chapter", "phụ lục": "appendix",
}  # fmt: skip
_RANK = {"point": 0, "clause": 1, "article": 2, "section": 3, "chapter": 4, "appendix": 4}
_WINDOW = 240
_MAX_RANGE = 60
_LABEL = (
    r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}[a-zđ]{0,2}|[IVXLC]{1,6}(?!\w)|[a-zđ][0-9]?(?!\w)"
    r"|[A-Z](?!\w))"
)
_TOKEN = re.compile(
    r"(?P<unit>(?<!\w)(?:[Đđ]iểm|[Tt]iết|[Kk]hoản|[Đđ]iều|[Mm]ục|[Cc]hương|[Pp]hần|[Pp]hụ\s+lục))(?=\s)"
    rf"|(?P<label>(?<!\w){_LABEL})(?!\w)"
    r"|(?P<join>,|;|(?<!\w)(?:và|hoặc)(?!\w))"
    r"|(?P<range>(?<!\w)đến(?!\w)|[-–])"
    r"|(?P<filler>(?<!\w)(?:các|của|thuộc|từ|tại|số|quy\s+định|ban\s+hành|kèm|theo)(?!\w)|[“”\"])"
    r"|(?P<other>\w+|[^\w\s])"
)


def provisions_before(text: str, position: int) -> tuple[tuple[Provision, ...], int]:
    """Read the provisions that end at `position`, and where they begin (`position` if none)."""
    start = max(0, position - _WINDOW)
    trail: list[re.Match[str]] = []
    for match in _TOKEN.finditer(text, start, position):
        if match.lastgroup == "other":
            trail.clear()
        else:
            trail.append(match)
    if not any(m.lastgroup == "label" for m in trail):
        return (), position
    # The trail starts at a unit, and words like "tại" before the first unit aren't part of it.
    while trail and trail[0].lastgroup != "unit":
        trail.pop(0)
    if not trail or sum(m.lastgroup == "label" for m in trail) == 0:
        return (), position
    return tuple(_read(trail)), trail[0].start()


def _read(trail: list[re.Match[str]]) -> list[Provision]:
    found: list[Provision] = []
    unit = ""
    joined = False
    ranged = False
    down = False
    for match in trail:
        kind = match.lastgroup
        if kind == "unit":
            new = _UNITS[" ".join(match[0].lower().split())]
            down = bool(unit) and _RANK[new] < _RANK[unit] and not joined
            unit, joined = new, False
        elif kind == "join":
            joined = True
        elif kind == "range":
            ranged = True
        elif kind == "label" and unit:
            labels = [match[0]]
            if ranged and found:
                labels = _between(_part(found[-1], unit), match[0])
            ranged = False
            if down and found:
                found[-1] = _set(found[-1], unit, match[0])
                down = False
                joined = False
                continue
            _attach(found, unit, labels)
            joined = False
    return found


def _attach(found: list[Provision], unit: str, labels: list[str]) -> None:
    """Give pending smaller parts this bigger one, or start new provisions."""
    pending = [index for index, provision in enumerate(found) if _lowest_missing(provision, unit)]
    if pending and len(labels) == 1:
        for index in pending:
            found[index] = _set(found[index], unit, labels[0])
    else:
        found += [_set(Provision(), unit, label) for label in labels]


def _lowest_missing(provision: Provision, unit: str) -> bool:
    """Whether `provision` has only parts smaller than `unit`."""
    ranks = [_RANK[name] for name in _RANK if getattr(provision, name) is not None]
    return bool(ranks) and max(ranks) < _RANK[unit]


def _part(provision: Provision, unit: str) -> str:
    value = getattr(provision, unit)
    return value if isinstance(value, str) else ""


def _set(provision: Provision, unit: str, label: str) -> Provision:
    changes: dict[str, str] = {unit: label}
    return replace(provision, **changes)


def _between(first: str, last: str) -> list[str]:
    """The labels after `first` up to `last`: ("5", "8") → 6, 7, 8."""
    if first.isdigit() and last.isdigit() and 0 < int(last) - int(first) <= _MAX_RANGE:
        return [str(n) for n in range(int(first) + 1, int(last) + 1)]
    letters = "abcdđeghiklmnopqrstuvxy"
    if len(first) == len(last) == 1 and first in letters and last in letters:
        return list(letters[letters.index(first) + 1 : letters.index(last) + 1]) or [last]
    return [last]

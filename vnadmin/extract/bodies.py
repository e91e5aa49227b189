"""Which body an issuer's printed name means, given who issues the citing document.

"Thành ủy" in a paper of Hải Phòng is "Thành ủy Hải Phòng", "UBND tỉnh" in one of Lào Cai "Ủy ban
nhân dân tỉnh Lào Cai". Abbreviations are spelt out; what can't be told stays unsaid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ..document import Header
from ..grammar.divisions import PROVINCE_LEVELS, Unit, local_units, provinces, tenures
from ..grammar.numbers import roles
from ..grammar.tables import issuer_symbols, issuers
from ..vietnamese import canonical

_SPELT_OUT = {
    "ubnd": "Ủy ban nhân dân", "hđnd": "Hội đồng nhân dân", "ub": "Ủy ban",
    "mttq": "Mặt trận Tổ quốc", "ubmttq": "Ủy ban Mặt trận Tổ quốc", "btv": "Ban Thường vụ",
    "bch": "Ban Chấp hành",
    "tt": "Thường trực", "tand": "Tòa án nhân dân", "vksnd": "Viện kiểm sát nhân dân",
    "lđlđ": "Liên đoàn Lao động", "vp": "Văn phòng", "ct": "Chủ tịch", "tp": "thành phố",
    "tp.": "thành phố", "tx": "thị xã", "hcm": "Hồ Chí Minh", "tnhh": "trách nhiệm hữu hạn",
}  # fmt: skip
_UNIT = r"(?:tỉnh|thành phố|huyện|quận|thị xã|thị trấn|xã|phường|đặc khu)"
_OPEN_END = re.compile(rf"(?:^|\s)(?P<unit>{_UNIT})$", re.IGNORECASE)
_NAMED_UNIT = re.compile(
    rf"(?<!\w)(?P<level>{_UNIT})\s+(?P<name>[^\W\d_][^,;()]*?|[0-9]{{1,2}})"
    r"(?=$|,|\s+(?:tỉnh|thành phố|huyện|quận)\s)",
    re.IGNORECASE,
)
# What stands at a place but doesn't say which: the Party by its own words, others by their head.
_PARTY = re.compile(r"(?P<unit>tỉnh|thành|huyện|quận|thị) ủy$", re.IGNORECASE)
_OF_THE_PROVINCE = re.compile(r"^(?:(?:phó )?giám đốc )?sở ", re.IGNORECASE)
_LOCAL = re.compile(
    r"ủy ban nhân dân|hội đồng nhân dân|tỉnh ủy|thành ủy|huyện ủy|quận ủy|thị ủy|đảng bộ"
    r"|đảng ủy|^(?:(?:phó )?giám đốc )?sở |mặt trận|liên đoàn"
    r"|tòa án nhân dân (?!tối)|công an (?:tỉnh|thành)|phòng |chi cục"
)
# One number series is kept for a body, its standing part and its head.
_PART_OF = re.compile(
    r"^(?:(?:phó )?(?:chủ tịch|giám đốc|bí thư|chánh văn phòng)|ban thường vụ|ban chấp hành"
    r"|thường trực|văn phòng) (?=ủy ban|hội đồng|sở|tỉnh ủy|thành ủy|huyện ủy|quận ủy|thị ủy|đảng)"
)


@dataclass(frozen=True, slots=True)
class Home:
    """Where the citing document's issuer is: its province and, below that, its own unit."""

    province: Unit | None = None
    unit: str | None = None


NOWHERE = Home()


def home_of(own: Header, text: str = "") -> Home:
    """Read the home off a letterhead: issuer, parent, or the place line of a local body.

    Without an issuer, the one province that `text` names with its unit ("địa bàn thành phố Hải
    Phòng") is home; several are none.
    """
    named = [name for name in (own.issuer, own.parent_issuer) if name]
    province = next((p for p in map(_province_in, named) if p is not None), None)
    local = any(_LOCAL.search(canonical(name)) for name in named)
    if province is None and own.place and (local or not named):
        province = _province_in(own.place)
    if province is None and not named:
        province = _only_province(text)
    unit = None
    for name in named:
        match = _NAMED_UNIT.search(canonical(name))
        if match is not None and canonical(match["name"]) not in provinces():
            unit = f"{match['level']} {match['name'].title()}"
            break
    if province is None and unit is not None:
        standing = {each.province for each in local_units().get(canonical(unit), ())}
        if len(standing) == 1:
            province = _province_named(standing.pop())
    return Home(province, unit)


_READ = 20_000  # characters of a text that tell its home
_PROVINCE = re.compile(
    r"(?<!\w)(?:tỉnh|thành phố|TP\.?)\s{1,3}(?P<name>(?:[^\W\d_a-z]\w*[ -]{0,3}){1,6})"
)


def _only_province(text: str) -> Unit | None:
    found: set[str] = set()
    for match in _PROVINCE.finditer(text, 0, _READ):
        words = match["name"].split()
        for length in range(len(words), 0, -1):
            unit = _province_named(" ".join(words[:length]).rstrip("-"))
            if unit is not None:
                found.add(unit.name)
                break
    return _province_named(found.pop()) if len(found) == 1 else None


def _province_named(name: str) -> Unit | None:
    several = provinces().get(canonical(name), ())
    return several[0] if several else None


def _province_in(text: str) -> Unit | None:
    """The province a name ends in, or names last."""
    words = canonical(text).replace(",", " ").split()
    for length in (5, 4, 3, 2, 1):
        for start in range(len(words) - length, -1, -1):
            found = _province_named(" ".join(words[start : start + length]))
            if found is not None:
                return found
    return None


def canonical_body(name: str, home: Home = NOWHERE) -> str:
    """The full name of the body called `name` in a document from `home`."""
    full = _as_listed(_spell_out(name))
    province = home.province
    closing = _OPEN_END.search(full)
    party = _PARTY.search(full)
    if closing is not None or party is not None:
        word = (closing or party)["unit"].lower()  # type: ignore[index]
        place = _place_for(word, home)
        return f"{full} {place}" if place else full
    if province is None or not _LOCAL.search(canonical(full)):
        return _with_level(full)
    if canonical(full) in ("ủy ban nhân dân", "hội đồng nhân dân"):
        return f"{full} {home.unit or _titled(province)}"
    if _OF_THE_PROVINCE.match(full) and _province_in(full) is None:
        return f"{full} {_titled(province)}"
    return _with_level(full)


_HEAD = re.compile(
    r"(?:(?:bộ|thứ|bô) tr[ưu][ởơờ]ng|chủ nhiệm|thống đốc|tổng thanh tra)\s+", re.IGNORECASE
)
_MARKS = re.compile(r"[\s,–-]+")


@lru_cache(maxsize=1)
def _ministries() -> dict[str, str]:
    """Ministries' names as the table has them, by their words alone."""
    return {
        _MARKS.sub(" ", canonical(each.name)): each.name
        for each in issuers()
        if each.level == "ministry"
    }


def _as_listed(full: str) -> str:
    """A ministry's name with the table's dashes and commas: there are many ways to write them."""
    head = _HEAD.match(full)
    body = full[head.end() :] if head else full
    listed = _ministries().get(_MARKS.sub(" ", canonical(body)))
    if listed is None or canonical(listed) == canonical(body):
        return full
    return full[: head.end()] + listed if head else listed


def _titled(province: Unit) -> str:
    return f"{province.level} {province.name}"


def _place_for(word: str, home: Home) -> str | None:
    """The name that "tỉnh", "Thành ủy", "huyện" leaves out."""
    level = {"thị": "thị xã", "thành": "thành phố"}.get(word, word)
    if home.province is not None and home.province.level == level:
        return home.province.name
    if home.unit is not None and home.unit.startswith(level + " "):
        return home.unit.removeprefix(level + " ")
    return None


def _with_level(full: str) -> str:
    """ "Ủy ban nhân dân Hải Phòng" → "Ủy ban nhân dân thành phố Hải Phòng"."""
    match = re.match(r"(.*(?:nhân dân|sở .*?))\s+(?P<name>\S+(?:\s\S+){0,4})$", full, re.IGNORECASE)
    if match is None:
        return full
    found = _province_named(match["name"])
    if found is None:
        return full
    return f"{match[1]} {_titled(found)}"


@lru_cache(maxsize=1)
def _abbreviated() -> dict[str, str]:
    """Bodies' names by their abbreviation, where it is one word in capitals."""
    found: dict[str, str] = {}
    for issuer in issuers():
        for short in issuer.abbreviations:
            if " " not in short and short.isupper():
                found.setdefault(short.lower(), issuer.name)
    return found


def _spell_out(name: str) -> str:
    words = [word for word in re.split(r"\s+", name.strip()) if word]
    if all(word.isupper() for word in words) and words[0].lower() not in _SPELT_OUT:
        return " ".join(words)  # as a letterhead has it
    spelt: list[str] = []
    for word in words:
        key = word.lower().strip(",")
        if "-" in key and key not in _abbreviated():
            key = key.replace("-", "&")  # "GD-ĐT"
        if key in _SPELT_OUT and (word.isupper() or key in ("tp", "tp.", "tx")):
            spelt.append(_SPELT_OUT[key])
        elif key in _abbreviated() and word.isupper():
            full = _abbreviated()[key]
            head = full.split()[0]
            if spelt and spelt[-1].lower() in ("bộ", "sở") and head in ("Bộ", "Sở"):
                full = full.removeprefix(head + " ")
            spelt.append(full)
        else:
            spelt.append(word)
    return re.sub(r"(?i)\btp\.\s?", "thành phố ", " ".join(spelt))


def identity_name(name: str, home: Home = NOWHERE) -> str:
    """The body as an id has it: no head, no standing part, no case."""
    full = canonical(canonical_body(name, home))
    while True:
        shorter = _PART_OF.sub("", full)
        if shorter == full:
            return full
        full = shorter


def issuer_of_symbol(symbol: str) -> str | None:
    """The one body in all the land that the symbol's letters name ("NĐ-CP", "TT-BYT"), if any."""
    parts = re.split("[-/]", symbol)
    found = []
    for part, role in zip(parts, roles(symbol), strict=True):
        if role == "issuer":
            bodies = issuer_symbols().get(part, ())
            if part == "CP":
                return "Chính phủ"
            if len(bodies) != 1 or bodies[0].level not in ("state", "ministry", "court"):
                return None
            found.append(bodies[0].name)
    return found[0] if len(found) == 1 else None


def history_warning(name: str, day: str) -> str | None:
    """The `issuer-date` or `unit-date` warning: the body or its unit wasn't there on `day`."""
    full = canonical(name)
    body = re.sub(
        r"^(?:(?:thứ|bộ) trưởng|chủ nhiệm|tổng cục trưởng) (?=bộ|ủy ban|tổng cục)", "", full
    )
    tenure = tenures().get(body)
    if tenure is not None:
        if tenure.valid_to and day > _grace(tenure.valid_to):
            heirs = ", ".join(tenure.successors)
            return f"issuer-date: {tenure.name} ended on {tenure.valid_to}; since then {heirs}"
        if tenure.valid_from and day < tenure.valid_from:
            return f"issuer-date: {tenure.name} began on {tenure.valid_from}, after {day}"
    for match in _NAMED_UNIT.finditer(full):
        level, key = match["level"], canonical(match["name"])
        units = provinces().get(key, ()) if level in PROVINCE_LEVELS else ()
        units = units or local_units().get(f"{level} {key}", ())
        if units and not any(unit.stood_on(day) for unit in units):
            ends = max((unit.valid_to or "" for unit in units), default="")
            if ends and day > _grace(ends):
                heirs = ", ".join(s for unit in units for s in unit.successors)
                since = f"; since then {heirs}" if heirs else ""
                return f"unit-date: {level} {units[0].name} ended on {ends}{since}"
    return None


def _grace(day: str) -> str:
    """A year on: papers in hand are signed under the old name while bodies change over."""
    return f"{int(day[:4]) + 1}{day[4:]}" if day < "2010" else day

"""The table of laws: names in one form, and which law a name means on a day."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from ..document import Resolved
from ..grammar.tables import Law, laws
from .words import words

ABBREVIATED = {
    key: tuple(value.split())
    for key, value in {
        "nsnn": "ngân sách nhà nước", "bhxh": "bảo hiểm xã hội", "bhyt": "bảo hiểm y tế",
        "gtgt": "giá trị gia tăng", "tndn": "thu nhập doanh nghiệp", "tncn": "thu nhập cá nhân",
        "ttđb": "tiêu thụ đặc biệt", "xnk": "xuất khẩu nhập khẩu", "bvmt": "bảo vệ môi trường",
        "shtt": "sở hữu trí tuệ", "hngđ": "hôn nhân và gia đình", "pctn": "phòng chống tham nhũng",
        "pccc": "phòng cháy và chữa cháy", "ttdn": "thu nhập doanh nghiệp", "xk": "xuất khẩu",
        "nk": "nhập khẩu", "hđnd": "hội đồng nhân dân", "ubnd": "ủy ban nhân dân",
        "tths": "tố tụng hình sự", "ttds": "tố tụng dân sự", "tthc": "tố tụng hành chính",
        "dn": "doanh nghiệp", "htx": "hợp tác xã", "tttm": "trọng tài thương mại",
        "gdđh": "giáo dục đại học", "dnnvv": "hỗ trợ doanh nghiệp nhỏ và vừa",
        "attp": "an toàn thực phẩm", "đgts": "đấu giá tài sản", "nvqs": "nghĩa vụ quân sự",
        "xlvphc": "xử lý vi phạm hành chính", "gtđb": "giao thông đường bộ",
        "tdtt": "thể dục thể thao", "hn&gđ": "hôn nhân và gia đình", "kcb": "khám bệnh chữa bệnh",
        "vbqppl": "văn bản quy phạm pháp luật", "cp": "chính phủ", "nhnn": "ngân hàng nhà nước",
    }.items()
}  # fmt: skip
"""What single words of laws' names are short for."""


@lru_cache(maxsize=1)
def laws_by_key() -> dict[str, tuple[Law, ...]]:
    """Laws by their names' keys; several of one name."""
    found: dict[str, tuple[Law, ...]] = {}
    for law in laws():
        key = name_key(f"{law.type} {law.name}")
        found[key] = (*found.get(key, ()), law)
    return found


@lru_cache(maxsize=1)
def _by_loose_key() -> dict[str, tuple[Law, ...]]:
    found: dict[str, tuple[Law, ...]] = {}
    for key, several in laws_by_key().items():
        loose = _loose(key)
        found[loose] = (*found.get(loose, ()), *several)
    return found


def _loose(key: str) -> str:
    """A name's key without what is left out at times: "và", "bổ sung một số điều của"."""
    key = re.sub(
        r"^(\w+(?: \w+)? )sửa đổi (?:bổ sung )?(?:một số điều )?(?:của )?", r"\1sửa đổi ", key
    )
    return key.replace(" và ", " ").replace(" của ", " ").replace(" việt nam", "")


def _named(name: str) -> tuple[Law, ...]:
    """The laws called `name`, or, if there are none, called so but for small words."""
    key = name_key(name)
    exact = laws_by_key().get(key, ())
    if any(law.number or law.date for law in exact):
        return exact
    return _by_loose_key().get(_loose(key), exact)


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """The words of a law's name in canonical form, marks left out, abbreviations spelt out."""
    keys: list[str] = []
    for word in words(name, 0, len(name), 80):
        if not word.is_mark:
            keys += ABBREVIATED.get(word.key, (word.key,))
    return " ".join(keys)


def resolve(
    kind: str,
    name: str,
    year: int | None,
    date: str | None,
    citing_date: str | None = None,
    not_before: str | None = None,
) -> Resolved | None:
    """What the table of laws adds to a law cited by name.

    One law left by the year or date, or by what was in force on the citing document's own date,
    gives its number and date; several are listed as candidates, the newest first. Laws younger
    than the citing document are left out. Where its date isn't known, it is at least
    `not_before`, the latest date it cites: what had passed out of force by then is left out.
    """
    found = _of_year(_named(name), year)
    if year is not None and not found:  # "Luật Doanh nghiệp sửa đổi 2025"
        found = _of_year(_named(f"{kind} sửa đổi {name}"), year)
    if date is not None:
        # A misprinted day still leaves the one law of that name and year.
        found = [law for law in found if law.date in (None, date)] or found
    if citing_date is not None:
        found = [law for law in found if _passed(law) <= citing_date]
    if not found:
        return None
    found.sort(key=_passed, reverse=True)
    if citing_date is not None:
        found = _in_force(found, citing_date)
    elif not_before is not None:
        younger = [law for law in found if _passed(law) > not_before]
        found = younger + _in_force(found[len(younger) :], not_before)
    if len(found) == 1:
        law = found[0]
        return Resolved(law.number, law.date, law.issuer, ())
    return Resolved(None, None, None, tuple(law.number for law in found if law.number))


@lru_cache(maxsize=1)
def _passed_on() -> dict[str, str]:
    """When laws were passed, by number, where the table knows for certain."""
    return {law.number: law.date for law in laws() if law.number and law.date and law.date_known}


def date_warning(number: str | None, date: str | None) -> str | None:
    """The `law-date` warning where the law of that number was passed on another day than `date`."""
    passed = _passed_on().get(number or "")
    if passed is None or date in (None, passed):
        return None
    return f"law-date: {number} was passed on {passed}"


def _of_year(several: tuple[Law, ...], year: int | None) -> list[Law]:
    return [law for law in several if (law.number or law.date) and year in (None, law.year)]


_LONG_ENOUGH = 15  # letters: a shorter name is too near to others


@lru_cache(maxsize=4096)
def misread(kind: str, name: str, date: str | None) -> str | None:
    """The law whose name `name` is but for a letter or two, as OCR has it.

    With the date the law was passed on a twentieth of the letters may differ, without it one (two
    of a long name), and no other law's name may be as near.
    """
    key = name_key(name)
    if key in laws_by_key() or len(key) < _LONG_ENOUGH:
        return None
    most = max(1, len(key) // 20) if date is not None else 1 + (len(key) >= 2 * _LONG_ENOUGH)
    near = {
        other: found[0]
        for other, found in laws_by_key().items()
        if abs(len(other) - len(key)) <= most
        and (date is None or any(law.date == date for law in found))
        and found[0].type == kind
        and Levenshtein.distance(key, other, score_cutoff=most) <= most
    }
    (law,) = near.values() if len(near) == 1 else (None,)
    return f"{law.type} {law.name}" if law is not None else None


def _passed(law: Law) -> str:
    return law.date or f"{law.year or 0:04}-12-31"


# Laws take effect at the latest two years after they are passed (the Penal Code of 2015: 25 months,
# its date in the table).
_SURELY_IN_FORCE = 2


def _in_force(found: list[Law], citing_date: str) -> list[Law]:
    """The laws of one name, newest first, down to the first that was in force for sure."""
    for index, law in enumerate(found):
        passed = _passed(law)
        due = law.effective or f"{int(passed[:4]) + _SURELY_IN_FORCE}{passed[4:]}"
        if due <= citing_date:
            return found[: index + 1]
    return found

"""Who issued a document: the bodies its letterhead names, each under the one over it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from ..grammar import symbol_issuers
from ..grammar.divisions import provinces
from ..vietnamese import canonical, is_syllable
from .cells import HEAD_CELLS, MOTTO, PLACE_DATE, RULE, URGENT, plain, upper

# What a body's name begins with, unaccented.
_HEADS = (
    "uy ban|ubnd|hoi dong|hdnd|so |bo |ban |van phong|cuc|tong|phong|trung tam|thanh tra|chi cuc"
    "|chinh phu|quoc hoi|tinh uy|thanh uy|huyen uy|quan uy|thi uy|dang uy|dang bo|vien|toa an"
    "|cong an|lien doan|hoi |doan|mat tran|bao hiem|kho bac|ngan hang|thu tuong|chu tich|chi bo"
    "|dang doan|quan khu|hoc vien|dai hoc|tap doan|cong ty|benh vien|tinh doan|thanh doan"
    "|huyen doan|quan doan|thi doan|lien minh|lien hiep|hiep hoi|vu |chi nhanh|thuong truc"
    "|to cong tac|tieu ban|kiem toan|tram|xi nghiep|hop tac xa|ubmttq|mttq|thong tan xa|phu thu"
    "|quan chung|su doan|lu doan|trung doan|cang vu|truong dai|truong cao|truong trung"
    "|truong tieu|truong mam|truong mau|truong pho|truong pt|truong th|truong chinh tri"
    "|truong si quan|truong can bo|truong boi|truong doan|truong day|nha xuat|nha may|dai phat"
    "|dai truyen|quy bao|quy dau|quy phat|quy ho"
).split("|")
# A first line that is only half of a body's name.
_HALVES = {
    "van phong", "ban to chuc", "ban thuong vu", "ban chap hanh", "ban tuyen giao", "uy ban",
    "ban dan van", "uy ban kiem tra", "ban thuong truc", "thuong truc", "ban noi chinh",
    "doan chu tich", "hoi dong tham phan", "ban quan ly", "tong cong ty", "so", "bo", "ban",
    "chu tich", "tong cuc", "hoi dong quan ly", "trung tam", "hoc vien", "vien", "cong ty",
}  # fmt: skip
_UNIT_ENDS = ("tinh", "pho", "huyen", "quan", "xa", "phuong", "uy")
_JOINT = re.compile(r"(?:TT|NQ|KH|HD|QC|CT)LT|CTPH|TTLB|LN|PH(?!\w)")
# At a line's edges; a comma or dash at its end calls for the next line.
_SPECKS = re.compile(r"^[^\w(]+|(?<=\w)\s?[.:;'`\"~_|=]+\Z|(?<=\w)\s+[^\w\s),–-]{1,2}\Z")
_HEAD_OF = re.compile(
    r"(?:(?:QUYỀN |PHÓ )?CHỦ TỊCH(?= ỦY| HỘI)|GIÁM ĐỐC|BỘ TRƯỞNG(?:, CHỦ NHIỆM)?|CHÁNH ÁN"
    r"|VIỆN TRƯỞNG|TỔNG GIÁM ĐỐC|CỤC TRƯỞNG|HIỆU TRƯỞNG|TỔNG CỤC TRƯỞNG) "
)


def issuing_bodies(
    cells: Sequence[str],
    number_at: int | None,
    type_at: int | None,
    symbol: str | None,
    place: str | None,
) -> list[str]:
    """The bodies a letterhead names, the issuer last; those of a joint document as one.

    Args:
        cells: the document's lines, blocks apart.
        number_at: which of them has the number.
        type_at: which has the type, set in capitals.
        symbol: the number's.
        place: the place line's.
    """
    bodies = [_at_home(body, place) for body in _over_number(cells, number_at, type_at)]
    if len(bodies) > 1 and symbol is not None and len(symbol_issuers(symbol)) > 1:
        dashed = any(body.strip().endswith(("-", "–")) for body in bodies[:-1])
        if dashed or _JOINT.search(symbol):
            joined = "-".join(body.strip(" -–") for body in bodies)
            bodies = [joined]
    if len(bodies) == 1 and symbol is not None and len(symbol_issuers(symbol)) > 1:
        bodies = [re.sub(r"\s?[-–]\s?", " - ", bodies[0])]
    if not bodies and type_at is not None:
        bodies = _authority(cells, type_at)
    if bodies and place is not None and canonical(place) in provinces():
        level = provinces()[canonical(place)][0].level
        if plain(bodies[-1]).endswith(f"nhan dan {plain(level)}"):  # its name wasn't read
            bodies[-1] += f" {place.upper()}"
    return bodies


def known_place(place: str | None, cells: Sequence[str], number_at: int | None) -> str | None:
    """The place as the letterhead's bodies have it, where OCR left it no name but the marks."""
    if place is None or canonical(place) in provinces():
        return place
    for body in _over_number(cells, number_at, None):
        words = body.split()
        name = canonical(" ".join(words[-len(place.split()) :]))
        if name in provinces() and plain(name) == plain(place):
            return provinces()[name][0].name
    return place


def _at_home(body: str, place: str | None) -> str:
    """The body with its home as the place line spells it, where OCR has a letter or two wrong."""
    words = body.split()
    for start in range(max(1, len(words) - 6), len(words)):
        unit, name = plain(words[start - 1]), " ".join(words[start:])
        if unit not in _UNIT_ENDS or place is None or canonical(name) == canonical(place):
            continue
        if len(name.split()) != len(place.split()):
            continue
        printed, known = plain(name).replace(" ", ""), plain(place).replace(" ", "")
        if canonical(name) not in provinces() and Levenshtein.distance(printed, known) <= min(
            2, len(known) // 4
        ):
            head = words[: start - 1] + (["TỈNH"] if unit == "tinh" else [words[start - 1]])
            return " ".join([*head, place.upper()])
    return body


def _over_number(cells: Sequence[str], number_at: int | None, type_at: int | None) -> list[str]:
    end = number_at
    if end is None:
        mottos = [i for i, c in enumerate(cells[:HEAD_CELLS]) if MOTTO.search(plain(c))]
        if not mottos:
            return []
        end = type_at if type_at is not None else mottos[-1]
    bodies: list[str] = []
    for cell in cells[:end]:
        words = plain(cell)
        if RULE.fullmatch(cell) or MOTTO.search(words) or URGENT.fullmatch(cell.strip()):
            continue
        if not upper(cell) or PLACE_DATE.match(cell):
            continue
        cell = " ".join(re.sub(r"(?<=\w)[:;'`\"]+(?=\w)", " ", cell).strip(" *").split())
        cell = _SPECKS.sub("", cell)
        if not bodies:
            if _begins(words):
                bodies.append(cell)
        elif _begins(words) and not _unfinished(bodies[-1]):
            bodies.append(cell)
        elif len(words.split()) > 1 or is_syllable(words):
            bodies[-1] += " " + cell
    return bodies


def _begins(words: str) -> bool:
    return words.startswith(tuple(_HEADS)) or words in ("so", "bo", "ban")


def _unfinished(body: str) -> bool:
    """Whether a body's first line needs the next: half a name, a comma, an "and"."""
    return plain(body) in _HALVES or body.endswith((",", "-", "–", " VÀ", " CỦA"))


def _authority(cells: Sequence[str], type_at: int) -> list[str]:
    """The body named in capitals between the subject and "Căn cứ", its head's position left out."""
    for cell in cells[type_at + 1 : type_at + 16]:
        if cell.startswith("Căn cứ"):
            break
        name = _HEAD_OF.sub("", " ".join(cell.split()), count=1)
        if upper(cell) and plain(name).startswith(tuple(_HEADS)):
            return [name]
    return []

"""The close of a document: who signed, by what authority, and who gets copies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ..document import Authority, Signer
from ..grammar.tables import types_by_name
from ..vietnamese import canonical
from .cells import plain, upper

_COPIES = re.compile(r"[\W_]*Nơi\s+nhận\s*:?\s*", re.IGNORECASE)
_KEPT = re.compile(
    r"[\W_]*L[ưu]u\s*:?\s+(?:VT|VP|HC|HS|Văn)"
)  # the last who gets a copy: the files
_AUTHORITY = re.compile(
    r"\s*(?P<tag>TM|KT|TL|TUQ|Q|T/M|K/T|T/L|K1|TI)(?:\s*[.,]\s{0,4}|\s{1,4})(?P<rest>\S.*)$"
)
_POSITIONS = re.compile(
    r"(?:(?:quyen |pho |q\. ?)?(?:chu tich|bo truong|thu tuong|giam doc|chanh van phong|bi thu"
    r"|cuc truong|tong cuc truong|truong ban|chu nhiem|vien truong|chanh an|thong doc|hieu truong"
    r"|truong phong"
    r"|chi cuc truong|chanh thanh tra|tong thanh tra|tong giam doc|vu truong|tong bi thu|thu truong"
    r"|chanh|tham phan|kiem sat vien|tu lenh|chinh uy|truong doan|pho).*)"
)
_RANKS = re.compile(
    r"(?:(?:GS|PGS|TS|ThS|BS|KS|CN)\s*[.,]\s*|(?:Thiếu|Trung|Thượng|Đại) (?:tướng|tá|úy)\s+)+"
)
_NOT_NAMES = ("Nơi", "Kính", "Như", "Điều", "Sở", "Ban", "Độc", "Mẫu", "Phụ", "Bảng")
# The family names that nearly all Vietnamese bear: a name that stands beside other text has one.
_SURNAMES = frozenset(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đào đoàn trịnh đinh"
    " lâm mai tô trương hà cao thái tạ lương phùng vương quách châu la chu thân văn kiều tống triệu"
    " nông vi hứa doãn lò lục điểu y rơ siu giàng vàng sùng lưu quàng cầm tòng từ ông tăng"
    " khương".split()
)
_TAGS: dict[str, Authority] = {
    "TM": "TM.", "T/M": "TM.", "KT": "KT.", "K/T": "KT.", "K1": "KT.", "TL": "TL.", "T/L": "TL.",
    "TI": "TL.", "TUQ": "TUQ.", "Q": "Q.",
}  # fmt: skip
_CLOSE_CELLS = 80
_MAX_CELL = 300  # characters: a longer line is no line of a close
_DASHES = ("-", "–", "•", "+", "~")


def close(cells: Sequence[str]) -> tuple[tuple[Signer, ...], tuple[str, ...]]:
    """Read the signers and the recipients (Nơi nhận) out of a document's lines.

    The recipients stand left of the signature: where both share lines these are cut first.
    """
    copies = _copies(cells)
    start = copies if copies is not None else _closing(cells)
    if start is None:
        return (), ()
    left: list[str] = []
    right: list[str] = []
    for cell in cells[start : start + _CLOSE_CELLS]:
        if len(cell) > 4 * _MAX_CELL:
            continue
        if canonical(cell) in _type_names():
            break  # an appendix or the next document
        beside = _beside(cell)
        left.append(cell[:beside].rstrip())
        if beside < len(cell):
            right.append(cell[beside:])
    last = next((i for i, cell in enumerate(left) if _KEPT.match(cell)), None)
    recipients = _recipients(left[:last] + left[last : last + 1] if last is not None else left)
    signers = _signers(right)
    if not signers and last is not None:
        names = [name for cell in right if (name := _name(cell)) and _family(name)]
        signers = tuple(Signer(name) for name in names[:1])
    return signers, recipients if copies is not None else ()


@lru_cache(maxsize=1)
def _type_names() -> frozenset[str]:
    return frozenset(canonical(name) for name in types_by_name())


def _copies(cells: Sequence[str]) -> int | None:
    """The line of "Nơi nhận", or the first of the list that ends in "Lưu: VT"."""
    for index, cell in enumerate(cells):
        if _COPIES.match(cell):
            return index
    kept = next((index for index, cell in enumerate(cells) if _KEPT.match(cell)), None)
    if kept is None:
        return None
    first = kept
    for index in range(kept, max(0, kept - 40), -1):
        if cells[index].startswith(_DASHES):
            first = index
        elif len(cells[index]) > 60:
            break
    return max(0, first - 1)


def _closing(cells: Sequence[str]) -> int | None:
    for index, cell in enumerate(cells):
        if cell.rstrip().endswith(("./.", "./", "/.")):
            return index
    for index, cell in enumerate(cells):
        if index > 3 and _authority(cell):
            return max(0, index - 1)
    for index in range(len(cells) - 1, max(3, len(cells) - 16), -1):
        if _is_position(cells[index]):
            return index - 1
    return None


def _beside(cell: str) -> int:
    """Where the signature's block begins in a line of the close; its length if it doesn't."""
    if _signs(cell):
        return 0
    if len(cell) > _MAX_CELL:
        return len(cell)
    for space in re.finditer(r"\s+", cell):
        left, right = cell[: space.start()], cell[space.end() :]
        authority = _authority(right)
        sure = authority is not None and (
            right[authority.end("tag")] == "." or _is_position(authority["rest"])
        )
        if sure or (" " in right and _is_position(right)):
            return space.end()
        if _COPIES.fullmatch(left) and _signs(right):
            return space.end()
        listed = left.startswith(_DASHES) and left.endswith((";", ",", ".", ":"))
        name = _name(right) if listed and 2 <= right.count(" ") + 1 <= 5 else None
        if name is not None and _family(name):
            return space.end()
    return len(cell)


def _signs(cell: str) -> bool:
    return bool(_authority(cell) or _is_position(cell) or _name(cell))


def _family(name: str) -> bool:
    return canonical(_RANKS.sub("", name).split()[0]) in _SURNAMES


def _recipients(cells: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for cell in cells:
        text = _COPIES.sub("", cell, count=1).strip()
        text = re.sub(r"(?<=;)\W*(?:\b\w{1,2}\b\W*){0,3}\Z", "", text)  # specks, initials
        if not re.search(r"[^\W\d_]{2}", text):
            continue
        ended = not found or found[-1].endswith((";", "."))
        if text.startswith(_DASHES):
            found.append(text.lstrip("-–•+~ "))
        elif found and (not ended or text.startswith("(")):
            found[-1] += " " + text
        elif found and text.endswith(";"):  # its dash unread
            found.append(text)
    return tuple(item for item in (each.rstrip(" ;.,:") for each in found) if item)


def _is_position(cell: str) -> bool:
    return upper(cell) and _POSITIONS.fullmatch(plain(cell)) is not None


def _name(cell: str) -> str | None:
    cell = re.sub(r"^\s*\(?(?:Đã ký|đã ký|ĐÃ KÝ)\)?\s*:?\s*", "", cell).strip()
    cell = re.sub(r"^[^\w(]{1,3}\s*", "", cell)
    parts = _RANKS.sub("", cell).split()
    if not 2 <= len(parts) <= 6 or cell.startswith(_NOT_NAMES):
        return None
    proper = all(p.isalpha() and p[0].isupper() and p[1:].islower() for p in parts if len(p) > 1)
    return cell if proper and all(p.isalpha() for p in parts) else None


def _authority(cell: str) -> re.Match[str] | None:
    match = _AUTHORITY.match(cell)
    return match if match is not None and upper(match["rest"]) else None


def _signers(cells: Sequence[str]) -> tuple[Signer, ...]:
    """Pair authorities, positions and names as they come."""
    found: list[Signer] = []
    authority: Authority | None = None
    position: str | None = None
    for cell in cells:
        match = _authority(cell)
        if match is not None:
            authority = authority or _TAGS[match["tag"]]
            position = None
        elif _is_position(cell):
            position = " ".join(cell.split())
        elif authority is not None or position is not None:
            name = _name(cell)
            if name is not None:
                found.append(Signer(name, position, authority))
                authority = position = None
    if not found and position is not None:
        found.append(Signer(None, position, authority))
    return tuple(found)

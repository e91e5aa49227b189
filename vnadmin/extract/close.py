"""The close of a document: who signed, by what authority, and who gets copies."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..document import Authority, Signer
from ..grammar.tables import types_by_name
from ..vietnamese import canonical
from .cells import plain, upper

_COPIES = re.compile(r"\s*Nơi\s+nhận\s*:?\s*", re.IGNORECASE)
_AUTHORITY = re.compile(r"\s*(?P<tag>TM|KT|TL|TUQ|Q|T/M|K/T|T/L)\s*[.,]?\s{0,4}(?P<rest>\S.*)$")
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


def close(cells: Sequence[str]) -> tuple[tuple[Signer, ...], tuple[str, ...]]:
    """Read the signers and the recipients (Nơi nhận) out of a document's lines."""
    copies = next((i for i, c in enumerate(cells) if _COPIES.match(c)), None)
    recipients: list[str] = []
    if copies is not None:
        for cell in cells[copies + 1 : copies + 60]:
            if cell.startswith(("-", "–", "•", "+")):
                recipients.append(cell.lstrip("-–•+ "))
            elif not cell or _authority(cell) or _is_position(cell) or _name(cell):
                if recipients and (cell or recipients[-1].rstrip().endswith(".")):
                    break
            elif recipients and not recipients[-1].rstrip().endswith("."):
                recipients[-1] += " " + cell
    start = copies if copies is not None else _closing(cells)
    signers = _signers(cells, start) if start is not None else ()
    return signers, tuple(item.rstrip(" ;.,") for item in recipients if item.strip(" ;.,"))


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


def _is_position(cell: str) -> bool:
    return upper(cell) and _POSITIONS.fullmatch(plain(cell)) is not None


def _name(cell: str) -> str | None:
    cell = re.sub(r"^\s*\(?(?:Đã ký|đã ký|ĐÃ KÝ)\)?\s*:?\s*", "", cell).strip()
    parts = _RANKS.sub("", cell).split()
    if not 2 <= len(parts) <= 6 or cell.startswith(_NOT_NAMES):
        return None
    proper = all(p.isalpha() and p[0].isupper() and p[1:].islower() for p in parts if len(p) > 1)
    return cell if proper and all(p.isalpha() for p in parts) else None


def _authority(cell: str) -> re.Match[str] | None:
    match = _AUTHORITY.match(cell)
    return match if match is not None and upper(match["rest"]) else None


def _signers(cells: Sequence[str], start: int) -> tuple[Signer, ...]:
    found: list[Signer] = []
    authority: Authority | None = None
    position: str | None = None
    tags: dict[str, Authority] = {
        "TM": "TM.", "T/M": "TM.", "KT": "KT.", "K/T": "KT.", "TL": "TL.", "T/L": "TL.",
        "TUQ": "TUQ.", "Q": "Q.",
    }  # fmt: skip
    for cell in cells[start : start + 80]:
        match = _authority(cell)
        if match is not None:
            authority = authority or tags[match["tag"]]
            position = None
        elif _is_position(cell):
            position = " ".join(cell.split())
        elif authority is not None or position is not None:
            name = _name(cell)
            if name is not None:
                found.append(Signer(name, position, authority))
                authority = position = None
            elif canonical(cell) in {canonical(name) for name in types_by_name()}:
                break
    if not found and position is not None:
        found.append(Signer(None, position, authority))
    return tuple(found)

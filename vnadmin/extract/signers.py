"""Who signed a document: authority, position and name, as the lines over a signature have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import Indel, Levenshtein

from ..document import Authority, Signer
from ..vietnamese import canonical, is_syllable
from .cells import plain, upper

_AUTHORITY = re.compile(
    r"\s*(?P<tag>TUQ|T[./]?\s?M|K[./]?\s?[T1I]|T[./]?\s?[LI])"
    r"(?:\s*[.,]\s{0,4}|\s{1,4}|(?<=/[TML]))(?P<rest>[^\W\d_].*)$"
)
_ACTING = re.compile(r"\s*Q\s?[.,]\s{0,4}(?P<rest>\S.*)$")
# A tag misread ("RT.", "KL."), which only a position behind it tells from another abbreviation.
_GARBLED_TAG = re.compile(r"[^\w]{0,3}(?P<tag>[A-ZĐ]{1,2})\s?[.,]\s?(?P<rest>[^\W\d_].*)$")
_DEPUTY = re.compile(r"(?<=\w)\s+(?=(?:PHÓ|THỨ TRƯỞNG)(?!\w))")
_NEXT_TAG = re.compile(r"\s+(?=(?:TUQ|T[./]?M|K[./]?T|T[./]?L)\s?\.)")
_LONGEST = 200  # characters of a signature's line
_SIGNATURE_LINES = 12
_NAME_WORDS = 2
_TAGS: dict[str, Authority] = {"TM": "TM.", "KT": "KT.", "TL": "TL.", "TUQ": "TUQ."}
_HEADS = (
    "CHỦ TỊCH|BỘ TRƯỞNG|THỦ TƯỚNG|GIÁM ĐỐC|CHÁNH VĂN PHÒNG|BÍ THƯ|CỤC TRƯỞNG|TỔNG CỤC TRƯỞNG"
    "|TRƯỞNG BAN|CHỦ NHIỆM|VIỆN TRƯỞNG|CHÁNH ÁN|THỐNG ĐỐC|HIỆU TRƯỞNG|TRƯỞNG PHÒNG|CHI CỤC TRƯỞNG"
    "|CHÁNH THANH TRA|TỔNG THANH TRA|TỔNG GIÁM ĐỐC|VỤ TRƯỞNG|TỔNG BÍ THƯ|THỦ TRƯỞNG|TƯ LỆNH"
    "|CHÍNH ỦY|TRƯỞNG ĐOÀN|TỔNG KIỂM TOÁN NHÀ NƯỚC|TRƯỞNG CÔNG AN|ĐỘI TRƯỞNG|TRƯỞNG KHOA"
).split("|")
_WITHOUT_DEPUTY = (
    "ĐẠI DIỆN", "THƯ KÝ", "CHỦ TỌA", "CHỦ TRÌ", "KẾ TOÁN", "CÔNG CHỨC", "CÁN BỘ", "THẨM PHÁN",
)  # fmt: skip
_OTHERS = "THỨ TRƯỞNG|BỘ TRƯỞNG, CHỦ NHIỆM|PHÓ BÍ THƯ THƯỜNG TRỰC|PHÓ CHỦ TỊCH THƯỜNG TRỰC".split(
    "|"
)
_KNOWN = [*_HEADS, *(f"PHÓ {head}" for head in _HEADS), *_OTHERS]
_POSITIONS = re.compile(
    r"(?:(?:quyen |pho |q\. ?)?(?:"
    + "|".join(plain(head) for head in _HEADS)
    + r"|chanh|tham phan|kiem sat vien|pho|thu truong|pho thu truong"
    r"|dai dien|thu ky|chu toa|chu tri|ke toan|cong chuc|can bo|truong thon)(?!\w).*)"
)
_RANK = r"(?:GS|PGS|TSKH|TS|ThS|Ths|BS|BSCK|CK|DS|KS|CN|LS|NGND|NGƯT|TTND|TTƯT)(?:I{1,2}|[12])?"
_RANKS = re.compile(
    rf"(?:{_RANK}\s*[.,]\s*(?=[^\W\d_])|(?:Thiếu|Trung|Thượng|Đại) (?:tướng|tá|úy)\s+)+"
)
_NAME_SPECKS = re.compile(r"^(?:[^\w(]|_){1,5}|\s*['\"“”`*~|_.]{1,3}$")
_NOT_NAMES = ("Nơi", "Kính", "Như", "Điều", "Sở", "Ban", "Độc", "Mẫu", "Phụ", "Bảng")
# The family names that nearly all Vietnamese bear: a name that stands beside other text has one.
SURNAMES = frozenset(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đào đoàn trịnh đinh"
    " lâm mai tô trương hà cao thái tạ lương phùng vương quách châu la chu thân văn kiều tống triệu"
    " nông vi hứa doãn lò lục điểu y rơ siu giàng vàng sùng lưu quàng cầm tòng từ ông tăng"
    " khương sèn ma hạng thào".split()
)
_USUAL = "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ".split()
"""Three of four bear one of these: what a misread name is likely to be."""
_DEPUTY_LIKE = 0.6  # how like a deputy's position a line must be, where one is expected
_SHORTEST = 4  # letters of a surname that is told apart though misread
_Kind = Literal["authority", "position", "office", "name"]


def authority_in(cell: str) -> re.Match[str] | None:
    """The tag and the body or position of "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"."""
    if len(cell) > _LONGEST:
        return None
    match = _AUTHORITY.match(cell)
    if match is not None and upper(match["rest"]):
        return match
    if match is not None and re.search(r"[./]", cell[: match.start("rest")]):
        known = plain(match["rest"]).startswith(("uy ban", "hoi dong", "chinh phu", "ban "))
        return match if known or position_in(match["rest"]) is not None else None
    acting = _ACTING.match(cell)
    return acting if acting is not None and position_in(acting["rest"]) is not None else None


def position_in(cell: str) -> str | None:
    """The position a line names, letters that OCR has wrong put right."""
    if len(cell) > _LONGEST:
        return None
    if not upper(cell):  # old papers have positions in small letters
        cell = " ".join(cell.split())
        return cell if canonical(cell).upper() in _KNOWN and cell[0].isupper() else None
    cell = " ".join(re.sub(r"^[^\w(]+|[^\w).]+$", "", cell).split())
    letters = plain(cell)
    if letters in _unaccented():
        return _unaccented()[letters]
    known = _misread("".join(c for c in letters if c.isalpha()))
    if _POSITIONS.fullmatch(letters):
        return known if known is not None and known.count(" ") == cell.count(" ") else cell
    return known


@lru_cache(maxsize=1)
def _unaccented() -> dict[str, str]:
    return {plain(name): name for name in _KNOWN}


@lru_cache(maxsize=1024)
def _misread(letters: str) -> str | None:
    """The one known position that `letters` are but for a sixth of them."""
    most = len(letters) // 6
    near: list[tuple[int, str]] = []
    for key, name in _unaccented().items():
        known = "".join(c for c in key if c.isalpha())
        distance = Levenshtein.distance(known, letters, score_cutoff=most)
        if most and distance <= most:
            near.append((distance, name))
    near.sort()
    alone = len(near) == 1 or (len(near) > 1 and near[0][0] < near[1][0])
    return near[0][1] if alone else None


def name_in(cell: str) -> str | None:
    """The person's name that a line is, rank and degree kept."""
    if len(cell) > _LONGEST:
        return None
    cell = re.sub(r"^\s*\(?(?:Đã ký|đã ký|ĐÃ KÝ)\)?\s*:?\s*", "", cell).strip()
    cell = _NAME_SPECKS.sub("", cell)
    rank = _RANKS.match(cell)
    bare = cell[rank.end() :] if rank is not None else cell
    parts = _without_stroke(bare.split())
    if not 2 <= len(parts) <= 6 or cell.startswith(_NOT_NAMES):
        return None
    if not all(re.sub("['’-]", "", part).isalpha() for part in parts):
        return None
    if rank is None:
        cell = bare = " ".join(parts)
    if upper(bare):
        named = canonical(parts[0]) in SURNAMES and len(parts) <= 4
        return cell if named and position_in(bare) is None else None
    parts[0] = _surname(parts[0])
    if not all(part[0].isupper() and _proper(part) for part in parts):
        return None
    return (rank[0] if rank is not None else "") + " ".join(parts)


def _without_stroke(parts: list[str]) -> list[str]:
    """A name's words without what a pen or a seal left before them: no syllable, or one letter."""
    if len(parts) < 3 or canonical(parts[1]) not in SURNAMES or not parts[1][0].isupper():
        return parts
    stroke = parts[0].strip(".,")
    return parts[1:] if len(stroke) < 2 or not is_syllable(stroke) else parts


def _proper(word: str) -> bool:
    return word[1:].islower() or len(word) == 1 or "'" in word or "’" in word


@lru_cache(maxsize=1)
def _plain_surnames() -> dict[str, str]:
    return {plain(name): name for name in SURNAMES if len(name) >= _SHORTEST}


def _surname(word: str) -> str:
    """A family name whose marks, or whose first letter, OCR has lost, where one is possible."""
    if canonical(word) in SURNAMES:
        return word if word[0].isupper() else word.capitalize()
    letters = plain(word)
    whole = _plain_surnames().get(letters)
    if whole is None and word.islower() and len(letters) >= _SHORTEST - 1:
        longer = [name for key, name in _plain_surnames().items() if key[1:] == letters]
        whole = longer[0] if len(longer) == 1 else None
    if whole is None and (word.islower() or len(letters) > _SHORTEST):
        near = [name for name in _USUAL if Levenshtein.distance(plain(name), letters) == 1]
        whole = near[0] if len(near) == 1 else None
    return whole.capitalize() if whole is not None else word


def family(name: str) -> bool:
    """Whether a person's name begins with one of the usual family names."""
    return canonical(_RANKS.sub("", name).split()[0]) in SURNAMES


def signs(cell: str) -> bool:
    """Whether a line is one of a signature's."""
    return bool(authority_in(cell) or position_in(cell) or name_in(cell))


def signers_in(cells: Sequence[str]) -> tuple[Signer, ...]:
    """Pair authorities, positions and names as they come, several columns row by row."""
    together = _on_one_line(cells)
    if together:
        return together
    found: list[Signer] = []
    over: list[tuple[_Kind, str]] = []  # the lines over the names
    names: list[str] = []
    for cell in _unjoined(cells):
        match = authority_in(cell)
        position = None
        if match is None:
            position = position_in(cell)
            if over and not names and not _is_deputys(position):
                position = _deputy(over[-1][1], cell) or position
        name = name_in(cell) if match is None and position is None else None
        if (match is not None or position is not None) and names:
            found += _paired(over, names)
            over, names = [], []
        if match is not None:
            over.append(("authority", cell))
            if "tag" not in match.groupdict():
                over.append(("position", match["rest"]))
        elif position is not None:
            over.append(("position", position))
        elif name is not None and over:
            names.append(name)
        elif over and over[-1][0] == "authority" and not names and _may_be_office(cell):
            over.append(("office", " ".join(cell.split())))
        elif not names and over and over[-1][0] == "position" and _runs_on(over[-1][1], cell):
            over[-1] = ("position", f"{over[-1][1]} {' '.join(cell.split())}")
    if names:
        found += _paired(over, names)
    elif not found and any(kind == "position" for kind, _ in over):
        found += _paired(over, [None])
    return tuple(found)


def _on_one_line(cells: Sequence[str]) -> tuple[Signer, ...]:
    """Signatures beside each other whose lines have become one each, single spaces between them.

    Each authority gets the name of its place; its position is the head's deputy, where that is
    among the lines between.
    """
    for at, cell in enumerate(cells):
        if len(cell) > _LONGEST:
            continue
        tags = [part.strip() for part in _NEXT_TAG.split(cell)]
        if len(tags) < 2 or not all(authority_in(tag) for tag in tags):
            continue
        for end, line in enumerate(cells[at + 1 : at + _SIGNATURE_LINES], at + 1):
            names = _names_of(line, len(tags))
            if names is None:
                continue
            between = " ".join(" ".join(cells[at + 1 : end]).split())
            deputies = [_deputy_of(tag) for tag in tags]
            return tuple(
                Signer(
                    name, deputy if deputy is not None and deputy in between else None, _tag(tag)
                )
                for name, deputy, tag in zip(names, deputies, tags, strict=True)
            )
    return ()


def _may_be_office(cell: str) -> bool:
    """Whether a line under a tag is in capitals and of syllables: maybe an office no table has."""
    words = re.findall(r"[^\W\d_]+", cell)
    return len(words) > 1 and upper(cell) and all(map(is_syllable, words))


def _names_of(line: str, count: int) -> list[str] | None:
    """The `count` names on a line, each beginning with a family name and no shorter than two."""
    words = line.split()
    if not 2 * count <= len(words) <= 5 * count or name_in(" ".join(words[:2])) is None:
        return None
    starts = [0]
    for index in range(2, len(words) - 1):
        if canonical(words[index]) in SURNAMES and index - starts[-1] >= _NAME_WORDS:
            starts.append(index)
    names = [" ".join(words[a:b]) for a, b in zip(starts, [*starts[1:], None], strict=True)]
    return names if len(names) == count and all(map(name_in, names)) else None


def _runs_on(position: str, cell: str) -> bool:
    """Whether a line in capitals goes on a position that a dash or comma leaves open."""
    return upper(cell) and bool(re.match(r"\s*[-–]", cell) or re.search(r"[-–,]\s*$", position))


def _is_deputys(position: str | None) -> bool:
    return position is not None and position.startswith(("PHÓ ", "THỨ "))


def _deputy_of(over: str) -> str | None:
    """The position of who signs for the head that a line with "KT.", or without a tag, names."""
    match = _AUTHORITY.match(over)
    if match is not None and match["tag"][0] != "K":
        return None
    head = position_in(match["rest"] if match is not None else over)
    if head is None or _is_deputys(head) or head.startswith(_WITHOUT_DEPUTY):
        return None
    ministry = head == "BỘ TRƯỞNG"
    return "THỨ TRƯỞNG" if ministry else f"PHÓ {head.removeprefix('BỘ TRƯỞNG, ')}"


def _deputy(over: str, cell: str) -> str | None:
    """The deputy that a line names, however badly read, under the head that a deputy signs for."""
    if not upper(cell) or authority_in(cell) is not None:
        return None
    name = _deputy_of(over)
    if name is None:
        return None
    read, whole = plain(cell).replace(" ", ""), plain(name).replace(" ", "")
    return name if Indel.normalized_similarity(read, whole) >= _DEPUTY_LIKE else None


def _unjoined(cells: Sequence[str]) -> list[str]:
    """The lines: "KT. CHỦ TỊCH PHÓ CHỦ TỊCH" as two, "BỘ TRƯỞNG," and "CHỦ NHIỆM" as one."""
    lines: list[str] = []
    for cell in cells:
        if lines and lines[-1].rstrip().endswith(",") and upper(cell) and upper(lines[-1]):
            cell = f"{lines.pop().strip()} {cell.strip()}"
        garbled = _GARBLED_TAG.match(cell)
        if (
            garbled is not None
            and garbled["tag"] != "P"  # "P. GIÁM ĐỐC" is a deputy
            and authority_in(cell) is None
            and position_in(garbled["rest"]) is not None
        ):
            cell = f"{_nearest_tag(garbled['tag'])} {garbled['rest']}"
        match = authority_in(cell)
        deputy = _DEPUTY.search(cell, match.start("rest")) if match is not None else None
        if (
            match is not None
            and deputy is not None
            and position_in(cell[match.start("rest") : deputy.start()]) is not None
        ):
            lines += [cell[: deputy.start()], cell[deputy.end() :]]
        else:
            lines.append(cell)
    return lines


def _nearest_tag(read: str) -> str:
    near = [tag for tag in ("KT", "TL", "TM") if Levenshtein.distance(tag, read) == 1]
    return f"{near[0] if len(near) == 1 else 'KT'}."


def _paired(over: Sequence[tuple[_Kind, str]], names: Sequence[str | None]) -> list[Signer]:
    """Give each name its authority and position: one block, or columns read row by row."""
    columns = len(names)
    authorities = [text for kind, text in over if kind == "authority"]
    positions = [text for kind, text in over if kind == "position"]
    if columns > 1 and max(len(authorities), len(positions)) < columns:
        columns = 1
    if columns == 1:
        likely = (name for name in names if name is not None and family(name))
        return [_one(over, next(likely, names[0]))]
    found: list[Signer] = []
    for column, name in enumerate(names):
        mine = [("authority", text) for text in authorities[column::columns]]
        mine += [("position", text) for text in positions[column::columns]]
        found.append(_one(mine, name))  # type: ignore[arg-type]
    return found


def _one(over: Sequence[tuple[_Kind, str]], name: str | None) -> Signer:
    """The signer under one column of lines: first authority, first position under the last one."""
    tags = [(index, text) for index, (kind, text) in enumerate(over) if kind == "authority"]
    last = tags[-1][0] if tags else -1
    positions = [text for kind, text in over[last + 1 :] if kind == "position"]
    if not tags:
        deputy = next(filter(_is_deputys, positions[1:]), None)
        if deputy is not None and not _is_deputys(positions[0]):
            return Signer(name, deputy, "KT.")  # whose tag wasn't read
    positions += [text for kind, text in over[last + 1 :] if kind == "office"]
    position = positions[0] if positions else None
    return Signer(name, position, _tag(tags[0][1]) if tags else None)


def _tag(cell: str) -> Authority:
    match = _AUTHORITY.match(cell)
    if match is None:
        return "Q."
    letters = re.sub(r"[./\s]", "", match["tag"])
    return _TAGS[{"K1": "KT", "KI": "KT", "TI": "TL"}.get(letters, letters)]

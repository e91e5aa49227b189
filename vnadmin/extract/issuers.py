"""Reading who issued a document: known bodies, their heads, the place they belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ..document import Span
from ..grammar.divisions import provinces
from ..grammar.find import without_junk
from ..grammar.tables import Issuer, issuers
from ..vietnamese import canonical, is_syllable
from .words import Trie, Word, words

_POSITIONS = (
    "Bộ trưởng, Chủ nhiệm|Bộ trưởng|Thủ trưởng|Chủ tịch|Phó Chủ tịch|Giám đốc|Tổng Giám đốc"
    "|Cục trưởng|Tổng cục trưởng|Phó Tổng cục trưởng|Chánh án|Viện trưởng|Thống đốc"
    "|Tổng Thanh tra|Tổng Kiểm toán|Chánh Thanh tra|Chánh Văn phòng|Bí thư|Hiệu trưởng"
    "|Vụ trưởng|Chủ nhiệm|Trưởng ban|Trưởng Ban|Thứ trưởng|Phó Thủ tướng|Tổng Thư ký"
    "|Bộ trưởng - Chủ nhiệm|Bộ trưởng - Trưởng ban|Phó Giám đốc|Chi cục trưởng|Kho bạc trưởng"
).split("|")
_ALONE = (
    "Thủ tướng|Chủ tịch nước|Trung ương Đảng|Trung ương|Quốc hội|Đảng|Nhà nước"
    "|Tổng Thanh tra Chính phủ|Tổng Thanh tra Nhà nước|Tổng Kiểm toán Nhà nước|Thường vụ Quốc hội"
    "|Ban Chấp hành Trung ương Đảng|Ban Bí thư Trung ương|Ban Bí thư Trung ương Đảng"
    "|Bộ Chính trị, Ban Bí thư|Ban Thường vụ|Tổng Bí thư|Quốc hội nước Cộng hòa xã hội chủ nghĩa"
    " Việt Nam|Chính phủ nước Cộng hòa xã hội chủ nghĩa Việt Nam|Đảng Cộng sản Việt Nam"
    "|Hội đồng Thẩm phán|Tòa án tối cao|Viện kiểm sát tối cao|Ban Chấp hành Trung ương Đảng Cộng"
    " sản Việt Nam|Ban Chấp hành Trung ương Đảng|Bộ Văn hóa Thông tin|Bộ Nông nghiệp"
    "|Bộ Bưu chính Viễn thông|Bộ Khoa học Công nghệ và Môi trường|Bộ Thương binh"
    "|Bộ Lao động Thương binh và Xã hội|Bộ Văn hóa Thể thao và Du lịch|Chủ tịch Quốc hội"
    "|Chủ tịch Hội đồng Bộ trưởng|Phó Chủ tịch Hội đồng Bộ trưởng|Đoàn Chủ tịch"
    "|Chủ tịch nước Cộng hòa xã hội chủ nghĩa Việt Nam|Chủ tịch nước Việt Nam Dân chủ Cộng hòa"
    "|Chủ tịch Chính phủ Việt Nam Dân chủ Cộng hòa|Chính phủ Việt Nam Dân chủ Cộng hòa"
    "|Chủ tịch Chính phủ lâm thời Việt Nam Dân chủ Cộng hòa|Chủ tịch Chính phủ"
    "|Hội đồng Quốc phòng và An ninh"
).split("|")
# A body these words begin may be in no table; its name then runs to the next function word.
_HEADS = set(
    "bộ sở cục ban viện trường tòa văn ủy hội liên tổng công kho bảo chi phòng trung đảng tỉnh"
    " thành huyện quận quân đoàn thanh ngân học đại thị mặt tập hiệp quỹ vụ nhà thường".split()
)
_HEAD_PHRASES = Trie(
    "Bộ|Sở|Cục|Ban|Viện|Trường|Tòa án|Văn phòng|Ủy ban|Hội đồng|Hội|Liên đoàn|Liên bộ|Liên ngành"
    "|Liên sở|Tổng cục|Tổng công ty|Tổng Liên đoàn|Công ty|Kho bạc|Bảo hiểm xã hội|Chi cục|Phòng"
    "|Trung tâm|Đảng ủy|Đảng bộ|Tỉnh ủy|Thành ủy|Huyện ủy|Quận ủy|Quân khu|Quân ủy|Đoàn|Thanh tra"
    "|Ngân hàng|Học viện|Đại học|Tập đoàn|Hiệp hội|Quỹ|Vụ|Nhà xuất bản|Thường trực|Ban Thường vụ"
    "|Ban Quản lý|Ban Chỉ đạo|Ban Chấp hành|Công an|Cơ quan|Đài|Bộ Tư lệnh|Bộ Chỉ huy|Chi bộ"
    "|Hội nghị|Đại hội|Ban Thường trực".split("|")
)
_TITLE_WORDS = {
    "về", "ban", "quy", "hướng", "sửa", "phê", "công", "bổ", "v", "điều", "quyết", "giao",
}  # fmt: skip
_STOPS = set(
    "về ngày năm số tại là có được đã để theo thì cho trên khóa này đó"
    " của do bởi nêu nói gửi trong từ khi nếu mà cùng như phải sẽ đến trước sau với"
    " yêu giao cũng nhằm ký ra và bãi".split()
)
_STOP_PAIRS = {
    "ban": ("hành",), "quy": ("định", "chế"), "hướng": ("dẫn",), "sửa": ("đổi",),
    "phê": ("duyệt", "chuẩn"), "công": ("bố", "nhận"), "thông": ("qua", "báo"), "bổ": ("sung",),
    "đề": ("nghị",), "chỉ": ("đạo",), "kết": ("luận",), "hiện": ("nay", "hành"), "căn": ("cứ",),
    "tiếp": ("tục",), "thực": ("hiện",), "triển": ("khai",),
}  # fmt: skip
_LOWER_CASED = {("liên", "bộ"), ("ủy", "ban"), ("hội", "đồng")}
_UNITS = ("tỉnh", "thành phố", "tp", "huyện", "quận", "xã", "phường", "thị xã", "thị trấn", "khu")
_UNIT_RANK = {"tỉnh": 3, "thành": 3, "tp": 3, "huyện": 2, "quận": 2, "thị": 2, "xã": 1, "phường": 1}
_OF_A_PLACE = frozenset(("huyện ủy", "quận ủy", "thị ủy", "tỉnh ủy", "thành ủy"))
_PLACED = re.compile(
    r"ủy ban nhân dân|hội đồng nhân dân|ubnd|hđnd|tand|vksnd|ủy$|đảng bộ|mặt trận|mttq|^sở|tòa án"
    r"|viện kiểm|công an|thanh tra|ban |văn phòng|cục|liên đoàn|hội |phòng|trung tâm|đảng ủy"
)


@dataclass(frozen=True, slots=True)
class IssuerReading:
    """An issuer found: where it stands, the table entries it is, whether only its shape told."""

    start: int
    end: int
    bodies: tuple[Issuer, ...]
    guessed: bool = False

    @property
    def span(self) -> Span:
        """Its offsets."""
        return (self.start, self.end)


@lru_cache(maxsize=1)
def _bodies() -> tuple[Trie, dict[str, tuple[Issuer, ...]]]:
    by_name: dict[str, tuple[Issuer, ...]] = {}
    for issuer in issuers():
        for name in (issuer.name, *issuer.abbreviations, *issuer.symbols):
            if name in issuer.symbols and (len(name) < 3 or not name.isupper()):
                continue
            key = _key(name)
            by_name[key] = (*by_name.get(key, ()), issuer)
    return Trie([*by_name, *_ALONE]), by_name


def _key(name: str) -> str:
    return " ".join(w.key for w in words(name, 0, len(name)) if not w.is_mark)


_POSITION_TRIE = Trie(_POSITIONS)


def match_issuer(text: str, position: int, *, joint: bool = False) -> IssuerReading | None:
    """Read the issuer that starts at `position`, as complete as it is printed.

    Args:
        text: the text.
        position: where the first word must start, white space aside.
        joint: several bodies joined by commas, dashes or "và" are one issuer.
    """
    tokens = words(text, position, position + (600 if joint else 280), 90 if joint else 36)
    if not tokens or without_junk(text[position : tokens[0].start]).strip():
        return None
    found = _one(tokens, 0)
    if found is None:
        return None
    end, bodies, guessed = found
    while joint and end < len(tokens) and tokens[end].text in (",", "-", "–", "và", ";"):
        following = end + 1
        if following < len(tokens) and tokens[following].key == "và":
            following += 1
        more = _one(tokens, following) or _short_ministry(tokens, following)
        if more is None:
            break
        end, bodies, guessed = more[0], bodies + more[1], guessed or more[2]
    end = _before_heading(text, tokens, end)
    return IssuerReading(tokens[0].start, tokens[end - 1].end, bodies, guessed)


def _before_heading(text: str, tokens: list[Word], end: int) -> int:
    """Where a name ends before a heading in capitals that stands on the next line."""
    for index in range(1, end - 1):
        heading = all(w.text.isupper() and is_syllable(w.key) for w in tokens[index : index + 2])
        apart = "\n" in text[tokens[index - 1].end : tokens[index].start]
        if heading and apart and not tokens[0].text.isupper():
            return index
    return end


_Found = tuple[int, tuple[Issuer, ...], bool]


def _short_ministry(tokens: list[Word], index: int) -> _Found | None:
    """ "Tài chính" after "Bộ Nội vụ -": a ministry without its first word."""
    if index >= len(tokens) or not tokens[index].capital:
        return None
    trie, by_name = _bodies()
    head = Word("Bộ", "bộ", tokens[index].start, tokens[index].start)
    end = trie.longest([head, *tokens[index:]], 0)
    if end < 2:
        return None
    end += index - 1
    return end, by_name.get("bộ " + _joined(tokens, index, end), ()), False


def _joined(tokens: list[Word], start: int, end: int) -> str:
    return " ".join(w.key for w in tokens[start:end] if not w.is_mark)


def _one(tokens: list[Word], index: int) -> _Found | None:
    if index >= len(tokens):
        return None
    first = tokens[index]
    following = tokens[index + 1].key if index + 1 < len(tokens) else ""
    if first.is_mark or (not first.capital and (first.key, following) not in _LOWER_CASED):
        return None
    trie, by_name = _bodies()
    end = trie.longest(tokens, index)
    after_position = _POSITION_TRIE.longest(tokens, index)
    name_start = index
    if after_position > index:
        longer = trie.longest(tokens, after_position)
        if longer > max(end, after_position):
            end, name_start = longer, after_position
        elif end == index:
            generic = _generic(tokens, after_position)
            if generic is not None:
                return generic, (), True
            place = _place(tokens, after_position)
            return (place, (), True) if place > after_position else None
    if end > index:
        bodies = by_name.get(_joined(tokens, name_start, end), ())
        name = _joined(tokens, name_start, end)
        if name == "trung ương" and end < len(tokens) and tokens[end].key in ("hội", "đoàn"):
            whole = _generic(tokens, end) if tokens[end].capital else None
            if whole is not None:
                return whole, (), True
        if name.endswith("cấp cao") and _joined(tokens, end, end + 1) == "tại":
            seat = _place(tokens, end + 1, named=True)
            return (seat if seat > end + 1 else end), bodies, False
        if _PLACED.search(name):
            placed = _place(tokens, end, named=name in _OF_A_PLACE)
            if placed == end and name in ("ban", "ủy ban", "hội đồng", "ban chỉ đạo"):
                generic = _generic(tokens, name_start)
                return (generic, (), True) if generic is not None else (end, bodies, False)
            return placed, bodies, False
        if end < len(tokens) and _joined(tokens, end, end + 2) == "việt nam":
            end += 2
        return end, bodies, False
    generic = _generic(tokens, index)
    return None if generic is None else (generic, (), True)


def _generic(tokens: list[Word], index: int) -> int | None:
    """The end of an unknown body's name: to the next mark or function word."""
    if index >= len(tokens):
        return None
    if tokens[index].key not in _HEADS or not tokens[index].capital:
        return None
    head = _HEAD_PHRASES.longest(tokens, index)
    if head == index:
        return None
    end = head
    while end < len(tokens) and end - index < 16:
        word = tokens[end]
        if word.is_mark:
            follows = end + 1 < len(tokens) and tokens[end + 1].capital
            if word.text in "-–" and follows:
                end += 2
                continue
            if (
                word.text == ","
                and follows
                and tokens[index].key in ("bộ", "sở", "phòng")
                and tokens[end + 1].key not in _HEADS
                and end - head < 2
            ):
                end += 2
                continue
            break
        if word.key == "và" and end + 1 < len(tokens):
            following = tokens[end + 1]
            if not following.is_mark and following.key not in _STOPS | _HEADS | {"các"}:
                end += 2
                continue
            break
        if _stops(tokens, end):
            break
        if _UNIT_RANK.get(word.key) and end > head:
            return _place(tokens, end)
        end += 1
    while end > head and tokens[end - 1].is_mark:
        end -= 1
    return end if end > head or head - index > 1 else None


def _stops(tokens: list[Word], index: int) -> bool:
    key = tokens[index].key
    if key in _STOPS:
        return True
    following = tokens[index + 1].key if index + 1 < len(tokens) else ""
    return following in _STOP_PAIRS.get(key, ())


def _place(tokens: list[Word], index: int, *, named: bool = False) -> int:
    """The index after "tỉnh Quảng Ngãi", "quận X, thành phố Y", a bare province, or `index`.

    `named` tells that any proper name is the body's place: "Huyện ủy Mường Khương".
    """
    end = index
    while end < len(tokens):
        start = end
        if tokens[end].text == "," and end > index:
            start += 1
        unit = start
        if start < len(tokens) and tokens[start].key in _UNIT_RANK:
            two = start + 1 < len(tokens) and (tokens[start].key, tokens[start + 1].key) in (
                ("thành", "phố"), ("thị", "xã"), ("thị", "trấn"),
            )  # fmt: skip
            if tokens[start].key in ("thành", "thị") and not two:
                break
            unit = start + (2 if two else 1)
            if tokens[start].key == "tp" and unit < len(tokens) and tokens[unit].text == ".":
                unit += 1
        elif end > index:
            break
        name = _proper(tokens, unit)
        bare = unit == start and name > unit and not (named and start == index)
        if bare and not _is_province(tokens, unit, name):
            # Without "tỉnh" or "huyện" only a province's name is a place for sure.
            name = _province_end(tokens, unit)
        if name == unit and (unit == start or end > index):
            break
        end = name
        if name == unit:
            break
    return end


def _proper(tokens: list[Word], index: int) -> int:
    end = index
    while end < len(tokens) and end - index < 5:
        word = tokens[end]
        if word.text in "-–" and end > index and end + 1 < len(tokens) and tokens[end + 1].capital:
            end += 1
            continue
        if word.is_mark or not (word.capital or word.text.isdigit()):
            break
        if word.key in _TITLE_WORDS and word.key != "quy":
            break
        if word.key == "quy" and end + 1 < len(tokens) and tokens[end + 1].key in ("định", "chế"):
            break
        if word.text.isdigit() and end > index:
            break
        end += 1
    return end


def _is_province(tokens: list[Word], start: int, end: int) -> bool:
    return canonical(" ".join(w.text for w in tokens[start:end])) in provinces()


def _province_end(tokens: list[Word], index: int) -> int:
    for end in range(min(index + 5, len(tokens)), index, -1):
        if _is_province(tokens, index, end):
            return end
    return index


def issuer_before(text: str, position: int) -> IssuerReading | None:
    """Read the issuer whose name ends right before `position`, words like "tại" left out.

    This is for "đề nghị của X tại Tờ trình số …" and "X ban hành Quyết định số …".
    """
    start = max(0, position - 240)
    for match in reversed(list(_ISSUER_START.finditer(text, start, position))):
        found = match_issuer(text, match.start())
        if found is not None and not text[found.end : position].strip():
            best = found
            # A longer name may start further left ("Bộ trưởng Bộ X").
            for earlier in _ISSUER_START.finditer(text, start, match.start()):
                longer = match_issuer(text, earlier.start())
                if longer is not None and longer.end == found.end:
                    best = longer
                    break
            return best
    return None


_ISSUER_START = re.compile(
    r"(?<!\w)(?:[Bb]ộ|Sở|Cục|Ban|Viện|Trường|T[òo][àa]|Văn|[ỦUuủ][ỷyỳ]|[ỦUủu][ỷỶyY]|Ủy|Uỷ|Hội|Liên|Tổng"
    r"|Công|Kho|Bảo|Chi|Chính|Thủ|Quốc|Đảng|Tỉnh|Thành|Huyện|Quận|Chủ|Giám|Thống|Chánh|Thường|Bí"
    r"|UBND|HĐND|Phòng|Trung|Thanh|Ngân|Hiệu|Học|Đại|Phó|TAND|VKSND|TANDTC|VKSNDTC|Đoàn|NHNN)(?!\w)"
)

"""How a document relates to one it cites, from the words before the citation."""

from __future__ import annotations

import re
from typing import cast

from ..document import Relation

_WINDOW = 110
# Atomic: what can be read in several ways ("111", "x x") would else be tried in all of them.
_FILL = (
    r"(?>\s*(?>nghiêm(?:\s+túc)?|có\s+hiệu\s+quả|hiệu\s+quả|tốt|các|nội\s+dung|một\s+số|điều|khoản|điểm"
    r"|của|theo|đúng|liên\s+quan|có|khác|quy\s+định|tại|cho|toàn\s+bộ|bằng|việc|tinh\s+thần|chủ\s+trương|và|một\s+phần"
    r"|Mục|Chương|Phụ\s+lục|[A-Z]?[0-9]{1,3}[a-zđ]?|[a-zđ]|[IVX]{1,5}|,))*\s*"
)
_CUES: tuple[tuple[str, Relation], ...] = (
    (
        r"(?:được|đã\s+được)\s+(?:sửa\s+đổi|bổ\s+sung|thay\s+thế|hướng\s+dẫn|quy\s+định"
        r"|bãi\s+bỏ|hủy\s+bỏ|huỷ\s+bỏ)[^.;\n]{0,40}",
        "refers",
    ),
    (r"(?:thay\s+thế(?:\s+cho)?)", "replaces"),
    (r"(?:bãi\s+bỏ|hủy\s+bỏ|huỷ\s+bỏ|hết\s+hiệu\s+lực)", "repeals"),
    (
        r"(?:sửa\s+đổi(?:\s*,?\s*bổ\s+sung)?|bổ\s+sung|đính\s+chính)(?:\s+(?:một\s+số\s+)?[Đđ]iều\s+của)?",
        "amends",
    ),
    (
        r"(?:hướng\s+dẫn(?:\s+chi\s+tiết)?(?:\s+(?:và\s+)?(?:tổ\s+chức\s+)?(?:thi\s+hành|thực\s+hiện)"
        r"|\s+áp\s+dụng)?|quy\s+định\s+chi\s+tiết"
        r"(?:\s+(?:và\s+hướng\s+dẫn\s+)?(?:thi\s+hành|thực\s+hiện))?|chi\s+tiết\s+thi\s+hành"
        r"|biện\s+pháp(?:\s+(?:để\s+)?tổ\s+chức(?:,\s+hướng\s+dẫn)?)?\s+thi\s+hành)",
        "guides",
    ),
    (
        r"(?<!hiệu lực )(?:(?:tổ\s+chức\s+)?"
        r"(?:triển\s+khai|thực\s+hiện|thi\s+hành|chấp\s+hành|quán\s+triệt)"
        r"(?>\s*,?\s*(?:tổ\s+chức\s+)?(?:triển\s+khai|thực\s+hiện|tuyên\s+truyền))*)",
        "implements",
    ),
    (r"[Cc]ăn\s+cứ(?:\s+vào)?", "based_on"),
)
_COMPILED = tuple(
    (re.compile(rf"(?<!\w){cue}(?P<fill>{_FILL})\Z", re.IGNORECASE), relation)
    for cue, relation in _CUES
)
# "thay thế Quy chế … ban hành kèm theo": what is done to the regulation is done to its decision.
_ATTACHED = re.compile(
    r"(?:(?P<replaces>thay\s+thế)|(?P<repeals>bãi\s+bỏ|hủy\s+bỏ|huỷ\s+bỏ)"
    r"|(?P<amends>sửa\s+đổi(?:\s*,?\s*bổ\s+sung)?|bổ\s+sung))(?:\s+(?:cho|các|toàn\s+bộ))*"
    r"\s+(?:Quy\s|Điều\s+lệ|Nội\s+quy|Danh\s+mục|Biểu\s|Mẫu\s|Bảng\s|Chương\s+trình|Kế\s+hoạch"
    r"|Đề\s+án|Phương\s+án|Hướng\s+dẫn|Định\s+mức|Đơn\s+giá)"
    r"[^.;:()\n]{0,290}?\s(?:được\s+)?ban\s+hành\s+(?:kèm\s+)?theo\s*\Z"
)
_BASED_LINE = re.compile(r"(?:\A|\n|[.;:]\s|\s-\s)\s*[-–+]?\s*[Cc]ăn\s+cứ\s[^\n.;]*\Z")
_REPEALED_AFTER = re.compile(
    r"\s{0,3}(?:\)|,)?\s{0,3}(?:đã\s+)?(?:hết\s+hiệu\s+lực|bị\s+bãi\s+bỏ|được\s+bãi\s+bỏ)"
)
_REPLACED_AFTER = re.compile(r"\s{0,3}(?:đã\s+)?(?:bị|được)\s+thay\s+thế")
_WORDS = "căn|thực|thi|triển|sửa|bổ|thay|bãi|hủy|huỷ|hướng|chi tiết|hết|đính|chấp|quán".split("|")


def relation_at(text: str, position: int, end: int, floor: int) -> Relation | None:
    """Tell the relation of the citation `position:end`; `None` where no word says it.

    Args:
        text: the text.
        position: where the citation, its provisions included, starts.
        end: where it ends.
        floor: where the citation before it ended; words before that aren't looked at.
    """
    if _REPEALED_AFTER.match(text, end):
        return "repeals"
    if _REPLACED_AFTER.match(text, end):
        return "replaces"
    window = text[max(floor, position - _WINDOW) : position]
    lower = window.lower()
    if not any(word in lower for word in _WORDS):
        return None
    if window.rstrip().endswith("theo"):
        attached = _ATTACHED.search(text, max(floor, position - 3 * _WINDOW), position)
        if attached is not None and attached.lastgroup is not None:
            return cast(Relation, attached.lastgroup)
    for pattern, relation in _COMPILED:
        match = pattern.search(window)
        if match is None:
            continue
        if relation == "implements" and "quy định" in " ".join(match["fill"].lower().split()):
            return "refers"
        return relation
    if _BASED_LINE.search(window):
        return "based_on"
    return None

"""What a cited document is about: from "về", "ban hành", "quy định" to where that ends."""

from __future__ import annotations

import re

from ..document import Span

_OPEN = "“\"«‘'”„"
_CLOSE = {"“": "”", '"': '"', "«": "»", "‘": "’", "'": "'", "”": "”", "„": "”"}
_QUOTES = re.compile("[\f“”\"«»‘’'„]")
_START = re.compile(
    r"[\s,:]{0,6}(?P<quote>[“\"«‘”„])?\s{0,3}(?P<first>"
    r"(?:[Vv]ề|VỀ|[Vv]/[Vv]|[Bb]an\s{1,3}hành|[Qq]uy\s{1,3}định|[Hh]ướng\s{1,3}dẫn|[Ss]ửa\s{1,3}đổi"
    r"|[Bb]ổ\s{1,3}sung|[Pp]hê\s{1,3}duyệt|[Cc]ông\s{1,3}bố|[Tt]riển\s{1,3}khai|[Tt]ăng\s{1,3}cường"
    r"|[Bb]ãi\s{1,3}bỏ|[Tt]hành\s{1,3}lập|[Kk]iện\s{1,3}toàn|[Pp]hân\s{1,3}công|[Gg]iao\s{1,3}chỉ"
    r"|[Đđ]iều\s{1,3}chỉnh|[Kk]iểm\s{1,3}điểm|[Tt]hực\s{1,3}hiện|[Tt]ổng\s{1,3}kết|[Bb]áo\s{1,3}cáo"
    r"|[Đđ]ề\s{1,3}nghị|[Tt]iếp\s{1,3}tục|[Đđ]ẩy\s{1,3}mạnh|[Nn]âng\s{1,3}cao"
    r"|[Tt]iếp\s{1,3}nhận|[Cc]huyển\s{1,3}giao|[Cc]ông\s{1,3}nhận|[Tt]hu\s{1,3}hồi|[Đđ]ính\s{1,3}chính"
    r"|[Gg]iải\s{1,3}thể|[Đđ]ổi\s{1,3}tên|[Ss]áp\s{1,3}nhập|(?:[Bb]ổ|[Mm]iễn)\s{1,3}nhiệm"
    r"|[Đđ]iều\s{1,3}động)(?!\w))"
)
_ANY_QUOTED = re.compile(r"[\s,:]{0,6}(?P<quote>[“\"«„])\s{0,3}(?P<first>[A-ZĐÀ-Ỹ][^\W\d_])")
# Said of the document, not by its title.
_NOT_TITLES = re.compile(
    r"(?:quy\s+định\s*[,;:]|quy\s+định\s+(?:tại|trên|này|trước|như\s+sau|thì|rằng)|thực\s+hiện\s+(?:từ|kể)"
    r"|(?:ban\s+hành|công\s+bố)\s+(?:ngày|năm|kèm|trước|sau|có|mà|để|thì|và)|hướng\s+dẫn\s+(?:này)"
    r"|sửa\s+đổi\s+(?:này)|thực\s+hiện\s+(?:theo|đúng|nghiêm)|báo\s+cáo\s+(?:này|Ủy|cấp)"
    r"|đề\s+nghị\s+(?:các|Ủy|Sở|Bộ|Ban|UBND)|về\s+(?:trước|sau)|(?:điều\s+chỉnh|bổ\s+sung|sửa\s+đổi"
    r"|thực\s+hiện|triển\s+khai)\s+(?:tại|bởi|thì|như|là))",
    re.IGNORECASE,
)
_LOOSE_STARTS = (
    "triển", "tăng", "thực", "tổng", "báo", "đề", "tiếp", "đẩy", "nâng", "kiểm", "giao",
    "điều", "phân", "công", "bãi",
)  # fmt: skip
_ACTORS = (
    r"(?:Phó\s+)?(?:Thủ\s+tướng|Chủ\s+tịch|Bộ\s+trưởng|Giám\s+đốc|Chánh|Tổng)|UBND|HĐND|Ủy\s+ban"
    r"|Uỷ\s+ban|Bộ|Sở|Ban|Chính\s+phủ|Văn\s+phòng|Thường\s+trực|Hội\s+đồng|Thành\s+ủy|Tỉnh\s+ủy"
    r"|Thành\s+uỷ|Tỉnh\s+uỷ|Đảng\s+[uủ][ỷy]|Huyện\s+[uủ][ỷy]|Quận\s+[uủ][ỷy]|Cục|Công\s+an|Kho\s+bạc|Ngân\s+hàng"
)
_TYPES = (
    r"(?:các\s+)?(?:Nghị\s+(?:định|quyết)|Quyết\s+định|Thông\s+(?:tư|báo|tri)|Chỉ\s+thị|Kết\s+luận"
    r"|Luật|Bộ\s+luật|Pháp\s+lệnh|Kế\s+hoạch|Công\s+(?:văn|điện)|Tờ\s+trình|Báo\s+cáo|Chương\s+trình"
    r"|Hướng\s+dẫn|Quy\s+(?:định|chế)|Văn\s+bản|văn\s+bản|công\s+văn)"
)
_END = re.compile(
    r"[;“\"”]|\.(?=\s|/|\Z|\.)|\n\s*\n|\f|…"
    r"|\s*\((?:sau\s+đây|gọi|được\s+(?:gửi|sửa)|viết\s+tắt|đã\s+được|ban\s+hành|kèm|có\s+hiệu|dưới\s+đây|đính"
    r"|hết\s+hiệu|nay|sửa\s+đổi|nêu|trong\s+đó)"
    rf"|,\s+(?:và\s+)?(?={_TYPES}\s+(?:số\s|liên\s|[0-9]))"
    rf"|\s+(?:và|hoặc)\s+(?=(?:theo\s+)?{_TYPES}\s+(?:liên\s+tịch\s+)?(?:số\s|[0-9]))"
    rf"|,\s+(?={_ACTORS})(?!(?:{_ACTORS})[^,.;]{{0,60}}(?:,|\svà\s)[^,.;]{{0,60}}\.)"
    r"|,\s+(?:đồng\s+thời|theo\s+đó|cụ\s+thể|trong\s+đó|được\s+sửa\s+đổi|đã\s+được|gửi\s+về|nay"
    r"|trừ(?=\s+(?:các|những|trường|quy|khoản|điểm|Điều|đối|nội)\s)"
    r"|giao(?=\s+(?:các|cho|Sở|Bộ|Ủy|Uỷ|UBND|Văn|Giám|Chủ|Công|Ban)\s)|yêu\s+cầu"
    r"|đề\s+nghị|căn\s+cứ|thì|quy\s+định(?=\s)|và\s+các\s+(?:văn\s+bản|quy\s+định))\b"
    r"|(?<!hành\schính)\s+(?:và\s+các\s+văn\s+bản|(?:đã\s+)?được\s+sửa\s+đổi(?:,\s*bổ\s+sung)?\s+(?:theo|tại|bởi)|có\s+hiệu\s+lực"
    r"|hết\s+hiệu\s+lực|có\s+căn\s+cứ\s+ban\s+hành|như\s+sau|nêu\s+trên|nói\s+trên|\(sau\s+đây)"
    r"|\s+Được\s+(?:bãi|thay|sửa|ban)\s|\s+[-–]\s+(?=(?:Điểm|Khoản|Điều|Mẫu|Phụ|Mục)\s)"
    r"|\s+(?:Số\s+hiệu|Loại\s+văn\s+bản|Văn\s+bản\s+hết|Ngày\s+(?:ban\s+hành|có\s+hiệu|hết\s+hiệu))"
    r"|\s+[IVX]{1,5}(?=\.\s+[A-ZĐÂÁỨƯ]{2})"
    rf"|\s+kể\s+từ\s+(?:ngày|thời\s+điểm|khi)\s+(?={_TYPES}\s)"
    r"|\s+(?:quy\s+định|nêu|ghi|hướng\s+dẫn|yêu\s+cầu)(?:\s+rõ)?\s*:"
    rf"|\s+được\s+(?={_ACTORS})|\s+đã\s+(?:yêu\s+cầu|nêu|quy\s+định|chỉ\s+(?:rõ|đạo)|xác\s+định|đề\s+ra)\s"
    r"|\)"
)
# A verb of which what follows was cut off: "… quy định như sau".
_LAST_WORDS = re.compile(r"[,\s]+(?:quy\s+định|nêu(?:\s+rõ)?|ghi\s+rõ|hướng\s+dẫn|cụ\s+thể)\Z")
_LIMIT = 900


def match_title(text: str, position: int) -> Span | None:
    """Find the title that starts at `position`; quotation marks are left out of the span."""
    match = _START.match(text, position)
    if match is None:
        match = _ANY_QUOTED.match(text, position)
        if match is None:
            return None
    begin = match.start("first")
    if match["quote"]:
        end = _quoted_end(text, begin, match["quote"])
        if end is not None:
            return (begin, _trimmed(text, begin, end))
    elif "\n\n" in text[position:begin].replace(" ", ""):
        return None
    if _NOT_TITLES.match(text, begin):
        return None
    first = match["first"].split()[0].lower()
    if not match["quote"] and first in _LOOSE_STARTS and "," in text[position:begin]:
        return None
    end = _plain_end(text, begin)
    return (begin, end) if end - begin > 4 else None


def _quoted_end(text: str, begin: int, quote: str) -> int | None:
    """Where the quotation opened before `begin` closes; inner quotations are passed over."""
    close = _CLOSE[quote]
    depth = 0
    limit = min(len(text), begin + 2 * _LIMIT)
    for match in _QUOTES.finditer(text, begin, limit):
        char = match[0]
        if char == "\f":
            if close not in text[match.end() : match.end() + 400]:
                return None
        elif char == close:
            if depth == 0:
                return match.start()
            depth -= 1
        elif char == quote:
            depth += 1
    return None


def _plain_end(text: str, begin: int) -> int:
    limit = min(len(text), begin + _LIMIT)
    position = begin
    depth = 0
    while True:
        match = _END.search(text, position, limit)
        opened = text.find("(", position, match.start() if match else limit)
        if match is not None and match[0] == ")" and (depth or opened >= 0):
            depth = 0
            position = match.end()
            continue
        if match is not None and match[0] in '“"' and _quotes_a_term(text, match.start()):
            closing = _quoted_end(text, match.end(), match[0])
            if closing is not None and closing < limit:
                position = closing + 1
                continue
        break
    end = match.start() if match else limit
    opened = text.rfind("(", begin, end)
    if opened > text.rfind(")", begin, end):  # a bracket that closes outside of the title
        end = opened
    end = _trimmed(text, begin, end)
    verb = _LAST_WORDS.search(text, begin, end)
    return verb.start() if verb is not None else end


def _quotes_a_term(text: str, position: int) -> bool:
    return text[position] in '“"' and position > 0 and text[position - 1].isspace()


def _trimmed(text: str, begin: int, end: int) -> int:
    while end > begin and (text[end - 1].isspace() or text[end - 1] in ",;:.(/"):
        end -= 1
    return end

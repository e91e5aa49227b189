"""Lines typical of administrative paper that running text seldom holds, made up at random.

Headings in capitals, names, and above all document numbers with their dates: what a recogniser
makes of these is otherwise seen too rarely to be learnt.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

_PLACES = (
    "Hà Nội|Hải Phòng|Đà Nẵng|Cần Thơ|Huế|Quảng Ninh|Bắc Ninh|Thanh Hóa|Nghệ An|Hà Tĩnh|Quảng Trị"
    "|Quảng Ngãi|Gia Lai|Đắk Lắk|Khánh Hòa|Lâm Đồng|Đồng Nai|Tây Ninh|Đồng Tháp|Vĩnh Long|An Giang"
    "|Cà Mau|Lào Cai|Điện Biên|Sơn La|Lai Châu|Cao Bằng|Lạng Sơn|Thái Nguyên|Phú Thọ|Hưng Yên"
    "|Ninh Bình|Tuyên Quang|Bình Định|Thái Bình|Nam Định|Hải Dương|Bến Tre|Kiên Giang|Hậu Giang"
).split("|")
_HEADINGS = (
    "QUYẾT ĐỊNH|CHỈ THỊ|NGHỊ QUYẾT|KẾ HOẠCH|THÔNG BÁO|BÁO CÁO|TỜ TRÌNH|HƯỚNG DẪN|QUY ĐỊNH|QUY CHẾ"
    "|KẾT LUẬN|CHƯƠNG TRÌNH|CÔNG ĐIỆN|BIÊN BẢN|GIẤY MỜI|NGHỊ ĐỊNH|THÔNG TƯ|LUẬT|ĐỀ ÁN|PHỤ LỤC"
    "|QUYẾT ĐỊNH:|QUYẾT NGHỊ:|HỎA TỐC|KHẨN|DỰ THẢO|CHƯƠNG I|CHƯƠNG II|CHƯƠNG III|PHẦN THỨ NHẤT"
    "|NHỮNG QUY ĐỊNH CHUNG|ĐIỀU KHOẢN THI HÀNH|TỔ CHỨC THỰC HIỆN|MỤC ĐÍCH, YÊU CẦU"
    "|CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM|ĐẢNG CỘNG SẢN VIỆT NAM|BAN CHẤP HÀNH TRUNG ƯƠNG"
    "|BỘ CHÍNH TRỊ|BAN BÍ THƯ|CHÍNH PHỦ|THỦ TƯỚNG CHÍNH PHỦ|QUỐC HỘI|VĂN PHÒNG CHÍNH PHỦ|BỘ TRƯỞNG"
    "|CHỦ TỊCH|TM. ỦY BAN NHÂN DÂN|KT. CHỦ TỊCH|PHÓ CHỦ TỊCH|T/M BAN THƯỜNG VỤ|PHÓ BÍ THƯ|BÍ THƯ"
    "|TL. CHỦ TỊCH|CHÁNH VĂN PHÒNG|KT. BỘ TRƯỞNG|THỨ TRƯỞNG|T/L BAN THƯỜNG VỤ|T/M BỘ CHÍNH TRỊ"
).split("|")
_LOCAL_HEADINGS = (
    "ỦY BAN NHÂN DÂN TỈNH {}|UBND TỈNH {}|HỘI ĐỒNG NHÂN DÂN TỈNH {}|TỈNH ỦY {}|THÀNH ỦY {}"
    "|ỦY BAN NHÂN DÂN THÀNH PHỐ {}|SỞ NỘI VỤ {}|ĐẢNG BỘ TỈNH {}|BAN DÂN VẬN TỈNH ỦY {}"
    "|ỦY BAN MẶT TRẬN TỔ QUỐC VIỆT NAM TỈNH {}|HUYỆN ỦY {}|ĐẢNG ỦY PHƯỜNG {}|ỦY BAN KIỂM TRA {}"
).split("|")
_FAMILY_NAMES = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Đoàn|Trịnh|Mai|Lương"
    "|Tạ|Chu|Tô|Hà|Quách|Lò|Tống|Thái|Nông"
).split("|")
_GIVEN_NAMES = (
    "Văn|Thị|Đức|Hữu|Minh|Quốc|Ngọc|Thanh|Xuân|Đình|Hải|Hùng|Dũng|Tuấn|Hương|Lan|Phương|Thủy|Sơn|Bình"
    "|Hà|Giang|Trường|Việt|Thắng|Nghĩa|Hiệp|Khánh|Quyết|Tiến|Huệ|Yến|Vượng|Chỉnh|Thưởng|Duy|Ánh|Hạnh"
).split("|")
_TITLES = "đồng chí|ông|bà|Đồng chí|Ông|Bà".split("|")
_POSTS = (
    "Bí thư Tỉnh ủy|Phó Bí thư Thường trực Thành ủy|Chủ tịch Ủy ban nhân dân tỉnh"
    "|Giám đốc Sở Nội vụ|Ủy viên Bộ Chính trị|Chánh Văn phòng|Trưởng ban Dân vận"
    "|Chủ tịch Hội đồng nhân dân|Chủ nhiệm Ủy ban Kiểm tra"
    "|Thứ trưởng Bộ Tài chính|Phó Thủ tướng Chính phủ"
).split("|")
_SUBJECTS = (
    "công tác dân vận trong tình hình mới|thực hành tiết kiệm, chống lãng phí|cải cách hành chính"
    "|quy chế làm việc của Ủy ban nhân dân tỉnh|công tác kiểm tra, giám sát, kỷ luật của Đảng"
    "|tổ chức bộ máy của hệ thống chính trị|phòng, chống tham nhũng, tiêu cực"
    "|tiếp công dân, giải quyết khiếu nại, tố cáo|quản lý và sử dụng tài sản công"
    "|chức năng, nhiệm vụ, quyền hạn và cơ cấu tổ chức|công tác văn thư, lưu trữ"
    "|xây dựng Đảng và hệ thống chính trị trong sạch, vững mạnh|chuyển đổi số quốc gia"
    "|kế hoạch phát triển kinh tế - xã hội 5 năm|phòng cháy, chữa cháy và cứu nạn, cứu hộ"
).split("|")
_VERBS = (
    "Căn cứ|Thực hiện|Triển khai|Theo|Quán triệt|Tiếp tục thực hiện|Thay thế|Bãi bỏ|Xét"
    "|Trên cơ sở|Tổ chức thực hiện nghiêm"
).split("|")

_TYPES = {
    "QĐ": "Quyết định",
    "NĐ": "Nghị định",
    "NQ": "Nghị quyết",
    "TT": "Thông tư",
    "TTLT": "Thông tư liên tịch",
    "CT": "Chỉ thị",
    "KH": "Kế hoạch",
    "TB": "Thông báo",
    "BC": "Báo cáo",
    "HD": "Hướng dẫn",
    "KL": "Kết luận",
    "TTr": "Tờ trình",
    "CV": "Công văn",
    "CTr": "Chương trình",
    "CĐ": "Công điện",
    "QC": "Quy chế",
    "QyĐ": "Quy định",
    "PL": "Pháp lệnh",
    "L": "Luật",
    "ĐA": "Đề án",
    "TTg": "Quyết định",
    "CP": "Nghị định",
}
_ISSUERS = {
    "CP": "Chính phủ",
    "TTg": "Thủ tướng Chính phủ",
    "TW": "Bộ Chính trị|Ban Bí thư|Ban Chấp hành Trung ương|Ban Bí thư Trung ương Đảng",
    "TU": "Ban Thường vụ Tỉnh ủy|Ban Thường vụ Thành ủy|Tỉnh ủy {}|Thành ủy {}",
    "UBND": "Ủy ban nhân dân tỉnh {}|UBND tỉnh|Chủ tịch UBND tỉnh {}|Ủy ban nhân dân thành phố {}",
    "HĐND": "Hội đồng nhân dân tỉnh {}|HĐND thành phố {}|Hội đồng nhân dân tỉnh",
    "BTC": "Bộ Tài chính|Bộ trưởng Bộ Tài chính",
    "BNV": "Bộ Nội vụ|Bộ trưởng Bộ Nội vụ",
    "BCA": "Bộ Công an",
    "BTP": "Bộ Tư pháp",
    "BYT": "Bộ Y tế",
    "VPCP": "Văn phòng Chính phủ",
    "UBTVQH": "Ủy ban Thường vụ Quốc hội",
    "QH": "Quốc hội",
    "BTCTW": "Ban Tổ chức Trung ương",
    "UBKTTW": "Ủy ban Kiểm tra Trung ương",
    "HU": "Ban Thường vụ Huyện ủy {}",
    "ĐU": "Đảng ủy phường {}|Đảng ủy xã {}",
}
# How often each symbol is drawn. Party ones far oftener than they are cited in public texts:
# the paper this is for is full of them.
DEFAULT_SYMBOLS = {
    **dict.fromkeys(("NĐ-CP", "QĐ-TTg", "QĐ-UBND", "CT-TTg", "NQ-CP"), 8.0),
    **dict.fromkeys(("QĐ/TW", "NQ/TW", "CT/TW", "KL/TW", "QĐ/TU", "NQ/TU", "CT/TU"), 8.0),
    **dict.fromkeys(("HD/BTCTW", "KH/TU", "CTr/TU", "TB/TU", "TB/TW", "HD/TW", "KL/TU"), 4.0),
    **dict.fromkeys(("NQ-HĐND", "KH-UBND", "TB-VPCP", "CT-UBND", "TTr-UBND", "BC-UBND"), 4.0),
    **dict.fromkeys(("TT-BTC", "TT-BNV", "TT-BCA", "TT-BTP", "TT-BYT", "TTLT-BNV-BTC"), 2.0),
    **dict.fromkeys(("QH13", "QH14", "QH15", "UBTVQH14", "HD/UBKTTW", "QĐ/HU", "NQ/ĐU"), 2.0),
    **dict.fromkeys(("CV/TU", "TTr/TU", "BC/TU", "ĐA/TU", "QC/TU", "QyĐ/TU", "TTg"), 1.0),
}
# Types whose numbers carry the year; on others both ways occur.
_WITH_YEAR = ("NĐ", "TT", "TTLT")
_ITEM = re.compile(r"(?:[-+•*]|[(]?\w{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Genre:
    """Source of made-up lines.

    Attributes:
        symbols: Symbols of document numbers ("NĐ-CP", "QĐ/TW").
        weights: How often each is drawn, in any unit.
    """

    symbols: Sequence[str] = tuple(DEFAULT_SYMBOLS)
    weights: Sequence[float] = tuple(DEFAULT_SYMBOLS.values())

    def heading(self, rng: random.Random) -> str:
        """Returns a heading in capitals."""
        if rng.random() < 0.3:
            return rng.choice(_LOCAL_HEADINGS).format(rng.choice(_PLACES).upper())
        return rng.choice(_HEADINGS)

    def name(self, rng: random.Random) -> str:
        """Returns a person with or without title and post."""
        given = rng.sample(_GIVEN_NAMES, rng.choice((1, 2, 2, 3)))
        name = " ".join((rng.choice(_FAMILY_NAMES), *given))
        form = rng.random()
        if form < 0.4:
            return name
        if form < 0.7:
            return f"- {rng.choice(_TITLES)} {name}, {rng.choice(_POSTS)}{rng.choice(';.')}"
        return f"{rng.choice(_TITLES).capitalize()} {name} - {rng.choice(_POSTS)}"

    def date(self, rng: random.Random, year: int) -> str:
        """Returns "ngày …", in digits or written out as the date of a document."""
        day, month = rng.randint(1, 28), rng.randint(1, 12)
        # The state's rule: a nought before days under 10 and before January and February.
        two_digit_month = f"{month:02}" if month < 3 else str(month)
        return "ngày " + rng.choice(
            (
                f"{day:02}/{month:02}/{year}",
                f"{day}/{month}/{year}",
                f"{day:02}/{month}/{year}",
                f"{day}-{month}-{year}",
                f"{day:02} tháng {two_digit_month} năm {year}",
                f"{day:02} tháng {two_digit_month} năm {year}",
            )
        )

    def number(self, rng: random.Random, year: int) -> tuple[str, str]:
        """Returns a document number and its symbol."""
        symbol = rng.choices(self.symbols, self.weights)[0]
        serial = int(10 ** rng.uniform(0, 3.7))
        printed = f"{serial:02}" if rng.random() < 0.9 else str(serial)
        kind = symbol.split("-")[0]
        if _is_party(symbol):
            separator = "-" if rng.random() < 0.93 else " - "
            return f"{printed}{separator}{symbol}", symbol
        if kind in _WITH_YEAR or kind.startswith(("QH", "UBTVQH")) or rng.random() < 0.15:
            return f"{printed}/{year}/{symbol}", symbol
        return f"{printed}/{symbol}", symbol

    def citation(self, rng: random.Random) -> str:
        """Returns a citation: type, number, and mostly date, issuer and subject."""
        year = rng.randint(1992, 2026)
        number, symbol = self.number(rng, year)
        parts = symbol.replace("/", "-").split("-")
        kind = "Luật" if parts[0].startswith("QH") else _TYPES.get(parts[0], "văn bản")
        text = f"{kind} {'số ' if rng.random() < 0.85 else ''}{number}"
        if rng.random() < 0.85:
            text += f"{',' if rng.random() < 0.2 else ''} {self.date(rng, year)}"
        issuer = _ISSUERS.get(parts[-1].rstrip("0123456789"))
        if issuer and rng.random() < 0.8:
            text += " của " + rng.choice(issuer.split("|")).format(rng.choice(_PLACES))
        if rng.random() < 0.35:
            subject = f"về {rng.choice(('', 'việc ban hành quy định về '))}{rng.choice(_SUBJECTS)}"
            text += f" “{subject}”" if rng.random() < 0.4 else f" {subject}"
        return text

    def citations(self, rng: random.Random) -> str:
        """Returns a sentence with one to three citations."""
        cited = [self.citation(rng) for _ in range(rng.choice((1, 1, 1, 2, 2, 3)))]
        bullet = rng.choice(("", "", "", "- ", "1. ", "2. ", "a) ", "+ "))
        return f"{bullet}{rng.choice(_VERBS)} {'; '.join(cited)}{rng.choice(';;.,')}"

    def letterhead(self, rng: random.Random) -> list[str]:
        """Returns the lines before the body, one below the other: country or Party to subject."""
        year = rng.randint(1995, 2026)
        number, symbol = self.number(rng, year)
        kind = _TYPES.get(symbol.replace("/", "-").split("-")[0], "Thông báo")
        place = rng.choice(_PLACES)
        date = self.date(rng, year)
        lines = [rng.choice(_LOCAL_HEADINGS).format(place.upper()), f"Số: {number}"]
        if _is_party(symbol):
            lines += ["ĐẢNG CỘNG SẢN VIỆT NAM"]
        else:
            dash = rng.choice("-–")
            lines += [
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                f"Độc lập {dash} Tự do {dash} Hạnh phúc",
            ]
        subject = rng.choice(_SUBJECTS)
        return [
            *lines,
            f"{place}, {date}",
            kind.upper(),
            f"Về {rng.choice(('việc ', ''))}{subject}",
        ]

    def bullet(self, rng: random.Random, paragraph: str) -> str:
        """Returns a paragraph as an item of a list."""
        return rng.choice(
            (
                "- ",
                "- ",
                "+ ",
                "• ",
                f"{rng.randint(1, 20)}. ",
                f"{rng.randint(1, 9)}.{rng.randint(1, 9)}. ",
                f"{rng.choice('abcdđeghik')}) ",
                f"{rng.choice(('I', 'II', 'III', 'IV', 'V', 'VI'))}. ",
                f"Điều {rng.randint(1, 99)}. ",
                f"({rng.randint(1, 20)}) ",
            )
        ) + _ITEM.sub("", paragraph)


def _is_party(symbol: str) -> bool:
    """Tells "QĐ/TW" of the Party from "QĐ-TTg" and the old "TTLT/BTC-BNV" of the state."""
    return "/" in symbol and "-" not in symbol

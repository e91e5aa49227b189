"""One file, several documents: each with its own header."""

from __future__ import annotations

import time

from vnadmin.extract import extract_all
from vnadmin.extract.parts import boundaries

LETTER = """ỦY BAN NHÂN DÂN
TỈNH LÀO CAI
Số: 512/UBND-KT
V/v cấp kinh phí
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Lào Cai, ngày 06 tháng 3 năm 2023
Kính gửi: Sở Tài chính.
Theo Quyết định số 61/QĐ-UBND ngày 05/01/2021 của UBND tỉnh, Công văn này gửi kèm báo cáo./.
Nơi nhận:
- Như trên;
- Lưu: VT.
CHỦ TỊCH
Lý Văn Minh
"""
DECISION = """ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH ĐIỆN BIÊN Độc lập - Tự do - Hạnh phúc
Số: 31/QĐ-UBND Điện Biên, ngày 10 tháng 5 năm 2021
QUYẾT ĐỊNH
Về việc giao việc
Căn cứ Quyết định số 61/QĐ-UBND ngày 05/01/2021 của UBND tỉnh;
Điều 1. Quyết định này có hiệu lực từ ngày ký; thay thế Quyết định số 7/QĐ-UBND ngày 02/3/2020.
Nơi nhận:
- Lưu: VT.
CHỦ TỊCH
Trần Văn Hải
"""
FORM = """Mẫu số 01
TÊN CƠ QUAN
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: 12/QĐ-UBND
QUYẾT ĐỊNH
Về việc …
"""
APPENDIX = """CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: ……/GM-UBND        ……, ngày … tháng … năm ……
GIẤY MỜI
"""


def test_each_document_has_its_header() -> None:
    text = LETTER + "\f" + DECISION
    found = extract_all(text)
    first, second = found.parts
    assert (first.start, second.end) == (0, len(text))
    assert text[second.start :].startswith("ỦY BAN NHÂN DÂN CỘNG")
    assert found.header == first.header
    assert (first.header.number, second.header.number) == ("512/UBND-KT", "31/QĐ-UBND")
    assert [s.name for s in first.header.signers] == ["Lý Văn Minh"]
    assert [s.name for s in second.header.signers] == ["Trần Văn Hải"]
    assert second.header.issuer == "ỦY BAN NHÂN DÂN TỈNH ĐIỆN BIÊN"


def test_what_is_found_stands_where_it_is_in_the_whole() -> None:
    text = LETTER + "\f" + DECISION
    found = extract_all(text)
    for citation in found.citations:
        assert text[citation.start : citation.end] == citation.text
        assert citation.spans.number is not None
        assert text[slice(*citation.spans.number)] == citation.number
    assert [c.page for c in found.citations] == [1, 2, 2]
    issuers = [c.resolved.issuer for c in found.citations if c.resolved is not None]
    assert issuers == ["Ủy ban nhân dân tỉnh Lào Cai", "Ủy ban nhân dân tỉnh Điện Biên"]
    for pointer in found.references:
        assert text[pointer.start : pointer.end] == pointer.text
    assert [(p.text, p.refers_to) for p in found.references] == [
        ("Công văn này", "self"),
        ("Quyết định này", "self"),
    ]


def test_without_form_feeds_and_in_one_file_alone() -> None:
    assert len(boundaries(DECISION + "\n" + LETTER + "\n" + DECISION)) == 3
    assert extract_all(LETTER).parts == ()


def test_forms_and_appendices_are_no_documents() -> None:
    assert boundaries(LETTER + FORM) == [0]
    assert boundaries(LETTER + APPENDIX) == [0]
    assert boundaries(DECISION.replace("Nơi nhận", "Gửi").replace("Lưu", "Giữ") + DECISION) == [0]


def test_long_texts_take_linear_time() -> None:
    def seconds(copies: int) -> float:
        started = time.process_time()
        boundaries("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 1/A\n" * copies)
        return time.process_time() - started

    seconds(10)
    assert seconds(4_000) < 8 * seconds(1_000) + 0.05

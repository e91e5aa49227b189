"""One file, several documents: each with its own header."""

from __future__ import annotations

import time
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image

import vnadmin
from vnadmin.extract import extract_all
from vnadmin.extract.parts import boundaries

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
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


BY_HAND = LETTER.replace("512/UBND-KT", "/UBND-KT").replace("ngày 06 tháng 3", "ngày tháng")


def test_a_serial_by_hand_is_no_reason_to_miss_a_document() -> None:
    for second in (BY_HAND, BY_HAND.replace("Số: /UBND-KT\n", "")):
        text = LETTER + "\f" + second
        assert boundaries(text) == [0, len(LETTER) + 1]
        first, other = extract_all(text).parts
        assert (first.header.number, other.header.number) == ("512/UBND-KT", None)
        assert other.header.issuer == "ỦY BAN NHÂN DÂN TỈNH LÀO CAI"
    no_date = BY_HAND.replace("2023", "")
    assert boundaries(LETTER + "\f" + no_date) == [0]


def test_where_no_close_was_read_a_whole_letterhead_on_top_of_a_page_tells() -> None:
    unclosed = LETTER[: LETTER.index("./.")] + "\n" + "Đề nghị các sở báo cáo.\n" * 4
    assert boundaries(unclosed + "\f" + LETTER) == [0, len(unclosed) + 1]
    assert boundaries(unclosed + LETTER) == [0]
    nameless = BY_HAND.replace("Số: /UBND-KT\n", "")
    assert boundaries(unclosed + "\f" + nameless) == [0]


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_two_documents_in_one_scan(kind: str, tmp_path: Path) -> None:
    with pdfium.PdfDocument(EXAMPLES / "state-decision" / "scan.pdf") as pdf:
        sheets = [page.render(scale=200 / 72).to_pil().convert("L") for page in pdf]
    sheets.append(Image.open(EXAMPLES / "official-letter" / "scan-1.png").convert("L"))
    path = tmp_path / "box"
    sheets[0].save(path, kind, save_all=True, append_images=sheets[1:], resolution=200)
    document = vnadmin.extract(path)
    first, second = document.parts
    assert [page.start for page in document.pages][2] == second.start == first.end
    assert document.source.pages == 3
    assert (first.header.type, first.header.number) == ("Quyết định", "1284/QĐ-UBND")
    assert first.header.date == "2024-08-14"
    assert (second.header.type, second.header.date) == ("Công văn", "2023-09-12")
    assert document.header == first.header
    assert first.header.arrival is None  # the stamp is the letter's

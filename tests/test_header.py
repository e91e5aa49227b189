"""What a document says of itself, read from pages whose blocks OCR put side by side."""

from __future__ import annotations

import pytest

from vnadmin.document import Arrival
from vnadmin.extract import extract_from_text

SCANNED = """
' ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM

TỈNH LÀO CAI Độc lập - Tự do - Hạnh phúc
: Số: 512/UBND-KTTH Lào Cai, ngày 06 tháng 3 năm 2023
V/v cấp kinh phí sửa chữa SỞ TÀI CHÍNH TỈNH LÀO CAI
đường liên thôn ĐẾN Số: 1204
Ngày: 07/3/2023
HỎA TỐC
* Kính gửi: ;

- Sở Tài chính; :
ab “ - Kho bạc Nhà nước tỉnh.
Thực hiện Công văn số 77/BTC-NSNN ngày 01/3/2023 của Bộ Tài chính, đề nghị các cơ quan thực hiện.

Nơi nhận: TL. CHỦ TỊCH
- Như trên; KT. CHÁNH VĂN PHÒNG
- CT, các PCT UBND tỉnh; : x PHÓ CHÁNH VĂN PHÒNG

- Cổng TTĐT tỉnh;
- Lưu: VT, KTTH. Vàng Thị Mỷ
"""


def test_header_of_a_scan_whose_blocks_share_lines() -> None:
    header, found, _ = extract_from_text(SCANNED)
    assert header.issuer == "ỦY BAN NHÂN DÂN TỈNH LÀO CAI"
    assert (header.number, header.place) == ("512/UBND-KTTH", "Lào Cai")
    assert (header.date, header.type) == ("2023-03-06", "Công văn")
    assert header.subject == "V/v cấp kinh phí sửa chữa đường liên thôn"
    assert (header.urgency, header.secrecy) == ("HỎA TỐC", None)
    assert header.arrival == Arrival("SỞ TÀI CHÍNH TỈNH LÀO CAI", "1204", "2023-03-07")
    assert header.addressees == ("Sở Tài chính", "Kho bạc Nhà nước tỉnh")
    (signer,) = header.signers
    assert (signer.name, signer.position) == ("Vàng Thị Mỷ", "PHÓ CHÁNH VĂN PHÒNG")
    assert signer.authority == "TL."
    assert header.recipients[0] == "Như trên"
    assert len(header.recipients) == 4
    assert [c.number for c in found] == ["77/BTC-NSNN"]


@pytest.mark.parametrize(
    ("line", "number", "symbol", "date"),
    [
        ("Số: 27“ /CT-UBND Lào Cai, ngày 2# tháng năm 2021", None, "CT-UBND", None),
        ("Số: ZZ2 /CT-UBND Lào Cai, ngày 12 tháng 02 năm 2021", None, "CT-UBND", "2021-02-12"),
        ("Số: 445/CT-UBND Lào Cai, ngày 49 tháng năm 2021", None, "CT-UBND", None),
        ("Số: 899/CT-UBND Lào Cai, ngày tháng 01 năm 2021", None, "CT-UBND", None),
        ("CT-UBND Lào Cai, ngày 10 tháng 4 năm 2021", None, "CT-UBND", "2021-04-10"),
        ("Số: 28/CT-UBND Lào Cai, ngày l0 tháng 4 năm 2021", "28/CT-UBND", "CT-UBND", "2021-04-10"),
        ("Số: 28/CT-UBND Lào Cai, ngày tháng năm 2021", "28/CT-UBND", "CT-UBND", None),
    ],
)
def test_what_was_written_by_hand_is_null(
    line: str, number: str | None, symbol: str, date: str | None
) -> None:
    text = f"""ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH LÀO CAI Độc lập - Tự do - Hạnh phúc
{line}
CHỈ THỊ
Về việc phòng cháy rừng
"""
    header, _, _ = extract_from_text(text)
    assert (header.number, header.symbol, header.date) == (number, symbol, date)
    assert (header.issuer, header.place) == ("ỦY BAN NHÂN DÂN TỈNH LÀO CAI", "Lào Cai")
    assert (header.type, header.subject) == ("Chỉ thị", "Về việc phòng cháy rừng")


def test_a_body_is_at_home_where_its_papers_are_dated() -> None:
    text = """ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TINH QUẶNG NGAI Độc lập - Tự do - Hạnh phúc
Số: 12/CT-UBND Quảng Ngãi, ngày 10 tháng 5 năm 2021
CHỈ THỊ
"""
    assert extract_from_text(text)[0].issuer == "ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI"


def test_place_of_two_kinds_of_words_and_a_list_in_capitals() -> None:
    text = """ỦY BAN NHÂN DÂN
THÀNH PHỐ CẦN THƠ
Số: 31/QĐ-UBND Thành phố Cần Thơ, ngày 10 tháng 5 năm 2021
QUYẾT ĐỊNH
Về việc giao việc
Điều 1. Giao Sở Y tế chủ trì.
Nơi nhận:
- Các Phòng: KT, NNMT, NC,
CN và TT;
- Lưu: VT.
"""
    header, _, _ = extract_from_text(text)
    assert header.place == "Thành phố Cần Thơ"
    assert header.recipients == ("Các Phòng: KT, NNMT, NC, CN và TT", "Lưu: VT")


def test_joint_issuers_and_a_number_broken_in_its_block() -> None:
    text = """BỘ TƯ PHÁP - BỘ CÔNG AN - CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
VIỆN KIỂM SÁT NHÂN DÂN Độc lập - Tự do - Hạnh phúc
TỐI CAO
Số: 09/2013/TTLT-BTP-BCA- Hà Nội, ngày 18 tháng 10 năm 2013
VKSNDTC
THÔNG TƯ LIÊN TỊCH
Hướng dẫn phối hợp cung cấp thông tin
"""
    header, _, _ = extract_from_text(text)
    assert header.issuer == "BỘ TƯ PHÁP - BỘ CÔNG AN - VIỆN KIỂM SÁT NHÂN DÂN TỐI CAO"
    assert header.parent_issuer is None
    assert header.number == "09/2013/TTLT-BTP-BCA-VKSNDTC"


def test_issuer_of_an_unreadable_letterhead_is_the_authority() -> None:
    text = """ỦYBANNH N DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH LÀO CAI Độc lập - Tự do - Hạnh phúc
Số: 31/QĐ-UBND Lào Cai, ngày 10 tháng 5 năm 2021
QUYẾT ĐỊNH
Về việc giao việc
CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH LÀO CAI
Căn cứ Luật Đất đai ngày 29 tháng 11 năm 2013;
"""
    assert extract_from_text(text)[0].issuer == "ỦY BAN NHÂN DÂN TỈNH LÀO CAI"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Luật số: 57/2014/QH13", "Luật"),
        ("Số: 52/2025/TT-BXD", "Thông tư"),
        ("Số: 31/QĐ-UBND", "Quyết định"),
        ("Số: 512/UBND-KT", "Công văn"),
        ("Số: 512/STC-QLNS", "Công văn"),
    ],
)
def test_type_where_no_title_prints_it(line: str, kind: str) -> None:
    assert extract_from_text(f"BỘ XÂY DỰNG\n{line}\nVề việc bảo trì")[0].type == kind


def test_specks_at_a_list_and_a_full_stop_behind_a_subject_are_left_out() -> None:
    header = extract_from_text(
        "ỦY BAN NHÂN DÂN TỈNH HẬU GIANG\nSố: 12/UBND-NN\nV/v chuyển mục đích sử dụng đất tại "
        "phường Ngã Bảy.\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
        "Hậu Giang, ngày 5 tháng 3 năm 2024\n\nKính gửi:\n- `Bộ Tài nguyên và Môi trường;\n"
        "- :Bộ Nông nghiệp;\n- “Văn phòng” Chính phủ.\n\nThực hiện chỉ đạo, đề nghị xem xét./.\n\n"
        "Nơi nhận:\n- Như trên;\n- “PCT UBND tỉnh;\n- Lưu: VT.\n",
    )[0]
    assert header.addressees == (
        "Bộ Tài nguyên và Môi trường",
        "Bộ Nông nghiệp",
        "“Văn phòng” Chính phủ",
    )
    assert header.recipients == ("Như trên", "PCT UBND tỉnh", "Lưu: VT")
    assert header.subject is not None
    assert header.subject.endswith("phường Ngã Bảy")


@pytest.mark.parametrize("speck", ["—", "-", "|", "."])
def test_a_speck_behind_the_number_is_none_of_it(speck: str) -> None:
    header = extract_from_text(
        f"THÀNH ỦY HẢI VÂN\nSố 18-CT/TU {speck}\n\nĐẢNG CỘNG SẢN VIỆT NAM\n"
        "Hải Vân, ngày 09 tháng 5 năm 2023\n\nCHỈ THỊ\nvề tiếp công dân\n\nNhững năm qua."
    )[0]
    assert (header.number, header.symbol) == ("18-CT/TU", "CT/TU")


def test_several_addressees_on_one_line() -> None:
    text = (
        "BỘ Y TẾ\nSố: 12/BYT-KH\nHà Nội, ngày 05 tháng 6 năm 2023\n\n"
        "Kính gửi: Bộ Tài chính; Bộ Nội vụ;\nSở Y tế (Hà Nội; Huế).\n\nThực hiện Nghị định\n"
    )
    header, _, _ = extract_from_text(text)
    assert header.addressees == ("Bộ Tài chính", "Bộ Nội vụ", "Sở Y tế (Hà Nội; Huế)")

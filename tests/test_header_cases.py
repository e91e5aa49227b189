"""Headers of documents of many kinds, each in both orders of its columns."""

from __future__ import annotations

import time
import tomllib
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from vnadmin.document import Header
from vnadmin.extract import extract_all, extract_from_text
from vnadmin.extract import header as read_header
from vnadmin.extract.own_checks import own_warnings
from vnadmin.extract.signers import signers_in

CASES = tomllib.loads((Path(__file__).parent / "cases" / "headers.toml").read_text("utf-8"))
DOCUMENTS = CASES["document"]
_WIDTH = 46  # characters of a left column


def beside(left: str, right: str) -> str:
    """The columns on shared lines, as `pdftotext -layout` gives them."""
    pairs = zip_longest(left.strip("\n").split("\n"), right.strip("\n").split("\n"), fillvalue="")
    return "\n".join(f"{one.center(_WIDTH)}    {two}".rstrip() for one, two in pairs)


def below(left: str, right: str) -> str:
    """The left column before the right one."""
    return f"{left.strip()}\n\n{right.strip()}".strip()


LAYOUTS = {"beside": beside, "below": below}


def written(document: dict[str, Any], layout: str) -> str:
    put = LAYOUTS[layout]
    close = put(document.get("copies", ""), document.get("signature", ""))
    return f"{put(document['left'], document['right'])}\n{document['body']}\n{close}\n"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("document", DOCUMENTS, ids=[d["name"] for d in DOCUMENTS])
def test_header(document: dict[str, Any], layout: str) -> None:
    header, _, _ = extract_from_text(written(document, layout))
    found = {
        "issuer": header.issuer, "parent_issuer": header.parent_issuer, "number": header.number,
        "symbol": header.symbol, "place": header.place, "date": header.date, "type": header.type,
        "subject": header.subject, "addressees": list(header.addressees),
        "urgency": header.urgency, "secrecy": header.secrecy,
        "recipients": list(header.recipients),
        "signers": [f"{s.authority or ''} | {s.position} | {s.name}" for s in header.signers],
    }  # fmt: skip
    expected = document["header"]
    blank = dict.fromkeys(found.keys() - {"symbol"}) | {
        "addressees": [], "recipients": [], "signers": []
    }  # fmt: skip
    expected = {**blank, **expected}
    assert {key: found[key] for key in expected} == expected


def _signed(lines: str) -> list[tuple[str | None, str | None, str | None]]:
    return [(s.authority, s.position, s.name) for s in signers_in(lines.split("\n"))]


@pytest.mark.parametrize(
    ("lines", "signers"),
    [
        ("KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nLê An", [("KT.", "PHÓ CHỦ TỊCH", "Lê An")]),
        ("KT. CHỦ TỊCH PHÓ CHỦ TỊCH\nLê An", [("KT.", "PHÓ CHỦ TỊCH", "Lê An")]),
        ("RT. CHU TỊCH\n-. PHÓ CHỦ TỊCH\nran Văn Sơn", [("KT.", "PHÓ CHỦ TỊCH", "Trần Văn Sơn")]),
        ("TL. BỘ TRƯỞNG\nHẠNH VĂN PHÒNG\nNguyên Hòa", [("TL.", "CHÁNH VĂN PHÒNG", "Nguyễn Hòa")]),
        ("THỦ TƯỚNG\nPHÓ THỦ TƯỚNG\nLê An", [("KT.", "PHÓ THỦ TƯỚNG", "Lê An")]),
        ("QUYỀN GIÁM ĐỐC\n(Đã ký)\nH’Yim Kđoh", [(None, "QUYỀN GIÁM ĐỐC", "H’Yim Kđoh")]),
        ("CHỦ TỊCH\nNGUYỄN VĂN AN", [(None, "CHỦ TỊCH", "NGUYỄN VĂN AN")]),
        (
            "KT. CHỦ TỊCH\nTM. BAN THƯỜNG VỤ\nPHÓ CHỦ TỊCH\nCHỦ TỊCH\nLê An\nVũ Bình",
            [("KT.", "PHÓ CHỦ TỊCH", "Lê An"), ("TM.", "CHỦ TỊCH", "Vũ Bình")],
        ),
        (
            "KT. VIỆN TRƯỞNG KT. BỘ TRƯỞNG TM. BAN THƯỜNG VỤ\nTỐI CAO THỨ TRƯỞNG\nPHÓ VIỆN TRƯỞNG\n"
            "Hoàng Thế Anh Đặng Xuân Bách Lương Thị Hải Yến",
            [
                ("KT.", "PHÓ VIỆN TRƯỞNG", "Hoàng Thế Anh"),
                ("KT.", "THỨ TRƯỞNG", "Đặng Xuân Bách"),
                ("TM.", None, "Lương Thị Hải Yến"),
            ],
        ),
        ("BỘ TRƯỞNG,\nCHỦ NHIỆM\nLê An", [(None, "BỘ TRƯỞNG, CHỦ NHIỆM", "Lê An")]),
        ("CHỦ TỊCH\n§ dry t", [(None, "CHỦ TỊCH", None)]),
        ("CHỦ TỊCH\nNX. Phạm Văn An", [(None, "CHỦ TỊCH", "Phạm Văn An")]),
        ("CHỦ TỊCH\n__.Võ Tấn An\nSi Sài", [(None, "CHỦ TỊCH", "Võ Tấn An")]),
        ("CHỦ TỊCH\ntan Văn Sơn", [(None, "CHỦ TỊCH", "Trần Văn Sơn")]),
        ("CHỦ TỊCH\nBế Văn Sơn", [(None, "CHỦ TỊCH", "Bế Văn Sơn")]),
        ("K/TTRƯỞNG BAN\nPHÓ TRƯỞNG BAN\nLê An", [("KT.", "PHÓ TRƯỞNG BAN", "Lê An")]),
        (
            "TL. CHỦ TỊCH\nNHÂN VIÊN ĐO ĐẠC\nLê An",
            [("TL.", "NHÂN VIÊN ĐO ĐẠC", "Lê An")],
        ),
        (
            "ĐẠI DIỆN NHÀ THẦU\nLê An\nĐẠI DIỆN CHỦ ĐẦU TƯ\nVũ Bình",
            [(None, "ĐẠI DIỆN NHÀ THẦU", "Lê An"), (None, "ĐẠI DIỆN CHỦ ĐẦU TƯ", "Vũ Bình")],
        ),
        ("Thực hiện theo quy định\nLê An", []),
    ],
)
def test_signatures(lines: str, signers: list[tuple[str | None, str | None, str | None]]) -> None:
    assert _signed(lines) == signers


@pytest.mark.parametrize(
    "about",
    ["đăng ký bổ sung\nnội dung kỳ họp", "V/v đăng ký bổ sung\nnội dung kỳ họp"],
)
def test_subject_of_a_letter_whose_number_or_mark_is_unread(about: str) -> None:
    text = "ỦY BAN NHÂN DÂN\nTỈNH LÀO CAI\n{}\n" + about + "\n\nKính gửi: Sở Y tế\n"
    numbered = extract_from_text(text.format("Số: 5/UBND-KT"))[0]
    assert numbered.subject == "V/v đăng ký bổ sung nội dung kỳ họp"
    motto = "\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\nKính gửi"
    if about.startswith("V/v"):
        unread = extract_from_text(text.format("KTTH").replace("\nKính gửi", motto))[0]
        assert unread.issuer == "ỦY BAN NHÂN DÂN TỈNH LÀO CAI"
        assert unread.subject == "V/v đăng ký bổ sung nội dung kỳ họp"


@pytest.mark.parametrize(
    ("title", "about"),
    [
        ("THÔNG BÁO\n\nKết luận tại Phiên họp của\n\nHội đồng Giáo dục", None),
        ("QUYẾT ĐINH\nvề việc cử cán bộ", "về việc cử cán bộ"),
        ("C H Ỉ T H Ị\nVé việc cử cán bộ", "Về việc cử cán bộ"),
        (
            "KẾ HOẠCH\nThực hiện Chương trình nước\nsạch năm 2022\n\nThực hiện Quyết định này.",
            "Thực hiện Chương trình nước sạch năm 2022",
        ),
        ("KẾ HOẠCH\nnuôi cá nước -\nlạnh\n\nThực hiện Quyết định này.", "nuôi cá nước lạnh"),
        ("THÔNG TƯ LIÊN TỊCH\nVỀ VIỆC CỬ CÁN BỘ", "VỀ VIỆC CỬ CÁN BỘ"),
    ],
)
def test_subject_under_a_title(title: str, about: str | None) -> None:
    text = f"SỞ Y TẾ\nSố: 5/SYT\n\n{title}\n\nCăn cứ Luật Cán bộ, công chức;\n"
    subject = extract_from_text(text)[0].subject
    assert subject == (about or "Kết luận tại Phiên họp của Hội đồng Giáo dục")


@pytest.mark.parametrize(
    ("own", "codes"),
    [
        (Header("THÀNH ỦY HẢI PHÒNG", number="07-CT/TW", date="2021-09-08", type="Chỉ thị"),
         ["own-symbol-issuer"]),
        (Header("CHÍNH PHỦ", number="12/2021/NĐ-CP", date="2020-09-08", type="Nghị quyết"),
         ["own-symbol-type", "own-year-date"]),
        (Header("QUỐC HỘI", number="12/2021/QH13", date="2021-09-08", type="Luật"),
         ["own-term-date"]),
        (Header("BỘ CÔNG THƯƠNG", number="12/1998/TT-BCT", date="1998-09-08", type="Thông tư"),
         ["own-issuer-date"]),
        (Header("VĂN PHÒNG", "THÀNH ỦY HUẾ", "12-CV/VPTU", date="2021-09-08", type="Công văn"),
         []),
        (Header("CHÍNH PHỦ", type="Nghị định"), []),
    ],
)  # fmt: skip
def test_a_header_whose_parts_contradict_each_other(own: Header, codes: list[str]) -> None:
    assert [warning.split(":")[0] for warning in own_warnings(own)] == codes


@pytest.mark.parametrize("document", DOCUMENTS, ids=[d["name"] for d in DOCUMENTS])
def test_sound_headers_have_an_identity_and_no_warnings(document: dict[str, Any]) -> None:
    header, _, _ = extract_from_text(written(document, "below"))
    assert header.warnings == ()
    assert (header.id is not None) == (header.number is not None)
    if header.uri is not None and header.date is not None:
        assert f"/{header.date[:4]}/" in header.uri


def test_a_number_without_its_slash_and_stamped_addressees() -> None:
    text = """ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH LÀO CAI Độc lập - Tự do - Hạnh phúc
Số:2176UBND-NC - Lào Cai, ngày 12 tháng 9 năm 2023
V/v kiểm tra công tác văn thư

CÔNG VĂN ĐẾN Kính gửi:
Số:...................
Ngày: ............ - Các sở, ban, ngành tỉnh;

- Ủy ban nhân dân các huyện, thành phố.

Nơi nhận: KT. CHỦ TỊCH
Như trên; PHÓ CHỦ TỊCH
- Lưu: VT, NC. Vũ Đình Hòa
"""
    header = extract_from_text(text)[0]
    assert (header.number, header.date) == ("2176/UBND-NC", "2023-09-12")
    assert header.addressees == (
        "Các sở, ban, ngành tỉnh", "Ủy ban nhân dân các huyện, thành phố"
    )  # fmt: skip
    assert header.recipients == ("Như trên", "Lưu: VT, NC")
    assert [signer.name for signer in header.signers] == ["Vũ Đình Hòa"]


@pytest.mark.parametrize("place", ["Lào Cai, ngày", "Lào Cai. ngày", "Lào CAi, ngày"])
def test_place_lines_as_ocr_has_them(place: str) -> None:
    text = f"ỦY BAN NHÂN DÂN TỈNH\nSố: 5/UBND-KT {place} 12 tháng 9 năm 2023\nKính gửi: Sở Y tế\n"
    header = extract_from_text(text)[0]
    assert (header.issuer, header.date) == ("ỦY BAN NHÂN DÂN TỈNH LÀO CAI", "2023-09-12")


@pytest.mark.parametrize(
    "line",
    ["A" + "-" * 10 + "B ", "KT. CHỦ TỊCH ", "Nơi nhận: - Như trên; ", "Kính gửi: Sở, ", "a   ' "],
)
@pytest.mark.parametrize("end", ["", "\n"])
def test_long_lines_and_many_take_linear_time(line: str, end: str) -> None:
    def seconds(copies: int) -> float:
        text = "SỞ Y TẾ\nSố: 5/SYT\n" + (line.rstrip() + end if end else line) * copies
        started = time.process_time()
        read_header(text)
        return time.process_time() - started

    seconds(10)
    assert seconds(16_000) < 8 * seconds(4_000) + 0.2


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("- Bộ Y tế (để bíc);\n- Lưu; VT.", ("Bộ Y tế (để b/c)", "Lưu: VT")),
        ("- Bộ Y tế (đê b/C);\n- tàu: VT, KT.", ("Bộ Y tế (để b/c)", "Lưu: VT, KT")),
        ("- Sở Y tế (để th);\n- Lưu: VI, KT (3Ù).", ("Sở Y tế (để t/h)", "Lưu: VT, KT (3b)")),
        ("Sở Y tế tỉnh;\n- UBND tỉnh;\n- Lưu: VT.", ("Sở Y tế tỉnh", "UBND tỉnh", "Lưu: VT")),
        ("- UBND tỉnh (b/c)\nSở Y tế:\n- Lưu: VT.", ("UBND tỉnh (b/c)", "Sở Y tế", "Lưu: VT")),
        ("- Tỉnh ủy,\nĐảng đoàn,\n- Lưu VP.", ("Tỉnh ủy", "Đảng đoàn", "Lưu VP")),
        ("- Các huyện, thị xã,\nthành phố;\n- Lưu: VT.",
         ("Các huyện, thị xã, thành phố", "Lưu: VT")),
    ],
)  # fmt: skip
def test_recipients_misread(printed: str, read: tuple[str, ...]) -> None:
    text = f"SỞ Y TẾ\nSố: 5/SYT-KT\n\nKính gửi: Bộ Y tế.\n\nXin báo cáo./.\n\nNơi nhận:\n{printed}"
    assert extract_from_text(f"{text}\n\nGIÁM ĐỐC\nLê Văn An\n")[0].recipients == read


@pytest.mark.parametrize("line", ["MIỀN TRUNG.", "MIỀN TRUNG :", "_MIỀN TRUNG", "MIỀN TRUNG —"])
def test_specks_beside_an_issuer(line: str) -> None:
    text = f"TỔNG CÔNG TY ĐIỆN LỰC\n{line}\nSố: 5/EVNCPC-KD\ncung cấp điện năm 2024\n\nKính gửi: A."
    header = extract_from_text(text)[0]
    assert header.issuer == "TỔNG CÔNG TY ĐIỆN LỰC MIỀN TRUNG"
    assert header.subject == "V/v cung cấp điện năm 2024"


def test_addressees_of_short_words_under_a_stamp() -> None:
    text = "SỞ Y TẾ\nSố: 5/SYT-KT\n\nKính gửi:\n\nSỞ TƯ PHÁP\n\n- Bộ Y tế;\n- Sở Y tế.\n\nBody.\n"
    assert extract_from_text(text)[0].addressees == ("Bộ Y tế", "Sở Y tế")


def test_a_day_written_over_its_word_and_addressees_without_a_dash() -> None:
    text = """SỞ Y TẾ
Số: /SYT-KT
Lào Cai, ngàW/‡ tháng 5 năm 2021
Kính gửi:
- Bộ Y tế;
Sở Y tế các tỉnh.

Xét đề nghị này.
"""
    header = extract_from_text(text)[0]
    assert (header.place, header.date) == ("Lào Cai", None)
    assert header.addressees == ("Bộ Y tế", "Sở Y tế các tỉnh")


FORM = """Mẫu số 01
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: 12/QĐ-UBND
QUYẾT ĐỊNH
"""
BLANK = """CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: ……/GM-UBND        ……, ngày … tháng … năm ……
GIẤY MỜI
"""
ANNEX = """Phụ lục I
DANH MỤC NHIỆM VỤ
(Kèm theo Quyết định số 12/QĐ-UBND ngày 05 tháng 3 năm 2021 của UBND tỉnh)
1. Nhiệm vụ thứ nhất
"""


@pytest.mark.parametrize("between", ["", f"{FORM}\f", f"{BLANK}\f", f"{ANNEX}\f"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_documents_in_one_file(layout: str, between: str) -> None:
    """Each document of the cases before the next one, forms and appendices between them."""
    for one, two in zip(DOCUMENTS, DOCUMENTS[1:] + DOCUMENTS[:1], strict=True):
        first, second = written(one, layout), written(two, layout)
        parts = extract_all(f"{first}\f{between}{second}").parts
        names = f"{one['name']}, {two['name']}"
        assert [part.header.number for part in parts] == [
            header["header"].get("number") for header in (one, two)
        ], names
        assert parts[1].header == extract_from_text(second)[0], names


def test_what_reads_garbled_is_trusted_less() -> None:
    text = (
        "SỞ Y TẾ\nSố: 5/QĐ-SYT\nQUYẾT ĐỊNH\n{}\n\nCăn cứ A;\nNơi nhận:\n- {};\n- Lưu: VT.\n\n{}\n"
    )
    sound = extract_from_text(text.format("Về việc cử cán bộ", "Bộ Y tế", "GIÁM ĐỐC\nLê An"))[0]
    odd = extract_from_text(text.format("việc cử cÁn~bọộ", "B6 ¥ tê", "GIÁM ĐỐC\nXq An"))[0]
    for name in ("subject", "recipients", "signers"):
        assert odd.confidence[name] < 0.6 < sound.confidence[name], name

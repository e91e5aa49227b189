"""Citations, references and headers out of clean text."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnadmin.evaluate.provisions import short_form
from vnadmin.extract import citations, extract_from_text, references
from vnadmin.extract.issuers import match_issuer
from vnadmin.extract.provisions import provisions_before

CASES = Path(__file__).parent / "cases"
CITATIONS = [
    case
    for name in ("citations.toml", "papers.toml")
    for case in tomllib.loads((CASES / name).read_text(encoding="utf-8"))["case"]
]
PROVISIONS = tomllib.loads((CASES / "provisions.toml").read_text(encoding="utf-8"))["cases"]


def _cases() -> list[Any]:
    """The cases; known failures carry their reason and must go on failing."""
    return [
        pytest.param(
            case,
            id=case["why"],
            marks=[pytest.mark.xfail(strict=True, reason=case["fails"])] if "fails" in case else [],
        )
        for case in CITATIONS
    ]


@pytest.mark.parametrize("case", _cases())
def test_citations(case: dict[str, Any]) -> None:
    found = citations(case["text"])
    if case.get("none"):
        assert [c.text for c in found] == []
        return
    assert len(found) == len(case["want"]), [c.text for c in found]
    for want, got in zip(case["want"], found, strict=True):
        for field, value in want.items():
            if field == "warning":
                assert any(value in warning for warning in got.warnings), got.warnings
            elif field == "provisions":
                assert ", ".join(map(short_form, got.provisions)) == value
            elif field == "resolved":
                assert got.resolved is not None
                assert got.resolved.number == value
            else:
                assert (value or None) == (getattr(got, field) or None), (field, got)


@pytest.mark.parametrize(("text", "want"), PROVISIONS)
def test_provisions(text: str, want: list[str]) -> None:
    before = f"quy định tại {text} "
    found, start = provisions_before(before, len(before))
    assert [short_form(provision) for provision in found] == want
    assert start <= len(before)


def test_spans_point_at_what_they_name() -> None:
    text = (
        "Trang 1.\fCăn cứ khoản 2 Điều 5 Nghị định số 81/2023/NĐ-CP ngày 27 tháng 11 năm 2023 của"
        " Chính phủ quy định về thư viện số;"
    )
    (citation,) = citations(text)
    spans = citation.spans
    for span, want in (
        (spans.type, "Nghị định"),
        (spans.number, "81/2023/NĐ-CP"),
        (spans.date, "ngày 27 tháng 11 năm 2023"),
        (spans.issuer, "Chính phủ"),
        (spans.title, "quy định về thư viện số"),
    ):
        assert span is not None
        assert text[slice(*span)] == want
    assert citation.page == 2
    assert text[citation.start : citation.end] == citation.text
    assert citation.text.startswith("Nghị định số")
    assert citation.text.endswith("thư viện số")
    assert citation.relation == "based_on"


def test_one_document_has_one_id() -> None:
    text = (
        "Quyết định số 61/QĐ-BCT ngày 05/01/2021 của Bộ Công Thương. Theo Quyết định số 61/QĐ-\n"
        "BCT, Luật Đất đai năm 2013 và Luật Đất đai số 45/2013/QH13."
    )
    first, second, named, numbered = citations(text)
    assert first.id == second.id
    assert named.id == numbered.id
    assert first.id != named.id
    again = citations("Xem Quyết định  số 61/QĐ-BCT ngày 05 tháng 01 năm 2021 của Bộ Công Thương")
    assert again[0].id == first.id


@pytest.mark.parametrize(
    ("text", "citing", "number", "candidates"),
    [
        (
            "theo Luật Đất đai",
            None,
            None,
            ("31/2024/QH15", "45/2013/QH13", "13/2003/QH11", "24-L/CTN"),
        ),
        ("theo Luật Đất đai", "2020-03-01", "45/2013/QH13", ()),
        ("theo Luật Đất đai", "2024-03-01", None, ("31/2024/QH15", "45/2013/QH13")),
        ("theo Luật Đất đai", "2026-03-01", "31/2024/QH15", ()),
        ("theo Luật Đất đai năm 2003", "2026-03-01", "13/2003/QH11", ()),
        ("theo Bộ luật Hình sự", "2017-06-01", None, ("100/2015/QH13", "15/1999/QH10")),
        ("theo Bộ luật Hình sự", "2018-02-01", "100/2015/QH13", ()),
        ("theo Luật Tố cáo; Chỉ thị số 3/CT-TTg ngày 2/3/2021", None, "25/2018/QH14", ()),
        ("theo Luật Nhà ở 2014", None, "65/2014/QH13", ()),
        ("theo Bộ luật TTHS năm 2015", None, "101/2015/QH13", ()),
        ("theo Luật Đất đai năm 2019", None, "", ()),
    ],
)
def test_laws_by_name_are_resolved(
    text: str, citing: str | None, number: str | None, candidates: tuple[str, ...]
) -> None:
    """To the one in force on the citing date; where two may be meant, to the candidates."""
    law = citations(text, citing_date=citing)[0]
    if number == "":
        assert law.resolved is None
        return
    assert law.resolved is not None
    assert (law.resolved.number, law.resolved.candidates) == (number, candidates)
    assert (law.resolved.date is None) == (number is None)


def test_confidence_follows_the_evidence() -> None:
    (sure,) = citations("Nghị định số 12/2020/NĐ-CP ngày 05/02/2020 của Chính phủ")
    (doubtful,) = citations("Nghị định số 12/2020/ZZ-QX ngày 05/02/2019 của Ban Vì sao")
    (contrary,) = citations("Chỉ thị số 09-CT/TW ngày 08/9/2021 của Ban Thường vụ Thành ủy")
    assert sure.confidence["number"] > doubtful.confidence["number"] > 0
    assert sure.confidence["date"] > doubtful.confidence["date"]
    assert sure.confidence["issuer"] > contrary.confidence["issuer"]
    assert any(w.startswith("year-date:") for w in doubtful.warnings)
    assert contrary.resolved is not None
    assert contrary.resolved.candidates == ("09-CT/TU",)


def test_references() -> None:
    text = (
        "Nghị định số 12/2020/NĐ-CP quy định. Nghị định nêu trên còn hiệu lực; Luật này; các nghị"
        " quyết, các Nghị quyết, Chỉ thị của Trung ương; Tờ trình số 9/TTr-SNV nêu trên."
    )
    found = citations(text)
    pointers = references(text, found)
    assert [p.text for p in pointers] == [
        "Nghị định nêu trên",
        "Luật này",
        "các Nghị quyết, Chỉ thị của Trung ương",
    ]
    assert pointers[0].refers_to == found[0].id
    assert [p.refers_to for p in pointers[1:]] == ["self", None]
    for pointer in pointers:
        assert text[pointer.start : pointer.end] == pointer.text


REFERENCES = tomllib.loads((CASES / "references.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", REFERENCES, ids=lambda case: case["why"])
def test_what_pointers_refer_to(case: dict[str, Any]) -> None:
    found = citations(case["text"])
    pointers = references(case["text"], found, own_type=case.get("own"))
    numbers = {citation.id: citation.number for citation in reversed(found)}
    got = [
        [
            pointer.text,
            numbers.get(pointer.refers_to or "") or pointer.refers_to or "",
            ", ".join(map(short_form, pointer.provisions)),
        ]
        for pointer in pointers
    ]
    assert got == case["want"]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Bộ Lao động - Thương binh và Xã hội hướng dẫn", "Bộ Lao động - Thương binh và Xã hội"),
        ("UBND tỉnh Lào Cai ban hành", "UBND tỉnh Lào Cai"),
        ("Ủy ban nhân dân quận 7, thành phố Hồ Chí Minh về", None),
        ("Trường Đại học Cần Thơ quy định", "Trường Đại học Cần Thơ"),
        ("Chủ tịch Ủy ban nhân dân thành phố “về", "Chủ tịch Ủy ban nhân dân thành phố"),
        ("Thành ủy Đà Nẵng khóa XXII", "Thành ủy Đà Nẵng"),
        ("Ban Quản lý các khu công nghiệp tỉnh Bắc Ninh về", None),
    ],
)
def test_issuers(text: str, want: str | None) -> None:
    found = match_issuer(text, 0)
    assert found is not None
    whole = text.split(" về")[0] if want is None else want
    assert text[found.start : found.end] == whole


# ---------------------------------------------------------------- header

LETTER = """ỦY BAN NHÂN DÂN
TỈNH LÀO CAI
SỞ TÀI CHÍNH
Số: 512 /STC-QLNS
V/v cấp kinh phí sửa chữa
đường liên thôn
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Lào Cai, ngày 06 tháng 3 năm 2023
Kính gửi:
- Phòng Tài chính các huyện;
- Kho bạc Nhà nước
tỉnh Lào Cai.
Thực hiện Công văn số 77/UBND-KT ngày 01/3/2023 của UBND tỉnh./.
Nơi nhận:
- Như trên;
- Lưu: VT, QLNS.
KT. GIÁM ĐỐC
PHÓ GIÁM ĐỐC
Lý Văn Minh
"""


def test_header_of_a_letter() -> None:
    header, found, _ = extract_from_text(LETTER)
    assert header.issuer == "SỞ TÀI CHÍNH"
    assert header.parent_issuer == "ỦY BAN NHÂN DÂN TỈNH LÀO CAI"
    assert (header.number, header.symbol) == ("512/STC-QLNS", "STC-QLNS")
    assert (header.place, header.date) == ("Lào Cai", "2023-03-06")
    assert header.type == "Công văn"
    assert header.subject == "V/v cấp kinh phí sửa chữa đường liên thôn"
    assert header.addressees == ("Phòng Tài chính các huyện", "Kho bạc Nhà nước tỉnh Lào Cai")
    assert header.recipients == ("Như trên", "Lưu: VT, QLNS")
    (signer,) = header.signers
    assert (signer.name, signer.position) == ("Lý Văn Minh", "PHÓ GIÁM ĐỐC")
    assert signer.authority == "KT."
    assert [c.number for c in found] == ["77/UBND-KT"]


def test_header_with_blanks_and_two_columns() -> None:
    text = (
        "HỘI ĐỒNG NHÂN DÂN            CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
        "HUYỆN MƯỜNG THANH               Độc lập - Tự do - Hạnh phúc\n"
        "Số:      /NQ-HĐND            Mường Thanh, ngày   tháng   năm 2024\n\n"
        "NGHỊ QUYẾT\nVề dự toán thu, chi\nngân sách huyện\n\nCăn cứ Luật Ngân sách nhà nước;\n"
    )
    header, found, _ = extract_from_text(text)
    assert header.issuer == "HỘI ĐỒNG NHÂN DÂN HUYỆN MƯỜNG THANH"
    assert (header.number, header.symbol, header.date) == (None, "NQ-HĐND", None)
    assert header.place == "Mường Thanh"
    assert (header.type, header.subject) == ("Nghị quyết", "Về dự toán thu, chi ngân sách huyện")
    assert [c.name for c in found] == ["Luật Ngân sách nhà nước"]


def test_header_with_both_blocks_on_one_line() -> None:
    """As Tesseract prints them: a single space or a speck between the left and the right block."""
    text = (
        "ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
        "TỈNH LÀO CAI Độc lập - Tự do - Hạnh phúc\n"
        "Số: 31/KH-UBND ` Lào Cai, ngày 09 tháng 5 năm 2023\n\n"
        "KẾ HOẠCH\nTrồng rừng phòng hộ\n\nCăn cứ tình hình thực tế.\n"
    )
    header, _, _ = extract_from_text(text)
    assert header.issuer == "ỦY BAN NHÂN DÂN TỈNH LÀO CAI"
    assert (header.number, header.place, header.date) == ("31/KH-UBND", "Lào Cai", "2023-05-09")


def test_own_number_repeated_is_no_citation() -> None:
    text = LETTER + "\n(Kèm theo Công văn số 512/STC-QLNS ngày 06/3/2023 của Sở Tài chính)"
    _, found, _ = extract_from_text(text)
    assert [c.number for c in found] == ["77/UBND-KT"]


def test_text_without_a_header() -> None:
    header, found, pointers = extract_from_text("Hôm nay trời đẹp.")
    assert (header.issuer, header.number, header.type, found, pointers) == (
        None,
        None,
        None,
        (),
        (),
    )


# ---------------------------------------------------------------- properties

_NUMBERS = st.sampled_from(
    [
        ("Nghị định", "{n}/2019/NĐ-CP", "Chính phủ", 2019),
        ("Quyết định", "{n}-QĐ/TW", "Bộ Chính trị", None),
        ("Chỉ thị", "{n}/CT-TTg", "Thủ tướng Chính phủ", None),
        ("Thông tư", "{n}/2021/TT-BYT", "Bộ trưởng Bộ Y tế", 2021),
        ("Nghị quyết", "{n}/NQ-HĐND", "Hội đồng nhân dân tỉnh Lào Cai", None),
        ("Tờ trình", "{n}/TTr-UBND", "Ủy ban nhân dân thành phố", None),
    ]
)
_GAP = st.sampled_from([" ", "\n", "  ", " \n", "\n\n3\n\n"])


@settings(max_examples=150, deadline=None)
@given(_NUMBERS, st.integers(10, 999), st.integers(1, 28), st.integers(1, 12), st.data())
def test_a_generated_citation_is_read_back(
    kind: tuple[str, str, str, int | None], serial: int, day: int, month: int, data: st.DataObject
) -> None:
    """In any spacing and line breaking, page numbers between its words included."""
    name, pattern, issuer, year = kind
    year = year or 2018
    number = pattern.format(n=serial)
    date = data.draw(
        st.sampled_from([f"{day:02}/{month:02}/{year}", f"{day} tháng {month} năm {year}"])
    )
    words = [
        "theo",
        *name.split(),
        "số",
        number,
        "ngày",
        *date.split(),
        "của",
        *issuer.split(),
        ".",
    ]
    text = words[0]
    for word in words[1:]:
        # A bare number at a line's end could itself be a page number.
        gap = " " if text[-1].isdigit() and word[0] in "tn" else data.draw(_GAP)
        broken = word.replace("-", "-" + data.draw(st.sampled_from(["", "\n", " "])))
        text += gap + (broken if word == number else word)
    (found,) = citations(text)
    assert (found.type, found.number, found.issuer) == (name, number, issuer)
    assert found.date == f"{year}-{month:02}-{day:02}"


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(10, 999), min_size=2, max_size=5, unique=True),
    st.sampled_from([", ", ",", ", số ", " và ", ",\n", "; "]),
    st.sampled_from(["số ", "số: ", ""]),
    st.sampled_from(["-QĐ/TW", "/QĐ-UBND", "/2013/QĐ-TTg"]),
)
def test_an_elided_list_is_read_back(
    serials: list[int], joiner: str, lead: str, symbol: str
) -> None:
    listed = joiner.join(map(str, serials))
    text = f"theo Quyết định {lead}{listed}{symbol} ngày 12/12/2013 của Bộ Chính trị."
    found = citations(text)
    assert [c.number for c in found] == [f"{serial}{symbol}" for serial in serials]
    assert {c.date for c in found} == {"2013-12-12"}
    assert {c.issuer for c in found} == {"Bộ Chính trị"}
    assert text[found[0].start :].startswith("Quyết định")
    for serial, citation in zip(serials[1:], found[1:], strict=True):
        assert text[citation.start :].startswith(str(serial))


_ARTICLES = st.lists(
    st.tuples(
        st.integers(1, 200),
        st.lists(st.integers(1, 20), max_size=3, unique=True),
        st.lists(st.sampled_from("abcdđeghik"), max_size=3, unique=True),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(_ARTICLES, st.sampled_from([" ", ", ", "\n"]), st.booleans())
def test_generated_provisions_are_read_back(
    articles: list[tuple[int, list[int], list[str]]], step: str, spelt: bool
) -> None:
    """Points, clauses and articles in lists, the unit said once or before each label."""

    def listed(unit: str, labels: list[Any]) -> str:
        if spelt:
            return " và ".join(f"{unit} {label}" for label in labels)
        return f"{unit} " + ", ".join(map(str, labels))

    written, want = [], []
    for article, clauses, points in articles:
        parts = [f"Điều {article}"]
        if clauses:
            parts.insert(0, listed("khoản", clauses))
        if clauses and points:
            parts = [listed("điểm", points), f"khoản {clauses[0]}", f"Điều {article}"]
            want += [f"{point}/{clauses[0]}/{article}" for point in points]
        else:
            want += [f"-/{clause}/{article}" for clause in clauses] or [f"-/-/{article}"]
        written.append(step.join(parts))
    text = "; ".join(written) + " "
    found, _ = provisions_before("theo " + text, len(text) + 5)
    assert list(map(short_form, found)) == want


_PIECES = st.sampled_from(
    (
        "Nghị định|số|12/2020/NĐ-CP|ngày|31/02/2021|của|Chính phủ|“|”|và|,|;|\n|\f|Luật|Đất đai"
        "|sửa đổi, bổ sung một số điều của|khoản 2|Điều 5|Số:|217,|218-QĐ/TW|…|năm 2015|này|- |về"
        "|Kính gửi:|QUYẾT ĐỊNH|(|)|đến|điểm|tại|Ủy ban nhân dân|tỉnh|Nơi nhận:|KT. |\x00|ﬁ|😀"
    ).split("|")
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(_PIECES, max_size=40).map(" ".join), st.text(max_size=200)))
def test_never_raises_and_offsets_are_valid(text: str) -> None:
    _, found, pointers = extract_from_text(text)
    for citation in found:
        assert 0 <= citation.start < citation.end <= len(text)
        assert text[citation.start : citation.end] == citation.text
        assert (citation.number or citation.name or citation.symbol) is not None
        for span in (citation.spans.type, citation.spans.number, citation.spans.title):
            assert span is None or 0 <= span[0] < span[1] <= len(text)
        assert all(0 <= value <= 1 for value in citation.confidence.values())
    starts = [citation.start for citation in found]
    assert starts == sorted(starts)
    for pointer in pointers:
        assert text[pointer.start : pointer.end] == pointer.text


@pytest.mark.parametrize(
    "unit",
    [
        "Nghị định số 12/2020/NĐ- ",
        "Luật sửa đổi, bổ sung một số điều của ",
        "số 1, 2, 3, 4 và 5, ",
        "điểm a khoản 2 Điều 5, ",
        "Tờ trình số 1/TTr-UBND “về ",
        "Luật Đất đai, ",
        "khoản 2 Điều này và Nghị định này, ",
        "TCVN 5945-",
        "Công ước của Liên hợp quốc về Luật ",
        "Quyết định số 1, 2, 3, ",
    ],
)
def test_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        extract_from_text(text)
        return time.process_time() - start

    seconds(2_000)
    assert seconds(100_000) < 40 * max(seconds(10_000), 0.01)


def test_own_blank_number_repeated_is_no_citation() -> None:
    text = (
        "ỦY BAN NHÂN DÂN\nTỈNH LÀO CAI\nSố:      /QĐ-UBND\nLào Cai, ngày    tháng 5 năm 2023\n"
        "QUYẾT ĐỊNH\nPhê duyệt kế hoạch\n\n(Kèm theo Quyết định số    /QĐ-UBND của UBND tỉnh)\n"
    )
    header, found, _ = extract_from_text(text)
    assert (header.symbol, header.number, found) == ("QĐ-UBND", None, ())


@pytest.mark.parametrize(
    "before", ["thực hiện " + "1" * 90, "sửa đổi " + "x " * 45, "thực hiện" + " , thi hành" * 9]
)
def test_words_that_can_be_read_in_many_ways_are_read_once(before: str) -> None:
    text = f"{before}! Nghị định số 12/2015/NĐ-CP"  # took for ever when each way was tried
    (citation,) = citations(text)
    assert citation.relation == "refers"


@pytest.mark.parametrize(
    ("text", "kind", "name", "date"),
    [
        (
            "thực hiện Bản Thỏa thuận khuyến khích\ntrao đổi hàng hóa giữa Chính phủ nước Cộng hòa"
            " xã hội\nchủ nghĩa Việt Nam và Chính phủ Vương quốc Thái Lan giai đoạn 2021 - 2022;",
            "Bản thỏa thuận",
            "Bản Thỏa thuận khuyến khích trao đổi hàng hóa giữa Chính phủ nước Cộng hòa xã hội"
            " chủ nghĩa Việt Nam và Chính phủ Vương quốc Thái Lan giai đoạn 2021 - 2022",
            None,
        ),
        (
            "theo Hiệp định giữa Chính phủ Việt Nam và Chính phủ Cộng hòa Ba Lan về vận tải biển"
            " ký ngày 05/6/2001 tại Hà Nội",
            "Hiệp định",
            "Hiệp định giữa Chính phủ Việt Nam và Chính phủ Cộng hòa Ba Lan về vận tải biển",
            "2001-06-05",
        ),
        (
            "Nghị định thư giữa Ô-xtơ-rây-li-a và Việt Nam, theo đó",
            "Nghị định thư",
            "Nghị định thư giữa Ô-xtơ-rây-li-a và Việt Nam",
            None,
        ),
    ],
)
def test_treaties_between_two_countries(text: str, kind: str, name: str, date: str | None) -> None:
    (treaty,) = citations(text)
    assert (treaty.type, " ".join((treaty.name or "").split())) == (kind, name)
    assert treaty.date == date


@pytest.mark.parametrize(
    "text",
    [
        "Thỏa thuận vay giữa Chính phủ Việt Nam và chính phủ nước ngoài theo quy định",
        "Thỏa thuận giữa người lao động và Công ty Việt Nam Xanh",
        "Hiệp định khung. Quan hệ giữa Việt Nam và Lào",
        "Hiệp định thương mại giữa Pháp và Đức",
    ],
)
def test_agreements_that_are_no_treaties_of_the_country(text: str) -> None:
    assert not citations(text)


def test_the_date_of_a_law_is_compared_with_the_table() -> None:
    for law in ("Luật Đất đai", "Luật Đất đai số 31/2024/QH15"):
        (right,) = citations(f"Căn cứ {law} ngày 18 tháng 01 năm 2024;")
        (wrong,) = citations(f"Căn cứ {law} ngày 13 tháng 01 năm 2024;")
        assert right.warnings == ()
        assert wrong.warnings == ("law-date: 31/2024/QH15 was passed on 2024-01-18",)
        assert wrong.date == "2024-01-13"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "Nghị định 12/2020/NĐ-CP hướng dẫn một số điều của Luật Thư viện quy định: “thư viện",
            "hướng dẫn một số điều của Luật Thư viện",
        ),
        ("Quyết định 12/QĐ-BYT quy định, các trạm y tế", None),
        (
            "Nghị định 12/2020/NĐ-CP về giống cây trồng, quy định phạt tiền gấp hai",
            "về giống cây trồng",
        ),
        ("Chỉ thị 12/CT-TTg về mùa khô được Thủ tướng ký hôm qua", "về mùa khô"),
        ("Nghị quyết 12/NQ-CP về biển (nghị quyết có hiệu lực từ 2020)", "về biển"),
        ("Thông tư 12/2020/TT-BYT về thuốc (loại kê đơn) nêu rõ như sau", "về thuốc (loại kê đơn)"),
        ("Quyết định 12/QĐ-UBND thu hồi đất của hợp tác xã.", "thu hồi đất của hợp tác xã"),
    ],
)
def test_where_a_title_ends(text: str, title: str | None) -> None:
    assert citations(text)[0].title == title

"""Which body a printed name means, and whether it was there."""

from __future__ import annotations

import pytest

from vnadmin.document import Header
from vnadmin.extract import citations, extract_from_text
from vnadmin.extract.bodies import NOWHERE, Home, canonical_body, history_warning, home_of
from vnadmin.grammar.divisions import local_units, provinces, tenures
from vnadmin.grammar.tables import issuers
from vnadmin.vietnamese import canonical

HAI_PHONG = home_of(Header(issuer="THÀNH ỦY HẢI PHÒNG"))
LAO_CAI = home_of(
    Header(issuer="SỞ TÀI CHÍNH", parent_issuer="ỦY BAN NHÂN DÂN TỈNH LÀO CAI", place="Lào Cai")
)
LY_SON = home_of(Header(issuer="ỦY BAN NHÂN DÂN HUYỆN LÝ SƠN", place="Lý Sơn"))
MINISTRY = home_of(Header(issuer="BỘ TÀI CHÍNH", place="Hà Nội"))


@pytest.mark.parametrize(
    ("home", "printed", "full"),
    [
        (HAI_PHONG, "Thành ủy", "Thành ủy Hải Phòng"),
        (HAI_PHONG, "Ban Thường vụ Thành ủy", "Ban Thường vụ Thành ủy Hải Phòng"),
        (HAI_PHONG, "UBND thành phố", "Ủy ban nhân dân thành phố Hải Phòng"),
        (HAI_PHONG, "UBND TP", "Ủy ban nhân dân thành phố Hải Phòng"),
        (HAI_PHONG, "Tỉnh ủy", "Tỉnh ủy"),
        (HAI_PHONG, "Sở Y tế", "Sở Y tế thành phố Hải Phòng"),
        (LAO_CAI, "Chủ tịch UBND tỉnh", "Chủ tịch Ủy ban nhân dân tỉnh Lào Cai"),
        (LAO_CAI, "UBND Hải Phòng", "Ủy ban nhân dân thành phố Hải Phòng"),
        (LAO_CAI, "Sở NN&PTNT tỉnh Gia Lai", "Sở Nông nghiệp và Phát triển nông thôn tỉnh Gia Lai"),
        (LAO_CAI, "Bộ GD&ĐT", "Bộ Giáo dục và Đào tạo"),
        (LAO_CAI, "Thủ tướng Chính phủ", "Thủ tướng Chính phủ"),
        (LY_SON, "UBND huyện", "Ủy ban nhân dân huyện Lý Sơn"),
        (LY_SON, "UBND tỉnh", "Ủy ban nhân dân tỉnh Quảng Ngãi"),
        (MINISTRY, "Thành ủy", "Thành ủy"),
        (NOWHERE, "Ủy ban nhân dân tỉnh", "Ủy ban nhân dân tỉnh"),
    ],
)
def test_canonical_body(home: Home, printed: str, full: str) -> None:
    assert canonical_body(printed, home) == full


@pytest.mark.parametrize(
    ("body", "day", "warning"),
    [
        ("Bộ Tài nguyên và Môi trường", "2025-05-01", "since then Bộ Nông nghiệp và Môi trường"),
        ("Bộ Tài nguyên và Môi trường", "2024-05-01", None),
        ("Bộ trưởng Bộ Công Thương", "2001-01-01", "issuer-date: Bộ Công Thương began"),
        ("Ủy ban nhân dân tỉnh Hải Dương", "2025-08-01", "since then Hải Phòng"),
        ("Ủy ban nhân dân tỉnh Hải Dương", "2025-06-30", None),
        ("Ủy ban nhân dân thành phố Hải Phòng", "2025-08-01", None),
        ("Ủy ban nhân dân huyện Bình Sơn", "2025-08-01", "unit-date: huyện Bình Sơn ended"),
        ("Ủy ban nhân dân xã Ba Vì", "2025-08-01", None),
        ("Ủy ban nhân dân huyện Không Tên", "2025-08-01", None),
    ],
)
def test_who_was_there(body: str, day: str, warning: str | None) -> None:
    found = history_warning(body, day)
    assert (found is None) if warning is None else (found is not None and warning in found)


def test_one_id_however_the_local_body_is_called() -> None:
    text = """ỦY BAN NHÂN DÂN
TỈNH LÀO CAI
Số: 12/CT-UBND
Lào Cai, ngày 10 tháng 5 năm 2023
CHỈ THỊ
Về việc phòng cháy rừng
Theo Quyết định số 61/QĐ-UBND ngày 05/01/2021 của UBND tỉnh; Quyết định số 61/QĐ-UBND
ngày 05/01/2021 của Chủ tịch Ủy ban nhân dân tỉnh Lào Cai; Thông tư số 7/2020/TT-BYT.
"""
    _, (first, second, circular), _ = extract_from_text(text)
    assert first.issuer == "UBND tỉnh"
    assert first.resolved is not None
    assert first.resolved.issuer == "Ủy ban nhân dân tỉnh Lào Cai"
    assert first.id == second.id
    assert second.resolved is None
    assert circular.resolved is not None
    assert (circular.issuer, circular.resolved.issuer) == (None, "Bộ Y tế")


def test_history_is_whole() -> None:
    """34 provinces and cities stand; whoever took over is in the tables, too."""
    units = [unit for several in provinces().values() for unit in several]
    assert sum(unit.stood_on("2025-07-01") for unit in units) == 34
    assert sum(unit.stood_on("2025-01-01") for unit in units) == 63
    for unit in units:
        assert all(canonical(name) in provinces() for name in unit.successors), unit
        assert unit.valid_to is None or (unit.valid_from or "") < unit.valid_to, unit
    bodies = {canonical(issuer.name) for issuer in issuers()}
    for tenure in tenures().values():
        assert canonical(tenure.name) in bodies
        assert all(canonical(name) in bodies for name in tenure.successors), tenure
    standing = [u for several in local_units().values() for u in several if u.valid_to is None]
    assert len(standing) == 3321
    assert {u.level for u in standing} == {"xã", "phường", "đặc khu"}
    assert all(canonical(u.province) in provinces() for u in standing)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("Nghị định số 39/2022/NĐ-CP", "/akn/vn/act/nghi-dinh/2022/39-2022-nd-cp"),
        ("Nghị định 39/2022/NĐ- CP ngày 18/6/2022", "/akn/vn/act/nghi-dinh/2022/39-2022-nd-cp"),
        ("Luật Đất đai năm 2013", "/akn/vn/act/luat/2013/45-2013-qh13"),
        ("Luật Đất đai số 45/2013/QH13", "/akn/vn/act/luat/2013/45-2013-qh13"),
        (
            "Quyết định số 61/QĐ-UBND ngày 05/01/2021 của UBND tỉnh Lào Cai",
            "/akn/vn/act/quyet-dinh/uy-ban-nhan-dan-tinh-lao-cai/2021/61-qd-ubnd",
        ),
        (
            "Bản án số 12/2020/HS-ST ngày 03/4/2020 của Tòa án nhân dân tỉnh Lào Cai",
            "/akn/vn/judgment/ban-an/toa-an-nhan-dan-tinh-lao-cai/2020/12-2020-hs-st",
        ),
        ("Công văn số 77/BTC-NSNN ngày 01/3/2023", "/akn/vn/doc/cong-van/2023/77-btc-nsnn"),
        ("Quyết định số 61/QĐ-BCT", None),
    ],
)
def test_uri_of_the_work(text: str, uri: str | None) -> None:
    (citation,) = citations(text)
    assert citation.uri == uri


def test_a_document_carries_the_id_it_is_cited_by() -> None:
    text = """ỦY BAN NHÂN DÂN
TỈNH LÀO CAI
Số: 12/CT-UBND
Lào Cai, ngày 10 tháng 5 năm 2023
CHỈ THỊ
Về việc phòng cháy rừng
"""
    own = extract_from_text(text)[0]
    (cited,) = citations("Chỉ thị số 12/CT-UBND ngày 10/5/2023 của UBND tỉnh Lào Cai")
    assert (own.id, own.uri) == (cited.id, cited.uri)


@pytest.mark.parametrize(
    ("text", "issuer"),
    [
        ("công tác trên địa bàn thành phố Hải Phòng. ", "Ban Thường vụ Thành ủy Hải Phòng"),
        ("từ tỉnh Hải Dương đến thành phố Hải Phòng. ", None),
        ("", None),
    ],
)
def test_home_of_a_text_without_a_letterhead(text: str, issuer: str | None) -> None:
    cited = "Quyết định số 1737-QĐ/TU ngày 27/01/2015 của Ban Thường vụ Thành ủy"
    _, (citation,), _ = extract_from_text(text + cited)
    assert (citation.resolved.issuer if citation.resolved else None) == issuer

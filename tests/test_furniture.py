"""A sentence that a page end breaks: page numbers, running heads, footnotes within it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin.extract import extract_all
from vnadmin.extract.furniture import read_through

HALVES = [
    ("Thực hiện Quyết định số 217-QĐ/TW ngày 12", "tháng 12 năm 2013 của Bộ Chính trị, các cấp"),
    ("Thực hiện Quyết định số", "217-QĐ/TW ngày 12 tháng 12 năm 2013 của Bộ Chính trị, các cấp"),
    ("Thực hiện Quyết định số 217-", "QĐ/TW ngày 12/12/2013 của Bộ Chính trị, các cấp"),
    ("Thực hiện Quyết định số 217-QĐ/TW ngày 12/12/2013 của", "Bộ Chính trị, các cấp"),
]
BETWEEN = [
    "\n\f",
    "\n2\n\f",
    "\n\f2\n\n",
    "\n\f- 2 -\n\n",
    "\n\n2/5\n\f",
    "\n\nTrang 2\n\f",
    "\n\f3 CÔNG BÁO/Số 15 + 16/Ngày 05-01-2022\n\n",
    "\n\f2\nQuy chế tiếp công dân của tỉnh\n",
    "\n\n1 Theo Báo cáo số 12/BC-SNV ngày 05/01/2021 của Sở Nội vụ.\n2 Như trên.\n\f2\n\n",
    "\n(1) Xem Báo cáo số 12/BC-SNV ngày 05/01/2021.\n\n2\n\f",
]
LAST = "\n\f3\nQuy chế tiếp công dân của tỉnh\nĐiều 9. Tổ chức thực hiện.\n\f"


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize(("first", "second"), HALVES)
def test_a_citation_over_a_page_is_one(first: str, second: str, between: str) -> None:
    text = f"{first}{between}{second} tiếp tục thực hiện.{LAST}"
    whole, *notes = extract_all(text).citations
    assert (whole.number, whole.date, whole.issuer) == ("217-QĐ/TW", "2013-12-12", "Bộ Chính trị")
    assert [note.number for note in notes] == ["12/BC-SNV"] * ("Báo cáo" in between)
    assert whole.page == 1
    for found in (whole, *notes):
        assert text[found.start : found.end] == found.text == found.source_text
        assert found.spans.number is not None
        assert text[slice(*found.spans.number)].startswith(found.number[:3])
    assert whole.start == text.index("Quyết định")
    assert text[whole.end :].startswith(", các cấp")


def test_what_ends_before_the_page_does_stays() -> None:
    for text in (
        "Điều 1. Giao các sở thực hiện.\n1 Theo Báo cáo số 12/BC-SNV.\n\f2\nĐiều 2. Thi hành.\n",
        "Gửi các đơn vị sau\n\f2\n1. Sở Nội vụ theo Công văn số 12/SNV-VP.\n",
        "Một trang\n\f",
        "",
    ):
        assert read_through(text).text == text


@given(st.lists(st.sampled_from([*BETWEEN, *sum(HALVES, ()), "\n", ". ", "(2) Xem"]), max_size=12))
def test_what_is_left_stands_where_it_stood(parts: list[str]) -> None:
    text = "".join(parts)
    through = read_through(text)
    assert through.text.count("\f") == text.count("\f")
    for at, letter in enumerate(through.text):
        assert text[through.to_original.start(at)] == letter
        assert text[through.to_original.end(at + 1) - 1] == letter


def test_long_texts_take_linear_time() -> None:
    def seconds(copies: int) -> float:
        started = time.process_time()
        read_through("Căn cứ Quyết định số\n(1) Xem trên\n\f2\n" * copies + "(" * copies)
        return time.process_time() - started

    seconds(10)
    assert seconds(8_000) < 8 * seconds(2_000) + 0.05

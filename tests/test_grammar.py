"""The grammar of numbers and dates, their repair, and the tables they rest on."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnadmin.grammar import (
    dates,
    find_codes,
    find_garbled_dates,
    find_numbers,
    parse_date,
    parse_number,
    repair_number,
    symbol_issuers,
    symbol_known,
    symbol_types,
    tables,
)
from vnadmin.grammar.repair import read_number
from vnadmin.restore import explain

CASES = Path(__file__).parent / "cases"
CODES = tomllib.loads((CASES / "codes.toml").read_text(encoding="utf-8"))["codes"]


@pytest.mark.parametrize("name", tables.TABLES)
def test_every_row_has_a_source(name: str) -> None:
    rows = list(tables.read_table(name))
    assert rows
    for row in rows:
        assert row["source"].strip(), row
        assert all(cell == cell.strip() for cell in row.values()), row


def test_symbols_parse_and_are_known() -> None:
    for symbol in tables.symbols():
        number = parse_number(f"12/{symbol}")
        assert number is not None, symbol
        assert number.symbol == symbol
        assert symbol_known(symbol)


def test_table_types_and_issuers_agree() -> None:
    names = {kind.name for kind in tables.document_types()}
    bodies = {issuer.name for issuer in tables.issuers()}
    for entry in tables.symbols().values():
        assert entry.type is None or entry.type in names, entry
        for part in (entry.issuer or "").split(" - ") if entry.issuer not in bodies else ():
            assert not part or part in bodies or entry.issuer, entry


def test_law_rows_are_well_formed() -> None:
    seen = set()
    for law in tables.laws():
        assert law.type in ("Luật", "Bộ luật", "Pháp lệnh")
        assert (
            law.date is None or parse_date("/".join(reversed(law.date.split("-"))))[0] == law.date
        )
        assert law.effective is None or (law.date or "") <= law.effective, law
        assert law.number is None or parse_number(law.number) is not None, law
        assert (law.type, law.name.lower(), law.number) not in seen, law
        seen.add((law.type, law.name.lower(), law.number))


@pytest.mark.parametrize(
    ("text", "serial", "suffix", "year", "symbol"),
    [
        ("39/2022/NĐ-CP", "39", "", 2022, "NĐ-CP"),
        ("1842b/CTPH-BVHTTDL-TLĐLĐVN", "1842", "b", None, "CTPH-BVHTTDL-TLĐLĐVN"),
        ("23-QĐ/TW", "23", "", None, "QĐ/TW"),
        ("Số: 299 /UBND-TTHC", "299", "", None, "UBND-TTHC"),
        ("Số:…../TB-UBND", None, "", None, "TB-UBND"),
        ("64/2025/QH15", "64", "", 2025, "QH15"),
        ("21-LCT/HĐNN8", "21", "", None, "LCT/HĐNN8"),
        ("135-CP", "135", "", None, "CP"),
        ("07 -\n CT / TU", "07", "", None, "CT/TU"),
        ("51/98/TT-BTC", "51", "", 1998, "TT-BTC"),
    ],
)
def test_parse_number(
    text: str, serial: str | None, suffix: str, year: int | None, symbol: str
) -> None:
    number = parse_number(text)
    assert number is not None
    assert (number.serial, number.suffix, number.year, number.symbol) == (
        serial, suffix, year, symbol,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "217", "30/7/2021", "12/", "/", "A/B", "12/Nguyễn", "12/abc", "x" * 5000]
)
def test_not_a_number(text: str) -> None:
    assert parse_number(text) is None


def test_symbols_tell_type_and_issuer() -> None:
    assert symbol_types("QĐ-UBND")[0] == "Quyết định"
    assert "Quy định" in symbol_types("QĐ/TW")
    assert symbol_types("VPCP-CN") == ("Công văn",)
    assert symbol_issuers("TTLT-BYT-BTC") == ("BYT", "BTC")
    assert not symbol_known("ABC-XYZ")


@pytest.mark.parametrize(("raw", "reading"), CODES)
def test_repair(raw: str, reading: str) -> None:
    assert repair_number(raw) == (reading or None)


@pytest.mark.parametrize(("raw", "reading"), [pair for pair in CODES if pair[1]])
def test_codes_found_in_garbled_text(raw: str, reading: str) -> None:
    text = f"Quyét dinh s6 {raw} ngay 30/7/2021 ctia"
    (code,) = find_codes(text)
    assert (code.repaired, code.certain) == (reading, True)
    assert text[code.start : code.end] == raw


def test_a_repair_keeps_the_digits() -> None:
    for raw, reading in CODES:
        if reading and raw[0].isdigit():
            digits = [c for c in raw if c.isdigit()]
            kept = iter(c for c in reading if c.isdigit())
            assert all(any(c == k for k in kept) for c in digits[:2]), raw


@pytest.mark.parametrize(
    "text",
    ["số 12/QĐ-UBND: -UBND tỉnh", "số 12/KH-UBND: - Sở Y tế", "số 43/2014/NĐ-CP: -VPCP góp ý"],
)
def test_what_follows_a_colon_is_no_part_of_a_code(text: str) -> None:
    (code,) = find_codes(text)
    assert (code.repaired, code.certain) == (text.split()[1].rstrip(":"), True)
    assert explain(text).text == text


def test_code_cut_by_a_page_is_mended_in_halves() -> None:
    text = "Chi thi s6 23-\n\n2\n\nQB/TW ngay 01/02/2020"
    codes = find_codes(text)
    assert [c.repaired for c in codes] == ["QĐ/TW"]
    assert find_numbers(text.replace("QB", "QĐ"))[0].number.text == "23-QĐ/TW"


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("Nghị định số 1 23/201 7/NĐ-CP ngày", "123/2017/NĐ-CP"),
        ("Nghi dinh s6 1 23/2017/ND-CP ngay", "123/2017/NĐ-CP"),
        ("tại Điều 1 23/2017/NĐ-CP", "23/2017/NĐ-CP"),  # an article's number may stand before
        ("số 1 023/2017/NĐ-CP", "023/2017/NĐ-CP"),
        ("số 12 345/QĐ-UBND", "345/QĐ-UBND"),
    ],
)
def test_digits_apart_join_a_serial_only_after_so(text: str, reading: str) -> None:
    (code,) = find_codes(text)
    assert code.repaired == reading


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("ngày 14 tháng l1] năm 2017 của", ["11"]),
        ("ngày lÌ tháng 3 năm 202]; Luật", ["11", "2021"]),
        ("ngay l6 thang I] nam 2017", ["16", "11"]),
        ("ngày O5 tháng Ol năm 2O21", ["05", "01", "2021"]),
        ("ngày 04tháng 02 năm2025", ["04 tháng", "năm 2025"]),
        ("Ngay04 thang 02", ["Ngày 04"]),
        ("ngày 14 tháng 11 năm 2017", []),
        ("ngày lễ tháng 3", []),
        ("tháng I năm 2017", []),  # may be printed so
        ("ngày 4l tháng 12", []),  # no such day
        ("tháng l3 năm 2017", []),
        ("mỗi ngày lo tháng này", []),
        ("số 45/QĐ-BKHCNngày 15/01/2025", [" ngày"]),
        ("ngày 15 tháng 5 năm 201 3 của", ["2013"]),
        ("ngày 15 tháng 5 năm 20 3 của", []),
        ("ngày 15 tháng 0Ì năm. 201 3 của", ["01", "2013"]),  # a speck behind the word
        ("ngày 22/1 1/2019; ngày 31⁄10/2017", ["22/11/2019", "31/10/2017"]),
        ("ngày 1/2 2/2019", []),  # no such month
        ("tỷ lệ 1⁄2, 12⁄45/2017", []),
    ],
)
def test_garbled_figures_of_dates(text: str, readings: list[str]) -> None:
    found = list(find_garbled_dates(text))
    assert [reading for _, _, reading in found] == readings
    for start, end, reading in found:
        assert text[start:end] != reading


def test_a_symbol_nobody_has_is_read_as_the_one_the_text_has() -> None:
    def read(text: str) -> list[str]:
        return [code.repaired for code in find_codes(text)]

    page = "số 52/SXD-QHHTTKT; số 85/SXD-QHHTKT; số 17/SXD-QHHTKT"
    assert read(page)[0] == "52/SXD-QHHTKT"
    assert read("số 52/SXD-QHHTTKT; số 85/SXD-QHHTKT")[0] == "52/SXD-QHHTTKT"  # which one?
    known = "số 1/QĐ-BTC; số 2/QĐ-BTTC; số 3/QĐ-BTTC"  # in use, whatever the others say
    assert read(known)[0] == "1/QĐ-BTC"


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("số 1494/UBND-KS TT ngày 12/6/2020", ["1494/UBND-KSTT"]),
        ("s6 01/2018/TT-VPC. P ngay 23", ["01/2018/TT-VPCP"]),
        ("số 1494/UBND-KS TT của", ["1494/UBND-KS"]),
        ("số 12/QĐ-UBND. TW ngày 5", ["12/QĐ-UBND"]),  # a body's own letters
        ("12/QĐ-UBND - - KH", ["12/QĐ-UBND"]),
        ("số 45/2013/T T-\nBTNMT ngày", ["45/2013/TT-BTNMT"]),
        ("số 45/2013/N Đ-CP", ["45/2013/NĐ-CP"]),
        ("số 45/2013/TT-BCIT ngày", ["45/2013/TT-BCT"]),  # a stroke read as a letter
        ("Nghị định số 92/201 7/NĐ-CPngày 07/8/2017", ["92/2017/NĐ-CP"]),
        ("161/2024/ND-CP_ngay 15", ["161/2024/NĐ-CP"]),
    ],
)
def test_letters_apart_from_a_symbol_and_words_that_ran_into_it(
    text: str, readings: list[str]
) -> None:
    assert [code.repaired for code in find_codes(text)] == readings


def test_a_code_whose_serial_was_left_blank_is_kept_and_mended() -> None:
    for text in ("Sé: /TB-UBND Ha Noi", "Số: ......./TB-UBND", "S6: /TB-UBND"):
        (code,) = find_codes(text)
        assert (code.repaired, code.certain) == ("/TB-UBND", True)
    (code,) = find_codes("S6: /QD-UBND")
    assert code.repaired == "/QĐ-UBND"
    assert find_codes("và/hoặc, tế/xã hội") == []


@pytest.mark.parametrize(
    ("text", "iso", "impossible"),
    [
        ("30/7/2021", "2021-07-30", False),
        ("30-7-2021", "2021-07-30", False),
        ("30.7.2021", "2021-07-30", False),
        ("ngày 15 tháng 5 năm 2014", "2014-05-15", False),
        ("ngày 15\ntháng 5\n\n- 3 -\n\nnăm 2014", "2014-05-15", False),
        ("31/02/2020", None, True),
        ("29/02/2023", None, True),
        ("năm 2015", None, False),
        ("tháng 5 năm 2014", None, False),
        ("3/7", None, False),
    ],
)
def test_parse_date(text: str, iso: str | None, impossible: bool) -> None:
    assert parse_date(text) == (iso, impossible)


# ---------------------------------------------------------------- properties

_SERIALS = st.integers(1, 9999).map(lambda n: f"{n:02}")
_GAPS = st.sampled_from(["", " ", "  ", "\n", " \n "])


@given(_SERIALS, st.sampled_from(sorted(tables.symbols())), st.data())
def test_any_spacing_is_read_back(serial: str, symbol: str, data: st.DataObject) -> None:
    """Written with gaps and line breaks around its separators, a number stays itself."""
    number = f"{serial}/{symbol}"
    spaced = "".join(data.draw(_GAPS) + c + data.draw(_GAPS) if c in "/-" else c for c in number)
    found = find_numbers(f"Quyết định số {spaced} của")
    assert [span.number.text for span in found] == [number]


@given(_SERIALS, st.integers(2005, 2026), st.sampled_from(["NĐ-CP", "TT-BTC", "QĐ-UBND", "QĐ-TTg"]))
def test_lost_accents_are_restored(serial: str, year: int, symbol: str) -> None:
    number = f"{serial}/{year}/{symbol}"
    if symbol[:2] in ("NĐ", "TT") and len(serial) > 4:
        return
    assert repair_number(number.replace("Đ", "D")) == number


@settings(max_examples=200)
@given(st.text(alphabet=st.sampled_from("0123456789/-.: \nABĐQTGNDPWUbgjlIO|⁄–…ốSsx"), max_size=80))
def test_never_raises_and_spans_are_valid(text: str) -> None:
    parse_number(text)
    repair_number(text)
    read_number(text)
    parse_date(text)
    previous = 0
    for code in find_codes(text):
        assert previous <= code.start < code.end <= len(text)
        previous = code.end
    for span in find_numbers(text):
        assert 0 <= span.start < span.end <= len(text)


@pytest.mark.parametrize("unit", ["12/2020/NĐ- ", "12/A-B-C-D-", "1234567/", "12/\n\n2\n\n", "số "])
def test_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        find_numbers(text)
        find_codes(text)
        return time.process_time() - start

    seconds(10_000)
    assert seconds(400_000) < 40 * max(seconds(40_000), 0.01)


@pytest.mark.parametrize("text", ["ngày 26 tháng: 12 năm 2016", "ngày 26 tháng 12 năm. 2016"])
def test_specks_within_a_date_are_none_of_it(text: str) -> None:
    reading = dates.match_date(text, 0)
    assert reading is not None
    assert (reading.iso, reading.end) == ("2016-12-26", len(text))

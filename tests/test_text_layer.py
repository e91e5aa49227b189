"""Text layers of PDFs: used, decoded, restored, or the picture read instead; each said."""

from __future__ import annotations

from pathlib import Path

import pytest
from pdfs import BODY, GARBLED, Sheet, make_pdf

import vnadmin
from vnadmin.document import Word
from vnadmin.errors import InputError, MissingProgramError
from vnadmin.pipeline import extract_bytes
from vnadmin.scan import RawPage, pdf, read_pages

PRINT = BODY * 4
SIGNED = [
    "Người ký: Ủy ban nhân dân tỉnh Ninh Bình",
    "Cơ quan: Tỉnh Ninh Bình",
    "Thời gian ký: 05.03.2020 10:11:12 +07:00",
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the pages that were recognised; what Tesseract reads is `BODY`."""
    numbers: list[int] = []

    def recognise(image: object, *, number: int, **_: object) -> RawPage:
        numbers.append(number)
        return reading(number, BODY)

    monkeypatch.setattr(pdf, "recognise", recognise)
    return numbers


def reading(number: int, lines: list[str]) -> RawPage:
    words, at = [], 0
    for row, line in enumerate(lines):
        for word in line.split():
            box = (100 + 9 * at, 100 + 60 * row, 100 + 9 * at + 9 * len(word), 130 + 60 * row)
            words.append(Word(at, at + len(word), box, 0.9))
            at += len(word) + 1
    return RawPage(number, 2000, 3000, "\n".join(lines), tuple(words))


def read(*sheets: Sheet) -> list[RawPage]:
    return list(read_pages(make_pdf(sheets), name="x", kind="pdf", in_order=False))


def said(page: RawPage) -> str:
    return "; ".join(f"{code}: {what}" for code, what in page.warnings)


def test_a_good_layer_is_used_as_it_is(asked: list[int]) -> None:
    born_digital, scan = read(Sheet(BODY), Sheet(BODY * 4, drawn=PRINT, hidden=True))
    assert born_digital.text == "\n".join(BODY)
    assert scan.text == "\n".join(BODY * 4)
    assert (asked, said(born_digital), said(scan)) == ([], "", "")


def test_pages_without_text_are_recognised_and_empty_ones_stay_empty(asked: list[int]) -> None:
    scan, empty = read(Sheet(drawn=PRINT), Sheet())
    assert scan.text.startswith("Căn cứ")
    assert (empty.text, asked, said(scan)) == ("", [1], "")


@pytest.mark.parametrize(
    "layer", [SIGNED, ["UBND TỈNH NINH BÌNH Số: 12/QĐ-UBND"], SIGNED + SIGNED + SIGNED]
)
def test_a_few_words_over_a_scan_are_no_layer(layer: list[str], asked: list[int]) -> None:
    (page,) = read(Sheet(layer, drawn=["", *PRINT]))
    assert asked == [1]
    assert "Luật Tổ chức" in page.text
    assert said(page) == (
        "text-layer: holds only a part of the print; the picture was read instead"
    )


def test_a_garbled_layer_over_a_scan_gives_way_to_the_picture(asked: list[int]) -> None:
    (page,) = read(Sheet(GARBLED * 4, drawn=PRINT, hidden=True))
    assert asked == [1]
    assert page.text == "\n".join(BODY)
    assert said(page) == "text-layer: reads badly; the picture was read instead"


def test_known_words_without_marks_over_a_scan_are_garbled(asked: list[int]) -> None:
    lines = ["cho theo ban nam hai ba trong thanh minh tin an quan" for _ in BODY]
    _, born_digital = read(Sheet(lines * 4, drawn=PRINT, hidden=True), Sheet(lines))
    assert asked == [1]
    assert born_digital.text == "\n".join(lines)


def test_the_better_of_two_bad_readings_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = ["|| J~ Cac q9 zx", "w4 ~~ kk oc 8h vvx", "p' qo lk~ xx wz"] * 20
    monkeypatch.setattr(pdf, "recognise", lambda *_, number, **__: reading(number, noise))
    data = make_pdf([Sheet(GARBLED * 4, drawn=PRINT, hidden=True)])
    document = extract_bytes(data, name="x.pdf")
    assert "Căn cứ Luật Tổ chức chính quyền địa phương" in document.text
    assert document.warnings == (
        "text-layer: page 1: reads badly, yet better than the picture; restored",
    )
    monkeypatch.setattr(pdf, "recognise", lambda *_, number, **__: reading(number, GARBLED * 4))
    data = make_pdf([Sheet(noise, drawn=noise, hidden=True)])
    (warning,) = extract_bytes(data, name="x.pdf").warnings
    assert warning == "text-layer: page 1: reads badly; the picture was read instead"


def test_without_tesseract_a_garbled_layer_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> RawPage:
        raise MissingProgramError("Tesseract is not installed; apt-get")

    monkeypatch.setattr(pdf, "recognise", missing)
    garbled = Sheet(GARBLED * 4, drawn=PRINT, hidden=True)
    document = extract_bytes(make_pdf([garbled, garbled, Sheet(BODY)]), name="x.pdf")
    assert "Căn cứ Nghị định số 63/2010/NĐ-CP" in document.text
    assert document.complete
    assert document.warnings == (
        "text-layer: pages 1-2: reads badly, restored as it is (Tesseract is not installed)",
    )
    with pytest.raises(MissingProgramError):
        read(Sheet(SIGNED, drawn=PRINT))


def test_where_the_picture_fails_the_layer_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, number: int, **__: object) -> RawPage:
        raise InputError(f"x: page {number} took Tesseract more than 120 s")

    monkeypatch.setattr(pdf, "recognise", fails)
    garbled, stamped, good = read(
        Sheet(GARBLED * 4, drawn=PRINT, hidden=True), Sheet(SIGNED, drawn=["", *PRINT]), Sheet(BODY)
    )
    assert garbled.text == "\n".join(GARBLED * 4)
    assert garbled.failure is None
    assert stamped.text == "\n".join(SIGNED)
    assert stamped.failure is not None
    assert said(stamped) == (
        "page-failed: took Tesseract more than 120 s; "
        "text-layer: used, as the picture can't be read"
    )
    assert good.failure is None


@pytest.mark.parametrize(
    ("encoding", "font"), [("tcvn3", ".VnTime"), ("tcvn3", "ABCDEF+.VnArial"), ("vni", "VNI-Times")]
)
def test_legacy_fonts_are_decoded(encoding: str, font: str, asked: list[int]) -> None:
    # ư is what WinAnsiEncoding takes for a hyphen; capitals with marks have a font of their own
    lines = ["ñy ban nh©n d©n tØnh h\xadng yªn ®\xadîc t¨ng c\xadêng, c¨n cø luËt tæ chøc"] * 4
    expected = "ủy ban nhân dân tỉnh hưng yên được tăng cường, căn cứ luật tổ chức"
    if encoding == "vni":
        lines = [
            "uûy ban nhaân daân tænh höng yeân ñöôïc taêng cöôøng, caên cöù luaät toå chöùc"
        ] * 4
    (page,) = read(Sheet(lines, font=font, encoding="cp1252"))
    assert page.text.split("\n") == [expected] * 4
    assert [page.text[w.start : w.end] for w in page.words] == (expected + " ").split() * 4
    assert (asked, said(page)) == ([], f"text-layer: decoded from {encoding}, as its fonts")


def test_capitals_fonts_and_hyphens_that_are_hyphens(asked: list[int]) -> None:
    lines = ["quyÕt ®Þnh sè 12/2004/q®-ubnd cña \xadu ban nh©n d©n tØnh \xad th\xad ký"] * 2
    (page,) = read(Sheet(lines, font=".VnTimeH", encoding="cp1252"))
    assert (
        page.text.split("\n")[0]
        == "QUYẾT ĐỊNH SỐ 12/2004/QĐ-UBND CỦA ƯU BAN NHÂN DÂN TỈNH - THƯ KÝ"
    )


def test_a_legacy_layer_without_such_font_names_is_told_by_its_words(asked: list[int]) -> None:
    (page,) = read(
        Sheet(["C¨n cø LuËt tæ chøc chÝnh quyÒn, nghÞ ®Þnh cña chÝnh phñ"] * 4, font="F")
    )
    assert page.text.startswith("Căn cứ Luật tổ chức chính quyền, nghị định của chính phủ")
    assert said(page) == "text-layer: decoded from an encoding that its words tell"


def test_a_legacy_fonts_name_over_unicode_text_changes_nothing(asked: list[int]) -> None:
    (page,) = read(Sheet(BODY, font=".VnTime"))
    assert (page.text.split("\n"), said(page)) == (BODY, "")


def test_documents_mixed_page_by_page(asked: list[int], tmp_path: Path) -> None:
    path = tmp_path / "mixed.bin"
    sheets = [Sheet(BODY), Sheet(drawn=PRINT), Sheet(GARBLED * 4, drawn=PRINT), Sheet(BODY)]
    path.write_bytes(make_pdf(sheets))
    document = vnadmin.extract(path)
    assert asked == [2, 3]
    assert document.text.count("Luật Tổ chức chính quyền địa phương") == 4
    assert document.warnings == ("text-layer: page 3: reads badly; the picture was read instead",)
    assert [page.warnings for page in vnadmin.pages(path)] == [(), (), document.warnings, ()]

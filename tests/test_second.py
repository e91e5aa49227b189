"""Codes and figures read twice: the pieces that are read again, and which reading counts."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from vnadmin.document import Edit, Word
from vnadmin.formats.raw import RawPage, ReadWord
from vnadmin.restore import Evidence, evidence_of, explain
from vnadmin.scan.engine import Layout, ReadText
from vnadmin.scan.flat import with_dashes
from vnadmin.scan.geometry import atoms_of, runs_of
from vnadmin.scan.second import read_again
from vnadmin.scan.serials import serials_apart
from vnadmin.scan.stamps import take_serials
from vnadmin.scan.tesseract import Tesseract


def page_of(*words: tuple[str, str, float, str, float]) -> RawPage:
    """Words as (gap before, text, confidence, second reading, its confidence)."""
    text = ""
    read: list[Word] = []
    for number, (gap, word, confidence, other, sure) in enumerate(words):
        text += gap
        box = (number * 100, 0, number * 100 + 80, 30)
        end = len(text) + len(word)
        read.append(ReadWord(len(text), end, box, confidence, other, sure))
        text += word
    return RawPage(1, 1000, 100, text, tuple(read), reading="ocr")


def restored(page: RawPage) -> str:
    return explain(page.text, evidence=evidence_of([page])).text


@pytest.mark.parametrize(
    ("first", "sure", "second", "surer", "right"),
    [
        ("77/2014/TT-BC", 0.81, "77/2014/TT-BTC", 0.87, "77/2014/TT-BTC"),  # nobody's symbol
        ("§3/TTr-UBND", 0.91, "83/TTr-UBND", 0.9, "83/TTr-UBND"),  # a figure lost
        ("37/2024/TT-BYT", 0.6, "57/2024/TT-BYT", 0.9, "57/2024/TT-BYT"),
        ("37/2024/TT-BYT", 0.9, "57/2024/TT-BYT", 0.9, "37/2024/TT-BYT"),  # neither is clearer
        ("43/2014/NĐ-CP", 0.3, "43/2014/ND-CP", 0.9, "43/2014/NĐ-CP"),  # eng has no Đ
        ("12/QĐ-UBND", 0.5, "1Z/OO-UBNO", 0.9, "12/QĐ-UBND"),
        ("44/2014/NĐ-CP", 0.9, "ngay 3 thang", 0.99, "44/2014/NĐ-CP"),
        ("/QĐ-UBND", 0.5, "539/QD-UBND", 0.99, "/QĐ-UBND"),  # a serial by hand
    ],
)
def test_codes_are_what_one_reading_prints(
    first: str, sure: float, second: str, surer: float, right: str
) -> None:
    page = page_of(
        ("", "Căn", 0.9, "", 0.0), (" ", "cứ", 0.9, "", 0.0), (" ", first, sure, second, surer)
    )
    assert restored(page) == f"Căn cứ {right}"


def test_a_code_broken_at_a_line_end() -> None:
    page = page_of(
        ("", "số", 0.9, "", 0.0),
        (" ", "1744/QĐ-", 0.7, "1744/QD-", 0.9),
        ("\n", "BGTYVT", 0.6, "BGTVT", 0.9),
        (" ", "ngày", 0.9, "", 0.0),
    )
    assert restored(page) == "số 1744/QĐ-BGTVT ngày"


@pytest.mark.parametrize(
    ("first", "sure", "second", "surer", "right"),
    [
        ("3", 0.77, "5", 0.96, "5"),
        ("3", 0.95, "5", 0.96, "3"),
        ("49", 0.61, "29", 0.63, "29"),  # no month has 49 days
        ("29", 0.3, "49", 0.99, "29"),
        ("l6", 0.6, "16", 0.9, "16"),
        ("15", 0.5, "ig", 0.99, "15"),
        ("31", 0.5, "3", 0.99, "31"),  # a figure is rather lost than made up
        ("I1", 0.5, "1", 0.99, "11"),
    ],
)
def test_figures_of_dates(first: str, sure: float, second: str, surer: float, right: str) -> None:
    page = page_of(
        ("", "ngày", 0.9, "", 0.0),
        (" ", first, sure, second, surer),
        (" ", "tháng", 0.9, "", 0.0),
        (" ", "10", 0.9, "10", 0.9),
        (" ", "năm", 0.9, "", 0.0),
        (" ", "2014", 0.9, "2014", 0.9),
    )
    assert restored(page) == f"ngày {right} tháng 10 năm 2014"


def test_a_code_that_begins_within_a_word_is_written_once() -> None:
    page = page_of(("", "số", 0.9, "", 0.0), (" ", ",45/QD-BKHCN", 0.5, "45/QD-BKHCN", 0.9))
    assert restored(page).removeprefix("số ").lstrip(",") == "45/QĐ-BKHCN"


def test_a_word_that_two_spans_share_is_decided_once() -> None:
    page = page_of(
        ("", "số", 0.9, "", 0.0),
        (" ", "45/QĐ-BKHCNngày", 0.7, "45/OD-BKHCNngay", 0.7),
        (" ", "15/01/2025", 0.9, "15/01/2025", 0.9),
    )
    assert restored(page) == "số 45/QĐ-BKHCN ngày 15/01/2025"


def test_a_code_that_a_space_was_read_into() -> None:
    page = page_of(
        ("", "số", 0.9, "", 0.0),
        (" ", "107/2", 0.6, "107/2021/ND-CP", 0.7),
        (" ", "2021/NĐ-CP", 0.4, "", 0.0),
        (" ", "và", 0.9, "", 0.0),
        (" ", "61/201", 0.6, "61/2018/ND-CP", 0.7),
        (" ", "&/NĐ-CP", 0.4, "", 0.0),
    )
    assert restored(page) == "số 107/2021/NĐ-CP và 61/2018/NĐ-CP"


def test_a_code_of_which_only_a_part_was_found_is_written_once() -> None:
    page = page_of(("", "số", 0.9, "", 0.0), (" ", "39/TTr-ŠTC", 0.5, "39/TTr-STC", 0.9))
    assert restored(page) == "số 39/TTr-STC"


@pytest.mark.parametrize(
    ("elsewhere", "second", "surer", "right"),
    [
        ("57/2024/TT-BYT", "57/2024/TT-BYT", 0.8, "57/2024/TT-BYT"),
        ("58/2024/TT-BYT", "57/2024/TT-BYT", 0.8, "37/2024/TT-BYT"),
        ("57/2024/TT-BYT", "57/2024/TT-BYT", 0.6, "37/2024/TT-BYT"),  # far less sure
    ],
)
def test_what_the_text_has_elsewhere_decides(
    elsewhere: str, second: str, surer: float, right: str
) -> None:
    page = page_of(
        ("", "số", 0.9, "", 0.0),
        (" ", elsewhere, 0.9, "", 0.0),
        (" ", "và", 0.9, "", 0.0),
        (" ", "37/2024/TT-BYT", 0.82, second, surer),
    )
    assert restored(page) == f"số {elsewhere} và {right}"


def test_a_figure_read_as_a_letter_in_a_serial() -> None:
    page = page_of(
        ("", "Số:", 0.9, "", 0.0), (" ", "3i6", 0.4, "316", 0.94), (" ", "/QĐ-UBND", 0.9, "", 0.0)
    )
    assert restored(page) == "Số: 316 /QĐ-UBND"


def test_what_another_page_has_decides() -> None:
    one = RawPage(1, 9, 9, "Thông tư số 57/2024/TT-BYT\n\f", (), reading="ocr")
    other = page_of(("", "số", 0.9, "", 0.0), (" ", "37/2024/TT-BYT", 0.82, "57/2024/TT-BYT", 0.8))
    text = one.text + other.text
    assert explain(text, evidence=evidence_of([one, other])).text == text.replace("37/", "57/")


def test_a_second_reading_is_an_edit_and_can_be_undone() -> None:
    page = page_of(("", "số", 0.9, "", 0.0), (" ", "77/2014/TT-BC", 0.8, "77/2014/TT-BTC", 0.9))
    (edit,) = explain(page.text, evidence=evidence_of([page])).edits
    assert isinstance(edit, Edit)
    assert (edit.source, edit.restored, edit.kind) == ("77/2014/TT-BC", "77/2014/TT-BTC", "code")


def test_evidence_keeps_its_places_over_pages_and_compositions() -> None:
    decomposed = "Quye\u0302\u0301t"
    first = RawPage(1, 9, 9, f"{decomposed} định\n\f", (), reading="ocr")
    page = page_of(("", "ngày", 0.9, "", 0.0), (" ", "3", 0.7, "5", 0.99))
    evidence = evidence_of([first, page])
    (word,) = [w for w in evidence.twice if w.other == "5"]
    text = first.text + page.text
    assert text[word.start : word.end] == "3"
    assert explain(text, evidence=evidence).text == "Quyết định\n\fngày 5"
    assert evidence.within(0, len(first.text)) == ()
    assert Evidence().within(0, 9) == ()


class Noting:
    """Tesseract, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[int, int], str, Layout]] = []

    def read(
        self, image: Image.Image, *, language: str, layout: Layout, timeout: float
    ) -> ReadText:
        self.asked.append((image.size, language, layout))
        return Tesseract().read(image, language=language, layout=layout, timeout=timeout)


def test_unsure_figures_and_codes_are_read_again_in_one_go() -> None:
    image = Image.new("L", (1200, 400), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(48)
    texts = {"43/2014/ND-CP": (40, 40), "HANOI": (600, 40), "2019": (40, 200), "2021": (600, 200)}
    words: list[Word] = []
    text = ""
    for word, place in texts.items():
        draw.text(place, word, fill=0, font=font)
        x0, y0, x1, y1 = (round(v) for v in draw.textbbox(place, word, font=font))
        confidence = 0.4 if word == "2019" else 0.95
        words.append(Word(len(text), len(text) + len(word), (x0, y0, x1, y1), confidence))
        text += word + ("\n" if word == "HANOI" else " ")
    page = RawPage(1, 1200, 400, text, tuple(words), reading="ocr")
    engine = Noting()
    got = read_again(page, image, engine, language="vie", dpi=200.0, timeout=60.0)
    assert [language for _, language, _ in engine.asked] == ["eng"]
    twice = {text[w.start : w.end]: w.other for w in got.words if isinstance(w, ReadWord)}
    assert twice == {"43/2014/ND-CP": "43/2014/ND-CP", "2019": "2019"}
    plain = RawPage(1, 1200, 400, "HANOI", (Word(0, 5, (600, 40, 800, 90), 0.1),), reading="ocr")
    assert read_again(plain, image, engine, language="vie", dpi=200.0, timeout=60.0) is plain


class Scripted:
    """An engine that has one reading of the strip after the other."""

    def __init__(self, *readings: tuple[str, float]) -> None:
        self.readings = list(readings)
        self.asked: list[tuple[tuple[int, int], str]] = []

    def read(
        self, image: Image.Image, *, language: str, layout: Layout, timeout: float
    ) -> ReadText:
        self.asked.append((image.size, language))
        text, confidence = self.readings[len(self.asked) - 1]
        scale = image.height / 88  # of the strip of one word, 200 dpi
        box = (round(32 * scale), round(36 * scale), round(200 * scale), round(56 * scale))
        return ReadText(text, (Word(0, len(text), box, confidence),))


@pytest.mark.parametrize(
    ("first", "readings", "right"),
    [
        # One figure for another: `eng` must have it three times, surely enough.
        ("37", (("57", 0.8), ("57", 0.7), ("57", 0.7)), "57"),
        ("37", (("57", 0.8), ("37", 0.7), ("57", 0.7)), "37"),
        ("37", (("57", 0.8), ("87", 0.9), ("97", 0.9)), "37"),  # as first read
        ("37", (("57", 0.4), ("57", 0.4), ("87", 0.4)), "37"),
        # A figure more: the page's own language decides.
        ("92", (("592", 0.8), ("592", 0.7)), "592"),
        ("92", (("592", 0.8), ("92", 0.0)), "92"),
    ],
)
def test_readings_that_differ_are_settled_by_further_ones(
    first: str, readings: tuple[tuple[str, float], ...], right: str
) -> None:
    code = "/2024/TT-BYT"
    words = (Word(0, len(first + code), (100, 100, 268, 120), 0.8),)
    page = RawPage(1, 1000, 400, first + code, words, reading="ocr")
    engine = Scripted(*((serial + code, sure) for serial, sure in readings))
    picture = Image.new("L", (1000, 400), 255)
    got = read_again(page, picture, engine, language="vie", dpi=200.0, timeout=9.0)
    models, scales = (
        (["eng", "vie"], (1, 1.5)) if len(readings) == 2 else (["eng"] * 3, (1, 1.5, 0.7))
    )
    assert [language for _, language in engine.asked] == models
    sizes = [size for size, _ in engine.asked]
    assert sizes == [tuple(round(scale * side) for side in sizes[0]) for scale in scales]
    assert restored(got) == right + code


def test_a_symbol_that_the_page_misspells_stays() -> None:
    sure = page_of(("", "22/2019/NQ-HĐNĐ", 0.9, "22/2019/NQ-HDND", 0.9))
    assert restored(sure) == "22/2019/NQ-HĐNĐ"
    unsure = page_of(("", "22/2019/NQ-HĐNĐ", 0.5, "22/2019/NQ-HDND", 0.9))
    assert restored(unsure) == "22/2019/NQ-HĐND"
    lost = page_of(("", "22/2019/NQ-HDND", 0.9, "22/2019/NQ-HDND", 0.9))
    assert restored(lost) == "22/2019/NQ-HĐND"


def test_a_mark_of_the_word_before_is_no_figure_of_a_serial() -> None:
    page = page_of(
        ("", "số", 0.9, "", 0.0),
        (" ", "2", 0.6, "6", 0.6),
        (" ", "48/2013/NĐ-CP", 0.9, "48/2013/ND-CP", 0.8),
    )
    assert restored(page) == "số 48/2013/NĐ-CP"
    alike = page_of(
        ("", "số", 0.9, "", 0.0),
        (" ", "2", 0.6, "248/2013/ND-CP", 0.8),
        (" ", "48/2013/NĐ-CP", 0.9, "", 0.0),
    )
    assert restored(alike) == "số 248/2013/NĐ-CP"


def test_a_flat_stroke_is_a_dash() -> None:
    words = (
        Word(0, 1, (100, 110, 108, 113), 0.1),
        Word(2, 5, (120, 100, 150, 121), 0.9),
        Word(6, 7, (160, 100, 166, 121), 0.9),
    )
    assert with_dashes(ReadText("2 CT, 1", words)).text == "- CT, 1"
    assert with_dashes(ReadText("", ())).text == ""


def test_readings_that_agree_need_no_third() -> None:
    words = (Word(0, 13, (100, 100, 268, 120), 0.8),)
    page = RawPage(1, 1000, 400, "43/2014/NĐ-CP", words, reading="ocr")
    engine = Scripted(("43/2014/ND-CP", 0.9))
    read_again(page, Image.new("L", (1000, 400)), engine, language="vie", dpi=200.0, timeout=9.0)
    assert len(engine.asked) == 1


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ((("445", 0.85, "AAS.", 0.4), ("/NQ-CP", 0.9, "", 0.0)), "Số: /NQ-CP"),  # two ways
        ((("221", 0.1, "221", 0.87), ("/NQ-CP", 0.9, "", 0.0)), "Số: 221 /NQ-CP"),  # one way
        ((("3i6", 0.38, "316", 0.94), ("/NQ-CP", 0.9, "", 0.0)), "Số: 3i6 /NQ-CP"),
        ((("$4/UBND-TH", 0.3, "544 /UBND-TH", 0.9),), "Số: /UBND-TH"),
        ((("$", 0.2, "", 0.0), ("4/UBND-TH", 0.3, "544/UBND-TH", 0.9)), "Số: /UBND-TH"),
        ((("l2/UBND-TH", 0.3, "12/UBND-TH", 0.9),), "Số: /UBND-TH"),
        ((("12/UBND-TH", 0.3, "12/UBND-TH", 0.9),), "Số: 12/UBND-TH"),
        ((("12/UBND-TH", 0.8, "72/UBND-TH", 0.9),), "Số: 12/UBND-TH"),  # read surely
    ],
)
def test_a_serial_read_two_ways_is_by_hand(
    words: tuple[tuple[str, float, str, float], ...], kept: str
) -> None:
    page = serials_apart(page_of(("", "Số:", 0.9, "", 0.0), *((" ", *word) for word in words)))
    runs, _ = runs_of(atoms_of(page))
    ((run,), asides) = take_serials(runs)
    assert run.text == kept
    assert [aside.region.kind for aside in asides] == ["handwriting"] * (
        len(run.atoms) < len(page.words)
    )


def test_a_serial_in_one_word_with_its_label() -> None:
    page = page_of(
        ("", "Số:5ˆ†5", 0.1, "Sé:54+5", 0.6),
        (" ", "/UBND-KTTH", 0.9, "/UBND-KTTH", 0.9),
        (" ", "Hà", 0.9, "", 0.0),
    )
    apart = serials_apart(page)
    assert apart.text == "Số: 5ˆ†5 /UBND-KTTH Hà"
    assert [apart.text[w.start : w.end] for w in apart.words] == apart.text.split()
    assert [w.box for w in apart.words[:2]] == [(0, 0, 34, 30), (34, 0, 80, 30)]
    cited = page_of(
        ("", "Công", 0.9, "", 0.0), (" ", "số", 0.9, "", 0.0), (" ", "$4/UBND", 0.3, "54/UBND", 0.9)
    )
    assert serials_apart(cited) is cited


def test_a_short_word_that_the_engine_was_sure_of_is_no_junk() -> None:
    text = "Nơi nhận:\n- Như trên;\n- TT Đảng ủy, HĐND phường;\n- Lưu: VT.\n"
    at = text.index("TT")
    unsure = Evidence(recognised=((0, len(text)),))
    sure = Evidence(recognised=((0, len(text)),), sure=((at, at + 2),))
    assert "TT Đảng" not in explain(text, evidence=unsure).text  # else there's nothing to test
    assert explain(text, evidence=sure).text == text


def test_a_full_stop_of_papers_is_no_junk() -> None:
    text = "Quyết định này có hiệu lực thi hành từ ngày ký ban hành ./.\nNơi nhận:\n- Như trên;\n"
    evidence = Evidence(recognised=((0, len(text)),))
    assert "ban hành ./.\n" in explain(text, evidence=evidence).text

"""Reading order: letterhead, closing, stamps, tables, skew; no word lost, none moved needlessly."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin.cli.main import main
from vnadmin.document import Word
from vnadmin.formats.raw import RawPage
from vnadmin.scan.layout import in_reading_order

HEIGHT = 40  # of a word's box: 12 pt at 300 dpi
EM = 21  # mean width of a letter


class Sheet:
    """A page made by hand: each line of the engine holds runs at a given left edge."""

    def __init__(self) -> None:
        self.tokens: list[tuple[str, str, tuple[int, int, int, int], float]] = []
        self.y = 0

    def line(self, y: int, *runs: tuple[int, str], gap: str = "\n", sure: float = 0.95) -> Sheet:
        for at, (x, text) in enumerate(runs):
            for number, word in enumerate(text.split()):
                before = gap if at == 0 and number == 0 else " "
                box = (x, y, x + len(word) * EM, y + HEIGHT)
                self.tokens.append((before, word, box, sure))
                x = box[2] + EM // 2
        return self

    def body(self, y: int, *lines: str, gap: str = "\n\n") -> Sheet:
        for number, text in enumerate(lines):
            self.line(y + 70 * number, (300, text), gap="\n" if number else gap)
        return self

    def page(self, slope: float = 0.0) -> RawPage:
        text, words = "", []
        for before, word, (x0, y0, x1, y1), sure in self.tokens:
            text += before if text else ""
            down = round(slope * (x0 + x1) / 2)
            words.append(
                Word(len(text), len(text) + len(word), (x0, y0 + down, x1, y1 + down), sure)
            )
            text += word
        return RawPage(1, 2480, 3508, text, tuple(words))


BODY = (
    "Thực hiện Nghị quyết của Hội đồng nhân dân tỉnh về việc phát triển hợp tác xã nông",
    "nghiệp giai đoạn tới, Ủy ban nhân dân tỉnh yêu cầu các sở, ngành và địa phương triển",
    "khai đồng bộ các nhiệm vụ được giao, bảo đảm tiến độ và chất lượng theo quy định của",
    "pháp luật hiện hành, kịp thời báo cáo những vướng mắc phát sinh trong thực tế.",
)
MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


def letter() -> Sheet:
    sheet = Sheet()
    sheet.line(200, (380, "ỦY BAN NHÂN DÂN"), (1180, MOTTO))
    sheet.line(270, (440, "TỈNH AN BÌNH"), (1330, "Độc lập - Tự do - Hạnh phúc"))
    sheet.line(400, (400, "Số: 412/UBND-NN"), (1300, "An Bình, ngày 5 tháng 3 năm 2021"))
    sheet.line(470, (380, "V/v phát triển hợp tác xã"))
    sheet.line(540, (430, "kiểu mới năm 2021"))
    sheet.line(720, (900, "Kính gửi: Sở Nông nghiệp"), gap="\n\n")
    sheet.body(900, *BODY)
    sheet.line(1400, (300, "Nơi nhận:"), (1600, "KT. CHỦ TỊCH"), gap="\n\n")
    sheet.line(1460, (300, "- Như trên;"), (1560, "PHÓ CHỦ TỊCH"))
    sheet.line(1520, (300, "- Các sở, ngành;"))
    sheet.line(1580, (300, "- Lưu: VT, NN."))
    sheet.line(1800, (1600, "Trần Thị Bình"), gap="\n\n")
    return sheet


LEFT = [
    "ỦY BAN NHÂN DÂN",
    "TỈNH AN BÌNH",
    "Số: 412/UBND-NN",
    "V/v phát triển hợp tác xã",
    "kiểu mới năm 2021",
]
RIGHT = [MOTTO, "Độc lập - Tự do - Hạnh phúc", "An Bình, ngày 5 tháng 3 năm 2021"]
CLOSING = [
    "Nơi nhận:",
    "- Như trên;",
    "- Các sở, ngành;",
    "- Lưu: VT, NN.",
    "KT. CHỦ TỊCH",
    "PHÓ CHỦ TỊCH",
    "Trần Thị Bình",
]


def printed(page: RawPage) -> list[str]:
    return [line for line in page.text.split("\n") if line]


def everything(page: RawPage) -> Counter[str]:
    return Counter([*page.text.split(), *(w for r in page.regions for w in r.text.split())])


@pytest.mark.parametrize("slope", [0.0, 0.02, -0.035, 0.08])
def test_a_letter_is_read_column_by_column(slope: float) -> None:
    page = in_reading_order(letter().page(slope))
    assert printed(page) == [*LEFT, *RIGHT, "Kính gửi: Sở Nông nghiệp", *BODY, *CLOSING]
    assert page.regions == ()


def test_words_keep_their_boxes() -> None:
    before = letter().page()
    after = in_reading_order(before)
    boxes = Counter((before.text[w.start : w.end], w.box) for w in before.words)
    assert Counter((after.text[w.start : w.end], w.box) for w in after.words) == boxes
    assert all(a.end <= b.start for a, b in pairwise(after.words))


def test_what_is_in_order_stays_as_it_is() -> None:
    once = in_reading_order(letter().page())
    assert in_reading_order(once) == once
    plain = Sheet().body(200, *BODY).body(600, *BODY).page()
    assert in_reading_order(plain) == plain
    spaced = replace(plain, text=plain.text + "\n \n")
    assert in_reading_order(spaced) == spaced


def garbled(sheet: Sheet) -> Sheet:
    """What the English model makes of it, roughly."""
    table = str.maketrans("ỦỘÒÃỊĨỆựạặíịơậúôệọấ", "UQOAIiEuaaiionu6eoa")
    sheet.tokens = [(gap, word.translate(table), box, 0.8) for gap, word, box, _ in sheet.tokens]
    return sheet


def test_misread_letterheads_are_known() -> None:
    lines = printed(in_reading_order(garbled(letter()).page()))
    assert lines[2] == "Số: 412/UBND-NN"
    assert lines[5].startswith("CQNG HOA XA")
    assert lines[-1].startswith("Trần Th")
    assert lines[-4].startswith("- Lưu")


def test_issuer_and_motto_almost_touching() -> None:
    sheet = Sheet()
    sheet.line(200, (300, "BAN QUẢN LÝ CÁC KHU CÔNG NGHIỆP"), (970, MOTTO))
    sheet.line(270, (440, "TỈNH AN BÌNH"), (1130, "Độc lập - Tự do - Hạnh phúc"))
    sheet.body(500, *BODY)
    page = in_reading_order(sheet.page())
    assert printed(page)[:3] == ["BAN QUẢN LÝ CÁC KHU CÔNG NGHIỆP", "TỈNH AN BÌNH", MOTTO]


def test_without_a_motto_place_and_date_will_do() -> None:
    sheet = Sheet()
    sheet.line(200, (380, "SỞ NÔNG NGHIỆP"), (1400, "x;"))
    sheet.line(270, (440, "TỈNH AN BÌNH"))
    sheet.line(400, (400, "Số: 412/SNN-VP"), (1300, "An Bình, ngày 5 tháng 3 năm 2021"))
    sheet.line(470, (380, "V/v phát triển hợp tác xã"))
    sheet.body(600, *BODY)
    assert printed(in_reading_order(sheet.page()))[:6] == [
        "SỞ NÔNG NGHIỆP",
        "TỈNH AN BÌNH",
        "Số: 412/SNN-VP",
        "V/v phát triển hợp tác xã",
        "x;",
        "An Bình, ngày 5 tháng 3 năm 2021",
    ]


def test_columns_of_one_line_each_are_divided() -> None:
    sheet = Sheet().line(200, (380, "SỞ NÔNG NGHIỆP"))
    sheet.line(300, (400, "Số: 412/SNN-VP"), (1300, "An Bình, ngày 5 tháng 3 năm 2021"))
    sheet.body(600, *BODY)
    page = in_reading_order(sheet.page())
    assert printed(page)[1:3] == ["Số: 412/SNN-VP", "An Bình, ngày 5 tháng 3 năm 2021"]
    assert in_reading_order(page) == page


def test_a_party_letterhead() -> None:
    sheet = Sheet()
    sheet.line(200, (420, "HUYỆN ỦY AN BÌNH"), (1500, "ĐẢNG CỘNG SẢN VIỆT NAM"))
    sheet.line(330, (460, "Số 12-CV/HU"), (1400, "An Bình, ngày 5 tháng 3 năm 2021"))
    sheet.body(600, *BODY)
    assert printed(in_reading_order(sheet.page()))[:4] == [
        "HUYỆN ỦY AN BÌNH",
        "Số 12-CV/HU",
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "An Bình, ngày 5 tháng 3 năm 2021",
    ]


def test_a_motto_in_the_middle_is_no_letterhead() -> None:
    sheet = Sheet().line(200, (840, MOTTO)).line(270, (980, "Độc lập - Tự do - Hạnh phúc"))
    sheet.line(400, (300, "Họ và tên: Trần Bình"), (1400, "Năm sinh: 1980"))
    sheet.body(600, *BODY)
    page = sheet.page()
    assert in_reading_order(page) == page


def test_an_arrival_stamp_becomes_a_region() -> None:
    sheet = letter()
    stamp = Sheet()
    stamp.line(640, (120, "VĂN PHÒNG TỈNH ỦY"), gap="\n\n", sure=0.6)
    stamp.line(700, (120, "ĐẾN"), (330, "Giờ:...9...."), sure=0.5)
    stamp.line(750, (330, "Ngày:.06/3/21.."), sure=0.4)
    at = next(i for i, token in enumerate(sheet.tokens) if token[1] == "Kính")
    sheet.tokens[at:at] = stamp.tokens
    page = in_reading_order(sheet.page())
    assert printed(page) == [*LEFT, *RIGHT, "Kính gửi: Sở Nông nghiệp", *BODY, *CLOSING]
    (region,) = page.regions
    assert region.kind == "stamp"
    assert region.text.split("\n") == [
        "VĂN PHÒNG TỈNH ỦY",
        "ĐẾN",
        "Giờ:...9....",
        "Ngày:.06/3/21..",
    ]
    assert region.box[:2] == (120, 640)
    assert everything(page) == everything(sheet.page())


def test_notes_and_specks_become_regions() -> None:
    sheet = letter()
    sheet.tokens[:0] = Sheet().line(80, (2250, "Tfl"), sure=0.4).tokens
    sheet.line(3300, (60, ";"), gap="\n\n", sure=0.1)
    sheet.tokens[13:13] = [("\n", "———", (460, 255, 560, 262), 0.3)]
    page = in_reading_order(sheet.page())
    assert printed(page)[: len(LEFT)] == LEFT
    assert sorted(r.kind for r in page.regions) == ["handwriting", "junk", "junk"]


def test_a_page_number_over_the_letterhead_stays() -> None:
    sheet = letter()
    sheet.tokens[:0] = Sheet().line(90, (1290, "2"), sure=0.8).tokens
    page = in_reading_order(sheet.page())
    assert printed(page)[:2] == ["2", LEFT[0]]
    assert page.regions == ()


def test_a_table_keeps_its_order() -> None:
    sheet = Sheet().body(200, *BODY)
    for row in range(6):
        y = 700 + 90 * row
        sheet.line(y, (300, f"{row + 1}"), (500, "Xã An Bình"), (1200, "12.500"), (1800, "Đạt"))
    sheet.body(1400, *BODY)
    page = sheet.page()
    assert in_reading_order(page) == page


def test_cells_that_an_engine_gives_whole_keep_its_order() -> None:
    sheet = Sheet().body(200, *BODY)
    for y, x, lines in (
        (700, 300, ("Cấp giấy phép", "khai thác cát")),
        (700, 1000, ("15 ngày làm việc", "kể từ ngày nhận", "đủ hồ sơ")),
        (700, 1800, ("Sở Xây dựng",)),
        (960, 300, ("Gia hạn", "giấy phép")),
        (960, 1000, ("7 ngày",)),
    ):
        for number, line in enumerate(lines):
            sheet.line(y + 60 * number, (x, line), gap="\n" if number else "\n\n")
    sheet.body(1400, *BODY)
    page = sheet.page()
    assert in_reading_order(page) == page


def test_a_line_that_the_engine_put_too_late_comes_back() -> None:
    sheet = Sheet().body(200, *BODY[:1]).body(340, *BODY[2:], gap="\n\n")
    late = Sheet().body(270, BODY[1])
    sheet.tokens += late.tokens
    assert printed(in_reading_order(sheet.page())) == list(BODY)


def test_footnotes_and_page_numbers_end_the_closing() -> None:
    sheet = letter()
    sheet.line(2600, (300, "1"), (360, BODY[0]), gap="\n\n")
    sheet.line(3200, (1290, "4"), gap="\n\n")
    assert printed(in_reading_order(sheet.page()))[-3:] == ["Trần Thị Bình", f"1 {BODY[0]}", "4"]


def test_two_signatures_side_by_side() -> None:
    sheet = Sheet().body(200, *BODY)
    sheet.line(600, (400, "TM. ỦY BAN MẶT TRẬN"), (1600, "TM. ỦY BAN NHÂN DÂN"), gap="\n\n")
    sheet.line(670, (500, "CHỦ TỊCH"), (1700, "CHỦ TỊCH"))
    sheet.line(1000, (480, "Lê Văn An"), (1680, "Trần Thị Bình"))
    assert printed(in_reading_order(sheet.page()))[len(BODY) :] == [
        "TM. ỦY BAN MẶT TRẬN",
        "CHỦ TỊCH",
        "Lê Văn An",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        "Trần Thị Bình",
    ]


def test_three_signatures_over_the_recipients() -> None:
    sheet = Sheet().body(200, *BODY)
    sheet.line(600, (300, "KT. BỘ TRƯỞNG"), (1050, "KT. BỘ TRƯỞNG"), (1750, "KT. VIỆN TRƯỞNG"))
    sheet.line(670, (320, "THỨ TRƯỞNG"), (1070, "THỨ TRƯỞNG"), (1720, "PHÓ VIỆN TRƯỞNG"))
    sheet.line(1000, (330, "Lê Văn An"), (1060, "Trần Thị Bình"), (1780, "Đỗ Minh Châu"))
    sheet.line(1200, (300, "Nơi nhận:"), gap="\n\n").line(1260, (300, "- Như trên."))
    assert printed(in_reading_order(sheet.page()))[len(BODY) :] == [
        "KT. BỘ TRƯỞNG",
        "THỨ TRƯỞNG",
        "Lê Văn An",
        "KT. BỘ TRƯỞNG",
        "THỨ TRƯỞNG",
        "Trần Thị Bình",
        "KT. VIỆN TRƯỞNG",
        "PHÓ VIỆN TRƯỞNG",
        "Đỗ Minh Châu",
        "Nơi nhận:",
        "- Như trên.",
    ]


def test_what_seal_and_pen_leave_over_a_signature() -> None:
    sheet = letter()
    at = next(i for i, token in enumerate(sheet.tokens) if token[1] == "Trần")
    sheet.tokens[at:at] = Sheet().line(1700, (1500, "xQz &\u00ac"), gap="\n\n", sure=0.5).tokens
    page = in_reading_order(sheet.page())
    assert printed(page)[-len(CLOSING) :] == CLOSING
    assert [(r.kind, r.text) for r in page.regions] == [("handwriting", "xQz &\u00ac")]


@pytest.mark.parametrize(("sure", "number"), [(0.4, "Số: /UBND-NN"), (0.95, "Số: 4I2 /UBND-NN")])
def test_an_unsure_serial_is_handwriting(sure: float, number: str) -> None:
    sheet = letter()
    at = next(i for i, token in enumerate(sheet.tokens) if token[1] == "Số:")
    sheet.tokens[at + 1 : at + 2] = [
        (" ", "4I2", (480, 400, 560, 440), sure),
        (" ", "/UBND-NN", (575, 400, 750, 440), 0.9),
    ]
    page = in_reading_order(sheet.page())
    assert printed(page)[2] == number
    assert [r.text for r in page.regions] == ([] if sure > 0.9 else ["4I2"])
    assert in_reading_order(page) == page


def test_short_documents_on_one_page() -> None:
    sheet, second = letter(), letter()
    for before, word, (x0, y0, x1, y1), sure in second.tokens:
        gap = before if sheet.tokens else ""
        sheet.tokens.append((gap, word, (x0, y0 + 1900, x1, y1 + 1900), sure))
    sheet.tokens = [t for t in sheet.tokens if t[1] != "Nơi"]
    lines = printed(in_reading_order(sheet.page()))
    assert lines[: len(LEFT + RIGHT)] == LEFT + RIGHT
    second_at = lines.index(LEFT[0], 3)
    assert lines[second_at : second_at + len(LEFT + RIGHT)] == LEFT + RIGHT


@st.composite
def scattered(draw: st.DrawFn) -> RawPage:
    """Words of the genre at random places, in random lines."""
    words = [
        "Số:",
        "12/QĐ-TW",
        "Nơi nhận:",
        "- Như trên;",
        MOTTO,
        "ĐẾN",
        "Ngày:../..",
        "———",
        ";",
        "TM. BAN",
        "x",
        "QUYẾT ĐỊNH",
        BODY[0],
    ]
    text, boxed = "", []
    for _ in range(draw(st.integers(0, 14))):
        x, y = draw(st.integers(0, 2000)), draw(st.integers(0, 3000))
        sure = draw(st.sampled_from([0.0, 0.3, 0.8, 1.0]))
        text += draw(st.sampled_from([" ", "\n", "\n\n"])) if text else ""
        for number, word in enumerate(draw(st.sampled_from(words)).split()):
            text += " " if number else ""
            if draw(st.integers(0, 9)):
                boxed.append(
                    Word(len(text), len(text) + len(word), (x, y, x + 21 * len(word), y + 40), sure)
                )
            text += word
            x += 21 * len(word) + 10
    return RawPage(1, 2480, 3508, text, tuple(boxed))


@given(scattered())
def test_no_word_is_lost_or_doubled(page: RawPage) -> None:
    after = in_reading_order(page)
    assert everything(after) == everything(page)
    texts = Counter((page.text[w.start : w.end], w.box) for w in page.words)
    kept = Counter((after.text[w.start : w.end], w.box) for w in after.words)
    assert kept <= texts
    assert all(a.end <= b.start for a, b in pairwise(after.words))


@given(
    slope=st.floats(-0.06, 0.06),
    shift=st.integers(-80, 80),
    subject=st.integers(0, 3),
    jitter=st.lists(st.integers(-4, 4), min_size=9, max_size=9),
)
def test_letters_of_all_kinds(slope: float, shift: int, subject: int, jitter: list[int]) -> None:
    sheet = letter()
    drop = {470 + 70 * k for k in range(subject, 2)}
    sheet.tokens = [t for t in sheet.tokens if t[2][1] not in drop]
    sheet.tokens = [
        (gap, word, (x0 + shift, y0 + jitter[i % 9], x1 + shift, y1 + jitter[i % 7]), sure)
        for i, (gap, word, (x0, y0, x1, y1), sure) in enumerate(sheet.tokens)
    ]
    page = in_reading_order(sheet.page(slope))
    assert printed(page) == [
        *LEFT[: 3 + min(subject, 2)],
        *RIGHT,
        "Kính gửi: Sở Nông nghiệp",
        *BODY,
        *CLOSING,
    ]
    assert in_reading_order(page) == page


def test_pages_of_few_words() -> None:
    letters = [Word(2 * i, 2 * i + 1, (30 * i, 0, 30 * i + 9, 9), 1.0) for i in range(20)]
    for page in (
        RawPage(1, 900, 10, "x " * 20, tuple(letters)),
        RawPage(1, 10, 10, "", ()),
        RawPage(1, 10, 10, "một hai ba bốn năm", ()),
        RawPage(
            1, 10, 10, "a b c d", (Word(0, 1, (0, 0, 0, 0), 0.0), Word(2, 3, (0, 0, 0, 0), 1.0))
        ),
    ):
        assert in_reading_order(page) == page


def hocr(page: RawPage) -> bytes:
    """The page as an engine's file, a line of it for each of the text's."""
    words = iter(page.words)
    lines = []
    for text in page.text.split("\n"):
        spans = ""
        for word in text.split():
            box = " ".join(map(str, next(words).box))
            spans += f"<span class='ocrx_word' title='bbox {box}; x_wconf 95'>{word}</span> "
        lines.append(f"<span class='ocr_line' title='bbox 0 0 9 9'>{spans}</span>")
    head = f"<div class='ocr_page' title='bbox 0 0 {page.width} {page.height}'>"
    return f"<html><body>{head}{''.join(lines)}</div></body></html>".encode()


def test_scans_are_scored_at_each_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = "\n".join([*LEFT, *RIGHT, "Kính gửi: Sở Nông nghiệp", *BODY, *CLOSING])
    (tmp_path / "letter.txt").write_text(truth + "\n\f", "utf-8")
    (tmp_path / "letter.html").write_bytes(hocr(letter().page()))
    arguments = ["evaluate", "scans", "--truth", str(tmp_path), str(tmp_path / "letter.html")]
    assert main([*arguments, "--json"]) == 0
    (score,) = json.loads(capsys.readouterr().out)
    assert score["raw"]["grapheme_edits"] > 50
    assert score["ordered"]["grapheme_edits"] == 0
    assert score["restored"]["grapheme_edits"] == 0
    assert score["worse"] is False
    assert main(arguments) == 0
    assert "pages worse than raw: 0 of 1" in capsys.readouterr().out
    (tmp_path / "letter.txt").write_text("a\fb", "utf-8")
    assert main(arguments) == 3
    assert "has 1 page(s), its truth 2" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["ngày", "tháng", "số/", "K.", "Ngày:..", "CỘNG"])
def test_a_line_of_any_length_takes_seconds_at_most(word: str) -> None:
    size = len(word) + 1
    words = [
        Word(size * i, size * i + len(word), (3 * i, 9, 3 * i + 2, 49), 0.4) for i in range(9000)
    ]
    page = RawPage(1, 27_000, 90, " ".join([word] * 9000), tuple(words))
    started = time.monotonic()
    assert everything(in_reading_order(page)) == everything(page)
    assert time.monotonic() - started < 10


def test_a_page_of_any_size_takes_seconds_at_most() -> None:
    text, words = "", []
    for number in range(30_000):
        text += "\n" if text else ""
        x, y = number * 37 % 2000, number * 3 % 3400
        words.append(Word(len(text), len(text) + 3, (x, y, x + 60, y + 40), 0.2))
        text += "ĐẾN"
    page = RawPage(1, 2480, 3508, text, tuple(words))
    started = time.monotonic()
    assert everything(in_reading_order(page)) == everything(page)
    assert time.monotonic() - started < 10

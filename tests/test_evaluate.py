"""Scoring a page's body, long texts, confidences and what is still wrong."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from vnadmin.document import Edit
from vnadmin.errors import InputError
from vnadmin.evaluate.align import cuts, edit_operations
from vnadmin.evaluate.body import body, stretch_like, without_marks
from vnadmin.evaluate.calibration import Judged, calibration, judge
from vnadmin.evaluate.metrics import harm, measure, tokens
from vnadmin.evaluate.remaining import remaining
from vnadmin.evaluate.report import pages_report, pages_worse, report
from vnadmin.evaluate.run import Pair, read_pair_file, score
from vnadmin.options import Options
from vnadmin.restore import Restoration, RestoredWord
from vnadmin.vietnamese import fold

DECISION = """\
ỦY BAN NHÂN DÂN
TỈNH TRƯỜNG SƠN
Số: 12/QĐ-UBND
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Trường Sơn, ngày 05 tháng 6 năm 2023
QUYẾT ĐỊNH
Về việc giao chỉ tiêu trồng rừng
Phòng hộ năm 2023
CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH
Căn cứ Luật Lâm nghiệp ngày 15 tháng 11 năm 2017;
QUYẾT ĐỊNH:
Điều 1. Giao các huyện trồng 40 ha rừng.
Điều 2. Quyết định này có hiệu lực từ ngày ký./.
Nơi nhận:
- Như Điều 2;
TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH
"""

LETTER = """\
SỞ Y TẾ
Số: /SYT-NV
V/v mượn hội trường
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Trường Sơn, ngày tháng 6 năm 2023
HỎA TỐC
Kính gửi:
- Các sở: Tài chính, Nội vụ,
Xây dựng;
- Ủy ban nhân dân huyện
miền núi.
Sở Y tế mượn hội trường họp ngày 06/6.
Rất mong được giúp đỡ.
KT. GIÁM ĐỐC
PHÓ GIÁM ĐỐC
"""


def test_body_lies_between_title_and_close() -> None:
    assert body(DECISION).splitlines() == DECISION.splitlines()[10:14]
    assert body(LETTER).splitlines() == LETTER.splitlines()[12:14]


def test_body_of_a_party_directive_starts_behind_its_subject() -> None:
    lines = [
        "THÀNH ỦY HẢI VÂN",
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "CHỈ THỊ",
        "về phòng cháy",
        "và chữa cháy",
        "Mùa khô đến sớm.",
        "Ban Thường vụ yêu cầu các cấp ủy làm ngay.",
        "T/M BAN THƯỜNG VỤ",
        "BÍ THƯ",
    ]
    assert body("\n".join(lines)).splitlines() == lines[5:7]
    assert body("\n\n".join(lines[2:7])).split("\n\n")[-2:] == lines[5:7]  # no letterhead at all


@pytest.mark.parametrize("text", ["", "\n", "Mùa khô đến sớm.\nRừng dễ cháy.\n", "TM. ỦY BAN"])
def test_text_without_a_letterhead_is_body_up_to_the_close(text: str) -> None:
    assert body(text) == ("" if text.startswith("TM.") else text)


def test_marks_say_where_the_body_is_and_are_no_text() -> None:
    lines = DECISION.splitlines(keepends=True)
    marked = "".join([*lines[:12], "[[body]]\n", lines[12], "[[/body]]\n", *lines[13:]])
    assert body(marked) == lines[12]
    assert without_marks(marked) == DECISION


def test_a_close_in_capitals_is_found_in_linear_time() -> None:
    assert body("TM. " + "Ư" * 200_000 + "a") != ""


def test_what_is_read_around_the_body_is_free_and_what_is_read_inside_counts() -> None:
    truth = "một hai ba bốn năm sáu"
    output = "Số: 12 | ~ Một hai xx ba bon năm sáu. Nơi nhận: ba"
    start, end = stretch_like(truth, output)
    assert output[start:end] == "Một hai xx ba bon năm sáu."
    counts = measure(truth, output[start:end])
    assert (counts.right, counts.substituted, counts.inserted) == (5, 1, 1)


def test_a_body_that_was_not_read_at_all() -> None:
    assert stretch_like("một hai", "") == (0, 0)
    start, end = stretch_like("một hai", "ba bốn năm")
    assert measure("một hai", "ba bốn năm"[start:end]).right == 0


@given(st.lists(st.sampled_from("abcd"), max_size=8), st.lists(st.sampled_from("abcd"), max_size=9))
def test_the_stretch_is_the_nearest_of_all(wanted: list[str], got: list[str]) -> None:
    output = " ".join(got)
    start, end = stretch_like(" ".join(wanted), output)
    every = [got[i:j] for i in range(len(got) + 1) for j in range(i, len(got) + 1)]
    best = min(Levenshtein.distance(wanted, part) for part in every)
    assert Levenshtein.distance(wanted, output[start:end].split()) == best


def garbled(words: list[str], share: float, choose: random.Random) -> list[str]:
    """Replace, drop and insert a share of words, in runs too."""
    result: list[str] = []
    for word in words:
        luck = choose.random() / share
        if luck < 0.3:
            result.append(fold(word))
        elif luck < 0.6:
            result.append(choose.choice(words))
        elif luck < 0.8:
            result += [word, choose.choice(words)]
        elif luck >= 1:
            result.append(word)
    return result


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([0.01, 0.1, 0.3]), st.integers(50, 2000))
def test_cutting_long_texts_leaves_the_distance_as_it_is(
    seed: int, share: float, vocabulary: int
) -> None:
    choose = random.Random(seed)
    words = [f"từ{choose.randrange(vocabulary)}" for _ in range(600)]
    other = garbled(words, share, choose)
    at = cuts(words, other, long=100, runs=(6, 3), stretch=40)
    operations = edit_operations(words, other, at)
    assert len(operations) == Levenshtein.distance(words, other)
    rebuilt = list(words)
    for kind, i, j in reversed(operations):
        rebuilt[i : i + (kind != "insert")] = [] if kind == "delete" else [other[j]]
    assert rebuilt == other


def test_long_texts_are_cut_where_accents_alone_differ() -> None:
    choose = random.Random(1)
    words = [f"từ{choose.randrange(3000)}" for _ in range(20_000)]
    bare = [fold(word) for word in words]
    at = cuts(words, bare)
    assert len(at) > 10
    assert all(i == j for i, j in at)
    assert [kind for kind, _, _ in edit_operations(words, bare)] == ["replace"] * 20_000
    assert cuts(words[:3000], bare[:3000]) == []
    garbled_most = [word if n % 7 < 2 else "?" for n, word in enumerate(words)]
    assert len(cuts(words, garbled_most)) > 5


def test_counts_of_a_long_text_are_those_of_its_parts() -> None:
    choose = random.Random(2)
    words = [f"từ{choose.randrange(3000)}" for _ in range(12_000)]
    counts = measure(" ".join(words), "\n".join(garbled(words, 0.02, random.Random(3))))
    plain = garbled(words, 0.02, random.Random(3))
    assert counts.substituted + counts.deleted + counts.inserted == Levenshtein.distance(
        words, plain
    )
    assert counts.grapheme_edits == Levenshtein.distance(" ".join(words), " ".join(plain))
    assert counts.graphemes == len(" ".join(words))
    assert harm(" ".join(words), " ".join(plain)).changed == Levenshtein.distance(words, plain)


def restoration(source: list[str], words: list[str], confidence: list[float]) -> Restoration:
    """Words of one line as restored; those that differ from the source are edits."""
    edits, restored = [], []
    start = source_start = 0
    for read, word, sure in zip(source, words, confidence, strict=True):
        end, source_end = start + len(word), source_start + len(read)
        if read != word:
            edits.append(Edit(start, end, source_start, source_end, read, word, "word", sure))
        restored.append(RestoredWord(start, end, source_start, source_end, sure))
        start, source_start = end + 1, source_end + 1
    return Restoration(" ".join(words), tuple(edits), tuple(restored))


def test_words_are_judged_by_the_alignment() -> None:
    result = restoration(
        "Can cú vao lụat | dat đai".split(),
        "Căn cứ vào luật x dat đai".split(),
        [1.0, 0.9, 0.8, 0.7, 0.6, 0.9999, 1.0],
    )
    assert judge("Căn cứ vài luật đất đai", result) == [
        Judged(1.0, True, True),
        Judged(0.9, True, True),
        Judged(0.8, False, True),
        Judged(0.7, True, True),
        Judged(0.6, False, True),
        Judged(0.9999, False, False),
        Judged(1.0, True, False),
    ]
    part = (result.text.index("luật"), result.text.index(" x"))
    assert judge("luật", result, part) == [Judged(0.7, True, True)]


def test_a_word_of_two_tokens_is_right_if_both_are() -> None:
    split = Restoration(
        "căn cứ luật",
        (Edit(0, 6, 0, 5, "cancứ", "căn cứ", "split", 0.8),),
        (RestoredWord(0, 6, 0, 5, 0.8), RestoredWord(7, 11, 6, 10, 1.0)),
    )
    assert [j.right for j in judge("căn cứ luật", split)] == [True, True]
    assert [j.right for j in judge("căn cớ luật", split)] == [False, True]


def test_calibration_by_hand() -> None:
    sure = [Judged(1.0, True, False)] * 80
    doubtful = [Judged(0.9, n < 9, True) for n in range(10)]  # nine of ten right: as said
    wild = [Judged(0.5, True, True)] * 10
    scores = calibration(sure + doubtful + wild)
    assert (scores.words, scores.wrong, scores.doubtful, scores.doubtful_wrong) == (100, 1, 20, 1)
    assert [b.words for b in scores.bins] == [2] * 10
    # the wild bins are 0.5 off; of 0.9 said, four bins are 0.1 off and one, with the wrong, 0.4
    assert scores.ece == pytest.approx((10 * 0.5 + 8 * 0.1 + 2 * 0.4) / 20)
    assert scores.brier == pytest.approx((10 * 0.25 + 9 * 0.01 + 0.81) / 20)
    assert scores.brier_constant == pytest.approx(0.95 * 0.05)
    assert scores.wrong_found == 0.0  # the five least sure are wild ones, all right


def test_wrong_words_at_the_edge_of_the_least_sure_count_by_their_due_part() -> None:
    judged = [Judged(0.5, n > 1, True) for n in range(10)] + [Judged(1.0, True, False)] * 90
    scores = calibration(judged)
    assert scores.wrong == 2
    assert scores.wrong_found == pytest.approx(2 * 5 / 10)
    assert scores.found_share == pytest.approx(0.5)


def test_calibration_of_nothing() -> None:
    scores = calibration([])
    assert (scores.words, scores.ece, scores.brier, scores.found_share) == (0, 0.0, 0.0, 1.0)


def test_what_is_still_wrong_has_a_cause_and_its_reading() -> None:
    truth = "Ban hành ngày 15 tháng 7 tại Hải Phòng theo quyết định đã ký ở trụ sở mới nhất"
    result = restoration(
        "Ban hanh ngay l5 tháng 7 tại Hài Phòng thoo quyết dịnh đã ky ở trụs ở mới x".split(),
        "Ban hành ngày 16 tháng 7 tại Hài Phòng thao quyết dịnh đã ký ở trụs ở mới x".split(),
        [0.9] * 19,
    )
    found = [(w.cause, w.source, w.restored, w.truth) for w in remaining(truth, result)]
    assert found == [
        ("number or code", "l5", "16", "15"),
        ("name", "Hài", "Hài", "Hải"),
        ("letter", "thoo", "thao", "theo"),
        ("accent or tone", "dịnh", "dịnh", "định"),
        ("split or join", "trụs ở", "trụs ở", "trụ sở"),
        ("letter", "x", "x", "nhất"),
    ]
    short = restoration("một ba tư bốn".split(), "một ba tư bốn".split(), [1.0] * 4)
    assert [(w.cause, w.restored, w.truth) for w in remaining("một hai ba tư", short)] == [
        ("missing", "", "hai"),
        ("inserted", "bốn", ""),
    ]


def test_scores_of_bodies_with_pages_confidences_and_errors() -> None:
    examples = Path(__file__).parent.parent / "docs" / "examples"
    pairs = [p for p in read_pair_file(examples, "eng") if p.name == "official-letter"]
    own, raw = score(
        pairs, options=Options(), body_only=True, explained=True, others={"raw input": list}
    )
    assert own.counts.syllables == len(tokens(body(pairs[0].truth)))
    assert own.counts.accuracy > 0.9 > raw.counts.accuracy
    assert own.pages["official-letter"] == own.counts
    assert own.calibration is not None
    assert own.calibration.wrong >= own.counts.substituted
    assert len(own.remaining) >= own.calibration.wrong / 2
    assert pages_worse(own, raw) == 0
    assert pages_worse(raw, own) == 1
    assert "worse than raw: 0 of 1 pages" in pages_report(own, raw)
    assert "ECE" in report([own, raw])


def test_nothing_to_score_is_an_error() -> None:
    with pytest.raises(InputError, match="no words of a body"):
        score([Pair("p", "TM. ỦY BAN", "x")], options=Options(), body_only=True)

"""Restoring any text: never an error, every change replayable, correct text left alone."""

from __future__ import annotations

import sys
import threading
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vnadmin
from vnadmin.document import apply_edits, undo_edits
from vnadmin.errors import ModelError, UsageError
from vnadmin.options import Options
from vnadmin.restore import Restoration, explain, restore, restore_many
from vnadmin.restore.engine import restorer
from vnadmin.vietnamese import fold, nfc

# `vnadmin.restore` is the function as well as the room.
blocks, engine = (sys.modules[f"vnadmin.restore.{name}"] for name in ("blocks", "engine"))
EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
READ = [path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*/*.txt"))]
PROFILES = ("auto", "clean", "eng", "vie", "stripped")

fragments = st.sampled_from(
    [
        *sorted({word for text in READ for word in text.split()}),
        *"14 16i x3 QB/TU 23-QĐ/TW 07- CT/TW, 43/2014/NĐ-CP 30/7/2021 1.250.000 ngày /".split(),
        *"can b phoOng ph(‘)ng vz‘l ~ | _ — “ ” ‘l ¬ © (‘) ¿ … Ã† cḉ TÂ\u0323P COVID-19".split(),
        *("hòa", unicodedata.normalize("NFD", "Quyết định"), "\u0301", "\u200b", "\xad", "\ufeff"),
        "x" * 50,
        "é" * 30,
    ]
)
spaces = st.sampled_from([" ", " ", " ", " ", "", "\n", "\n\n", "  ", "\t", "\r\n", "\f", "\xa0"])
garbled = st.lists(st.tuples(fragments, spaces), max_size=25).map(
    lambda parts: "".join(word + space for word, space in parts)
)
any_text = garbled | st.text(max_size=60)


def check(source: str, result: Restoration) -> None:
    assert apply_edits(source, result.edits) == result.text
    assert undo_edits(result.text, result.edits) == source
    for edit in result.edits:
        assert source[edit.source_start : edit.source_end] == edit.source
        assert result.text[edit.start : edit.end] == edit.restored
        assert edit.source != edit.restored
        assert 0 <= edit.confidence <= 1
        assert (edit.kind == "junk") == (edit.restored == "")
    for left, right in pairwise(result.edits):
        assert left.end <= right.start
        assert left.source_end <= right.source_start
    for word in result.words:
        assert 0 <= word.start < word.end <= len(result.text)
        assert 0 <= word.source_start < word.source_end <= len(source)
        assert 0 <= word.confidence <= 1
    for left_word, right_word in pairwise(result.words):
        assert left_word.end <= right_word.start
    assert nfc(result.text) == result.text


@settings(max_examples=150)
@given(any_text, st.sampled_from(PROFILES))
def test_any_text_is_restored_and_its_edits_replay(text: str, profile: str) -> None:
    options = Options(profile=profile)
    result = explain(text, options=options)
    check(text, result)
    assert restore(text, options=options) == result.text


@settings(max_examples=60)
@given(any_text, st.floats(0, 1))
def test_unsure_edits_are_left_out(text: str, confidence: float) -> None:
    result = explain(text, options=Options(profile="eng", min_confidence=confidence))
    check(text, result)
    # Confidences are rounded to four places once the choice is made.
    assert all(edit.confidence >= confidence - 5e-5 for edit in result.edits)


@settings(max_examples=40)
@given(garbled)
def test_extracting_from_any_text(text: str) -> None:
    document = vnadmin.extract(text)
    assert undo_edits(document.text, document.edits) == text
    for citation in document.citations:
        assert document.text[citation.start : citation.end] == citation.text
        assert text[citation.source_start : citation.source_end] == citation.source_text


@settings(max_examples=20)
@given(st.lists(any_text, max_size=4))
def test_many_texts_are_restored_as_each_alone(texts: list[str]) -> None:
    assert list(restore_many(texts)) == [restore(text) for text in texts]


@settings(max_examples=60)
@given(any_text)
def test_clean_profile_changes_nothing(text: str) -> None:
    assert restore(text, options=Options(profile="clean")) == nfc(text)


@pytest.mark.parametrize("text", ["", " ", "\n", "\f", "\f\f\n", "\n\n a \n", "\x00", "…", "14"])
def test_next_to_nothing(text: str) -> None:
    assert restore(text) == text


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/truth.txt")), ids=lambda p: p.parent.name)
def test_correct_text_stays(path: Path) -> None:
    truth = path.read_text("utf-8")
    assert restore(truth) == truth
    assert explain(truth).edits == ()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/eng.txt")), ids=lambda p: p.parent.name)
def test_restored_text_hardly_changes_any_more(path: Path) -> None:
    once = restore(path.read_text("utf-8"))
    changed = sum(a != b for a, b in zip(once.split(), restore(once).split(), strict=False))
    assert changed <= 0.02 * len(once.split())


@pytest.mark.parametrize(
    "text",
    [
        "Quyết định số 23-QĐ/TW ngày 30 tháng 7 năm 2021 của Bộ Chính trị",
        "Hòa Bình, hoà bình, Uỷ ban, ủy ban, kỹ thuật, kĩ thuật",
        "Số: 12/2023/TT-BNV; số 05/CT-TTg; số 299/UB-NC; 1.250.000 đồng; 50%; 14 giờ 30 phút",
        "PowerPoint, Internet, Facebook, COVID-19, WTO, UNESCO, e-mail: a.b@c.gov.vn",
        "The quick brown fox jumps over the lazy dog. It is a sentence in English, nothing else.",
        "ông Nguyễn Văn Ắt và bà Y Tru Alio, xã Cư M'gar, huyện Krông Pắc",
        "1. Mục đích\na) Nâng cao nhận thức;\nb) Tăng cường kiểm tra.\n- Lưu: VT, NC (3b).",
        "中华人民共和国 — 条例 🙂🙂",
    ],
)
def test_what_must_not_change(text: str) -> None:
    assert restore(text) == text


@pytest.mark.parametrize(
    ("source", "restored"),
    [
        (
            "Can cu Luat To chuc chinh quyen dia phuong; theo de nghi cua Giam doc So Noi vu",
            "Căn cứ Luật Tổ chức chính quyền địa phương; theo đề nghị của Giám đốc Sở Nội vụ",
        ),
        (
            "UY BAN NHAN DAN TINH QUYET DINH ban hanh quy che lam viec cua Uy ban nhan dan tinh",
            "ỦY BAN NHÂN DÂN TỈNH QUYẾT ĐỊNH ban hành quy chế làm việc của Ủy ban nhân dân tỉnh",
        ),
    ],
)
def test_stripped_accents_come_back(source: str, restored: str) -> None:
    assert restore(source).replace("UỶ", "ỦY").replace("Uỷ", "Ủy") == restored


def test_decomposed_text_comes_out_composed_and_replays() -> None:
    source = unicodedata.normalize("NFD", "Căn cứ Nghị định số 43/2014/NĐ-CP của Chính phủ")
    result = explain(source)
    check(source, result)
    assert result.text == nfc(source)
    assert {edit.kind for edit in result.edits} == {"encoding"}


def test_an_unknown_profile_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="nonsense"):
        restore("một", options=Options(profile="nonsense"))


def test_a_missing_model_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        restore("một", options=Options(model=tmp_path))


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_impossible_confidence(confidence: float) -> None:
    with pytest.raises(UsageError):
        Options(min_confidence=confidence)


def test_threads_share_a_model() -> None:
    texts = [text[:1500] for text in READ]
    expected = [restore(text) for text in texts]
    found: dict[int, list[str]] = {}

    def work(number: int) -> None:
        found[number] = [restore(text) for text in texts[number:] + texts[:number]]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, results in found.items():
        assert results == expected[number:] + expected[:number]
    assert len(found) == 4


def test_a_long_text_is_restored_as_its_pages_are() -> None:
    pages = [fold(text).replace("\f", "\n") for text in READ[:6]]
    whole = restore("\f".join(pages)).split("\f")
    alone = [restore(page + "\f")[:-1] for page in pages]
    assert len(whole) == len(pages)
    words = [
        (one, other)
        for page, own in zip(whole, alone, strict=True)
        for one, other in zip(page.split(), own.split(), strict=True)
    ]
    # Not all: each page helps to read the others.
    assert sum(one != other for one, other in words) <= 0.005 * len(words)


def test_a_text_is_restored_alike_whatever_stands_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocks, "BATCH", 2_000)
    monkeypatch.setattr(engine, "BATCH", 2_000)
    texts = ["\f".join(READ[start::4]) for start in range(4)]
    assert max(map(len, texts)) > 6_000
    alone = [explain(text) for text in texts]
    together = restorer(None).explain_many(texts[::-1], Options())
    assert list(together) == alone[::-1]


def test_the_source_keeps_its_tone_mark_habit() -> None:
    read = "Uỷ ban nhân dân tỉnh Hoà Bình đồng ý thực hiện; Uỷ ban nhân dân thành phố Hoa Bình."
    options = Options(profile="stripped")
    assert restore(read, options=options).endswith("Uỷ ban nhân dân thành phố Hoà Bình.")


def test_the_order_of_a_list_tells_d_from_đ() -> None:
    marks = ["a", "b", "c", "d", "đ", "e"]
    text = "\n".join(f"{mark}) Thực hiện nhiệm vụ do Ủy ban nhân dân tỉnh giao;" for mark in marks)
    assert restore(fold(text)) == text
    assert restore(text) == text


def test_capitals_of_a_symbol_say_nothing_about_the_word_beside_it() -> None:
    page = "UY BAN NHAN DAN TINH CA MAU\nS6: 02/QD-UBND\nCan cit Luat T6 chire chinh quyén"
    assert "\nSố: 02/QĐ-UBND\n" in restore(page)


def test_noise_that_another_channel_reads_has_a_name() -> None:
    read = "Căn cứ Luật Tô chức chính quyên địa phương"
    served = restore(read, options=Options(profile="script/Vietnamese"))
    assert served == restore(read, options=Options(profile="vie")) != read
    layer = "CQNG HOA xA HQI CHU NGHIA vrpr NAM"
    assert restore(layer, options=Options(profile="scanner")) == restore(
        layer, options=Options(profile="eng")
    )


def test_figures_that_ran_into_a_word_are_never_dropped() -> None:
    line = "Trung tướng Đồng Sĩ Nguyên(1923-2019)"
    for profile in ("vie", "stripped"):
        assert "1923-2019" in restore(line, options=Options(profile=profile))


def test_lines_of_two_hands_are_judged_apart() -> None:
    """Correct text stays as it is beside a page read by an engine that knows no Vietnamese."""
    folder = EXAMPLES / "party-directive"
    right, read = ((folder / f"{n}.txt").read_text("utf-8") for n in ("truth", "eng"))
    mixed = restore(read + "\n\n" + right)
    assert mixed.endswith(right)
    assert mixed.startswith(restore(read)[:400])


@pytest.mark.parametrize("profile", ["eng", "vie", "stripped"])
def test_web_and_mail_addresses_stay(profile: str) -> None:
    addresses = (
        "https://dichvucong.gov.vn/thutuc",
        "(www.moj.gov.vn),",
        "vanthu.abc@hanoi.gov.vn;",
        "https://dich\nvucong.thanhhoa.\ngov.vn.",
    )
    for address in addresses:
        text = f"Cac t6 chirc, ca nhan nop ho so tai {address} va gui ve Uy ban nhan dan tinh"
        assert address in restore(text, options=Options(profile=profile))


def test_what_is_hardly_junk_stays() -> None:
    text = (
        "Thvc hi~n KS hoach s6 41/KH-SGDDT ngay 12/9/2023 vS viec t~p huan giao vien, S6' Giao dvc "
        "va Dao tao\nde nghi cac tnrong ki~m tra h6 s0 va n<)p bao cao danh gia theo bQ tieu chi "
        "GRE-QT\n\nMoi thac mac xin lien h~ Phong To chirc can bQ, cac don vi gui ban chfnh thirc "
        "ke ca phu luc cua GRE-QT"
    )
    assert "tiêu chí GRE-QT\n" in restore(text, options=Options(profile="eng"))

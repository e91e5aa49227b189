"""The written language: tone marks, possible syllables, the form used for comparing, folding."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin.vietnamese import (
    LETTERS,
    ONSETS,
    RIMES,
    ToneHabit,
    canonical,
    fold,
    in_new_habit,
    is_syllable,
    nfc,
    place_tone,
    split_onset,
    split_tone,
    tone_habit,
)

TONES = range(6)
HABITS: tuple[ToneHabit, ...] = ("old", "new")
TONELESS = sorted(onset + rime for onset in ONSETS for rime in RIMES)
POSSIBLE = [word for word in TONELESS if is_syllable(place_tone(word, 2))]

REAL = """
    quyết định nghị nghiêm ngoặc khuỷu khuya thuở thuế huy hiệu uỷ ủy ban oan oán giữ gìn giết giêng
    già giá giặc gì gỉ gịn quý quốc quả quẩn quyền quở y ý yêu yếu yểm ưu ươm ướt ông ốc khoẻ khỏe
    toà tòa án thuý thúy nguệch xoong boong ngoằn ngoèo ngoẹo loắt choắt khuếch huỳnh thuỳ thùy
    rượu bia đường đi được điều lệ vướng ghê gớm nghe kẻ kỷ kỉ cưỡng bức phép tắc thực tiễn hoạch
    toác toạc oái ăm ắp ặc ấp ất ế ếch êm ấy ị ít ích iếc xuýt suỵt tuýp giỗ giền quắp quẹt
    """.split()
NOT_SYLLABLES = """
    qđ ttg ubnd hđnd cp wto covid of and with law decree str ngh ng gh q qu đ kà kô ce ngi nghà
    ghà ci hoap quyêt định. tw áp̀ tát̀ tảc thàt cap hòăn toàna fax jan zalo xăo ơu ưô iê yê 12 a1
    """.split()


@pytest.mark.parametrize("word", REAL)
def test_real_syllables_are_possible(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(word.upper())
    assert is_syllable(unicodedata.normalize("NFD", word))


@pytest.mark.parametrize("word", NOT_SYLLABLES)
def test_other_words_are_not(word: str) -> None:
    assert not is_syllable(word)


def test_stopped_rimes_take_only_two_tones() -> None:
    assert [is_syllable(place_tone("tat", tone)) for tone in TONES] == [False] * 2 + [
        True,
        False,
        False,
        True,
    ]
    assert [is_syllable(place_tone("tach", tone)) for tone in TONES].count(True) == 2


def test_a_tone_in_the_wrong_place_is_no_syllable() -> None:
    assert is_syllable("toàn")
    assert not is_syllable("tòan")
    assert is_syllable("hòa")
    assert is_syllable("hoà")
    assert not is_syllable("qúy")
    assert not is_syllable("đựơc")


@pytest.mark.parametrize(
    ("toneless", "tone", "old", "new"),
    [
        ("hoa", 1, "hòa", "hoà"),
        ("khoe", 3, "khỏe", "khoẻ"),
        ("uy", 3, "ủy", "uỷ"),
        ("quy", 2, "quý", "quý"),
        ("toan", 1, "toàn", "toàn"),
        ("thuê", 2, "thuế", "thuế"),
        ("đươc", 5, "được", "được"),
        ("gia", 1, "già", "già"),
        ("gi", 1, "gì", "gì"),
        ("khuyu", 3, "khuỷu", "khuỷu"),
        ("ngoeo", 1, "ngoèo", "ngoèo"),
        ("mia", 2, "mía", "mía"),
        ("của", 0, "của", "của"),
        ("ngh", 2, "ngh", "ngh"),
        ("HOA", 1, "HÒA", "HOÀ"),
        ("Đang", 3, "Đảng", "Đảng"),
    ],
)
def test_where_the_tone_mark_goes(toneless: str, tone: int, old: str, new: str) -> None:
    assert place_tone(toneless, tone, "old") == old
    assert place_tone(toneless, tone, "new") == new
    assert canonical(old) == canonical(new)


@given(st.sampled_from(POSSIBLE), st.sampled_from(TONES), st.sampled_from(HABITS))
def test_placing_and_splitting_are_inverse(toneless: str, tone: int, habit: ToneHabit) -> None:
    marked = place_tone(toneless, tone, habit)
    assert split_tone(marked) == (toneless, tone)
    assert nfc(marked) == marked
    assert canonical(marked) == place_tone(toneless, tone, "old")
    assert set(marked) <= LETTERS


@given(st.sampled_from(POSSIBLE))
def test_onset_and_rime_make_the_syllable(toneless: str) -> None:
    onset, rime = split_onset(toneless)
    assert onset + rime == toneless
    assert onset in ONSETS
    assert rime in RIMES


def test_the_grammar_is_about_as_large_as_the_language() -> None:
    # Dictionaries list some 7,000 syllables; the grammar allows more, but far from everything.
    possible = {
        place_tone(word, tone)
        for word in TONELESS
        for tone in TONES
        if is_syllable(place_tone(word, tone))
    }
    assert 12_000 < len(possible) < 20_000


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Hoà", "hòa"),
        ("ỦY BAN", "uỷ ban"),
        ("Khoẻ mạnh", "khỏe mạnh"),
        ("THUỶ", "thủy"),
        ("Quyê\u0301t đi\u0323nh", "quyết định"),
        ("QUÝ", "quý"),
    ],
)
def test_one_word_in_two_spellings_compares_equal(left: str, right: str) -> None:
    assert canonical(left) == canonical(right)


@pytest.mark.parametrize(
    ("left", "right"), [("toán", "tóan"), ("kỹ", "kĩ"), ("đ", "d"), ("a", "á")]
)
def test_different_words_stay_different(left: str, right: str) -> None:
    assert canonical(left) != canonical(right)


def test_folding_drops_every_mark_and_keeps_case() -> None:
    assert fold("Quyết định số 23-QĐ/TW, Đà Nẵng") == "Quyet dinh so 23-QD/TW, Da Nang"
    assert fold(unicodedata.normalize("NFD", "Đường")) == "Duong"


@given(
    st.text(st.sampled_from(sorted(LETTERS) + [c.upper() for c in sorted(LETTERS)] + list(" -/")))
)
def test_folding_vietnamese_keeps_length(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(nfc(text))
    assert folded.isascii()
    assert fold(folded) == folded


@given(st.text())
def test_canonical_and_fold_settle_at_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert canonical(nfc(text)) == canonical(text)


@given(st.text(st.sampled_from(sorted(LETTERS) + list(" .-"))))
def test_canonical_is_idempotent_on_vietnamese(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
    assert canonical(text.upper()) == canonical(text)


def test_tone_habit() -> None:
    assert tone_habit("uỷ ban hoà bình") == "new"
    assert tone_habit("ủy ban hòa bình") == "old"
    assert tone_habit("không dấu nào") == "old"
    assert tone_habit("quý quỹ quỳ, toàn hoàn") == "old"


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("hòa", "hoà"),
        ("ủy", "uỷ"),
        ("khỏe", "khoẻ"),
        ("quý", "quý"),
        ("toàn", "toàn"),
        ("btc", "btc"),
    ],
)
def test_new_habit(word: str, written: str) -> None:
    assert in_new_habit(word) == written

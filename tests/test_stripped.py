"""Texts of which some words lost their accents: told from correct ones, and mended word by word."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
import regex

from vnadmin.options import Options
from vnadmin.restore import explain
from vnadmin.restore.engine import restorer
from vnadmin.restore.noise import judge
from vnadmin.restore.stripped import (
    STRIPPED,
    StrippedChannel,
    StrippedWords,
    could_lose_marks,
    stripped_profile,
)
from vnadmin.vietnamese import fold, split_tone

PAGE = """\
Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;
Theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình về việc kiện toàn tổ chức bộ máy,
Ủy ban nhân dân tỉnh yêu cầu thủ trưởng các sở, ban, ngành, chủ tịch ủy ban nhân dân các huyện,
thành phố tổ chức thực hiện nghiêm các quy định về quản lý cán bộ, công chức, viên chức.
Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, các cơ quan, đơn vị kịp thời báo cáo
Ủy ban nhân dân tỉnh để xem xét, giải quyết theo thẩm quyền.
Văn phòng Ủy ban nhân dân tỉnh có trách nhiệm theo dõi, đôn đốc, kiểm tra việc thực hiện
và định kỳ báo cáo kết quả với Chủ tịch Ủy ban nhân dân tỉnh trước ngày 25 tháng 12.
"""
_LETTERS = regex.compile(r"\p{L}+")


def some_words(share: float) -> Callable[[str], str]:
    def lose(text: str) -> str:
        rng = random.Random(4)
        return _LETTERS.sub(
            lambda word: fold(word.group()) if rng.random() < share else word.group(), text
        )

    return lose


LOSSES: dict[str, Callable[[str], str]] = {
    "every tenth word": some_words(0.1),
    "every third word": some_words(0.3),
    "every second word": some_words(0.5),
    "all words": fold,
    "a line": lambda text: "\n".join(
        fold(line) if number == 3 else line for number, line in enumerate(text.split("\n"))
    ),
    "tones": lambda text: split_tone(text)[0],
    "đ": lambda text: text.replace("đ", "d").replace("Đ", "D"),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("profile", ["auto", "stripped"])
def test_lost_marks_come_back_and_others_stay(name: str, profile: str) -> None:
    source = LOSSES[name](PAGE)
    assert source != PAGE
    assert explain(source, options=Options(profile=profile)).text == PAGE


@pytest.mark.parametrize("name", LOSSES)
def test_loss_is_told_from_correct_text(name: str) -> None:
    assert judge(restorer(None), LOSSES[name](PAGE)) in STRIPPED
    assert judge(restorer(None), PAGE) not in STRIPPED


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0.01), (0.3, 0.2, 0.5), (1.0, 0.9, 1)])
def test_share_of_lost_words(share: float, low: float, high: float) -> None:
    words = StrippedWords(restorer(None).model)
    text = some_words(share)(PAGE).lower()
    lost, evidence = words.lost_share(Counter(_LETTERS.findall(text)), lambda word: -20.0)
    assert low <= lost <= high
    assert evidence < 0


def test_profiles_by_share() -> None:
    assert [stripped_profile(s) for s in (1e-4, 0.06, 0.3, 0.6, 0.99)] == [
        "stripped-few",
        "stripped-few",
        "stripped-half",
        "stripped-half",
        "stripped",
    ]


def test_candidates_weigh_what_was_kept() -> None:
    model = restorer(None).model
    words = StrippedWords(model)
    (few,) = StrippedChannel(words, 0.05).candidates(["nghị"])
    assert [model.vocabulary[n] for n, _ in few.singles()] == ["nghị"]
    for lost in STRIPPED.values():
        (found,) = StrippedChannel(words, lost).candidates(["viêt"])
        prices = {model.vocabulary[n]: value for n, value in found.singles()}
        assert {"việt", "viết"} <= prices.keys()
        assert "viet" not in prices
        (found,) = StrippedChannel(words, lost).candidates(["ban"])
        prices = {model.vocabulary[n]: value for n, value in found.singles()}
        assert prices["ban"] == 0.0 > prices["bạn"]


@pytest.mark.parametrize(
    ("word", "reading", "possible"),
    [
        ("việt", "viet", True),
        ("việt", "viêt", True),
        ("việt", "viẹt", True),
        ("việt", "viết", False),
        ("đường", "dương", True),
        ("đường", "đương", True),
        ("đương", "đường", False),
    ],
)
def test_what_can_be_lost(word: str, reading: str, possible: bool) -> None:
    assert could_lose_marks(word, reading) is possible

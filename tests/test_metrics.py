"""The scores: small cases worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin.errors import InputError, UsageError
from vnadmin.evaluate.metrics import Counts, Harm, codes, graphemes, harm, measure, tokens, total
from vnadmin.evaluate.run import made_from_truth, read_pair_file, read_pairs


def test_tokens_forget_case_punctuation_and_tone_habit() -> None:
    assert tokens("«Hoà Bình», (Uỷ ban) - …") == tokens("hòa bình ủy ban")
    assert tokens("hoa\u0300") == ["hòa"]
    assert tokens("23-QĐ/TW.") == ["23-qđ/tw"]


def test_a_code_broken_over_lines_is_one_token() -> None:
    broken = "Thông tư 45/2012/QĐ-\n  BTC, năm 2022-\n2025, số 97-\n\nKL/TU và -\nA, tự do -\nB"
    mended = "Thông tư 45/2012/QĐ-BTC, năm 2022-2025, số 97-KL/TU và - A, tự do - B"
    assert tokens(broken) == tokens(mended)
    assert measure(broken, mended).accuracy == 1.0
    assert tokens("Sê-\nNoong ngày 12-\ntháng") == ["sê", "noong", "ngày", "12", "tháng"]
    assert len(tokens("A-" + "\n" * 100_000 + "b")) == 2


def test_counts_by_hand() -> None:
    truth = "Căn cứ Luật Tổ chức chính quyền"
    counts = measure(truth, "Can cứ Luật | Tổ x y chức quyền")
    # Can≠Căn; "|" is no token; x, y inserted; chính deleted
    assert counts.syllables == 7
    assert (counts.right, counts.substituted, counts.deleted, counts.inserted) == (5, 1, 1, 2)
    assert counts.accuracy == 5 / 7
    assert counts.wer == 4 / 7
    assert counts.inserted_share == 2 / 7
    assert (counts.accented, counts.accented_right) == (7, 5)


def test_cer_is_on_graphemes() -> None:
    assert len(graphemes("hoà\n\n bình")) == 8
    decomposed = measure("Điều 5", "Đie\u0302\u0300u 5")
    assert decomposed.grapheme_edits == 0
    assert measure("Điều 5", "Dieu 5").cer == 2 / 6


def test_codes_intact_and_invented() -> None:
    truth = "Quyết định số 23-QĐ/TW và Nghị định 43/2014/NĐ-CP, 43/2014/NĐ-CP ngày 15/5/2014"
    assert codes(truth) == {"23-QĐ/TW": 1, "43/2014/NĐ-CP": 2}
    counts = measure(truth, "số 23 - QĐ/TW; 43/2014/ND-CP, 43/2014/NĐ-CP")
    assert (counts.codes, counts.codes_right, counts.codes_invented) == (3, 2, 1)


@pytest.mark.parametrize(
    "text", ["ngày 19/10/2020", "24/7", "tỷ lệ 1/2", "điện thoại 024-3845", "khoản 3-Điều 5"]
)
def test_what_is_no_code(text: str) -> None:
    assert not codes(text)


def test_harm_counts_case_punctuation_and_digits() -> None:
    right = "Điều 5. Quyết định số 23-QĐ/TW có hiệu lực."
    assert harm(right, right) == Harm(tokens=9, tokens_with_digits=2, codes=1)
    hurt = harm(right, "Điều 6. quyết định số 28-QĐ/TW có hiệu lực")
    assert (hurt.changed, hurt.numbers, hurt.codes_lost) == (4, 2, 1)


def test_nothing_to_measure() -> None:
    counts = measure("", "")
    assert (counts.accuracy, counts.wer, counts.cer) == (1.0, 0.0, 0.0)
    assert total([]) == Counts()


@given(st.text(), st.text())
def test_counts_always_add_up(truth: str, output: str) -> None:
    counts = measure(truth, output)
    assert counts.right + counts.substituted + counts.deleted == counts.syllables
    assert counts.right + counts.substituted + counts.inserted == len(tokens(output))
    assert measure(truth, truth).accuracy == 1.0
    assert measure(truth, truth).codes_invented == 0
    assert harm(truth, truth).changed == 0


def test_totals_are_micro_averages() -> None:
    both = measure("một hai", "một hai") + measure("ba bốn năm sáu", "ba")
    assert both == total([measure("một hai", "một hai"), measure("ba bốn năm sáu", "ba")])
    assert both.accuracy == 3 / 6


def test_pairs_from_files_folders_and_json_lines(tmp_path: Path) -> None:
    truth, ocr = tmp_path / "truth", tmp_path / "ocr"
    for folder in (truth, ocr):
        folder.mkdir()
        (folder / "a.txt").write_text(f"{folder.name} a", "utf-8")
        (folder / "b.txt").write_text(f"{folder.name} b", "utf-8")
    (ocr / "b.txt").rename(ocr / "other.txt")
    assert [(p.name, p.truth, p.ocr) for p in read_pairs(truth, ocr)] == [("a", "truth a", "ocr a")]
    (pair,) = read_pairs(truth / "a.txt", ocr / "a.txt")
    assert pair.ocr == "ocr a"
    lines = tmp_path / "pairs.jsonl"
    lines.write_text(json.dumps({"truth": "t", "ocr": {"eng": "e", "vie": "v"}}) + "\n", "utf-8")
    assert [p.ocr for p in read_pair_file(lines, "vie")] == ["v"]
    with pytest.raises(UsageError, match="eng, vie"):
        list(read_pair_file(lines, None))
    with pytest.raises(InputError, match="no reading in language fra"):
        list(read_pair_file(lines, "fra"))
    lines.write_text("[]\n", "utf-8")
    with pytest.raises(InputError, match=r"pairs\.jsonl:1"):
        list(read_pair_file(lines, None))


def test_inputs_made_from_the_truth(tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text("Điều 5", "utf-8")
    assert [p.ocr for p in made_from_truth(file, "stripped")] == ["Dieu 5"]
    assert [p.ocr for p in made_from_truth(file, "identity")] == ["Điều 5"]

"""The measures of extraction: samples of text to read by eye, speed, growth with near-citations."""

from __future__ import annotations

from pathlib import Path

import pytest

from vnadmin.errors import InputError
from vnadmin.evaluate.extraction_speed import NEAR_CITATIONS, measure_extraction
from vnadmin.evaluate.sample import sample_citations
from vnadmin.grammar.patterns import one_of


def test_a_sample_is_of_whole_paragraphs_and_repeats_with_its_seed(tmp_path: Path) -> None:
    path = tmp_path / "news.txt"
    lines = [f"Bài {number} nói về Nghị định {number}/2020/NĐ-CP ." for number in range(40)]
    path.write_text("\n\n".join(lines), encoding="utf-8")
    first, again, other = (sample_citations(path, syllables=50, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.hits != other.hits
    assert 50 <= first.syllables < 50 + len(lines[0].split())
    assert len(first.hits) == first.paragraphs
    hit = first.hits[0]
    assert f"Bài {hit.read.split()[-1].split('/')[0]} nói về⟦Nghị định" in str(hit)
    assert "citations in 5" in first.report()
    assert first.to_dict()["paragraphs"] == first.paragraphs


def test_a_sample_of_more_than_there_is_takes_all(tmp_path: Path) -> None:
    path = tmp_path / "news.txt"
    path.write_text("một hai\nba bốn năm\n", encoding="utf-8")
    sample = sample_citations(path, syllables=1000, seed=1)
    assert (sample.paragraphs, sample.syllables, sample.hits) == (2, 5, [])
    with pytest.raises(InputError):
        sample_citations(tmp_path / "none", syllables=1, seed=1)


def test_speed_and_growth() -> None:
    speed = measure_extraction(["Căn cứ Luật Đất đai năm 2013;\n"] * 3, growth=0.02)
    assert (speed.documents, speed.citations) == (3, 3)
    assert [part for part, _ in speed.growth] == [0.005, 0.01, 0.02]
    assert speed.slowest is not None
    assert speed.slowest[0] in NEAR_CITATIONS
    assert "MB/s" in speed.report()
    assert speed.to_dict()["citations"] == 3
    assert measure_extraction(["Luật"]).growth == ()
    with pytest.raises(InputError):
        measure_extraction([" "])


def test_one_of_finds_what_an_alternation_would() -> None:
    import re

    pattern = re.compile(one_of("[Kk]hoản", "Điều", "điểm", "Điều lệ", not_after=r"[\w-]"))
    text = "khoản 1 Khoản 2 -Điều xkhoản, Điều lệ (điểm a) điều"
    assert [m[0] for m in pattern.finditer(text)] == ["khoản", "Khoản", "Điều", "điểm"]

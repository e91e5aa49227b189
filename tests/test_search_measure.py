"""`vnadmin evaluate search`: which phrases, and what counts as found."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from vnadmin.cli.main import main
from vnadmin.errors import InputError
from vnadmin.evaluate.search import _choose, _phrases, _truths

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


def test_phrases_stand_on_one_line_and_have_marks() -> None:
    text = "Ủy ban nhân dân tỉnh yêu cầu các\nplain words only here\n“Điều 1. Phạm vi"
    assert list(_phrases(text, 4)) == ["Ủy ban nhân dân", "tỉnh yêu cầu các", "Điều 1. Phạm vi"]


def test_phrases_are_spread_over_pages_and_down_each() -> None:
    pages = [[f"{page}{i}" for i in range(9)] for page in "abc"] + [["d0"]]
    chosen = _choose(pages, 7)
    assert [len(each) for each in chosen] == [2, 2, 2, 1]
    assert chosen[0] == ["a2", "a6"]
    with pytest.raises(InputError, match="28 phrases, fewer than 29"):
        _choose(pages, 29)


def test_truths_of_pages(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("một\fhai\n\f", "utf-8")
    (tmp_path / "b.p3.txt").write_text("ba", "utf-8")
    (tmp_path / "b.p10.txt").write_text("mười", "utf-8")
    assert list(_truths(Path("a.pdf"), tmp_path)) == [(1, "một"), (2, "hai")]
    assert list(_truths(Path("x/b.pdf"), tmp_path)) == [(3, "ba"), (10, "mười")]
    with pytest.raises(InputError, match="no truth"):
        list(_truths(Path("c.pdf"), tmp_path))


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils isn't installed")
def test_a_scan_is_searched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = shutil.copy(EXAMPLES / "official-letter" / "scan-1.png", tmp_path)
    truth = (EXAMPLES / "official-letter" / "truth.txt").read_text("utf-8")
    (tmp_path / "scan-1.txt").write_text(truth.replace("Kính gửi", "Kính biếu"), "utf-8")
    command = ["evaluate", "search", "--truth", str(tmp_path), str(scan), "--json"]
    assert main([*command, "--phrases", "40", "--words", "2"]) == 0
    phrases = json.loads(capsys.readouterr().out)
    assert len(phrases) == 40
    assert sum(phrase["found"] for phrase in phrases) >= 38


def test_without_pdftotext_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("vnadmin.evaluate.search.shutil.which", lambda _: None)
    assert main(["evaluate", "search", "--truth", str(tmp_path), "a.pdf"]) == 4
    assert "poppler-utils" in capsys.readouterr().err

"""Peers, inputs made from the truth, speed, and the commands that score restoring."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest

from vnadmin.errors import InputError, UsageError
from vnadmin.evaluate.benchmark import read_sets, table
from vnadmin.evaluate.body import body
from vnadmin.evaluate.made import encoded, made
from vnadmin.evaluate.metrics import tokens
from vnadmin.evaluate.peers import peers
from vnadmin.evaluate.report import report
from vnadmin.evaluate.run import Pair, score
from vnadmin.evaluate.speed import measure_speed
from vnadmin.options import Options

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


def test_symspellpy_looks_up_what_texts_hold(tmp_path: Path) -> None:
    pytest.importorskip("symspellpy")
    texts = tmp_path / "texts.txt"
    texts.write_text("Ủy ban nhân dân quyết định\n" * 9 + "quyệt điinh\n", "utf-8")
    page = ["QUYET DINHH số 12/QĐ-UB\nỦy bam nhãn dân,"]
    systems = peers([texts])
    plain = systems["symspellpy"](page)
    assert plain == ["QUYẾT DINHH số 12/QĐ-UB\nỦy ban nhân dân,"]  # three letters off: kept
    folded = systems["symspellpy, folded"](page)
    assert folded == ["QUYẾT ĐỊNH số 12/QĐ-UB\nỦy ban nhân dân,"]
    assert systems["symspellpy, folded, compound"](["nh ân dân quyết"]) == ["nhân dân quyết"]
    assert set(peers()) == {"raw input", "pyvi"}


def test_a_peer_that_is_not_installed_is_named_so() -> None:
    def missing(texts: Sequence[str]) -> list[str]:
        raise ImportError

    _, other = score([Pair("p", "một", "một")], options=Options(), others={"other": missing})
    assert "not installed" in report([other])


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "cp1258"])
def test_inputs_in_legacy_encodings_say_what_the_truth_says(encoding: str) -> None:
    truth = "Ủy ban nhân dân tỉnh Đắk Lắk họp sáng thứ bảy về những việc đã ưu tiên của cả đoàn.\n"
    assert made(truth, encoding).casefold() == truth.casefold()
    copied = made(truth, f"{encoding} text")
    assert copied.encode("cp1252") == encoded(truth, encoding)
    assert copied != truth


def test_other_inputs_made_from_the_truth() -> None:
    assert made("Điều", "stripped") == "Dieu"
    assert made("Điều", "identity") == "Điều"
    assert made("Điều", "nfd") == unicodedata.normalize("NFD", "Điều")
    with pytest.raises(UsageError, match="stripped"):
        made("Điều", "garbled")


SETS = """
dictionary_from = ["texts.txt"]
[[set]]
name = "lines"
truth = "truth"
ocr = "ocr"
show = { right = "98 %", worse = "", ece = "0.03" }
[[set]]
name = "the same, correct"
truth = "truth"
made = "identity"
baselines = false
show = { kept = "99.98 %", numbers = "0" }
"""


def test_report_is_one_table_of_all_sets(tmp_path: Path) -> None:
    line = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;\n"
    for name, text in (("truth", line), ("ocr", line.replace("ă", "a"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.txt").write_text(text, "utf-8")
    (tmp_path / "texts.txt").write_text(line * 9, "utf-8")
    (tmp_path / "sets.toml").write_text(SETS, "utf-8")
    sets, dictionary_from = read_sets(tmp_path / "sets.toml")
    assert [each.name for each in sets] == ["lines", "the same, correct"]
    lines = list(table(sets, options=Options(), dictionary_from=dictionary_from))
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    names = "text,figure,asked,n,vnadmin,raw input,pyvi,symspellpy"
    assert ",".join(cells[0]) == names
    assert cells[2][:6] == ["lines", "syllables right", "98 %", "15", "100.00 %", "86.67 %"]
    assert cells[3][3:5] == ["1 pages", "0"]
    assert cells[4][5:] == ["–"] * 3
    assert cells[5][:2] == ["the same, correct", "tokens kept"]
    assert cells[5][2:6] == ["99.98 %", "15 tokens", "100.000 %", "100.000 %"]
    assert cells[6][3:6] == ["3", "0", "0"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[[set", "not sets to score"),
        ("", "'set'"),
        ("[[set]]\nname = 'a'\nshow = { speed = '' }", "no figure 'speed'"),
        ("[[set]]\nname = 'a'\ntitle = ''\nshow = {}", "title"),
        ("[[set]]\nname = 'a'\ntruth = 'x'\nshow = { right = '' }", "needs truth and ocr"),
    ],
)
def test_sets_that_cannot_be_scored(tmp_path: Path, text: str, error: str) -> None:
    path = tmp_path / "sets.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=error):
        list(table(read_sets(path)[0], options=Options()))


def test_speed_of_the_first_word_the_first_page_and_all() -> None:
    speed = measure_speed(["Can cu Luat\n\fTo chuc chinh quyen"], options=Options())
    assert (speed.pages, speed.distinct_pages, speed.first_page_syllables) == (100, 2, 3)
    assert speed.syllables == 50 * 3 + 50 * 4
    assert min(speed.first_word_seconds, speed.cold_seconds) > 0
    assert min(speed.rate, speed.first_page_rate) > 1
    assert speed.peak_bytes > 1e7
    with pytest.raises(InputError, match="no text"):
        measure_speed(["\n\f "], options=Options())


def run(*arguments: object) -> str:
    command = [sys.executable, "-m", "vnadmin", "evaluate", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_command_prints_pages_confidences_and_errors(tmp_path: Path) -> None:
    truth, ocr = tmp_path / "truth.txt", tmp_path / "ocr.txt"
    truth.write_text(DECISION, "utf-8")
    ocr.write_text(DECISION.replace("rừng", "rung").replace("40 ha", "4O hq xxx"), "utf-8")
    wanted = ["--body", "--per-page", "--calibration", "--errors", "3", "--no-baselines"]
    shown = run("restore", "--truth", truth, "--ocr", ocr, *wanted)
    n = len(tokens(body(DECISION)))
    for part in (f"n = {n} syllables", "worse than raw", "ECE", "still wrong: "):
        assert part in shown
    (own, raw) = json.loads(run("restore", "--truth", truth, "--ocr", ocr, *wanted, "--json"))
    assert (own["system"], raw["system"]) == ("vnadmin", "raw input")
    assert own["pages"]["truth.txt"]["syllables"] == n
    assert own["calibration"]["words"] > n / 2
    assert {"cause", "source", "restored", "truth"} == set(own["remaining"][0])
    encoded_as = run("restore", "--truth", truth, "--encoded", "tcvn3", "--no-baselines")
    assert "100.00%" in encoded_as


def test_the_command_reports_sets(tmp_path: Path) -> None:
    (tmp_path / "truth.txt").write_text("Căn cứ Luật Tổ chức chính quyền\n", "utf-8")
    sets = 'name = "one"\ntruth = "truth.txt"\nmade = "stripped"\nshow = { right = "" }\n'
    (tmp_path / "sets.toml").write_text(f"[[set]]\n{sets}[[set]]\n{sets}", "utf-8")
    lines = run("report", tmp_path / "sets.toml", "--no-baselines").splitlines()
    assert lines[0].split(" | ")[-1] == "pyvi |"
    assert [line.split(" | ")[4:] for line in lines[2:]] == [["100.00 %", "0.00 %", "– |"]] * 2
    assert len(run("report", tmp_path / "sets.toml", "--only", "two").splitlines()) == 2

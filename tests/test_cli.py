"""The command line: what it prints where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

import vnadmin
from vnadmin.cli.common import Parser
from vnadmin.cli.extract import CSV_COLUMNS
from vnadmin.cli.main import build_parser, main
from vnadmin.cli.table import clean, display_width, document_table
from vnadmin.errors import ExitCode, OutputError
from vnadmin.formats.output import atomic_output, write_atomically

GARBLED = "Can ctr Nghi dinh s6 43/2014/ND-CP ngay 15 thang 5 ndm 2014 cua Chinh phu;\n"
VNADMIN = [sys.executable, "-m", "vnadmin"]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(GARBLED, "utf-8")
    return path


def run(
    *arguments: object, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own."""
    command = [*VNADMIN, *map(str, arguments)]
    full = {**os.environ, **(env or {})}
    return subprocess.run(command, input=stdin, capture_output=True, env=full, check=False)


def subcommands(parser: Parser, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every (sub)command there is."""
    found = [words]
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for name, child in action.choices.items():
                found += subcommands(child, (*words, name))
    return found


@pytest.mark.parametrize("words", subcommands(build_parser()), ids=" ".join)
def test_help_of_each_command(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: {' '.join(('vnadmin', *words))}")
    assert max(map(len, text.splitlines())) <= 100
    if len(words) == 1:
        assert "examples:" in text


def test_commands_of_later_versions_are_not_listed() -> None:
    names = {words[0] for words in subcommands(build_parser()) if words}
    assert names == {
        *("restore", "extract", "convert", "corrections", "index", "serve", "train", "evaluate")
    }


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"vnadmin {vnadmin.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["restore", "--doubts", "0"],
        ["restore", "--doubts", "many"],
        ["restore", "--doubts", "3", "--explain"],
        ["restore", "--min-confidence", "2"],
        ["extract"],
        ["extract", "a", "--format", "xml"],
        ["extract", "a", "b", "--format", "json"],
        ["extract", "-", "-"],
        ["extract", "a", "--pages", "3-1"],
        ["extract", "a", "--pages", "0"],
        ["extract", "a", "--pages", "x"],
        ["evaluate", "restore"],
        ["evaluate", "restore", "--truth", "a"],
        ["evaluate", "restore", "--identity", "--pairs", "a"],
        ["evaluate", "citations"],
        ["evaluate", "speed"],
        ["evaluate", "speed", "a", "--pairs", "b"],
        ["train", "channel"],
    ],
    ids=" ".join,
)
def test_usage_errors(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("vnadmin: error: ")
    assert err.count("\n") == 1


def test_restore_from_file_stdin_and_to_file(page: Path, tmp_path: Path) -> None:
    expected = vnadmin.restore(GARBLED)
    assert run("restore", page).stdout.decode() == expected
    assert run("restore", stdin=GARBLED.encode()).stdout.decode() == expected
    assert run("restore", "-", "-o", "-", stdin=GARBLED.encode()).stdout.decode() == expected
    out = tmp_path / "out.txt"
    done = run("restore", page, "-o", out)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert out.read_text("utf-8") == expected
    assert "Nghị định" in expected


def test_explain_is_json_lines_in_text_order(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", "--explain", str(page)]) == 0
    edits = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert edits
    assert [e["start"] for e in edits] == sorted(e["start"] for e in edits)
    for edit in edits:
        assert GARBLED[edit["source_start"] : edit["source_end"]] == edit["source"]


def test_doubts_are_the_least_sure_words(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", "--doubts", "4", str(page)]) == 0
    words = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(words) == 4
    sure = sorted(word.confidence for word in vnadmin.explain(GARBLED).words)
    assert [word["confidence"] for word in words] == sure[:4]
    restored = vnadmin.restore(GARBLED)
    for word in words:
        assert restored[word["start"] : word["end"]] == word["word"]
        assert GARBLED[word["source_start"] : word["source_end"]] == word["source"]


def test_output_is_utf8_nfc_whatever_the_locale(page: Path) -> None:
    page.write_text(unicodedata.normalize("NFD", "Căn cứ Nghị định"), "utf-8")
    for env in ({"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}):
        done = run("restore", page, env=env)
        assert done.stdout.decode() == "Căn cứ Nghị định"
        assert run("--help", env=env).returncode == 0


def test_extract_json(page: Path) -> None:
    done = run("extract", page, "--format", "json")
    document = vnadmin.Document.from_json(done.stdout.decode())
    assert document == vnadmin.extract(page)
    assert done.stderr == b""
    assert json.loads(done.stdout)["citations"][0]["number"] == "43/2014/NĐ-CP"


def test_extract_jsonl_and_csv_of_several(page: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Căn cứ Luật Khiếu nại ngày 11 tháng 11 năm 2011;\n", "utf-8")
    lines = run("extract", page, other, "--format", "jsonl").stdout.decode().splitlines()
    assert [json.loads(line)["source"]["name"] for line in lines] == [str(page), str(other)]
    rows = run("extract", page, other, "--format", "csv").stdout.decode()
    table = list(csv.DictReader(io.StringIO(rows)))
    assert list(table[0]) == CSV_COLUMNS
    assert [row["source"] for row in table] == [str(page), str(other)]
    assert table[0]["number"] == "43/2014/NĐ-CP"
    assert table[0]["date"] == "2014-05-15"
    assert table[1]["name"] == "Luật Khiếu nại"
    assert float(table[0]["confidence_number"]) > 0


def test_some_failed_and_the_rest_is_done(page: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    missing = tmp_path / "missing.txt"
    done = run("extract", missing, page, tmp_path, "--format", "jsonl", "-o", out)
    assert done.returncode == ExitCode.SOME_FAILED
    assert done.stderr.decode().splitlines() == [
        f"vnadmin: error: {missing}: no such file or directory",
        f"vnadmin: error: {tmp_path}: is a directory; name the files in it",
    ]
    assert len(out.read_text("utf-8").splitlines()) == 1


@pytest.mark.parametrize("width", [40, 80, 160])
def test_the_table_fits(page: Path, width: int) -> None:
    page.write_text(
        "Chỉ thị số 35-CT/TW ngày 26/5/2014 của Bộ Chính trị “về tăng cường sự lãnh đạo của Đảng "
        "đối với công tác tiếp công dân và giải quyết khiếu nại, tố cáo”; Luật Khiếu nại.\n",
        "utf-8",
    )
    document = vnadmin.extract(page)
    table = document_table(document, width=width, colour=False).splitlines()
    assert any("35-CT/TW" in line for line in table)
    assert all(display_width(line) <= width for line in table[1:])
    coloured = document_table(document, width=width, colour=True)
    assert "\x1b[" in coloured
    bare = coloured
    for code in ("0", "1", "2", "31", "32", "33"):
        bare = bare.replace(f"\x1b[{code}m", "")
    assert [line.rstrip() for line in bare.splitlines()] == table


def test_a_document_cannot_drive_the_terminal() -> None:
    assert clean("a\x1b[31m\u202e\x07b\n\n c") == "a[31mb c"


@pytest.mark.parametrize(("extra", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_on_a_terminal_only(page: Path, extra: dict[str, str], coloured: bool) -> None:
    master, slave = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"} | extra
    subprocess.run([*VNADMIN, "extract", str(page)], stdout=slave, env=env, check=True)
    os.close(slave)
    shown = os.read(master, 100_000).decode()
    os.close(master)
    assert ("\x1b[" in shown) == coloured
    assert b"\x1b[" not in run("extract", page).stdout


def test_the_readers_going_away_is_no_error(tmp_path: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_text("Điều 5.\n" * 30_000, "utf-8")
    script = f"{sys.executable} -m vnadmin restore {long} | head -c 10; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.endswith("0\n")


def test_interrupted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vnadmin.cli.restore.read_bytes", interrupt)
    assert main(["restore"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == "vnadmin: error: interrupted\n"


def test_the_unexpected_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], page: Path
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("some\nthing")

    monkeypatch.delenv("VNADMIN_DEBUG", raising=False)
    monkeypatch.setattr("vnadmin.cli.restore.read_bytes", fail)
    assert main(["restore"]) == ExitCode.SOME_FAILED
    err = capsys.readouterr().err
    assert err.startswith("vnadmin: error: unexpected ZeroDivisionError: some thing")
    assert err.count("\n") == 1
    monkeypatch.setenv("VNADMIN_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["restore"])


def test_evaluate_restore_prints_a_table_and_json(page: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.txt"
    truth.write_text(
        "Căn cứ Nghị định số 43/2014/NĐ-CP ngày 15 tháng 5 năm 2014 của Chính phủ;\n", "utf-8"
    )
    done = run("evaluate", "restore", "--truth", truth, "--ocr", page)
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode()
    assert "n = 15 syllables" in shown
    assert all(name in shown for name in ("vnadmin", "raw input", "pyvi"))
    done = run("evaluate", "restore", "--truth", truth, "--identity", "--no-baselines", "--json")
    (score,) = json.loads(done.stdout)
    assert score["harm"]["changed"] == 0
    assert score["rates"]["accuracy"] == 1.0


def test_evaluate_speed(page: Path) -> None:
    done = run("evaluate", "speed", page, "--json")
    figures = json.loads(done.stdout)
    assert figures["pages"] == 100
    assert figures["import_seconds"] < 0.15
    assert 1e7 < figures["cold_peak_bytes"] < 3e8


def test_evaluate_speed_of_pairs_without_the_compiled_twins(
    tmp_path: Path, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = tmp_path / "pages.jsonl"
    lines = [{"truth": "Căn cứ", "ocr": {"eng": text}} for text in ("Can cir", "Can cu Luat")]
    pairs.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    monkeypatch.setenv("VNADMIN_PURE", "1")
    figures = json.loads(
        run("evaluate", "speed", "--pairs", pairs, "--language", "eng", "--json").stdout
    )
    assert figures["distinct_pages"] == 2
    assert figures["twins"] == "pure Python"
    assert run("restore", page).stdout.decode() == vnadmin.restore(GARBLED)


def test_output_is_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    path.chmod(0o640)

    def half() -> None:
        with atomic_output(path) as stream:
            stream.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert path.read_text() == "old"
    link = tmp_path / "link"
    link.symlink_to(path)
    write_atomically(link, b"new")
    assert path.read_text() == "new"
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "out"]
    with pytest.raises(OutputError, match="cannot write"):
        write_atomically(tmp_path / "no" / "such" / "folder", b"")

"""Bad input ends in the right result, or in one clear line on stderr with its exit code."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

import vnadmin
from vnadmin.cli.main import main
from vnadmin.errors import ExitCode

ENGLISH = (
    "The committee shall review the annual report and publish its findings before the end of "
    "March 2024. Nothing in this section limits the powers of the court (see Article 5).\n"
)
CHINESE = "根据国务院关于进一步加强档案工作的决定，各部门应当认真贯彻执行。\n"
EMOJI = "Kết quả 👍🏽 rất tốt 👨‍👩‍👧 😀\n"


def outcome(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def is_one_line(err: str) -> bool:
    return err.startswith("vnadmin: error: ") and err.count("\n") == 1 and "Traceback" not in err


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n", b" \r\n\t ", b"\f"])
def test_nothing_to_read(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    expected = content.decode("utf-8-sig")
    assert outcome(capsys, "restore", path) == (0, expected, "")
    code, out, err = outcome(capsys, "extract", path, "--format", "json")
    assert (code, err) == (0, "")
    document = vnadmin.Document.from_json(out)
    assert document.text == expected
    assert document.citations == ()


@pytest.mark.parametrize("text", [ENGLISH, CHINESE, EMOJI, "🤖", "a" * 5000, "़" * 500])
def test_other_text_stays_as_it_is(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.txt"
    path.write_text(text, "utf-8")
    assert outcome(capsys, "restore", path) == (0, text, "")
    code, out, err = outcome(capsys, "extract", path, "--format", "csv")
    assert (code, err, out.count("\n")) == (0, "", 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Quy\xff\xfet \xc3\x28 \xe2\x82", "not valid UTF-8"),
        (b"Quy\0t \xc4\x91\xe1\xbb\x8bnh\0", "NUL"),
        (bytes(range(256)) * 40, "not a text file"),
        (b"\x7fELF\x02\x01\x01\0\0\0" + bytes(500), "not a text file"),
        (b"PK\x03\x04\x14\0\x06\0" + bytes(range(200)), "not a text file"),
    ],
)
def test_what_is_no_text(
    content: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "data.bin"
    path.write_bytes(content)
    for command in ("restore", "extract"):
        code, out, err = outcome(capsys, command, path)
        assert (code, out) == (ExitCode.BAD_INPUT, "")
        assert is_one_line(err)
        assert message in err
        assert str(path) in err
        assert "--encoding" in err


def test_pdfs_and_images_are_for_extract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    buffer = io.BytesIO()
    Image.new("L", (50, 50), 255).save(buffer, "PNG")
    for content in (buffer.getvalue(), b"%PDF-1.7\n\xe2\xe3"):
        path = tmp_path / "scan.txt"
        path.write_bytes(content)
        code, _, err = outcome(capsys, "restore", path)
        assert code == ExitCode.BAD_INPUT
        assert is_one_line(err)
        assert "use vnadmin extract" in err
    code, _, err = outcome(capsys, "extract", path)
    assert code == ExitCode.BAD_INPUT
    assert is_one_line(err)
    assert "damaged PDF" in err


@pytest.mark.parametrize("command", ["restore", "extract"])
def test_files_that_cannot_be_read(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, message in (
        (tmp_path / "missing", "no such file or directory"),
        (tmp_path, "is a directory"),
        ("a\0b", "not a file name"),
        ("x" * 5000, "file name too long"),
        (tmp_path / "missing" / "below", "no such file or directory"),
    ):
        code, out, err = outcome(capsys, command, path)
        assert (code, out) == (ExitCode.BAD_INPUT, "")
        assert is_one_line(err)
        assert message in err


@pytest.mark.parametrize("command", [["restore"], ["extract", "--format", "csv"]])
def test_output_that_cannot_be_written(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Điều 5", "utf-8")
    for target in (tmp_path, tmp_path / "missing" / "out", page / "out", "/dev/full", "a\0b"):
        code, out, err = outcome(capsys, *command, page, "-o", target)
        assert (code, out) == (ExitCode.CANNOT_WRITE, "")
        assert is_one_line(err)
        assert "cannot write" in err
    assert page.read_text("utf-8") == "Điều 5"
    assert [p.name for p in tmp_path.iterdir()] == ["page.txt"]


def test_output_without_permission(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Điều 5", "utf-8")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    code, _, err = outcome(capsys, "restore", page, "-o", page)
    assert code == ExitCode.CANNOT_WRITE
    assert err == f"vnadmin: error: cannot write {page}: Permission denied\n"
    assert page.read_text("utf-8") == "Điều 5"


def test_bad_input_leaves_the_output_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, out = tmp_path / "bad", tmp_path / "out"
    bad.write_bytes(b"\0\1\2")
    out.write_text("precious")
    for command in (["restore"], ["extract"], ["extract", "--format", "json"]):
        assert outcome(capsys, *command, bad, "-o", out)[0] == ExitCode.BAD_INPUT
        assert out.read_text() == "precious"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad", "out"]


def test_input_and_output_may_be_one_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Can cu Nghi dinh so 43/2014/ND-CP cua Chinh phu", "utf-8")
    assert outcome(capsys, "restore", page, "-o", page) == (0, "", "")
    assert "Nghị định" in page.read_text("utf-8")


def test_full_and_closed_streams(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Điều 5\n", "utf-8")
    vnadmin_ = f"{sys.executable} -m vnadmin"
    for script, code in (
        (f"{vnadmin_} restore {page} >/dev/full", ExitCode.CANNOT_WRITE),
        (f"{vnadmin_} extract {page} >/dev/full", ExitCode.CANNOT_WRITE),
        (f"{vnadmin_} restore {page} >&-", ExitCode.CANNOT_WRITE),
        (f"{vnadmin_} restore <&-", ExitCode.BAD_INPUT),
        (f"{vnadmin_} restore missing 2>&-", ExitCode.BAD_INPUT),
    ):
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
        assert done.returncode == code, script
        assert is_one_line(done.stderr) or "2>&-" in script


def test_a_model_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Điều 5", "utf-8")
    for options in (["--model", tmp_path], ["--model", tmp_path / "no"], ["--profile", "nonsense"]):
        code, out, err = outcome(capsys, "restore", page, *options)
        assert code in (ExitCode.BAD_INPUT, ExitCode.USAGE)
        assert out == ""
        assert is_one_line(err)


@pytest.mark.parametrize("piece", ["x", "1/", "- ", "ơ", "é 1"])
def test_a_line_of_fifty_megabytes(
    piece: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "long.txt"
    size = 50_000_000 if piece == "x" else 100_000  # one is enough; the rest must stay linear
    path.write_text(piece * (size // len(piece)), "utf-8")
    started = time.monotonic()
    code, out, err = outcome(capsys, "restore", path)
    assert (code, err) == (0, "")
    assert len(out) > size // 2
    assert time.monotonic() - started < 60

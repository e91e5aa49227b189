"""A user's own types, issuers and laws. Tables are read once a process: each case has its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import vnadmin
from vnadmin.errors import InputError
from vnadmin.grammar.custom import VARIABLE, _load, custom_rows

TABLES = """
[[type]]
name = "Quy ước"
abbreviations = ["QƯ"]

[[issuer]]
name = "Ban Quản lý Khu kinh tế Nam Sơn"
symbols = ["BQLNS"]
level = "department"
abbreviations = ["BQL Nam Sơn"]

[[law]]
type = "Luật"
name = "Đua thuyền"
number = "199/2031/QH17"
date = 2031-06-27
"""
TEXT = (
    "Theo Quy ước số 12/QƯ-BQLNS ngày 03/4/2031 của BQL Nam Sơn về thả diều; Luật Đua thuyền năm"
    " 2031; căn cứ luật Đua thuyền."
)


def _extract(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vnadmin", "extract", "--format", "json", *options, "-"],
        input=TEXT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
    )


def test_own_tables(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TABLES, encoding="utf-8")
    done = _extract("--tables", str(path))
    assert done.returncode == 0, done.stderr
    agreement, law, again = json.loads(done.stdout)["citations"]
    assert (agreement["type"], agreement["number"]) == ("Quy ước", "12/QƯ-BQLNS")
    assert agreement["issuer"] == "BQL Nam Sơn"
    assert law["resolved"]["number"] == "199/2031/QH17"
    assert again["name"] == "Luật Đua thuyền"
    by_environment = _extract(**{VARIABLE: str(path)})
    assert by_environment.stdout == done.stdout
    assert _extract().stdout != done.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[typ]]\nname = 'A'", "is none of type, issuer"),
        ("[[type]]\nabbreviations = ['A']", "[[type]] 1: needs name"),
        ("[[type]]\nname = 'A'\ncolour = 'B'", "colour isn't known"),
        ("[[type]]\nname = 'A'\nabbreviations = 3", "3 is no text"),
        ("type = 3", "[[type]] is none of"),
        ("[[type", "not TOML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        _load(str(path))
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_a_file_that_isnt_there_and_one_too_late(tmp_path: Path) -> None:
    done = _extract("--tables", str(tmp_path / "none.toml"))
    assert done.returncode == 3
    assert "none.toml: no such file" in done.stderr
    assert list(custom_rows("provinces")) == []
    with pytest.raises(vnadmin.errors.UsageError, match="too late"):
        vnadmin.use_tables(tmp_path / "none.toml")

"""Files of an index read ahead by other processes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from test_index import dump
from test_index_safety import archive

import vnadmin
from vnadmin.errors import InputError
from vnadmin.index import ahead
from vnadmin.index.ahead import read, read_ahead
from vnadmin.index.intake import Converted


@pytest.fixture(autouse=True)
def _from_the_first_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_WORTH_IT", 1)
    monkeypatch.setattr(ahead, "_FILES", 8)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)


def test_each_file_is_read_once_and_in_order(tmp_path: Path) -> None:
    paths = sorted(archive(tmp_path / "out", 30).rglob("*.json"))
    paths[3].write_text("{", "utf-8")
    paths[4].write_text('{"schema": "vnadmin/document/1", "text": 7}', "utf-8")
    paths.insert(5, tmp_path / "gone.json")
    found = list(read_ahead(paths, lambda path: path != paths[7]))
    assert [path for path, _ in found] == paths
    assert found[7][1] is False
    for path, outcome in found[:7] + found[8:]:
        expected = read(path)
        if isinstance(expected, InputError):
            assert str(outcome) == str(expected)
        else:
            assert outcome == expected
    assert sum(isinstance(outcome, Converted) for _, outcome in found) >= 27


def test_what_a_lost_process_leaves_is_read_by_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = archive(tmp_path / "out", 30)
    asked = []
    ask = ahead._Reader.ask

    def ask_and_kill(self: ahead._Reader, path: Path) -> None:
        ask(self, path)
        asked.append(path)
        if len(asked) == 10:
            self._process.kill()

    monkeypatch.setattr(ahead._Reader, "ask", ask_and_kill)
    with vnadmin.Index(tmp_path / "a.db") as index, vnadmin.Index(tmp_path / "b.db") as other:
        assert index.add(out).new == 30
        assert len(asked) == 30
        monkeypatch.setattr(os, "cpu_count", lambda: 1)
        other.add(out)
        assert dump(index) == dump(other)


def test_a_file_that_changes_after_it_was_read_is_read_by_the_next_run(tmp_path: Path) -> None:
    out = archive(tmp_path / "out", 12)
    path = sorted(out.rglob("*.json"))[6]

    def progress(number: int, name: str) -> None:
        if number == 6:
            document = json.loads(path.read_text("utf-8"))
            document["header"]["subject"] = "về việc khác hẳn"
            path.write_text(json.dumps(document), "utf-8")

    with vnadmin.Index(tmp_path / "a.db") as index:
        assert index.add(out, progress=progress).new == 12
        added = index.add(out)
        assert (added.unchanged, added.replaced) in ((11, 1), (12, 0))  # as it came to be read
        assert [hit.document.path for hit in index.search("khac han").hits] == [str(path)]

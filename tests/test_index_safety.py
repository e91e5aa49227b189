"""The index under other writers, readers, kills, other versions and a full disk."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from archive import letter, write
from hypothesis import given, settings
from hypothesis import strategies as st
from test_index import FIRST, SECOND, SECRET, THIRD, dump

import vnadmin
from vnadmin.errors import InputError, OutputError
from vnadmin.index import schema, writer

DOCUMENTS = (FIRST, SECOND, THIRD, SECRET)
ADD = """
import sys, vnadmin
from vnadmin.index import writer
writer._FULL_ROWS = 3
with vnadmin.Index(sys.argv[1]) as index:
    print("open", flush=True)
    index.add(sys.argv[2])
"""


def archive(folder: Path, count: int) -> Path:
    for i in range(count):
        text = f"Căn cứ Nghị định số {i % 7 + 1}/2022/NĐ-CP;\nThực hiện Công văn số {i}/BNV-TCBC."
        document = dict(letter(f"{i + 1}/QĐ-UBND", text))
        write(folder, f"{i}.txt", document)
    return folder


def test_killed_at_any_moment_nothing_is_half_there_and_adding_again_goes_on(
    tmp_path: Path,
) -> None:
    out = archive(tmp_path / "out", 40)
    db = tmp_path / "a.db"
    pauses = random.Random(1)
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", ADD, str(db), str(out)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(pauses.random() * 0.1)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with vnadmin.Index(db) as index:
            assert list(index.check()) == []
    with vnadmin.Index(db) as index, vnadmin.Index(tmp_path / "b.db") as fresh:
        index.add(out)
        fresh.add(out)
        assert dump(index) == dump(fresh)
        assert index.stats().documents == 40


def test_readers_see_whole_states_while_two_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_FULL_ROWS", 3)
    places = [archive(tmp_path / "x", 20), archive(tmp_path / "y", 30)]
    errors: list[BaseException] = []
    done = threading.Event()
    with vnadmin.Index(tmp_path / "a.db") as index:

        def read() -> None:
            try:
                while not done.is_set():
                    with index._store.reading() as connection:
                        rows = connection.execute("SELECT count(*) FROM citations").fetchone()
                        told = connection.execute("SELECT sum(citations) FROM documents").fetchone()
                    assert rows[0] == (told[0] or 0)
                    index.search("căn cứ")
            except BaseException as error:
                errors.append(error)

        def add(place: Path) -> None:
            try:
                with vnadmin.Index(tmp_path / "a.db") as other:
                    other.add(place)
            except BaseException as error:
                errors.append(error)

        readers = [threading.Thread(target=read) for _ in range(3)]
        writers = [threading.Thread(target=add, args=[place]) for place in places]
        for thread in (*readers, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        for thread in readers:
            thread.join()
        assert errors == []
        assert index.stats().documents == 30
        assert list(index.check()) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), max_size=8))
def test_however_it_came_about_the_index_is_that_of_the_files(
    steps: list[tuple[int, int, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with vnadmin.Index(folder / "a.db") as index:
            for age, (place, which, add) in enumerate(steps):
                write(folder / "out", f"{place}.txt", DOCUMENTS[which], time=age)
                if add:
                    index.add(folder / "out")
            (folder / "out").mkdir(exist_ok=True)
            index.add(folder / "out")
            with vnadmin.Index(folder / "b.db") as fresh:
                fresh.add(folder / "out")
                assert dump(index) == dump(fresh)
            assert list(index.check()) == []


def test_a_newer_index_is_told_of(tmp_path: Path) -> None:
    vnadmin.Index(tmp_path / "a.db").close()
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(InputError, match=r"version 99.*newer vnadmin"):
        vnadmin.Index(tmp_path / "a.db")


def test_an_index_of_the_first_version_gets_what_the_second_has(tmp_path: Path) -> None:
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add_documents(DOCUMENTS)
        before, run = dump(index), index.connection.execute
        for name in ("documents_by_doubt", "documents_narrow", "works_by_citers"):
            run(f"DROP INDEX {name}")
        for name in ("relations", "least", "doubt"):
            run(f"ALTER TABLE documents DROP COLUMN {name}")
        run("DROP TABLE tallies")
        run("DROP INDEX variants_by_work")
        run("CREATE INDEX variants_by_work ON variants (work)")
        run("PRAGMA user_version = 1")
    with vnadmin.Index(tmp_path / "a.db") as index, vnadmin.Index(tmp_path / "b.db") as fresh:
        assert dump(index) == before
        assert {kind for kind, *_ in before["tallies"]} > {"type", "year", "relation"}  # type: ignore[misc]
        query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY name"
        tables = [[tuple(row) for row in each.connection.execute(query)] for each in (index, fresh)]
        assert tables[0] == tables[1]
        assert list(index.check()) == []
        index.add_documents([dict(FIRST) | {"id": "another"}])


def test_an_older_index_is_migrated_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add_documents([FIRST])
        before = dump(index)

    def add_column(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE files ADD COLUMN note TEXT")

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE words")
        raise sqlite3.OperationalError("database or disk is full")

    steps = schema._MIGRATIONS
    monkeypatch.setattr(schema, "VERSION", len(steps) + 2)
    monkeypatch.setattr(schema, "_MIGRATIONS", (*steps, add_column, fail))
    with pytest.raises(OutputError, match="full"):
        vnadmin.Index(tmp_path / "a.db")
    monkeypatch.setattr(schema, "VERSION", len(steps) + 1)
    monkeypatch.setattr(schema, "_MIGRATIONS", (*steps, add_column))
    with vnadmin.Index(tmp_path / "a.db") as index, vnadmin.Index(tmp_path / "b.db") as fresh:
        assert dump(index) == before
        query = "SELECT name, sql FROM sqlite_master ORDER BY name"
        tables = [[tuple(row) for row in each.connection.execute(query)] for each in (index, fresh)]
        assert tables[0] == tables[1]


def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    out = archive(tmp_path / "out", 40)
    with vnadmin.Index(tmp_path / "a.db") as index:
        index.add_documents([FIRST])
        (pages,) = index.connection.execute("PRAGMA page_count").fetchone()
        index.connection.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(OutputError, match="full"):
            index.add(out)
        index.connection.execute("PRAGMA max_page_count = 1000000")
        assert index.stats().documents == 1
        assert index.add(out).new == 40
        assert list(index.check()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux")
def test_file_names_of_any_bytes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name, document in ((b"a\nb", FIRST), (b"\xff\xfe", SECOND), ("ề".encode(), THIRD)):
        write(out, os.fsdecode(name), document)
    with vnadmin.Index(tmp_path / "a.db") as index:
        assert index.add(out).new == 3
        assert index.add(out).unchanged == 3
        paths = {os.fsencode(Path(hit.document.path).name) for hit in index.search("").hits}
    assert paths == {b"a\nb.json", b"\xff\xfe.json", "ề.json".encode()}


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    index = vnadmin.Index(tmp_path / "a.db")
    index.close()
    with pytest.raises(InputError, match="closed"):
        index.stats()

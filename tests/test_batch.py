"""Archives: what a run does and leaves, what the next one does, and what can't stop either."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from vnadmin.archive.journal import is_local, open_journal
from vnadmin.cli.main import main

TEXT = "Căn cứ Nghị định số {n}/2014/NĐ-CP ngày 15 tháng 5 năm 2014 của Chính phủ;\n"
SECRET = "ỦY BAN NHÂN DÂN\nTỈNH TRƯỜNG SƠN\n\nMẬT\n\nSố: 12/UBND-NC\n\n" + TEXT.format(n=7)
RunIt = Callable[..., tuple[int, str]]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder of four texts, one in a folder of its own."""
    folder = tmp_path / "box"
    (folder / "2021").mkdir(parents=True)
    for number in range(3):
        (folder / f"{number}.txt").write_text(TEXT.format(n=number), "utf-8")
    (folder / "2021" / "a.txt").write_text(TEXT.format(n=99), "utf-8")
    return folder


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> RunIt:
    """Convert into `out`; returns the exit code and what was told."""

    def convert(*arguments: object, out: str = "out") -> tuple[int, str]:
        texts = [str(argument) for argument in arguments]
        code = main(["convert", "--jobs", "1", "--to", "txt", *texts, "-o", str(tmp_path / out)])
        return code, capsys.readouterr().err

    return convert


def rows(out: Path) -> list[sqlite3.Row]:
    db = sqlite3.connect(out / ".vnadmin" / "journal.db")
    db.row_factory = sqlite3.Row
    found = db.execute("SELECT * FROM files ORDER BY base").fetchall()
    db.close()
    return found


def states(out: Path) -> dict[str, str]:
    return {os.fsdecode(row["base"]): row["state"] for row in rows(out)}


def report(out: Path) -> Any:
    return json.loads((out / ".vnadmin" / "report.json").read_text("utf-8"))


def written(out: Path) -> list[str]:
    found = [path.relative_to(out) for path in out.rglob("*") if path.is_file()]
    return sorted(str(path) for path in found if ".vnadmin" not in path.parts)


def test_only_what_is_missing_or_changed(box: Path, tmp_path: Path, run: RunIt) -> None:
    out = tmp_path / "out"
    assert run(box)[0] == 0
    made = {name: (out / name).stat().st_mtime_ns for name in written(out)}
    assert len(made) == 4
    code, told = run(box)
    assert (code, "0 converted, 4 unchanged" in told) == (0, True)
    (box / "0.txt").write_text("Thay đổi.\n", "utf-8")  # changed
    (out / "1.txt.txt").unlink()  # missing
    (box / "new.txt").write_text("Mới.\n", "utf-8")
    os.utime(box / "2.txt", (1, 1))  # another time, the same content
    code, told = run(box)
    assert (code, "3 converted, 2 unchanged" in told) == (0, True)
    assert (out / "0.txt.txt").read_text("utf-8") == "Thay đổi.\n"
    assert (out / "2.txt.txt").stat().st_mtime_ns == made["2.txt.txt"]
    # Other options make other documents; other forms are added.
    assert "5 converted" in run(box, "--min-confidence", "1")[1]
    assert "5 converted" in run(box, "--min-confidence", "1", "--to", "json")[1]
    assert "5 unchanged" in run(box, "--min-confidence", "1", "--to", "json,txt")[1]
    assert {row["conversions"] for row in rows(out)} == {3, 4}


def test_checksum_finds_what_time_hides(box: Path, run: RunIt) -> None:
    path = box / "0.txt"
    before = path.stat()
    run(box)
    with path.open("r+b") as stream:  # the same size, time and inode
        stream.write("Bãi".encode()[:3])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "4 unchanged" in run(box)[1]
    assert "1 converted, 3 unchanged" in run(box, "--checksum")[1]


def test_the_clock_may_go_backwards(box: Path, run: RunIt, monkeypatch: pytest.MonkeyPatch) -> None:
    future = time.time() + 10**7
    os.utime(box / "0.txt", (future, future))
    assert run(box)[0] == 0
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    assert "4 unchanged" in run(box)[1]
    (box / "1.txt").write_text("Khác.\n", "utf-8")
    os.utime(box / "1.txt", (500, 500))  # older than what was converted before
    assert "1 converted, 3 unchanged" in run(box)[1]


def test_copies_are_converted_once(box: Path, tmp_path: Path, run: RunIt) -> None:
    out = tmp_path / "out"
    for name in ("2021/copy.txt", "z.txt"):
        shutil.copy(box / "0.txt", box / name)
    (box / "link.txt").symlink_to("0.txt")
    (box / "bad.pdf").write_bytes(b"%PDF-1.7\n")
    (box / "bad2.pdf").write_bytes(b"%PDF-1.7\n")
    code, told = run(box)
    assert code == 1
    assert "4 converted, 3 copies of others, 2 failed" in told
    texts = {name: (out / name).read_text("utf-8") for name in written(out)}
    assert len(texts) == 7
    assert texts["z.txt.txt"] == texts["0.txt.txt"] == texts["2021/copy.txt.txt"]
    assert sum(row["conversions"] for row in rows(out)) == 4
    assert sum(row["same_as"] is not None for row in rows(out)) == 4
    assert "bad2.pdf: the same content failed" in told
    assert "7 unchanged" not in run(box)[1]
    # One of them becomes another: its output no longer is the others'.
    (box / "0.txt").write_text("Khác.\n", "utf-8")
    run(box)
    assert (out / "0.txt.txt").read_text("utf-8") == "Khác.\n"
    assert (out / "z.txt.txt").read_text("utf-8") == texts["z.txt.txt"]


def test_what_failed_is_tried_again_when_asked(box: Path, tmp_path: Path, run: RunIt) -> None:
    out = tmp_path / "out"
    (box / "bad.pdf").write_bytes(b"%PDF-1.7\n")
    (box / "gone.txt").symlink_to("nowhere")
    code, told = run(box)
    assert code == 1
    assert "damaged PDF" in told
    code, told = run(box)
    assert code == 1
    assert "damaged PDF" not in told  # said once; the report still has it
    assert "1 of those unchanged failed before" in told
    assert "gone.txt: no such file" in told  # what is no fault of the document's is tried again
    (box / "nowhere").write_text("Nay có.\n", "utf-8")
    code, told = run(box, "--retry-failed")
    assert code == 1
    assert "damaged PDF" in told
    assert (out / "gone.txt.txt").read_text("utf-8") == "Nay có.\n"
    found = report(out)
    assert found["causes"] == {"bad-input": 1}
    assert [failed["source"] for failed in found["failed"]] == [str(box / "bad.pdf")]
    page = (out / ".vnadmin" / "report.html").read_text("utf-8")
    assert "bad.pdf" in page
    # Named by itself, it is tried at any rate.
    code, told = run(box / "bad.pdf")
    assert code == 3
    assert told.count("damaged PDF") == 1


def test_the_report_tells_what_to_look_at(box: Path, tmp_path: Path, run: RunIt) -> None:
    (box / "<b>doubtful.txt").write_text(
        "Can ctr Nghi djnh s6 l4/2Ol4 cua Chinh phv\n" * 3, "utf-8"
    )
    run(box)
    found = report(tmp_path / "out")
    assert found["schema"] == "vnadmin/report/1"
    assert found["archive"]["documents"] == found["run"]["converted"] == 5
    assert sum(found["confidence"]["documents"].values()) == 5
    assert found["look_at"][0]["source"].endswith("<b>doubtful.txt")
    page = (tmp_path / "out" / ".vnadmin" / "report.html").read_text("utf-8")
    assert "&lt;b&gt;doubtful.txt" in page
    assert "<b>" not in page


def test_secrets_leave_nothing(box: Path, tmp_path: Path, run: RunIt) -> None:
    out = tmp_path / "out"
    (box / "ke-hoach-X.txt").write_text(SECRET, "utf-8")
    (box / "ke-hoach-Y.txt").write_text(SECRET, "utf-8")

    def traces() -> list[str]:
        kept = [path for path in out.rglob("*") if path.is_file()]
        return [str(p) for p in kept if "ke-hoach" in p.name or b"ke-hoach" in p.read_bytes()]

    code, told = run(box, "--skip-secret")
    assert code == 0
    assert "4 converted, 2 secret left out" in told
    assert "ke-hoach" not in told
    assert traces() == []
    code, told = run(box, "--skip-secret")
    assert "0 converted, 6 unchanged" in told
    # Without the option they are converted, with it again their outputs go.
    assert "1 converted, 1 copies of others, 4 unchanged" in run(box)[1]
    assert (out / "ke-hoach-Y.txt.txt").exists()
    code, told = run(box, "--skip-secret")
    assert "2 secret documents had been converted" in told
    assert traces() == []
    # Known to be one only now that it has changed.
    (box / "ke-hoach-Y.txt").write_text(TEXT.format(n=5), "utf-8")
    run(box)
    assert (out / "ke-hoach-Y.txt.txt").exists()
    (box / "ke-hoach-Y.txt").write_text(SECRET + "Thêm.\n", "utf-8")
    run(box, "--skip-secret")
    assert traces() == []
    assert written(out) == ["0.txt.txt", "1.txt.txt", "2.txt.txt", "2021/a.txt.txt"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\0"])
def test_a_list_of_files(
    end: str, box: Path, tmp_path: Path, run: RunIt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    odd = "box/xuống\ndòng.txt"
    Path(odd).write_text("Chỉ thị\n", "utf-8")
    names = ["box/0.txt", "box/2021", "", str(box / "1.txt"), "./box/../box/2.txt", "nowhere"]
    names += [odd] if end == "\0" else []
    Path("list").write_bytes(end.join(names).encode())
    code, told = run("--from-file", "list")
    assert code == 1
    assert "nowhere: no such file" in told
    absolute = str(box / "1.txt.txt").lstrip("/")
    more = ["box/xuống\ndòng.txt.txt"] if end == "\0" else []
    assert written(tmp_path / "out") == sorted(
        ["box/0.txt.txt", "box/2.txt.txt", "box/2021/a.txt.txt", absolute, *more]
    )


def test_a_list_on_standard_input(box: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vnadmin", "convert", "--from-file", "-", "-o", "out"]
    listed = b"box/0.txt\nbox/1.txt"
    done = subprocess.run(command, input=listed, cwd=tmp_path, capture_output=True)
    assert done.returncode == 0
    assert len(written(tmp_path / "out")) == 4


def test_a_pattern(box: Path, tmp_path: Path, run: RunIt) -> None:
    (box / "x.pdf").write_bytes(b"no")
    assert run(box / "**" / "*.txt")[0] == 0
    assert written(tmp_path / "out") == ["0.txt.txt", "1.txt.txt", "2.txt.txt", "2021/a.txt.txt"]
    (box / "[1].txt").write_text("Tên lạ\n", "utf-8")  # a name, not a pattern
    assert run(box / "[1].txt", out="other")[0] == 0
    assert written(tmp_path / "other") == ["[1].txt.txt"]
    code, told = run(box / "*.tif")
    assert code == 3
    assert "no file has such a name" in told


def test_names_of_every_kind(box: Path, tmp_path: Path, run: RunIt) -> None:
    names = [
        os.fsencode(unicodedata.normalize("NFC", "Quyết định.txt")),
        os.fsencode(unicodedata.normalize("NFD", "Quyết định.txt")),
        "xuống\ndòng.txt".encode(),
        b"caf\xe9.txt",
        b"-rf.txt",
    ]
    for number, name in enumerate(names):
        (box / os.fsdecode(name)).write_text(f"Số {number}\n", "utf-8")
    (box / "loop").symlink_to(box)  # a folder in itself
    (box / "loop.txt").symlink_to("loop.txt")
    code, told = run(box)
    assert code == 1
    assert "loop.txt: too many levels of symbolic links" in told
    out = tmp_path / "out"
    for number, name in enumerate(names):
        assert (out / os.fsdecode(name + b".txt")).read_text("utf-8") == f"Số {number}\n"
    assert len(written(out)) == 4 + len(names)
    assert "9 unchanged" in run(box)[1]
    assert report(out)["causes"] == {"unreadable": 1}


def test_a_folder_that_cannot_be_read(
    box: Path, tmp_path: Path, run: RunIt, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def scan(path: Any = ".") -> Any:
        if str(path).endswith("2021"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scan)
    code, told = run(box)
    assert code == 1
    assert "2021: permission denied" in told
    assert len(written(tmp_path / "out")) == 3
    assert len(report(tmp_path / "out")["problems"]) == 1
    assert run(box)[0] == 1


def test_two_at_once(box: Path, tmp_path: Path, run: RunIt) -> None:
    assert run(box / "0.txt")[0] == 0
    from vnadmin.archive.lock import locked

    with locked(tmp_path / "out" / ".vnadmin", tmp_path / "out"):
        code, told = run(box)
    assert code == 5
    assert f"process {os.getpid()} on" in told
    assert "is converting into it" in told
    assert run(box)[0] == 0


def test_journals_of_other_versions(box: Path, tmp_path: Path, run: RunIt) -> None:
    run(box)
    path = tmp_path / "out" / ".vnadmin" / "journal.db"
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 7")
    db.close()
    code, told = run(box)
    assert code == 3
    assert "written by a newer vnadmin (format 7" in told
    path.write_bytes(b"SQLite format 3\0" + bytes(5000))
    code, told = run(box)
    assert code == 3
    assert "damaged journal" in told
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("PRAGMA application_id = 1")
    db.close()
    code, told = run(box)
    assert code == 3
    assert "not a journal of vnadmin" in told
    path.unlink()
    code, told = run(box)
    assert (code, "4 converted" in told) == (0, True)


def test_a_journal_off_the_local_disk_has_no_wal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mode(path: Path, *, is_shared: bool) -> str:
        with open_journal(path, is_shared=is_shared) as journal:
            return str(journal.db.execute("PRAGMA journal_mode").fetchone()[0])

    assert mode(tmp_path / "a.db", is_shared=True) == "delete"
    monkeypatch.setattr("vnadmin.archive.journal.is_local", lambda path: False)
    assert mode(tmp_path / "b.db", is_shared=False) == "delete"
    monkeypatch.setattr("vnadmin.archive.journal.is_local", lambda path: True)
    assert mode(tmp_path / "c.db", is_shared=False) == "wal"
    assert mode(tmp_path / "c.db", is_shared=True) == "delete"  # moved to where others see it
    assert isinstance(is_local(tmp_path), bool)


def test_a_disk_that_is_read_only_or_full(
    box: Path, tmp_path: Path, run: RunIt, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: False)
        code, told = run(box)
        assert (code, "cannot write" in told) == (5, True)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("vnadmin.archive.journal.Journal.settle", full)
        code, told = run(box)
        assert (code, "disk is full" in told) == (5, True)
    assert run(box)[0] == 0
    assert len(written(tmp_path / "out")) == 4


def test_a_poison_document_is_isolated(
    box: Path, tmp_path: Path, run: RunIt, tesseract: Callable[[str], None]
) -> None:
    tesseract(f"echo x >> {tmp_path}/killed; kill -SEGV $PPID; sleep 5")
    Image.new("L", (300, 300), 255).save(box / "1-poison.png")
    code, told = run(box, "--jobs", "2")
    assert code == 1
    assert "1-poison.png: made its worker die of SIGSEGV" in told
    assert "4 converted, 1 failed" in told
    assert (tmp_path / "killed").read_text().count("x") == 2  # in the crowd, and alone
    assert states(tmp_path / "out")["1-poison.png"] == "failed"
    assert report(tmp_path / "out")["causes"] == {"crash": 1}


def test_a_worker_that_was_killed_costs_no_document(
    box: Path, tmp_path: Path, run: RunIt, tesseract: Callable[[str], None]
) -> None:
    once = f"if mkdir {tmp_path}/once; then kill -KILL $PPID; sleep 5; fi"
    tesseract(f'{once}; echo nothing >&2; cp {tmp_path}/table "$2.tsv"')
    (tmp_path / "table").write_text(
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf"
        "\ttext\n5\t1\t1\t1\t1\t1\t10\t10\t40\t20\t96\tSố\n"
    )
    Image.new("L", (300, 300), 255).save(box / "1.png")
    code, told = run(box)
    assert code == 0, told
    assert "5 converted" in told
    assert (tmp_path / "out" / "1.png.txt").exists()


def test_a_document_that_takes_too_long(
    box: Path, tmp_path: Path, run: RunIt, tesseract: Callable[[str], None]
) -> None:
    tesseract(f"echo $$ > {tmp_path}/pid; sleep 60")
    Image.new("L", (300, 300), 255).save(box / "1.png")
    code, told = run(box, "--timeout", "15")
    assert code == 1
    assert "1.png: took more than 15 s" in told
    assert "4 converted, 1 failed" in told
    assert is_gone(int((tmp_path / "pid").read_text()))
    assert report(tmp_path / "out")["causes"] == {"time-out": 1}


def is_gone(number: int) -> bool:
    """Whether a process ends within five seconds."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def started(
    box: Path, tmp_path: Path, tesseract: Callable[[str], None]
) -> Iterator[subprocess.Popen[bytes]]:
    """A conversion that is at a page which takes a minute; the page's process is in `pid`."""
    tesseract(f"echo $PPID $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; sleep 60")
    Image.new("L", (300, 300), 255).save(box / "1.png")
    command = [sys.executable, "-m", "vnadmin", "convert", str(box), "-o", str(tmp_path / "out")]
    process = subprocess.Popen(
        [*command, "--jobs", "1"],
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored after a "&"
    )
    for _ in range(300):
        if (tmp_path / "pid").exists():
            break
        time.sleep(0.1)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_ended_in_the_middle(
    how: signal.Signals,
    started: subprocess.Popen[bytes],
    box: Path,
    tmp_path: Path,
    run: RunIt,
    tesseract: Callable[[str], None],
) -> None:
    worker, page = map(int, (tmp_path / "pid").read_text().split())
    temporary = Path(Path(f"/proc/{worker}/environ").read_bytes().split(b"TMPDIR=")[1]
                     .split(b"\0")[0].decode())  # fmt: skip
    started.send_signal(how)
    told = started.communicate(timeout=20)[1].decode()
    if how == signal.SIGINT:
        assert started.returncode == 130
        assert "1 of 5 done; the same command goes on from here" in told
        assert told.endswith("vnadmin: error: interrupted\n")
    assert is_gone(worker)
    assert is_gone(page)
    assert not temporary.exists()
    tesseract("exit 3")
    code, told = run(box, "--to", "txt,json")
    assert code == 1  # the page
    found = {os.fsdecode(row["base"]): row["conversions"] for row in rows(tmp_path / "out")}
    assert found == {"0.txt": 1, "1.txt": 1, "2.txt": 1, "2021/a.txt": 1, "1.png": 0}
    assert list((tmp_path / "out" / ".vnadmin" / "incomplete").iterdir()) == []


def test_estimate(
    box: Path, tmp_path: Path, run: RunIt, capsys: pytest.CaptureFixture[str]
) -> None:
    (box / "bad.pdf").write_bytes(b"%PDF-1.7\n")
    assert main(["convert", "--estimate", str(box), "-o", str(tmp_path / "out")]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("files    5, ")
    assert "sample   5, of which 1 failed" in out
    assert "hours" in out
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--jobs", "0"], "not 1 or more"),
        (["--estimate", "--dask", "tcp://127.0.0.1:9"], "this machine"),
        (["--timeout", "0"], "no time"),
        (["--memory", "lots"], "512M or more"),
        (["--model", "/nonexistent"], "no usable model"),
        (["--from-file", "/nonexistent"], "no such file"),
    ],
)
def test_usage(arguments: list[str], message: str, box: Path, tmp_path: Path,
               capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    assert main(["convert", str(box), "-o", str(tmp_path / "out"), *arguments]) in (2, 3)
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main(["convert", "-o", str(tmp_path / "out")]) == 2


def test_progress_on_a_terminal_and_in_a_log(
    box: Path, tmp_path: Path, run: RunIt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vnadmin.cli.progress._LOG_EVERY", 0.0)
    told = run(box)[1].splitlines()
    assert len(told) == 5
    assert re.fullmatch(
        r"vnadmin: 2 of 4 \(50 %\), [0-9.]+ a (second|minute), [0-9]+ (s|min) left, 0 failed",
        told[1],
    )
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    (box / "bad.pdf").write_bytes(b"%PDF-1.7\n")
    command = [sys.executable, "-m", "vnadmin", "convert", str(box), "-o", str(tmp_path / "tty")]
    done = subprocess.Popen(command, stderr=theirs)
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how a terminal ends
        while part := os.read(ours, 10_000):
            shown += part
    os.close(ours)
    assert done.wait() == 1
    lines = shown.decode().split("\r\x1b[K")
    assert any(re.search(r"5 \([0-9]+ %\).* left, [01] failed", line) for line in lines)
    # What is reported stands on a line of its own.
    assert any(line.startswith("vnadmin: error: ") and "bad.pdf" in line for line in lines)
    assert lines[-1].startswith("vnadmin: 4 converted, 1 failed")

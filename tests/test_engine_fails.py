"""A Tesseract that is missing, crashes, hangs or prints rubbish, by a script of that name."""

from __future__ import annotations

import errno
import io
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

import vnadmin
from vnadmin.cli.main import main
from vnadmin.errors import ExitCode, InputError, OutputError
from vnadmin.scan import read_pages

HEAD = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)
ROW = "5\t1\t1\t1\t1\t{n}\t10\t10\t40\t20\t96\t{text}"


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A TIFF of three pages of different sizes."""
    path = tmp_path / "scan.tiff"
    pages = [Image.new("L", (200 + 10 * n, 300), 255) for n in range(3)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    return path


def test_no_tesseract(
    scan: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert main(["extract", str(scan)]) == ExitCode.MISSING_PROGRAM
    out, err = capsys.readouterr()
    assert out == ""
    assert "Tesseract is not installed" in err
    assert "apt-get install" in err


def test_no_vietnamese_data(tesseract, scan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tesseract('echo "Error opening data file /usr/share/tessdata/vie.traineddata" >&2; exit 1')
    assert main(["extract", str(scan)]) == ExitCode.MISSING_PROGRAM
    assert "data for language 'vie' is not installed; on Debian" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("then", "message"),
    [
        ("kill -SEGV $$", "page 1 "),
        ("echo 'Image too small' >&2; exit 3", "page 1 made Tesseract fail: .*Image too small"),
        ("exit 0", "page 1 "),  # no table at all
        (r'printf "\377\376\200" > "$2.tsv"', "page 1 made Tesseract print"),
        ('echo nonsense > "$2.tsv"', "page 1 made Tesseract print"),
    ],
)
def test_every_page_fails(tesseract, scan: Path, then: str, message: str) -> None:
    tesseract(then)
    with pytest.raises(InputError, match=f"scan.tiff: {message}"):
        vnadmin.extract(scan)


def test_one_page_fails(
    tesseract, scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table"
    words = [ROW.format(n=n, text=text) for n, text in enumerate(("Quyết", "định"))]
    table.write_text("\n".join([HEAD, *words]) + "\n", "utf-8")
    # Each page's picture is handed over in a file of its own; the second is the wider.
    wider = 'head -c 20 "$1" | grep -aq "^210 "'
    tesseract(f'if {wider}; then kill -SEGV $$; fi; cp {table} "$2.tsv"')
    document = vnadmin.extract(scan)
    assert document.text == "Quyết định\n\f\n\fQuyết định\n\f"
    assert not document.complete
    (warning,) = document.warnings
    assert warning.startswith("page-failed: page 2: ")
    assert main(["extract", "--format", "jsonl", str(scan)]) == ExitCode.SOME_FAILED
    assert "not complete: page 2: " in capsys.readouterr().err


def test_a_tesseract_that_hangs_is_ended(tesseract, tmp_path: Path) -> None:
    tesseract("exec sleep 60")
    buffer = io.BytesIO()
    Image.new("L", (200, 300), 255).save(buffer, "PNG")
    started = time.monotonic()
    with pytest.raises(InputError, match="x: page 1 took Tesseract more than"):
        list(read_pages(buffer.getvalue(), name="x", kind="image", timeout=0.5))
    assert time.monotonic() - started < 20


def test_no_room_for_temporary_files(
    scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    wanted = f"cannot write Tesseract's temporary files in {folder}: "
    with monkeypatch.context() as context:
        context.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100_000))
        with pytest.raises(OutputError, match=f"{wanted}No space left on device; make room"):
            vnadmin.extract(scan)
    with monkeypatch.context() as context:
        full = OSError(errno.EDQUOT, "Disk quota exceeded")
        context.setattr(Image.Image, "save", lambda *_, **__: _raise(full))
        with pytest.raises(OutputError, match=f"{wanted}Disk quota exceeded"):
            vnadmin.extract(scan)
    assert list(folder.iterdir()) == []
    folder.rmdir()
    with pytest.raises(OutputError, match=f"{wanted}No such file or directory"):
        vnadmin.extract(scan)


def _raise(error: OSError) -> None:
    raise error


@pytest.mark.parametrize("command", [["extract"], ["convert", "-o", "out"]])
def test_a_limit_on_the_size_of_files(command: list[str], tmp_path: Path) -> None:
    """As a quota or a full disk: the process may write no file of more than 512 KB."""
    picture = tmp_path / "scan.png"
    Image.new("L", (1000, 1000), 255).save(picture)
    before = picture.read_bytes()
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 19, 1 << 19)); "
    code = f"{limit}import sys; from vnadmin.cli.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, *command, picture.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitCode.CANNOT_WRITE
    assert re.search("cannot write Tesseract's temporary files in .*: File too large", done.stderr)
    assert picture.read_bytes() == before
    assert list(tmp_path.rglob("scan.png*")) == [picture]


def test_a_program_that_may_not_be_run(
    tesseract, scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tesseract("exit 0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin" / "tesseract").chmod(0o644)
    with pytest.raises(InputError, match="Tesseract isn't a program that may be run"):
        vnadmin.extract(scan)

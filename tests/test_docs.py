"""The site builds without a warning; what the pages tell one to run, runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def blocks(page: str, kind: str) -> list[str]:
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where examples and commands are found as in a checkout that is activated."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "examples").symlink_to(ROOT / "docs" / "examples")
    commands = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_site_builds_strictly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    for page in ("index", "tutorial", "commands", "reference", "model-card"):
        path = tmp_path / ("index.html" if page == "index" else f"{page}/index.html")
        html = path.read_text("utf-8")
        assert "<h1" in html
        # Offline: what a page is shown with comes from the site itself.
        assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?://(?!127)', html)


def test_the_tutorial_does_what_it_says(checkout: Path) -> None:
    said: list[str] = []
    for block in blocks("docs/tutorial.md", "console"):
        for line in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
            ran = subprocess.run(["sh", "-c", line], capture_output=True, text=True)
            assert ran.returncode == 0, f"{line}\n{ran.stderr}"
            said.append(ran.stdout)
    table, _, text, _, _, found, *_ = said
    assert "612-QĐ/TU" in table
    assert text.strip()
    assert "Quyết định" in found
    (block,) = blocks("docs/tutorial.md", "python")
    exec(block, {})


@pytest.mark.parametrize("page", ["docs/notebook.md", "docs/reference.md"])
def test_snippets_run(page: str, checkout: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(block, names)
    assert names

"""Imports point one way: a module imports only from its own room or rooms above it in this list."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import vnadmin

ROOMS = (
    "errors interface document options vietnamese language grammar formats scan restore extract "
    "pipeline ocrmypdf_plugin corrections review archive index web train evaluate cli __main__"
).split()
PACKAGE = Path(vnadmin.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and room of each import of vnadmin's own modules, however deep in the code."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = ["vnadmin", *path.relative_to(PACKAGE).parts[:-1]]
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            names = (
                [f"vnadmin.{alias.name}" for alias in node.names]
                if module == "vnadmin"
                else [module]
            )
        for name in names:
            if name.startswith("vnadmin."):
                yield node.lineno, name.split(".")[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_upwards(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room == "__init__":
        return  # the public names; imported when used
    assert room in ROOMS, f"{room} has no place in the order of rooms"
    for line, other in imported(path):
        if other in ("__version__",):
            continue
        assert other in ROOMS, f"{path}:{line}: imports unknown {other}"
        assert ROOMS.index(other) <= ROOMS.index(room), f"{path}:{line}: {room} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_optional_packages_are_imported_when_used(path: Path) -> None:
    if path.name == "ocrmypdf_plugin.py" or path.parent.name == "web":
        return  # OCRmyPDF imports it; `vnadmin serve` imports that room when used
    for node in ast.parse(path.read_text("utf-8")).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not {name.split(".")[0] for name in names} & {
            "pyvi",
            "pyarrow",
            "symspellpy",
            "dask",
            "ocrmypdf",
            "starlette",
            "uvicorn",
            "drawsvg",
        }


def test_importing_vnadmin_imports_nothing_heavy() -> None:
    code = "import sys, vnadmin; print(*sorted(m for m in sys.modules if '.' not in m))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "regex", "PIL", "pypdfium2", "pytesseract", "json", "dataclasses"}


def test_public_names_resolve_and_survive_their_subpackages() -> None:
    import vnadmin.extract
    import vnadmin.restore

    for name in vnadmin.__all__:
        assert getattr(vnadmin, name) is not None
    assert callable(vnadmin.restore)
    assert callable(vnadmin.extract)
    assert set(vnadmin.__all__) <= set(dir(vnadmin))
    with pytest.raises(AttributeError, match="nonsense"):
        _ = vnadmin.nonsense


def test_serve_starts_without_what_converts() -> None:
    """It takes most of a second to load, and readers needn't wait for it."""
    code = (
        "import sys, vnadmin.cli.main, vnadmin.web.app, vnadmin.index\n"
        "slow = 'numpy PIL drawsvg vnadmin.extract vnadmin.pipeline vnadmin.review'.split()\n"
        "print(*(name for name in slow if name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []

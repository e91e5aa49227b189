"""The page of errors: every exit code, exception and warning code is on it."""

from __future__ import annotations

import re
from pathlib import Path

import vnadmin
from vnadmin import errors

PAGE = (Path(__file__).parent.parent / "docs" / "errors.md").read_text("utf-8")


def test_every_exit_code_and_exception_is_documented() -> None:
    for code in errors.ExitCode:
        assert f"| {int(code)} |" in PAGE
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.VnadminError):
            if kind is errors.VnadminError:
                continue
            (row,) = [line for line in PAGE.splitlines() if f"`{name}`" in line and "| " in line]
            assert row.startswith(f"| {int(kind.exit_code)} |")


def test_every_warning_code_is_documented() -> None:
    package = Path(vnadmin.__file__).parent
    used: set[str] = set()
    for path in [*package.glob("extract/*.py"), package / "pipeline.py"]:
        used |= set(re.findall(r"""f?["']([a-z]+(?:-[a-z]+)+): """, path.read_text("utf-8")))
    assert "symbol-issuer" in used
    assert {code for code in used if f"| `{code}: " not in PAGE} == set()

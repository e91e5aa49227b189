"""Build hook: the compiled twins of the inner loops, where there is a compiler.

They are optional, as vnadmin/restore/compiled.py says: where compiling fails, the wheel is pure.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

_PACKAGE = "vnadmin.restore"
_TWINS = ("_search", "_edits")


class CompiledTwins(BuildHookInterface[Any]):
    """Adds what could be compiled to a wheel; an editable install finds it beside its source."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, before files are collected."""
        if self.target_name != "wheel":
            return
        self._scratch = tempfile.mkdtemp(prefix="vnadmin-build-")
        folder = Path(*_PACKAGE.split("."))
        for built in self._compile(folder):
            if version == "editable":
                # Whole at once: who runs the old one goes on with it.
                target = Path(self.root) / folder / built.name
                os.replace(shutil.copy(built, target.with_suffix(".new")), target)
            else:
                build_data["force_include"][str(built)] = str(folder / built.name)
                build_data.update(pure_python=False, infer_tag=True)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clean up."""
        if self.target_name == "wheel":
            shutil.rmtree(self._scratch)

    def _compile(self, folder: Path) -> list[Path]:
        libraries = ["m"] if os.name == "posix" else []
        twins = [
            Extension(
                f"{_PACKAGE}.{name}",
                [str(Path(self.root) / folder / f"{name}.c")],
                libraries=libraries,
                optional=True,
            )
            for name in _TWINS
        ]
        command = build_ext(Distribution({"name": "vnadmin", "ext_modules": twins}))
        command.build_lib = command.build_temp = self._scratch
        command.ensure_finalized()
        command.run()
        return [path for path in map(Path, command.get_outputs()) if path.is_file()]

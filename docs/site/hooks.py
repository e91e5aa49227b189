"""Pages of the site that are made of what stands elsewhere: READMEs, model card, commands' help."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from vnadmin.cli.main import build_parser

ROOT = Path(__file__).resolve().parents[2]
_TAKEN = {
    "index.md": "README.md",
    "vi.md": "README.vi.md",
    "model-card.md": "data/model/README.md",
    "changelog.md": "CHANGELOG.md",
}
_ELSEWHERE = {
    "README.md": "index.md",
    "README.vi.md": "vi.md",
    "CHANGELOG.md": "changelog.md",
    "data/model/README.md": "model-card.md",
    "docs": "tutorial.md",
}
_LINK = re.compile(r"(?<=\]\()(?!https?:|#|mailto:)([^)#\s]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that aren't files of docs/."""
    for page, source in _TAKEN.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text("utf-8")))
    files.append(File.generated(config, "commands.md", content="\n".join(_commands())))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links that point into the checkout point to pages of the site, or be plain words."""
    here = Path(_TAKEN.get(page.file.src_uri, f"docs/{page.file.src_uri}")).parent

    def link(match: re.Match[str]) -> str:
        path = (ROOT / here / match[1]).resolve().relative_to(ROOT).as_posix()
        if path in _ELSEWHERE:
            return _ELSEWHERE[path]
        if path.startswith("vnadmin/"):
            return "reference.md"
        if path.startswith("docs/examples"):
            return "tutorial.md"
        return path.removeprefix("docs/")

    return _LINK.sub(link, markdown)


def _commands() -> Iterator[str]:
    yield "# Commands\n\nWhat `--help` prints, of each command.\n"
    yield from _help(build_parser(), 2)


def _help(command: argparse.ArgumentParser, level: int) -> Iterator[str]:
    yield f"{'#' * level} {command.prog}\n\n```text\n{command.format_help()}```\n"
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _help(sub, level + 1)

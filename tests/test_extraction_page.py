"""docs/extraction.md: its snippets run, and its own tables are what the reader is told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from vnadmin.document import Document
from vnadmin.grammar.custom import _load

PAGE = (Path(__file__).parent.parent / "docs" / "extraction.md").read_text("utf-8")


def test_snippets_run_and_print_what_they_say() -> None:
    shown: list[str] = []
    names: dict[str, object] = {"print": lambda *values: shown.append(" ".join(map(str, values)))}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, names)
    wanted = re.findall(r"print\(.*\n\s+# (.*)", PAGE)
    assert shown == wanted
    document = names["document"]
    assert isinstance(document, Document)
    assert str(names["page"]).count("<a ") == len(document.citations)


def test_the_tables_shown_are_valid(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "own.toml"
    path.write_text(block, encoding="utf-8")
    assert _load(str(path)) == tomllib.loads(block)

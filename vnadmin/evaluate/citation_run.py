"""Scores of citations and headers over documents with truth, and over VNLegalText."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vnadmin.errors import InputError
from vnadmin.evaluate.citation_spans import score_vnlegaltext as score_vnlegaltext
from vnadmin.evaluate.citations import (
    Counts,
    FieldScores,
    score_documents,
    score_header,
)
from vnadmin.options import Options
from vnadmin.pipeline import extract

_SHOWN = 20


@dataclass(slots=True)
class CitationReport:
    """Scores over all documents together, and what was missed, added or read differently."""

    documents: int = 0
    citations: FieldScores = field(default_factory=FieldScores)
    header: dict[str, Counts] = field(default_factory=dict)
    header_differences: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return asdict(self)

    def report(self) -> str:
        """Return the tables for people."""
        rows = {"citation": self.citations.documents, **self.citations.fields}
        lines = [f"{self.documents} document(s); a citation is right by type, number or name, date"]
        lines += [f"  {name:<12} {counts}" for name, counts in rows.items()]
        lines += ["header"] if self.header else []
        lines += [f"  {name:<12} {counts}" for name, counts in self.header.items()]
        for title, items in (
            ("missed", self.citations.missed),
            ("added", self.citations.extra),
            ("header", self.header_differences),
        ):
            lines += [f"{title}: {item}" for item in items[:_SHOWN]]
            if len(items) > _SHOWN:
                lines.append(f"{title}: … and {len(items) - _SHOWN} more")
        return "\n".join(lines)


def example_folders(folder: Path, language: str) -> Iterator[tuple[Path, Path]]:
    """Yield (truth.json, <language>.txt) of each folder in `folder` that has both.

    Raises:
        InputError: none has.
    """
    found = [
        (truth, truth.parent / f"{language}.txt")
        for truth in sorted(folder.glob("*/truth.json"))
        if (truth.parent / f"{language}.txt").is_file()
    ]
    if not found:
        raise InputError(f"{folder}: no folder in it holds truth.json and {language}.txt")
    yield from found


def score_files(
    pairs: Iterable[tuple[Path, Path]], *, options: Options, encoding: str | None = None
) -> CitationReport:
    """Score documents against their truths.

    Args:
        pairs: a truth (JSON with `citations`, maybe `header`, keys as in a document's JSON) and
            the file to extract from.
        options: how to restore.
        encoding: of text files.
    """
    result = CitationReport()
    for truth_path, path in pairs:
        truth = _load(truth_path)
        document = extract(path, options=options, encoding=encoding)
        result.documents += 1
        score_documents(truth["citations"], document.citations, result.citations)
        if truth.get("header"):
            score_header(truth["header"], document.header, result.header, result.header_differences)
    return result


def _load(path: Path) -> Mapping[str, Any]:
    try:
        truth = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error})") from error
    if not isinstance(truth, dict) or not isinstance(truth.get("citations"), list):
        raise InputError(f'{path}: not an object with a list "citations"')
    return truth

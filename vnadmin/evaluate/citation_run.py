"""Scores of citations and headers over documents with truth, and over VNLegalText."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vnadmin.errors import InputError
from vnadmin.evaluate.citation_spans import score_vnlegaltext as score_vnlegaltext
from vnadmin.evaluate.citations import FieldScores, score_documents
from vnadmin.evaluate.headers import HeaderScores, score_header
from vnadmin.options import Options
from vnadmin.pipeline import extract


@dataclass(slots=True)
class CitationReport:
    """Scores over all documents together, and what was missed, added or read differently."""

    documents: int = 0
    citations: FieldScores = field(default_factory=FieldScores)
    header: HeaderScores = field(default_factory=HeaderScores)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return asdict(self)

    def report(self) -> str:
        """Return the tables for people."""
        rows = {"citation": self.citations.documents, **self.citations.fields}
        lines = [f"{self.documents} document(s); a citation is right by type, number or name, date"]
        lines += [f"  {name:<12} {counts}" for name, counts in rows.items()]
        if self.header.fields:
            lines += ["header, fields printed", *(f"  {row}" for row in self.header.rows())]
        for title, items in (
            ("missed", self.citations.missed),
            ("added", self.citations.extra),
            ("header missed", self.header.missed),
            ("header not printed", self.header.invented),
        ):
            lines += [f"{title}: {item}" for item in items]
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


def truths_of(files: Sequence[Path], truth: Path) -> Iterator[tuple[Path, Path]]:
    """Pair each of `files` with its truth: `truth/a.json` for `a.pdf`, or `truth` for one file.

    Raises:
        InputError: there are several files for one truth.
    """
    if len(files) > 1 and not truth.is_dir():
        raise InputError(f"{truth}: not a folder with a truth for each of {len(files)} files")
    for file in files:
        yield truth / f"{file.stem}.json" if truth.is_dir() else truth, file


def score_files(
    pairs: Iterable[tuple[Path, Path]], *, options: Options, encoding: str | None = None
) -> CitationReport:
    """Score documents against their truths.

    Args:
        pairs: a truth (JSON with `citations`, maybe `header`, keys as in a document's JSON) and
            the file to extract from. Where the truth has `pages_annotated`, only what is cited on
            those pages counts.
        options: how to restore.
        encoding: of text files.
    """
    result = CitationReport()
    for truth_path, path in pairs:
        truth = _load(truth_path)
        document = extract(path, options=options, encoding=encoding)
        result.documents += 1
        wanted = truth.get("pages_annotated")
        found = [c for c in document.citations if not wanted or c.page is None or c.page in wanted]
        score_documents(truth["citations"], found, result.citations, name=path.name)
        if truth.get("header"):
            score_header(truth["header"], document.header, result.header, name=path.name)
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

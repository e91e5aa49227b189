"""What documents are about: the words they use oftener than the archive does."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterable

from vnadmin.errors import MissingProgramError
from vnadmin.index.keys import searchable
from vnadmin.index.rows import Keyword

_CANDIDATES = 3  # times as many as wanted are looked up in the archive
_LONGEST = 100_000  # code points read of a document


def keywords(
    connection: sqlite3.Connection, documents: Iterable[int], *, limit: int
) -> list[Keyword]:
    """The words of two syllables or more that tell the documents from the others.

    Raises:
        MissingProgramError: pyvi, which divides text into words, isn't installed.
    """
    try:
        from pyvi import ViTokenizer  # here: it loads a model
    except ImportError as error:
        raise MissingProgramError(
            "pyvi is not installed: pip install 'vnadmin[keywords]'"
        ) from error
    counts: Counter[str] = Counter()
    for document in documents:
        row = connection.execute(
            "SELECT substr(body, 1, ?) FROM texts WHERE document = ?", (_LONGEST, document)
        ).fetchone()
        if row is not None:
            words = ViTokenizer.tokenize(row[0]).lower().split()
            counts.update(word.replace("_", " ") for word in words if _is_word(word))
    (total,) = connection.execute("SELECT count(*) FROM documents").fetchone()
    found = []
    for word, count in counts.most_common(limit * _CANDIDATES):
        (having,) = connection.execute(
            "SELECT count(*) FROM search WHERE search MATCH ?", (f'"{searchable(word)}"',)
        ).fetchone()
        score = count * math.log((total + 1) / max(having, 1))
        found.append(Keyword(word, count, having, score))
    found.sort(key=lambda each: (-each.score, -each.count, each.word))
    return found[:limit]


def _is_word(word: str) -> bool:
    parts = word.split("_")
    return len(parts) > 1 and all(part.isalpha() for part in parts)

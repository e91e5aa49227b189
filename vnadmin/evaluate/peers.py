"""What else could be run on the same pages: the raw input, pyvi, symspellpy.

Neither package is needed to use vnadmin: they are imported when scored, and skipped where absent.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from vnadmin.vietnamese import fold

System = Callable[[Sequence[str]], list[str]]


def peers(dictionary_from: Sequence[Path] = ()) -> dict[str, System]:
    """Return the peers by name; symspellpy only if there are texts to count its words in."""
    return {"raw input": list, "pyvi": pyvi}


def pyvi(texts: Sequence[str]) -> list[str]:
    """pyvi's add_accents; it fails on text with accents (trungtv/pyvi#15), so it gets none.

    A line it fails on all the same is left as read.
    """
    from pyvi import ViUtils

    def line_with_accents(line: str) -> str:
        try:
            return str(ViUtils.add_accents(line)) if line.strip() else line
        except KeyError:
            return line

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ["\n".join(map(line_with_accents, fold(text).split("\n"))) for text in texts]

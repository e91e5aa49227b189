"""Garbled text → what the paper said, with every change explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vnadmin.options import Options
from vnadmin.restore.blocks import pieces
from vnadmin.restore.changes import Restoration, RestoredWord
from vnadmin.restore.engine import restorer

__all__ = ["Restoration", "RestoredWord", "explain", "restore", "restore_many"]

_DEFAULT = Options()


def explain(text: str, *, options: Options = _DEFAULT) -> Restoration:
    """Restore `text` and tell what was changed and how sure each word is."""
    (result,) = restorer(options.model).explain_many([text], options)
    return result


def restore(text: str, *, options: Options = _DEFAULT) -> str:
    """Return what the paper said, as far as `text` shows it."""
    return "".join(restore_many(pieces(text), options=options))


def restore_many(texts: Iterable[str], *, options: Options = _DEFAULT) -> Iterator[str]:
    """Restore texts in order, several at a time: faster than one by one."""
    for result in restorer(options.model).explain_many(texts, options):
        yield result.text

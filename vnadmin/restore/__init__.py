"""Garbled text → what the paper said, with every change explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vnadmin.options import Options
from vnadmin.restore.blocks import pieces
from vnadmin.restore.changes import Restoration, RestoredWord
from vnadmin.restore.engine import restorer
from vnadmin.restore.evidence import NONE, Evidence, evidence_of

__all__ = [
    "Evidence",
    "Restoration",
    "RestoredWord",
    "evidence_of",
    "explain",
    "restore",
    "restore_many",
]

_DEFAULT = Options()


def explain(text: str, *, options: Options = _DEFAULT, evidence: Evidence = NONE) -> Restoration:
    """Restore `text` and tell what was changed and how sure each word is.

    Args:
        text: as read.
        options: how to restore.
        evidence: what else is known of it.
    """
    (result,) = restorer(options.model).explain_many([text], options, [evidence])
    return result


def restore(text: str, *, options: Options = _DEFAULT) -> str:
    """Return what the paper said, as far as `text` shows it."""
    return "".join(restore_many(pieces(text), options=options))


def restore_many(
    texts: Iterable[str], *, options: Options = _DEFAULT, evidence: Iterable[Evidence] = ()
) -> Iterator[str]:
    """Restore texts in order, several at a time: faster than one by one.

    `evidence` is what else is known of the first of them, in order.
    """
    for result in restorer(options.model).explain_many(texts, options, evidence):
        yield result.text

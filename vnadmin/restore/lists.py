"""The letters of a list, a b c d đ e: engines without a đ read two d's, and their order tells."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from vnadmin.restore.changes import Change

_MARK = regex.compile(r"(?m)^[ \t]*\K[a-zđ](?=\))")


def order_letters(source: str, changes: Sequence[Change]) -> None:
    """Read a list's mark "d)" as đ after d, and as d after c, in a block's changes.

    Args:
        source: the text.
        changes: what was decided for a stretch of it, in text order.
    """
    if not changes:
        return
    by_start = {change.start: change for change in changes}
    before = ""
    for match in _MARK.finditer(source, changes[0].start, changes[-1].end):
        change = by_start.get(match.start())
        read = match.group()
        if change is not None and change.end == match.end() and read == "d":
            if before == "d":
                change.text = "đ"
            elif before == "c":
                change.text = None
        before = read if change is None or change.text is None else change.text

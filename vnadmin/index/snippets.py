"""The stretch of a text to show for what was searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from vnadmin.index.keys import searchable

_LENGTH = 180  # code points
_MATCHES = 50  # of each word looked at in one text
_BETWEEN = r"\W+"  # words of a phrase


class Snippets:
    """Finds the stretch of a text that has most of what was searched for."""

    def __init__(self, wanted: Sequence[str]) -> None:
        """Take words, phrases and codes."""
        self._terms = [re.findall(r"\w+", searchable(text)) for text in wanted]
        # Each by itself and with a letter first: so they are looked for by the fastest way there is
        self._patterns = [
            re.compile(_BETWEEN.join(map(re.escape, term)) + r"\b") for term in self._terms if term
        ]

    def of(self, head: str, body: str) -> str:
        """A stretch of the body, else the head, with what was found in `[]`."""
        for text in (body, head):
            if found := self._matches(searchable(text)):
                return self._cut(text, found)
        return " ".join(body[:_LENGTH].split())

    def _matches(self, folded: str) -> list[re.Match[str]]:
        """What was searched for, in the order of the text; none within another."""
        found = [
            match
            for pattern in self._patterns
            for match in islice(pattern.finditer(folded), _MATCHES)
            if not folded[match.start() - 1 : match.start()].isalnum()
        ]
        found.sort(key=lambda match: (match.start(), -match.end()))
        apart: list[re.Match[str]] = []
        for match in found:
            if not apart or match.start() >= apart[-1].end():
                apart.append(match)
        return apart

    def _cut(self, text: str, found: list[re.Match[str]]) -> str:
        def within(first: int) -> list[re.Match[str]]:
            limit = found[first].start() + _LENGTH * 2 // 3
            return [m for m in found[first : first + 2 * len(self._terms)] if m.end() <= limit]

        best = max(
            (within(i) for i in range(len(found))),
            key=lambda group: len({match.re for match in group}),
            default=[],
        ) or [found[0]]
        start = max(0, best[0].start() - _LENGTH // 3)
        start = text.find(" ", start, best[0].start()) + 1 if start else 0
        end = min(len(text), max(start + _LENGTH, best[-1].end()))
        end = text.rfind(" ", best[-1].end(), end) if end < len(text) else end
        end = end if end > 0 else best[-1].end()
        parts, position = ["…" if start else ""], start
        for match in found:
            if start <= match.start() and match.end() <= end:
                parts += [
                    text[position : match.start()],
                    "[",
                    text[match.start() : match.end()],
                    "]",
                ]
                position = match.end()
        parts += [text[position:end], "…" if end < len(text) else ""]
        return " ".join("".join(parts).split())

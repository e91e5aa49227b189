"""Bring a text into NFC by edits, and chain edits: source → NFC → restored."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from vnadmin.document import Edit, OffsetMap
from vnadmin.vietnamese import nfc

_RUN = regex.compile(r"\s+|\S+")


def to_nfc(source: str) -> tuple[str, tuple[Edit, ...]]:
    """Return `source` in NFC and the edits that bring it there, a word or a gap each."""
    text = nfc(source)
    if text == source:
        return source, ()
    edits: list[Edit] = []
    shift = 0
    for match in _RUN.finditer(source):
        read, written = match.group(), nfc(match.group())
        if read != written:
            start = match.start() + shift
            shift += len(written) - len(read)
            end = match.end() + shift
            edits.append(Edit(start, end, match.start(), match.end(), read, written, "encoding", 1))
    return text, tuple(edits)


def chain(source: str, first: Sequence[Edit], middle: str, second: Sequence[Edit]) -> list[Edit]:
    """Return edits that do what `first` (source → middle) and then `second` do.

    Edits that overlap become one, of the second's kind and confidence.
    """
    if not first:
        return list(second)
    to_source = OffsetMap.to_source(first)
    marks = sorted(
        [(e.start, e.end, 0, e) for e in first]
        + [(e.source_start, e.source_end, 1, e) for e in second],
        key=lambda mark: mark[:3],
    )
    result: list[Edit] = []
    shift = 0
    position = 0
    while position < len(marks):
        low, high = marks[position][:2]
        group = [marks[position]]
        position += 1
        while position < len(marks) and marks[position][0] < high:
            group.append(marks[position])
            high = max(high, marks[position][1])
            position += 1
        later = [edit for _, _, which, edit in group if which]
        written, at = [], low
        for edit in later:
            written += [middle[at : edit.source_start], edit.restored]
            at = edit.source_end
        restored = "".join([*written, middle[at:high]])
        source_start, source_end = to_source.start(low), to_source.end(high)
        start = low + shift
        shift += len(restored) - (high - low)
        result.append(
            Edit(
                start,
                start + len(restored),
                source_start,
                source_end,
                source[source_start:source_end],
                restored,
                later[0].kind if later else "encoding",
                min((edit.confidence for edit in later), default=1.0),
            )
        )
    return result

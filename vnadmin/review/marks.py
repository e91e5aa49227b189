"""The restored text as HTML: words, citations and references as elements, all else escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

# Characters that change how others are shown, or aren't seen: told by their number.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)
# What HTML has no way to hold.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """An element around a stretch of the text.

    Attributes:
        start, end: of the stretch.
        depth: an element of a lower depth is put around those of a higher one.
        tag: its start tag, without angle brackets: `span class="w"`; trusted.
        after: what follows its last character, within it; trusted.
    """

    start: int
    end: int
    depth: int
    tag: str
    after: str = ""


def marked(text: str, marks: Iterable[Mark], start: int, end: int) -> Markup:
    """Return `text[start:end]` with its marks; one that overlaps others in part is cut in two."""
    inside = sorted(
        (
            mark
            for mark in marks
            if (mark.start < end and mark.end > start) or _empty(mark, start, end)
        ),
        key=lambda mark: (mark.start, mark.depth, -mark.end),
    )
    parts: list[str] = []
    position = start
    for first, last in _clusters(inside):
        mark = inside[first]
        at, to = max(mark.start, position), min(max(m.end for m in inside[first:last]), end)
        parts.append(str(shown(text[position:at])))
        if last == first + 1 and at < to:  # as most are
            closed = mark.after if mark.end <= end else ""
            parts.append(f"<{mark.tag}>{shown(text[at:to])}{closed}</{_name(mark)}>")
        else:
            parts += _pieces(text, inside[first:last], at, to)
        position = to
    parts.append(str(shown(text[position:end])))
    return Markup("".join(parts))


def shown(text: str) -> Markup:
    """Escape text; what isn't seen is told by its number and can't turn what stands around it."""
    if text.isprintable():
        return escape(text)
    parts: list[str] = []
    position = 0
    for match in _UNSEEN.finditer(text):
        char = match[0]
        kept = "\ufffd" if _IMPOSSIBLE.match(char) else char
        parts += [
            str(escape(text[position : match.start()])),
            f'<span class="unseen" data-code="{ord(char):04X}">{kept}</span>',
        ]
        position = match.end()
    parts.append(str(escape(text[position:])))
    return Markup("".join(parts))


def plain(text: str) -> str:
    """Return one line of text without what isn't seen, for titles and attributes."""
    return _UNSEEN.sub("\ufffd", " ".join(text.split()))


def _empty(mark: Mark, start: int, end: int) -> bool:
    return mark.start == mark.end and start <= mark.start < end


def _clusters(marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield first and exclusive last of the marks that overlap or touch an empty one."""
    first, reach = 0, -1
    for number, mark in enumerate(marks):
        after_text = number > first and marks[number - 1].end > marks[number - 1].start
        if after_text and (mark.start > reach or mark.start == reach < mark.end):
            yield first, number
            first = number
        reach = max(reach, mark.end) if number > first else mark.end
    if marks:
        yield first, len(marks)


def _pieces(text: str, marks: Sequence[Mark], start: int, end: int) -> Iterator[str]:
    cuts = sorted({start, end}.union(*({max(m.start, start), min(m.end, end)} for m in marks)))
    opened: list[Mark] = []
    waiting = iter(marks)
    following = next(waiting, None)
    for at, to in zip(cuts, [*cuts[1:], cuts[-1]], strict=True):
        if opened:
            yield from _close(opened, [mark for mark in opened if mark.end > at], at)
        active = list(opened)
        empty: list[Mark] = []
        while following is not None and following.start <= at:
            (empty if following.start == following.end else active).append(following)
            following = next(waiting, None)
        for mark in empty:
            yield f"<{mark.tag}></{_name(mark)}>"
        if len(active) > 1:
            active.sort(key=lambda mark: (mark.depth, mark.start, -mark.end))
        if opened:
            yield from _close(opened, active, at)
        for mark in active[len(opened) :]:
            opened.append(mark)
            yield f"<{mark.tag}>"
        if at < to:
            yield str(shown(text[at:to]))
    yield from _close(opened, [], cuts[-1])


def _close(opened: list[Mark], wanted: Sequence[Mark], at: int) -> Iterator[str]:
    """Close elements from the innermost until those left are the first of what is wanted."""
    same = 0
    while same < len(opened) and same < len(wanted) and opened[same] is wanted[same]:
        same += 1
    while len(opened) > same:
        mark = opened.pop()
        if mark.end <= at:
            yield mark.after
        yield f"</{_name(mark)}>"


def _name(mark: Mark) -> str:
    return mark.tag.split(" ", 1)[0]

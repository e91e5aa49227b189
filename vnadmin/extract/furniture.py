"""What stands between the halves of a sentence that a page's end breaks.

Page numbers, running heads and footnotes are cut out there, so that a citation is found over the
page as within one. Where the text before them ends its sentence they stay where they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import regex

from ..document import Citation, OffsetMap, Reference, Span, Spans

_NUMBER = regex.compile(
    r"\s*+(?:(?i:trang|page)\s{0,3}[:.]?\s{0,3})?[-–—.]{0,2}\s?[0-9]{1,4}"
    r"(?:\s{0,2}(?:/|(?i:of|trên))\s{0,2}[0-9]{1,4})?\s?[-–—.]{0,2}\s*+"
)
_GAZETTE = regex.compile(r"\s*+(?:[0-9]{1,3}\s++)?CÔNG BÁO\s?/.{0,80}")
# "1 Theo Báo cáo số …", "(2) Xem …": entries of a list have "1." or "1)".
_NOTE = regex.compile(
    r"\s*+(?:\(\s?[0-9*]{1,2}\s?\)|\[[0-9]{1,2}\]|[0-9]{1,2}|[¹²³⁴-⁹]+|\*+)\s?\p{Lu}"
)
_ENDED = regex.compile(r"(?:[.;:!?…]|\./\.?|[.;!?][”\"’)])\s*\Z")
_BEGINS = regex.compile(
    r"\s*+(?:[-+•]\s|[0-9]{1,2}[.)]\s|[a-zđ][.)]\s|Điều\s[0-9]|Chương\s|Mục\s|\p{Lu}{4})"
)
_NOTES = 14  # lines of a page's footnotes
_HEADS = 3  # lines of a running head, page number among them
_LONGEST = 120  # characters of a running head


@dataclass(frozen=True, slots=True)
class Through:
    """A text with its broken sentences whole.

    Attributes:
        text: without what stood between their halves.
        to_original: offsets of `text` → those of the text as it is.
        notes: where the footnotes that were cut out stand in the text as it is.
    """

    text: str
    to_original: OffsetMap
    notes: tuple[Span, ...]


def read_through(text: str) -> Through:
    """Cut out what stands between the halves of sentences that page ends break."""
    pages = list(_pages(text))
    heads = _repeated(text, pages[1:])
    cuts: list[Span] = []
    notes: list[Span] = []
    for page, after in pairwise(pages):
        above, note = _foot(text, page)
        below = _below_heads(text, after, heads)
        if above is None or below is None:
            continue
        is_broken = not _ENDED.search(text[slice(*above)]) and not _BEGINS.match(text, below[0])
        if not is_broken:
            continue
        feed = page[-1][1] if note is None else note[1]
        feed = text.index("\f", feed)
        cuts += [(above[1] + 1, feed), (feed + 1, below[0])]
        notes += [note] if note is not None else []
    cuts = [(start, end) for start, end in cuts if start < end]
    parts, stretches, position = [], [], 0
    length = 0
    for start, end in cuts:
        parts.append(text[position:start])
        length += start - position
        stretches.append((length, length, start, end))
        position = end
    return Through("".join([*parts, text[position:]]), OffsetMap(stretches), tuple(notes))


def moved(
    found: Iterable[Citation], pointers: Iterable[Reference], text: str, to: OffsetMap
) -> tuple[list[Citation], list[Reference]]:
    """Citations and references with offsets, and their wording, as they are in `text`."""

    def span(old: Span | None) -> Span | None:
        return None if old is None else (to.start(old[0]), to.end(old[1]))

    citations = []
    for c in found:
        start, end = to.start(c.start), to.end(c.end)
        s = c.spans
        spans = Spans(*map(span, (s.type, s.number, s.name, s.date, s.issuer, s.title)))
        citations.append(
            replace(
                c, start=start, end=end, source_start=start, source_end=end,
                text=text[start:end], source_text=text[start:end], spans=spans,
            )
        )  # fmt: skip
    moved_pointers = []
    for r in pointers:
        start, end = to.start(r.start), to.end(r.end)
        moved_pointers.append(replace(r, start=start, end=end, text=text[start:end]))
    return citations, moved_pointers


def _pages(text: str) -> Iterator[list[Span]]:
    """The lines of each page that aren't blank."""
    start = 0
    for page in text.split("\f"):
        lines, at = [], start
        for line in page.split("\n"):
            if line.strip():
                lines.append((at, at + len(line)))
            at += len(line) + 1
        yield lines
        start += len(page) + 1


def _foot(text: str, lines: Sequence[Span]) -> tuple[Span | None, Span | None]:
    """The last line of a page's running text, and its footnotes."""
    last = len(lines)
    while last and _NUMBER.fullmatch(text, *lines[last - 1]):
        last -= 1
    for index in range(max(last - _NOTES, 1), last):
        above = lines[index - 1]
        if _NOTE.match(text, *lines[index]) and not _ENDED.search(text[slice(*above)]):
            return above, (lines[index][0], lines[last - 1][1])
    return (lines[last - 1] if last else None), None


def _below_heads(text: str, lines: Sequence[Span], heads: frozenset[str]) -> Span | None:
    """The first line of a page's running text."""
    for line in lines[:_HEADS]:
        if not (
            _NUMBER.fullmatch(text, *line)
            or _GAZETTE.fullmatch(text, *line)
            or _shape(text, line) in heads
        ):
            return line
    return lines[_HEADS] if len(lines) > _HEADS else None


def _repeated(text: str, pages: Sequence[Sequence[Span]]) -> frozenset[str]:
    """The lines that several pages begin with, but for figures."""
    count = Counter(shape for lines in pages for shape in {_shape(text, s) for s in lines[:2]})
    return frozenset(shape for shape, times in count.items() if times > 1 and len(shape) > 3)


def _shape(text: str, line: Span) -> str:
    return regex.sub(r"[0-9]+", "0", " ".join(text[slice(*line)][:_LONGEST].split()))

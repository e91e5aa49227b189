"""Which parts of a long text are to be decoded, found out without decoding all of it.

Where the words of a correct text are unlikely, a decoder leaves nearly all of them alone; where
those of a garbled one are, it mends most. So the unlikely words are counted over the whole text,
and some lines are decoded: of any kind, and such as hold them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vnadmin.formats.legacy_words import legacy_words
from vnadmin.options import Options
from vnadmin.restore.noise import LIGHT_NOISE, is_noisy
from vnadmin.restore.unicode import is_composed

if TYPE_CHECKING:
    from vnadmin.restore.engine import Restorer

_LONG = 20_000
"""Characters; a shorter text is decoded sooner than one would notice."""

_UNLIKELY = -11.0
"""Log P(word | word before). Correct law has 0.5 % of such words or unknown ones, news 2 %, pages
read by an engine that knows Vietnamese 3.5 %."""
_WINDOW = 200
_MOST_UNLIKELY = 0.12
"""Share of them in any window of that many words. Text without marks has 25 to 37 %, what an
engine that knows no Vietnamese reads 44 %, English 41 %."""

_LONGEST_LINE = 2_000
_SAMPLE = 4_000
"""Characters of the lines that are decoded: from all over the text, and with unlikely words."""


def doubtful(restorer: Restorer, text: str) -> list[tuple[int, int]]:
    """Return the stretches of `text` that are to be decoded; none where it is all correct."""
    everything = [(0, len(text))]
    if len(text) < _LONG or "\f" in text or LIGHT_NOISE not in restorer.channel_names():
        return everything
    if any(True for _ in legacy_words(text, restorer.encodings)):
        return everything
    places = list(_lines(text))
    lines = [text[start:end] for start, end in places]
    unlikely, ends = _unlikely(restorer, lines)
    per_line, held = _per_line(np.ones_like(unlikely), ends), _per_line(unlikely, ends)
    odd = _odd(unlikely, ends)
    if not is_composed(text):
        odd |= np.array([not is_composed(line) for line in lines])
    if 2 * per_line[odd].sum() > len(unlikely):
        return everything
    anywhere, strange = _sample(lines, ~odd & (per_line > 0)), _sample(lines, ~odd & (held > 0))
    if is_noisy(_edits(restorer, lines, anywhere), int(per_line[anywhere].sum())):
        return everything
    edits = _edits(restorer, lines, strange)
    expected = (edits + 1) / (held[strange].sum() + 1) * held[~odd].sum()
    if is_noisy(int(expected), int(per_line[~odd].sum())):
        return everything
    return _joined(places, odd)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of the text's lines, long ones in parts."""
    start = 0
    for line in text.split("\n"):
        end = start + len(line) + 1
        for at in range(start, end, _LONGEST_LINE):
            yield at, min(at + _LONGEST_LINE, end, len(text))
        start = end


def _per_line(which: NDArray[np.bool_], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many words of each line are so; `ends` counts the words up to each line's end."""
    count = np.concatenate([[0], np.cumsum(which)])[ends]
    return np.diff(count, prepend=0)


def _odd(unlikely: NDArray[np.bool_], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which lines have words in a window with too many unlikely ones, or one beside."""
    count = np.concatenate([[0], np.cumsum(unlikely)])
    starts = np.arange(0, len(unlikely), _WINDOW)
    share = np.diff(count[np.append(starts, len(unlikely))]) / _WINDOW
    many = np.convolve(share > _MOST_UNLIKELY, [1, 1, 1], mode="same") > 0
    many = np.repeat(many, _WINDOW)[: len(unlikely)]
    return _per_line(many, ends) > 0


def _joined(places: Sequence[tuple[int, int]], odd: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the places of the odd lines, neighbours joined."""
    joined: list[tuple[int, int]] = []
    for number in np.flatnonzero(odd).tolist():
        start, end = places[number]
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def _edits(restorer: Restorer, lines: Sequence[str], places: Sequence[int]) -> int:
    """Return how many words would be mended in some lines, taken for garbled."""
    text = "\n".join(lines[place] for place in places)
    (result,) = restorer.explain_many([text], Options(profile=LIGHT_NOISE))
    return sum(edit.kind not in ("junk", "case") for edit in result.edits)


def _unlikely(
    restorer: Restorer, lines: Sequence[str]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which words of the lines are unlikely, and how many words end with each line."""
    model = restorer.model
    parts = [line.split() for line in lines]
    known = {part: model.ids(part) for part in {*chain.from_iterable(parts)}}
    ids: list[int] = []
    ends: list[int] = []
    for own in parts:
        ids += chain.from_iterable(map(known.__getitem__, own))
        ends.append(len(ids))
    unlikely = (np.array(ids, dtype=np.int64) == 0) | (model.sequence(ids, order=2) < _UNLIKELY)
    return unlikely, np.array(ends, dtype=np.int64)


def _sample(lines: Sequence[str], eligible: NDArray[np.bool_]) -> list[int]:
    """Return eligible lines from all over the text, `_SAMPLE` characters of them and the last."""
    places = np.flatnonzero(eligible).tolist()
    # The order in which numbers written backwards count up: each new one falls into a widest gap.
    width = len(places).bit_length()
    order = sorted(range(len(places)), key=lambda n: format(n, f"0{width}b")[::-1])
    chosen: list[int] = []
    length = 0
    for number in order:
        if length >= _SAMPLE:
            break
        chosen.append(places[number])
        length += len(lines[places[number]])
    return chosen

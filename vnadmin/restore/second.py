"""Codes and figures that were read twice: which reading counts.

A code or number is changed only to what one of the readings printed, as far as the grammar mends
it. Nothing is made up of both.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from vnadmin.formats.raw import as_figures
from vnadmin.grammar import CodeSpan, find_codes, parse_number
from vnadmin.grammar.tables import symbols, symbols_by_skeleton
from vnadmin.vietnamese import fold

if TYPE_CHECKING:
    from vnadmin.formats.raw import ReadWord

_FIGURES = re.compile(r"\d+(?:[.,:/-]\d+)*%?")
_OUTER = "()[]“”\"'‘’.,;:!?…"
# Confidences; set by hand on the differing readings of 15 first pages of scans, not fitted.
_SURE = 0.85  # of the second reading, where the first reads well, too
_CLEARER = 0.08  # by how much it must be surer then
_ENOUGH = 0.75  # where the first is no number at all
_NEARLY = 0.05  # how much less sure it may be where the text has it elsewhere
_LONGER = 0.6  # where the first lost a figure at an end
_ALIKE = 60.0  # how like two readings of one code are, of 100
_LIKE_CODE = re.compile(r"\W?\d[\w]{0,5}[/-](?:\d{4}[/-])?(?:\w{1,10}[/-]|\w{2,10}\W?$)")
_GOES_ON = re.compile(r"[/-]$")
# The halves of a code with a space read into it: "61/201" and "8/NĐ-CP".
_BEGUN = re.compile(r"\W?\d{1,5}[/-]\d{0,4}$")
_REST = re.compile(r"\S{0,4}[/-]\S{0,8}?[A-ZĐ]{2}")
_FURTHER = re.compile(r"[/-]\w")
_SYMBOL = re.compile(r"\s?/\D")
_BEFORE = re.compile(r"(?:^|\s)(\S+)\s+\Z")
_AFTER = re.compile(r"[.,]?\s+(\S+)")
_APART = re.compile(r"(\d{1,2})[ ]")
_RANGES = (("ngay", "thang", 1, 31), ("thang", "nam", 1, 12), ("nam", "", 1900, 2099))


@lru_cache(maxsize=2)
def known_codes(text: str) -> Mapping[str, int]:
    """Return how often a whole text has each code, as first read."""
    return Counter(code.repaired for code in find_codes(text) if code.certain)


def decided(
    source: str,
    codes: Sequence[CodeSpan],
    twice: Sequence[ReadWord],
    known: Mapping[str, int],
) -> list[CodeSpan]:
    """Return codes and figures of `source` in order, after both readings.

    Args:
        source: what was read first.
        codes: what `find_codes` and `find_garbled_dates` found there, in order.
        twice: its words that were read twice, in order.
        known: how often the document has each code (`known_codes`).
    """
    result: list[CodeSpan] = []
    taken: set[int] = set()
    for code in [*codes, *_unfound(source, codes, twice)]:
        words = [
            word
            for word in twice
            if word.start < code.end and code.start < word.end and word.start not in taken
        ]
        broken = _broken(source, code, words, twice) if words else None
        if broken is not None:  # its first half isn't of the code yet
            words.insert(0, broken)
            whole = CodeSpan(broken.start, code.end, source[broken.start : code.end], False)
            better = _code(source, whole, words, known)
            better = code if better is whole else better
        else:
            better = _code(source, code, words, known) if words else code
        if better is not code or code in codes:
            taken.update(word.start for word in words)
            result.append(better)
    result += (
        span
        for word in twice
        if word.start not in taken and (span := _figures(source, word)) is not None
    )
    return sorted(result, key=lambda span: span.start)


def _broken(
    source: str, code: CodeSpan, words: Sequence[ReadWord], twice: Sequence[ReadWord]
) -> ReadWord | None:
    """Return the word before a code's that a space parts from it: "107/2 2021/NĐ-CP"."""
    at = bisect_left(twice, words[0].start, key=lambda word: word.start) - 1
    if at < 0 or source[twice[at].end : words[0].start] != " ":
        return None
    begun = _BEGUN.match(source, twice[at].start, twice[at].end)
    return twice[at] if begun and _REST.match(source, words[0].start, code.end) else None


def _unfound(
    source: str, codes: Sequence[CodeSpan], twice: Sequence[ReadWord]
) -> Iterator[CodeSpan]:
    """Yield what may be a code too garbled to be found, with the next line's part of it."""
    inside = {
        word.start
        for code in codes
        for word in twice
        if word.start < code.end and code.start < word.end
    }
    for word, following in zip(twice, [*twice[1:], None], strict=True):
        read = source[word.start : word.end]
        if word.start in inside or not _LIKE_CODE.match(read):
            continue
        end = word.end
        if following is not None and following.start not in inside:
            between = source[word.end : following.start]
            half = between == " " and _BEGUN.match(read)
            half = half and _REST.match(source, following.start, following.end)
            if half or (_GOES_ON.search(read) and not between.strip()):
                end = following.end
        yield CodeSpan(word.start, end, source[word.start : end], False)


def _code(
    source: str, code: CodeSpan, words: Sequence[ReadWord], known: Mapping[str, int]
) -> CodeSpan:
    """Return the code as the better of its readings has it; `known` counts codes of the text."""
    if not any(char.isalpha() for char in code.repaired):
        return _figures(source, words[0]) or code
    if _is_misspelt(source, code, words):
        return CodeSpan(code.start, code.end, source[code.start : code.end], False)
    said = [word for word in words if word.other]
    others = " ".join(word.other for word in said)
    found = find_codes(others)
    if len(found) != 1 or not found[0].certain:
        return code
    other = found[0].repaired
    read = "".join(source[word.start : word.end] for word in words)
    if other == code.repaired or fuzz.ratio(fold(other), fold(read)) < _ALIKE:
        return code
    # The text has the second reading elsewhere, and the first only here.
    elsewhere = known.get(other, 0) > 0 and known.get(code.repaired, 0) < 2
    elsewhere = elsewhere and said[0].other_confidence > max(_ENOUGH, words[0].confidence - _NEARLY)
    mark = _is_mark_before(source, code, other)
    mark = mark and max(word.other_confidence for word in said) > _ENOUGH
    if not (mark or elsewhere or _is_better(other, code, words[0], said[0])):
        return code
    # What the first reading has for the rest of the number ("§3/TTr-UBND").
    start = words[0].start if _bare(source[words[0].start : code.start]) else code.start
    # And what of it stands behind what was taken for a code: "39/TTr-ŠTC".
    rest = source[code.end : words[-1].end]
    ended = bool(_FURTHER.match(rest)) and not _FURTHER.match(others[found[0].end :])
    end = words[-1].end - len(rest) + len(rest.rstrip(_OUTER)) if ended else code.end
    return CodeSpan(start, end, other, True)


def _is_mark_before(source: str, code: CodeSpan, other: str) -> bool:
    """Whether a mark of "số" was taken for a serial's first figure, set apart: "số 2 48/2013"."""
    apart = _APART.match(source, code.start, code.end)
    return apart is not None and code.repaired == apart[1] + other


def _is_misspelt(source: str, code: CodeSpan, words: Sequence[ReadWord]) -> bool:
    """Whether the page itself has a stroke too many: "HĐNĐ".

    Đ is read as D often enough; a D was read as Đ in none of 102 UBND and HĐND on rendered pages.
    """
    read = source[code.start : code.end]
    if len(read) != len(code.repaired) or min(word.confidence for word in words) <= _ENOUGH:
        return False
    changed = {pair for pair in zip(read, code.repaired, strict=True) if pair[0] != pair[1]}
    return changed == {("Đ", "D")}


def _is_better(other: str, code: CodeSpan, read: ReadWord, said: ReadWord) -> bool:
    """Whether a second reading counts; `read` and `said` hold the serials."""
    one, two = parse_number(code.repaired), parse_number(other)
    if two is None or two.serial is None:
        return False
    if not code.certain or one is None:
        return True
    if one.serial is None:
        return False  # a serial left blank, or written by hand
    if one.symbol != two.symbol:
        return _rank(two.symbol) > _rank(one.symbol) and one.serial == two.serial
    if one.serial != two.serial and one.year == two.year:
        if two.serial.endswith(one.serial):
            return said.other_confidence > _LONGER
        if one.serial.endswith(two.serial):
            return False
    sure = said.other_confidence > _SURE
    return sure and said.other_confidence > read.confidence + _CLEARER


def _rank(symbol: str) -> int:
    """How well a symbol is known: from a table of those in use, only cited now and then, or not."""
    return (symbol in symbols()) + (symbol in symbols_by_skeleton().get(fold(symbol), ()))


def _bare(text: str) -> bool:
    """Whether signs stand between a word's beginning and its number."""
    return bool(text) and not any(map(str.isalnum, text))


def _figures(source: str, word: ReadWord) -> CodeSpan | None:
    """Return the figures that a word is by its second reading, if that is the better one."""
    read = source[word.start : word.end]
    first, second = read.strip(_OUTER), word.other.strip(_OUTER)
    if not first or first == second or not _FIGURES.fullmatch(second):
        return None
    if _SYMBOL.match(source, word.end) and as_figures(first) != second:
        return None  # a serial by hand
    start = word.start + read.index(first)
    span = CodeSpan(start, start + len(first), second, True)
    if _loses(as_figures(first), second):
        return None
    if not _FIGURES.fullmatch(first):
        digits = sum(map(str.isdigit, first))
        likely = digits > 0 and len(first) <= len(second) + 1
        return span if likely and word.other_confidence > _ENOUGH else None
    for limits in _limits(source, span):
        fits = [
            value.isdigit() and limits[0] <= int(value) <= limits[1] for value in (first, second)
        ]
        if fits[0] != fits[1]:
            return span if fits[1] else None
    sure = word.other_confidence > _SURE
    return span if sure and word.other_confidence > word.confidence + _CLEARER else None


def _loses(first: str, second: str) -> bool:
    """Whether `second` is `first` without figures at an end: these are rather lost than made up."""
    longer = len(first) > len(second) and _FIGURES.fullmatch(first) is not None
    return longer and (first.startswith(second) or first.endswith(second))


def _limits(source: str, span: CodeSpan) -> Iterator[tuple[int, int]]:
    """What a figure must lie between as the day, month or year that stands there."""
    before = _BEFORE.search(source, max(span.start - 12, 0), span.start)
    after = _AFTER.match(source, span.end, span.end + 12)
    left = fold(before[1]).lower().strip(_OUTER) if before else ""
    right = fold(after[1]).lower().strip(_OUTER) if after else ""
    for word, following, least, most in _RANGES:
        if left == word and right.startswith(following):
            yield least, most

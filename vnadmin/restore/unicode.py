"""Bring a text into one Unicode form by edits, and chain edits: source → that form → restored."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import regex

from vnadmin.document import Edit, OffsetMap
from vnadmin.formats.legacy_words import Scores, legacy_words, read_as
from vnadmin.language.model import LanguageModel
from vnadmin.vietnamese import canonical, is_syllable, nfc

_RUN = regex.compile(r"\s+|\S+")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
# Letters of other languages that look like Đ and ư, whose place they take in many documents.
_ALIKE = str.maketrans("ÐðƉɖƢƣ", "ĐđĐđƯư")
_HAS_ALIKE = regex.compile("[ÐðƉɖƢƣ]")
_MARK_OR_ALIKE = regex.compile("[\u0300-\u036fÐðƉɖƢƣ]")
_TWICE = regex.compile("ĐÐ|ÐĐ")  # one letter, read as both
_ABBREVIATION_LONGEST = 6
# A vowel's tone typed before its circumflex or breve, which Unicode takes for something else.
_TONE_FIRST = regex.compile("([\u0300\u0301\u0303\u0309])([\u0302\u0306])")


def to_unicode(
    source: str, scores: Scores, encoding: str | None = None
) -> tuple[str, tuple[Edit, ...]]:
    """Return `source` in NFC, legacy encodings read, and the edits that bring it there.

    Args:
        source: any text.
        scores: tells how likely words are, and which there are.
        encoding: a name in `formats.legacy.READINGS` that all of the text was written in; found
            out word by word if not given.
    """
    if encoding is None:
        read = list(legacy_words(source, scores))
    else:
        spans = [m.span() for m in _RUN.finditer(source)]
        read = [(start, end, read_as(source, start, end, encoding)) for start, end in spans]
    middle, first = _edited(source, read)
    text, second = _edited(middle, _composed(middle, scores.model))
    return text, tuple(chain(source, first, middle, second))


def is_composed(text: str) -> bool:
    """Whether a text is in NFC, with no mark left over and no look-alike of a Vietnamese letter."""
    return nfc(text) == text and not _MARK_OR_ALIKE.search(text)


def _composed(text: str, model: LanguageModel) -> Iterator[tuple[int, int, str]]:
    """Yield the words and gaps of a text with what they are in NFC, letters in their own form."""
    if is_composed(text):
        return
    marked = any(map(unicodedata.combining, nfc(text)))
    for match in _RUN.finditer(text):
        run = nfc(match.group())
        if marked and _TONE_FIRST.search(run_apart := unicodedata.normalize("NFD", run)):
            run = nfc(_TONE_FIRST.sub(r"\2\1", run_apart))
        if _HAS_ALIKE.search(run):
            run = _WORD.sub(lambda word: _own_letters(word.group(), model), run)
        yield match.start(), match.end(), run


def _own_letters(word: str, model: LanguageModel) -> str:
    """Return a word with Đ and ư in place of their look-alikes if it then is Vietnamese."""
    own = _TWICE.sub("Đ", word).translate(_ALIKE)
    plain = own.replace("Đ", "D")
    abbreviated = plain.isascii() and plain.isupper() and 1 < len(own) <= _ABBREVIATION_LONGEST
    used = len(own) > 1 and is_syllable(own) and canonical(own) in model.index
    return own if used or abbreviated else word


def _edited(source: str, replacements: Iterable[tuple[int, int, str]]) -> tuple[str, list[Edit]]:
    """Return `source` with stretches replaced, and the edits that do it."""
    edits: list[Edit] = []
    parts: list[str] = []
    position = shift = 0
    for start, end, written in replacements:
        read = source[start:end]
        if read == written:
            continue
        parts += [source[position:start], written]
        at = start + shift
        shift += len(written) - len(read)
        edits.append(Edit(at, at + len(written), start, end, read, written, "encoding", 1))
        position = end
    parts.append(source[position:])
    return "".join(parts), edits


def chain(source: str, first: Sequence[Edit], middle: str, second: Sequence[Edit]) -> list[Edit]:
    """Return edits that do what `first` (source → middle) and then `second` do.

    Edits that overlap become one, of the second's kind and confidence.
    """
    if not first or not second:
        return [*first, *second]
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

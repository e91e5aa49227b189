"""The signature read once more, by itself: seal and pen cross it, so a page's reading loses it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import fmean, median

from PIL import Image
from rapidfuzz import fuzz

from vnadmin.document import Word
from vnadmin.formats.raw import Box, RawPage, part_of, union
from vnadmin.scan.colour import ink_of
from vnadmin.scan.engine import Engine, ReadText
from vnadmin.vietnamese import fold, is_syllable

# In heights of a word with tall letters, which a line's pitch is some 1.7 of.
_OVER = 3.0  # how much higher than "Nơi nhận" the signature may begin
_UNDER = 20.0  # how far down it may reach
_LIST = 22.0  # from "Lưu: VT" up to where "Nơi nhận" must be
_GAP = 1.5  # between words of one column
_SAME = 0.6  # between the middles of one line's two readings
_LEFT, _RIGHT = 0.38, 0.6  # shares of the page's width between which the columns divide
_WIDE = 0.8  # share of the width that a line of text over the whole page reaches
_SURE = 0.85  # what all words must have been read with to be left alone
_NAMED = 0.8  # what a name of three words must have been read with to be taken for it
_SURER = 0.05  # how much surer a third reading must be
_NOISE = 0.3  # what a seal or paper that is read as words has less than, and a line seldom has
_ACCEPTED = 0.75  # confidence at least, as a line fit to be a signature's is no stroke
_ALIKE = 75.0  # how like "Nơi nhận" two words must be, of 100
_TAGS = re.compile(r"T[./]?M|K[./]?T|T[./]?L|TUQ|Q")
_DEGREE = re.compile(r"(?:[A-ZĐ][A-Za-z]{0,4}[.,]){1,3}(?:[A-Z]{1,4}[.,]?)?")


@dataclass(frozen=True, slots=True)
class _Row:
    """Words of one line; boxes in pixels of the page."""

    texts: tuple[str, ...]
    boxes: tuple[Box, ...]
    confidences: tuple[float, ...]

    @property
    def middle(self) -> float:
        return (min(b[1] for b in self.boxes) + max(b[3] for b in self.boxes)) / 2

    @property
    def sure(self) -> float:
        return fmean(self.confidences)


def read_signature(
    page: RawPage, image: Image.Image, engine: Engine, *, language: str, timeout: float
) -> RawPage:
    """Return the page with the lines of its signature as a second reading has them.

    What is right of the recipients is read as a block; where no name is clear in it, once more in
    black and white, as lines that stand anywhere. Of that only lines that can be a signature's
    count: offices and names. They take the place of what was read there, unless that was such a
    line, too, and read with more confidence.

    Args:
        page: as first read.
        image: the page, of mode "L".
        engine: what reads it.
        language: as Tesseract calls it.
        timeout: seconds it may take.

    Raises:
        EngineError: the engine failed.
        MissingProgramError: the engine or its data isn't installed.
    """
    zone = _zone(page)
    if zone is None:
        return page
    within = [_inside(word, zone) for word in page.words]
    before = [word for word, inside in zip(page.words, within, strict=True) if inside]
    first = list(_rows(before, page.text))
    named = any(_name(row) is not None for row in first)
    if named and all(word.confidence >= _SURE for word in before):
        return page
    height = _height(page.words)
    cut = image.crop(zone)
    again = _lines(engine.read(cut, language=language, layout="block", timeout=timeout), zone)
    if not any(_is_clear(row) for row in again):
        sparse = engine.read(ink_of(cut), language=language, layout="sparse", timeout=timeout)
        again = _together(again, _lines(sparse, zone), height)
    rows: list[_Row] = []
    gone: set[Box] = set()
    for row in again:
        same = [old for old in first if abs(old.middle - row.middle) < _SAME * height]
        if any(_signed(old) == old and old.sure >= row.sure for old in same):
            continue
        rows.append(row)
        gone.update(box for old in same for box in old.boxes)
        gone.update(word.box for word in before if _inside(word, union(row.boxes)))
    kept = [word for word in page.words if word.box not in gone or not _inside(word, zone)]
    return _rebuilt(page, kept, rows) if rows else page


def _lines(read: ReadText, zone: Box) -> list[_Row]:
    """The lines of a reading of `zone` that can be a signature's, boxes those of the page."""
    moved = [replace(word, box=_moved(word.box, zone)) for word in read.words]
    found: list[_Row] = []
    for line in _rows(moved, read.text):
        authority = bool(found) and _TAGS.match(found[-1].texts[0]) is not None
        row = _signed(_split(line), fewest=1 if authority else 2)
        if row is not None and row.sure >= _NOISE:
            found.append(row)
    return found


def _is_clear(row: _Row) -> bool:
    """Whether a line is surely a name: of three words at least, and read with confidence."""
    return len(row.texts) > 2 and row.sure >= _NAMED and _name(row) == row


def _together(one: Sequence[_Row], two: Sequence[_Row], height: float) -> list[_Row]:
    """The lines of two readings from top to bottom; of a line read twice the better reading."""
    kept = list(one)
    for row in two:
        same = [old for old in kept if abs(old.middle - row.middle) < _SAME * height]
        if all(len(old.texts) <= len(row.texts) and old.sure + _SURER < row.sure for old in same):
            kept = [old for old in kept if old not in same] + [row]
    return sorted(kept, key=lambda row: row.middle)


def _zone(page: RawPage) -> Box | None:
    """What stands right of the recipients and under them; None on a page without any."""
    words = page.words
    if len(words) < 4:
        return None
    height = _height(words)
    found = _recipients(page, height)
    if found is None:
        return None
    top, listed = found
    edge = _LEFT * page.width
    start, bottom = max(0.0, top - _OVER * height), min(page.height, top + _UNDER * height)
    for row in _rows(words, page.text):
        if row.boxes[0][0] > _LEFT * page.width or not start < row.middle < bottom:
            continue
        end = _column_end(row, height)
        if end > _WIDE * page.width:  # text over the whole page
            if row.middle < listed:
                start = row.middle + 0.5 * height
            else:
                bottom = row.middle - height
        elif end <= _RIGHT * page.width and row.middle > start:
            edge = max(edge, end + 0.3 * height)
    if bottom - start < 4 * height:
        return None
    return round(edge), round(start), page.width, round(bottom)


def _recipients(page: RawPage, height: float) -> tuple[float, float] | None:
    """How high the recipients may begin, and a line that is surely theirs: the first or last."""
    found = None
    for one, two in pairwise(page.words):
        if one.box[0] > _LEFT * page.width:
            continue
        key = _letters(page.text[one.start : one.end] + page.text[two.start : two.end])
        if 6 <= len(key) <= 8 and fuzz.ratio(key, "noinhan") >= _ALIKE:
            return float(one.box[1]), float(one.box[1])
        if re.fullmatch("luuv[tp].?", key):
            found = one.box[1] - _LIST * height, float(one.box[1])
    return found


def _column_end(row: _Row, height: float) -> float:
    """Where the left column's words of a line end."""
    end = row.boxes[0][2]
    for box in row.boxes[1:]:
        if box[0] - end > _GAP * height:
            break
        end = box[2]
    return end


def _height(words: Sequence[Word]) -> float:
    return median(word.box[3] - word.box[1] for word in words)


def _letters(text: str) -> str:
    return "".join(c for c in fold(text).lower() if c.isalpha())


def _inside(word: Word, zone: Box) -> bool:
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return zone[0] <= x < zone[2] and zone[1] <= y < zone[3]


def _moved(box: Box, zone: Box) -> Box:
    return box[0] + zone[0], box[1] + zone[1], box[2] + zone[0], box[3] + zone[1]


def _rows(words: Sequence[Word], text: str) -> Iterator[_Row]:
    """The words line by line, as the text has them."""
    line = 0
    numbered: list[tuple[int, Word]] = []
    for index, word in enumerate(words):
        line += index > 0 and "\n" in text[words[index - 1].end : word.start]
        numbered.append((line, word))
    for _, group in groupby(numbered, key=lambda pair: pair[0]):
        each = [word for _, word in group]
        yield _Row(
            tuple(text[word.start : word.end] for word in each),
            tuple(word.box for word in each),
            tuple(word.confidence for word in each),
        )


def _split(row: _Row) -> _Row:
    """The line with words divided where other marks than those of tags stand in them."""
    texts: list[str] = []
    boxes: list[Box] = []
    confidences: list[float] = []
    for text, box, confidence in zip(row.texts, row.boxes, row.confidences, strict=True):
        for match in re.finditer(r"[\w./'’-]+,?", text):
            texts.append(match[0])
            boxes.append(part_of(box, match.start(), match.end(), len(text)))
            confidences.append(confidence)
    return _Row(tuple(texts), tuple(boxes), tuple(confidences))


def _signed(row: _Row, *, fewest: int = 2) -> _Row | None:
    """The part of a line that can be an office in capitals or a name, if there is one."""
    return _office(row, fewest) or _name(row)


def _office(row: _Row, fewest: int) -> _Row | None:
    """Words in capitals beside each other, at least half of them syllables or tags ("KT.")."""
    words = [_bare(text) for text in row.texts]
    best: list[int] = []
    for upper, group in groupby(range(len(words)), key=lambda i: _is_capitals(words[i])):
        several = list(group)
        if upper and sum(bool(words[i]) for i in several) > len(best):
            best = several
    while best and not words[best[0]]:
        best = best[1:]
    while best and len(words[best[-1]]) < 2 and words[best[-1]] != "Y":
        best = best[:-1]
    while len(best) > 2 and not is_syllable(words[best[0]]) and row.texts[best[0]].isalpha():
        best = best[1:]  # of the seal; a tag has a full stop
    known = sum(bool(_TAGS.fullmatch(words[i])) or is_syllable(words[i]) for i in best)
    letters = sum(len(words[i]) for i in best)
    if len(best) < fewest or 2 * known < len(best) or letters < 3 + 2 * min(fewest, len(best)):
        return None
    return _part(row, best)


def _name(row: _Row) -> _Row | None:
    """The two to five words with a capital each that a line ends in.

    A third word before two of them counts, though its capital was lost.
    """
    words = [_bare(text) for text in row.texts]
    last = max((i for i, word in enumerate(words) if len(word) > 1), default=-1)
    first = last + 1
    while first > 0 and words[first - 1].istitle() and is_syllable(words[first - 1]):
        first -= 1
    if last + 1 - first == 2 and first > 0 and is_syllable(words[first - 1]):
        first -= 1 if words[first - 1].islower() and len(words[first - 1]) > 2 else 0
    if not 2 <= last + 1 - first <= 5:
        return None
    while first > 0 and _DEGREE.fullmatch(row.texts[first - 1]):
        first -= 1
    return _part(row, range(first, last + 1))


def _is_capitals(word: str) -> bool:
    if len(word) < 2:
        return word in ("", "Q", "Y")  # a dash, two words of one letter
    return word.isupper() and sum(map(str.isalpha, word)) >= len(word) - 1


def _bare(text: str) -> str:
    return text.strip(".,;:'\"“”‘’`|*~-–—!")


def _part(row: _Row, places: Sequence[int]) -> _Row:
    return _Row(
        tuple(row.texts[i] for i in places),
        tuple(row.boxes[i] for i in places),
        tuple(row.confidences[i] for i in places),
    )


def _rebuilt(page: RawPage, words: Iterable[Word], rows: Sequence[_Row]) -> RawPage:
    """The page of `words`, white space kept, with `rows` as a paragraph at its end."""
    parts: list[str] = []
    made: list[Word] = []
    length = 0
    end = 0
    for word in words:
        gap = page.text[end : word.start] if made else ""
        space = "\n\n" if "\n\n" in gap else "\n" if "\n" in gap else " " if gap else ""
        text = page.text[word.start : word.end]
        length += len(space) + len(text)
        parts += [space, text]
        made.append(replace(word, start=length - len(text), end=length))
        end = word.end
    for row in rows:
        space = "\n" if row is not rows[0] else "\n\n" if made else ""
        for text, box, confidence in zip(row.texts, row.boxes, row.confidences, strict=True):
            length += len(space) + len(text)
            parts += [space, text]
            made.append(Word(length - len(text), length, box, max(confidence, _ACCEPTED)))
            space = " "
    return replace(page, text="".join(parts), words=tuple(made))

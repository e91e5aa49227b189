"""Finding document numbers in running text, clean or garbled, in linear time.

A number may be broken by spaces, a line end, a line of junk or, where a page ends, a page number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..vietnamese import fold
from .dates import BREAK
from .numbers import DocumentNumber, parse_number, symbol_known
from .repair import read_number
from .tables import issuer_symbols, symbols, symbols_by_skeleton, type_symbols

_SEP = "[/⁄∕‐‑–—\u00ad\ufffe-]"
_SEG = r"(?:(?:UBTV)?QH ?[0-9]{1,2}|[A-ZĐÐƯ][A-Za-zĐÐđðƯ0-9&]{0,15})"
_END = r"(?:(?![^\W_])|(?=ngày|của|về|quy |ban ))"
_CLEAN = re.compile(
    r"[0-9](?:(?<![\w/–-][0-9])|(?<=số[0-9]))(?<![0-9][.][0-9])[0-9]{0,5}(?![0-9])"
    r"(?:[ .]?[a-zđ]{1,3}(?=\s{0,2}[/–-])|[A-D](?=[/-]))?"
    rf"(?:{BREAK}{_SEP}{BREAK}"
    rf"(?:(?:19|20)[0-9]{{2}}|[4-9][0-9](?=\s?/)|[0-9]{{2}}(?=/QH)|(?:0[0-9]{{2}}|20[0-9])(?=/)))?"
    rf"(?P<symbol>{BREAK}{_SEP}{BREAK}{_SEG}(?:{BREAK}{_SEP}{BREAK}{_SEG}){{0,10}}){_END}"
)
_BLANK = re.compile(
    r"[Ss]ố[ \t\xa0]{0,3}:?[ \t\xa0.…_]{0,60}"
    r"(?P<number>/[ \t]{0,3}(?:(?:19|20)[0-9]{2}[ \t]{0,3}[/-][ \t]{0,3})?"
    rf"{_SEG}(?:{BREAK}{_SEP}{BREAK}{_SEG}){{0,10}}){_END}"
)
# To the 1990s the symbol could follow a space: "số 43 TC/QLCS", "số 217 HĐBT".
_SPACED = re.compile(
    r"[Ssđtq](?:(?<=[Ss])ố|(?<=đ)ịnh|(?<=t)(?:ư|hị)|(?<=q)uyết)[ \t\xa0]{1,3}"
    r"(?P<number>[0-9]{1,5}[a-zđ]?[ \t]{0,2}"
    r"(?P<symbol>[A-ZĐ]{2,8}(?:[-/][A-ZĐ][A-Za-zĐđ0-9&]{0,12}){0,4}|TTg))(?![^\W_])"
)
# Garbled text: letters among the digits, digits and signs among the letters, doubled slashes,
# a digit of the year set apart. Pieces are joined over spaces and one line end, not over pages.
_OCR_GAP = r"(?:[ \t\xa0]{0,2}(?:\r?\n[ \t]{0,4}){0,3})"
_OCR_SEP = r"[/⁄∕‐‑–—-]{1,2}"
# "QĐ- -BGTVT", "TT: -VPCP", "TT- _\nBTC": what a word that was read in two leaves at the cut.
_OCR_CUT = rf"(?:- -|:[ ]?-|-[ ][-_]{{1,2}}{_OCR_GAP}[-_]{{0,3}})"
_CUT = re.compile(rf":[ ]?-|-[ ][-_]|{_SEP}[A-ZĐÐ]:?[ ]")
_OCR_BETWEEN = rf"(?:{_OCR_CUT}|{_OCR_GAP}{_OCR_SEP}{_OCR_GAP})"
_OCR_HALVED = r"[A-ZĐÐ]:?[ ][A-ZĐÐ]{1,3}(?=[-–])"  # behind a year: "76/2014/T: T-BTC"
_OCR_SEG = r"[A-ZĐÐ0-9|€?][A-Za-zÀ-ɏḀ-ỹ0-9&|?]{0,14}"  # one wide range would compile slowly
_OCR = re.compile(
    r"[0-9lIL|Oo](?<![\w/–-].)[0-9lI|Oo]{0,5}[a-zđ]?"
    rf"(?:(?P<year>[ \t]{{0,2}}{_OCR_SEP}[ \t]{{0,2}}"
    r"(?:20(?P<twice>[0-9])[ ](?P=twice)[0-9]"  # "202 22": halves of a word that overlap
    r"|(?:1[ ]?9|2[ ]?[0O])[ ]?[0-9lIO](?::?[ ])?[0-9lILO]))?"
    rf"(?:{_OCR_BETWEEN}|(?(year)|(?!)))(?:(?(year){_OCR_HALVED}|(?!))|{_OCR_SEG}))"
    rf"(?:{_OCR_BETWEEN}{_OCR_SEG}){{0,10}}"
    r"(?![^\W_])"
)
_NO_SERIAL = re.compile(
    rf"(?<![^\s:.…_])/[ \t]?(?P<symbol>{_OCR_SEG}(?:[/-]{_OCR_SEG}){{1,6}})(?![^\W_])"
)
_SYMBOL = re.compile(r"^[0-9]{0,6}[a-zđ]?[/-](?:[0-9]{4}[/-])?")  # what stands before it
_HALF = re.compile(rf"(?<![\w/-]){_OCR_SEG}[/-]{_OCR_SEG}(?![^\W_])")


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """A number at `start:end`; `certain` is `False` for a garbled one with several readings."""

    start: int
    end: int
    number: DocumentNumber
    certain: bool = True


@dataclass(frozen=True, slots=True)
class CodeSpan:
    """A code in garbled text and what it reads; keep it as it is where it isn't `certain`."""

    start: int
    end: int
    repaired: str
    certain: bool


def find_numbers(text: str, *, ocr: bool = False) -> list[NumberSpan]:
    """Find every document number in `text`, in order, without overlaps.

    With `ocr` the symbols are mended first (`find_codes`); without, only the spacing is. Numbers
    whose serial is blank ("Số: …/2025/QĐ-UBND") are found too. Anything of the right shape is
    given, its symbol known or not: the caller looks at the words around it.
    """
    if ocr:
        return [
            NumberSpan(code.start, code.end, number, code.certain)
            for code in find_codes(text)
            if (number := parse_number(code.repaired)) is not None
        ]
    found = [span for match in _CLEAN.finditer(text) if (span := _longest(text, match))]
    for match in _BLANK.finditer(text):
        number = parse_number(match["number"])
        if number is not None:
            found.append(NumberSpan(match.start("number"), match.end(), number))
    for match in _SPACED.finditer(text):
        symbol = match["symbol"]
        number = parse_number(match["number"].removesuffix(symbol).strip() + "-" + symbol)
        if number is not None and (number.symbol in symbols() or issuer_like(number)):
            spaced = replace(number, text=" ".join(match["number"].split()))
            found.append(NumberSpan(match.start("number"), match.end(), spaced))
    return sorted(found, key=lambda span: span.start)


def issuer_like(number: DocumentNumber) -> bool:
    """Whether the symbol begins with an issuer or a type, so that a space may stand before it."""
    first = number.segments[0]
    return first in issuer_symbols() or (first in type_symbols() and len(number.segments) > 1)


_JUNK_LINES = re.compile(
    r"(?<=\n)[ \t]*(?:[-–—.]{0,2} ?[0-9]{1,3} ?[-–—.]{0,2}|[^\w\s/⁄–-]{1,3}|[a-z])[ \t]*\r?\n"
)


def without_junk(text: str) -> str:
    """Drop the lines between others that hold nothing but a page number or a stray mark."""
    return _JUNK_LINES.sub("", text) if "\n" in text else text


def _longest(text: str, match: re.Match[str]) -> NumberSpan | None:
    """Cut a match back to where it stops being one number ("12/QĐ-UBND - KH-UBND")."""
    start, end = match.span()
    cuts = [end]
    symbol_start = match.start("symbol")
    # A spaced dash may be punctuation: such tails are dropped unless they belong to the symbol.
    for gap in re.finditer(rf"\s(?=\s*{_SEP})|(?<={_SEP})\s", text[symbol_start:end]):
        if gap.start() > 0:
            cuts.append(symbol_start + gap.start() + (0 if gap[0].isspace() else 1))
    parsed_full = parse_number(without_junk(text[start:end]))
    if parsed_full is not None and (len(cuts) == 1 or symbol_known(parsed_full.symbol)):
        return NumberSpan(start, end, parsed_full)
    for cut in reversed(cuts[1:]):
        piece = text[start:cut].rstrip(" \t\xa0\r\n-–—/")
        parsed = parse_number(without_junk(piece))
        if parsed is not None and symbol_known(parsed.symbol):
            return NumberSpan(start, start + len(piece), parsed)
    return None if parsed_full is None else NumberSpan(start, end, parsed_full)


def find_codes(text: str) -> list[CodeSpan]:
    """Return every code in OCR'd `text`, in order, with the one reading the grammar allows.

    Codes of which nothing needs mending are given too, so that a caller can protect them.
    Where several readings are possible the code is given as it stands, `certain` false. A code
    cut in two by a page's end is not joined; its second half ("QB/TW") is mended on its own.
    """
    return _agreeing(list(_codes(text)))


def _agreeing(codes: list[CodeSpan]) -> list[CodeSpan]:
    """Mend a symbol nobody has by one that the text has twice: a stroke more or less of a letter.

    "QHPTTTNĐ" among several "QHPTTNĐ" is that; letters repeated are all that may differ.
    """
    symbols = [_SYMBOL.sub("", code.repaired) for code in codes]
    count = Counter(symbols)
    usual = {_once(symbol): symbol for symbol, times in count.items() if times > 1}
    for place, symbol in enumerate(symbols):
        other = usual.get(_once(symbol), symbol)
        unknown = symbol not in symbols_by_skeleton().get(fold(symbol), ())
        if other != symbol and count[symbol] == 1 and unknown:
            code = codes[place]
            codes[place] = replace(code, repaired=code.repaired.removesuffix(symbol) + other)
    return codes


def _once(symbol: str) -> str:
    """Return `symbol` with each run of one letter written once."""
    return re.sub(r"(.)\1+", r"\1", symbol)


def _codes(text: str) -> Iterator[CodeSpan]:
    position = 0
    for match in _OCR.finditer(text):
        code = _read_code(text, match.start(), match.end())
        if code is None:
            continue
        code = _with_letters_apart(text, _with_digits_apart(text, position, code))
        yield from _halves(text, position, code.start)
        yield code
        position = code.end
    yield from _halves(text, position, len(text))


# Where other text may begin: a space with or without a dash, a line's end, "NĐ-CPngày".
_TAIL = re.compile(rf"\s*{_SEP}?\s+|\s*\n\s*|\s+{_SEP}|(?<=[A-ZĐÐ])_?(?=ng[aàảáạ]y)")


def _read_code(text: str, start: int, end: int) -> CodeSpan | None:
    raw = text[start:end]
    found = read_number(raw)
    if found is not None and found[1] and (found[0].symbol in symbols() or not _CUT.search(raw)):
        return CodeSpan(start, end, found[0].text, True)
    # The tail may be other text that a dash, a line end or a lost space brought in.
    for gap in reversed(list(_TAIL.finditer(raw))):
        part = raw[: gap.start()].rstrip(":_")
        shorter = read_number(part)
        if shorter is not None and shorter[1]:
            return CodeSpan(start, start + len(part), shorter[0].text, True)
    if found is not None and found[0].serial and not re.search(r"\s", raw):
        return CodeSpan(start, end, found[0].text, False)
    return None


_DIGITS_APART = re.compile(r"\b[sS][^\s\d.,;]?[.:6]?[ \t](?P<digits>[0-9]{1,2})[ \t]\Z")
_SERIAL_LONGEST = 4


def _with_digits_apart(text: str, position: int, code: CodeSpan) -> CodeSpan:
    """Take in the first digits of a serial that a space set apart: "số 1 23/2017/NĐ-CP".

    Only after "số", where two numbers can't follow each other.
    """
    before = _DIGITS_APART.search(text, max(position, code.start - 8), code.start)
    serial = code.repaired.split("/")[0].split("-")[0]
    if before is None or not code.certain or not serial.isdigit():
        return code
    digits = before["digits"]
    if len(digits) + len(serial) > _SERIAL_LONGEST or serial.startswith("0"):
        return code
    return CodeSpan(before.start("digits"), code.end, digits + code.repaired, True)


_LETTERS_APART = re.compile(r"[. ]{1,2}(?P<letters>[A-ZĐ]{1,4})(?=\s+ng[aàảáạ]y\s)")


def _with_letters_apart(text: str, code: CodeSpan) -> CodeSpan:
    """Take in the last letters of a symbol that a space set apart: "1494/UBND-KS TT ngày".

    Only before "ngày", where nothing else can stand, and only letters that are no body's own.
    """
    behind = _LETTERS_APART.match(text, code.end)
    if behind is None or behind["letters"] in issuer_symbols() or not code.repaired[-1].isalpha():
        return code
    return CodeSpan(code.start, behind.end(), code.repaired + behind["letters"], True)


_PAGE_END = re.compile(r"[0-9]{1,6}[a-zđ]?[ \t]?[-/–][ \t]{0,3}\r?\n\s{0,12}[0-9]{1,3}\s{1,12}\Z")


def _halves(text: str, start: int, end: int) -> Iterator[CodeSpan]:
    """The second halves of codes: their serial was left blank, or stands before a page number."""
    for match in _NO_SERIAL.finditer(text, start, end):
        found = read_number("1/" + match["symbol"])
        if found is not None and found[1]:
            yield CodeSpan(match.start(), match.end(), "/" + found[0].text[2:], True)
    for match in _HALF.finditer(text, start, end):
        if not _PAGE_END.search(text[max(start, match.start() - 48) : match.start()]):
            continue
        found = read_number("1-" + match[0])
        if found is not None and found[1]:
            yield CodeSpan(match.start(), match.end(), found[0].text[2:], True)

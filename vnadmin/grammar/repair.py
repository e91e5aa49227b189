"""Mending what OCR does to a document's symbol, only where one reading is possible.

Each character of a garbled part may be one of a few printed ones (`D`, `B`, `P` for `Đ`, `I` or
`1` for `T`); the readings that are in use as a type or an issuer are kept, and the part is
mended if exactly one is left. The confusions are those of Tesseract's English and Vietnamese
models on rendered pages.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from ..vietnamese import fold
from .numbers import DocumentNumber, parse_number, roles, squeeze, symbol_known
from .tables import issuer_symbols, symbols, symbols_by_skeleton, type_symbols

_READ_AS: dict[str, str] = {
    "D": "DĐ", "Đ": "Đ", "B": "BĐ", "P": "PĐ", "0": "OĐ", "O": "OĐ", "I": "IT", "1": "1IT",
    "|": "IT", "l": "IT", "!": "IT", "E": "ET", "8": "B", "6": "G", "5": "S", "V": "VY", "Y": "YV",
    "e": "eg", "o": "og", "q": "qg", "s": "sg", "a": "ag", "ø": "g", "£": "g", "€": "C", "t": "tr",
    "¢": "C", "(": "C", "j": "i", "y": "yr", "R": "RB", "H": "HN", "N": "NH", "?": "P",
}  # fmt: skip
_TYPE_READ_AS = {"O": "OQĐ", "0": "OQĐ", "G": "GQ", "H": "HNĐ"}
_ISSUER_FIRST_READ_AS = {"B": "B"}  # ministries begin with B, hardly any issuer with Đ
_MAX_READINGS = 128
_SERIAL_LETTERS = str.maketrans({"l": "1", "I": "1", "L": "1", "|": "1", "O": "0", "o": "0"})
_SERIAL = re.compile(r"[0-9lIL|Oo]{1,6}[a-zđ]?(?=[/-])")
_YEAR = re.compile(r"(?<=[/-])(?:19|2[0O])[0-9lIL|Oo]{2}(?=[/-]|[A-ZĐ]{2})")
_SLASH_LOST = re.compile(r"(?<=[/-](?:19|20)[0-9]{2})(?=[A-ZĐ])")
_CUT = re.compile("[:_]")  # left where a word was read in two: "92/201: 7/NĐ-CP"
_OVERLAPPING = re.compile(r"(?<=[/-])(20[0-9])(?<=([0-9]))\2([0-9])(?=/)")
_REPEATED = re.compile("([-/])\\1+")
_TERMS = ("QH", "UBTVQH")


@lru_cache(maxsize=8192)
def _readings(segment: str, is_type: bool) -> tuple[str, ...]:
    """Every way `segment` could have been printed, as far as confusions go."""
    options = []
    for index, char in enumerate(segment):
        char = "Đ" if char in "ÐĐ" else fold(char)
        special = _TYPE_READ_AS if is_type else _ISSUER_FIRST_READ_AS if index == 0 else {}
        options.append(special.get(char) or _READ_AS.get(char, char))
    count = 1
    for option in options:
        count *= len(option)
    if count > _MAX_READINGS:
        # Keep only the commonest confusion where there are too many ways.
        options = [option if "Đ" in option else option[0] for option in options]
    return tuple(
        "".join(letters) for letters in itertools.islice(itertools.product(*options), _MAX_READINGS)
    )


@lru_cache(maxsize=8192)
def _repair_segment(segment: str, is_type: bool) -> tuple[str, ...]:
    """The readings of one part that are in use; (`segment`,) if it is in use as it stands."""
    known = type_symbols() if is_type else issuer_symbols()
    if segment in known:
        return (segment,)
    term = re.fullmatch(r"([A-Z0O]{2,6}?)([0-9lI]{1,2})", segment)
    if not is_type and term:
        letters = term[1].replace("0", "Q" if term[1].startswith("0") else "O")
        if letters in _TERMS:
            return (letters + term[2].translate(_SERIAL_LETTERS),)
    if not is_type and re.fullmatch("(?=.?[TI])[TI1l]{2}[a-qs-z]{1,2}", segment):
        return ("TTg",)
    found = tuple(dict.fromkeys(r for r in _readings(segment, is_type) if r in known))
    if not found and not is_type:
        # A unit's number may follow an issuer ("NHNN1", printed NHNN and a digit).
        tail = re.fullmatch(r"(.{2,}?)([1-9I])", segment)
        if tail and tail[1] in known:
            return (tail[1] + tail[2].replace("I", "1"),)
    return found or _without_stray(segment, is_type)


def _without_stray(segment: str, is_type: bool) -> tuple[str, ...]:
    """Readings in use once a stroke read as a letter of its own is dropped.

    "BGITVT" and "TT1" hold a stray upright, "QĐĐ" and "QDB" one Đ read as two letters.
    """
    known = type_symbols() if is_type else issuer_symbols()
    if len(segment) < (3 if is_type else 4):
        return ()
    shorter = {
        segment[:i] + segment[i + 1 :] for i, char in enumerate(segment) if i and char in "I1lJP|"
    }
    shorter |= {
        f"{segment[:i]}Đ{segment[i + 2 :]}"
        for i in range(1, len(segment) - 1)
        if re.fullmatch("[DĐÐ][BDĐÐ]", segment[i : i + 2])
    }
    return tuple(
        dict.fromkeys(r for s in sorted(shorter) for r in _readings(s, is_type) if r in known)
    )


@lru_cache(maxsize=8192)
def repair_symbol(symbol: str) -> tuple[str, ...]:
    """The readings of a whole symbol that are possible; one means it can be mended.

    Parts that are unknown and can't be read as a known one (the unit of an official letter) stay
    as they are, as long as another part is known.
    """
    cited = symbols_by_skeleton().get(fold(symbol), ())
    if symbol in cited:
        return (symbol,)
    # Units of an issuer ("UBND-ĐT") are too many for a list to tell which one is meant.
    if len(cited) == 1 and roles(cited[0])[0] != "issuer":
        return cited
    pieces = re.split("([-/])", symbol)
    segments, separators = pieces[0::2], pieces[1::2]
    if len(segments) == 1:
        whole = {r for r in _readings(symbol, True) if r in symbols()}
        whole.update(_repair_segment(symbol, False))
        return tuple(sorted(whole))
    as_type = _repair_segment(segments[0], True)
    # An official letter's issuer comes first: nothing but a lost Đ is mended there.
    as_issuer = tuple(
        r for r in _repair_segment(segments[0], False) if fold(r) == fold(segments[0])
    )
    rest = [_repair_segment(segment, False) or (segment,) for segment in segments[1:]]
    if not as_type:
        rest = [
            tuple(r for r in readings if fold(r) == fold(segment)) or (segment,)
            for segment, readings in zip(segments[1:], rest, strict=True)
        ]
    candidates = []
    for heads in (as_type, as_issuer):
        if heads is as_issuer and as_type:
            break
        for choice in itertools.islice(itertools.product(heads, *rest), _MAX_READINGS):
            text = choice[0]
            for separator, segment in zip(separators, choice[1:], strict=True):
                text += separator + segment
            candidates.append(text)
    # Decrees are the Government's: a garbled rest can't be anyone else's.
    if as_type == ("NĐ",) and len(segments) == 2 and re.fullmatch("[CGQO].{0,2}|.P", segments[1]):
        return (f"NĐ{separators[0]}CP",)
    in_use = [text for text in candidates if text in symbols()]
    if in_use:
        return tuple(dict.fromkeys(in_use))
    return tuple(dict.fromkeys(candidates))


def repair_number(text: str) -> str | None:
    """Return the one number `text` can be a garbled form of, normalised; `None` where unsure.

    A serial's digits are kept; a letter among them becomes the digit it looks like only when the
    rest is certain. A number that is right already comes back normalised.
    """
    found = read_number(text)
    return found[0].text if found is not None and found[1] else None


def read_number(text: str) -> tuple[DocumentNumber, bool] | None:
    """Like `repair_number`, but also gives a doubtful number, as read, with `False`."""
    body = _REPEATED.sub(r"\1", _CUT.sub("", squeeze(text)))
    body = _OVERLAPPING.sub(r"\1\3", body, count=1)
    body = _YEAR.sub(lambda year: year[0].translate(_SERIAL_LETTERS), body, count=1)
    body = _SLASH_LOST.sub("/", body, count=1)
    parsed = parse_number(body)
    serial = _SERIAL.match(body)
    digits_mended = False
    if parsed is None or parsed.serial is None:
        if serial is None or not any(c.isdigit() for c in serial[0]):
            return None
        mended = serial[0].translate(_SERIAL_LETTERS) + body[serial.end() :]
        digits_mended = mended != body
        body = mended
    head = re.match(r"[0-9]{1,6}[a-zđA-D]?[/-](?:(?:19|20)[0-9]{2}[/-]|[4-9][0-9]/)?", body)
    if head is None or head.end() == len(body):
        return None
    symbol = body[head.end() :]
    readings = repair_symbol(symbol) if re.fullmatch(r"[^-/]+(?:[-/][^-/]+)*", symbol) else ()
    if len(readings) > 1:
        readings = tuple(r for r in readings if _government_year_fits(head[0] + r))
    if len(readings) == 1:
        number = parse_number(head[0] + readings[0])
        if number is not None:
            return number, _sure(symbol, readings[0]) and _likely(number)
    if digits_mended or parsed is None:
        return None
    return parsed, False


_RESOLUTIONS_WITH_YEAR = 2025  # Law on promulgation 64/2025/QH15 made some of them normative


def _government_year_fits(text: str) -> bool:
    """Whether year and type agree: decrees bear a year, resolutions only of late."""
    number = parse_number(text)
    if number is None or number.segments[-1] != "CP":
        return number is not None
    if number.segments[0] == "NĐ":
        return number.year is not None
    return number.year is None or number.year >= _RESOLUTIONS_WITH_YEAR


_YEARLY = ("NĐ", "TT", "TTLT", "NQLT")
_CENTRAL = ("ministry", "court", "state", "agency", "front", "party-central")
_LAST_YEAR = 2030


def _sure(raw: str, mended: str) -> bool:
    """Whether the mended symbol is beyond doubt: known as a whole, nothing ambiguous kept."""
    if mended in symbols_by_skeleton().get(fold(mended), ()):
        return True
    if not symbol_known(mended):
        return False
    segments = re.split("[-/]", mended)
    if segments[0] in ("DA", "HD") and "Đ" not in raw and segments[0] in raw:
        return False  # could have been ĐA or HĐ
    if segments[0] in _YEARLY:
        joint = segments[0].endswith("LT")
        return all(_central(segment, joint) for segment in segments[1:])
    # A unit that is in no table may hold a Đ the OCR took away: "UBND-DT".
    unknown = [s for s in segments[1:] if s not in issuer_symbols()]
    return not any(set(segment) & set("DBP0") for segment in unknown) or "Đ" in raw


def _central(segment: str, joint: bool) -> bool:
    bodies = issuer_symbols().get(segment) or issuer_symbols().get(segment.rstrip("0123456789"), ())
    return any(body.level in _CENTRAL and (joint or body.level != "front") for body in bodies)


def _likely(number: DocumentNumber) -> bool:
    """Whether serial and year have the form such a document's have, no digits lost or run in."""
    if number.year is not None and number.year > _LAST_YEAR:
        return False
    kind = number.segments[0]
    serial = number.serial or ""
    if kind in _YEARLY and (len(serial) > 4 or (number.year is None and len(serial) == 4)):
        return False
    if kind in _YEARLY and number.year is not None and number.year >= 2005 and len(serial) < 2:
        return False
    # A letter's number has no year; "15/2019/TP-BVHTTDL" is a garbled circular.
    return not (number.year is not None and kind not in type_symbols() and len(number.segments) > 1)

"""What a document says of itself: letterhead, number, date, type; the other rooms have the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ..document import Header
from ..grammar import match_date, parse_number, symbol_types
from ..grammar.dates import match_blank_date
from ..grammar.numbers import roles, symbol_known
from ..grammar.tables import types_by_name
from ..vietnamese import canonical
from . import trust
from .cells import HEAD_CELLS, PLACE_DATE, body_line, plain, split_cells, upper
from .close import close
from .letterhead import issuing_bodies, known_place
from .stamps import marks, take_arrival
from .subject import addressees, subject

_LETTERHEAD_CELLS = 12
_NUMBER = re.compile(
    r"[\s:;.,`'*~]*(?:(?P<type>Bộ luật|Luật|Pháp lệnh|Nghị quyết|Lệnh|Sắc lệnh|Bản án|Quyết định"
    r"|BẢN ÁN|QUYẾT ĐỊNH)\s+(?:[Ss]ố|SỐ)|Số|SỐ|Sô|số(?=\s*:))\s*[:.]?\s*(?P<rest>.*)$"
)
_DATED = re.compile(r"\W*(?=[Nn]g[àa]y\s*:?\s*[0-9])")
# A day or month left blank, or filled in by hand and misread, in a date whose rest is printed.
_PARTLY = re.compile(
    r"[Nn]g[àa]y(?P<day>[^\n,;]{0,8}?)tháng(?P<month>[^\n,;]{0,8}?)năm(?P<year>.{0,8})"
    r"|[Nn]g[àa]y(?P<unread>[^\n,;]{0,24}?)năm\s{0,3}(?:19|20)[0-9]{2}"
)
_SYMBOL = re.compile(
    r"/\s?(?P<symbol>[A-ZĐ][A-Za-zĐđ0-9&]{0,15}(?:[-/][A-ZĐ][A-Za-zĐđ0-9&]{0,15}){0,5})\W*\Z"
)
# A number whose slash wasn't read: "2176UBND-NC".
_UNSLASHED = re.compile(
    r"\W*(?P<serial>[0-9]{1,5})\s?(?P<symbol>[A-ZĐ][A-Za-zĐđ]{1,15}(?:-[A-ZĐ][A-Za-zĐđ]{0,15}){1,4})(?!\w)"
)
_PLACE_WORDS = ("phố", "xã", "trấn", "-", "–")
_AFTER_DATE = 16  # characters of noise behind a date that ends its line


def header(text: str) -> Header:
    """Read the letterhead and close of the document `text` begins with.

    Lines are taken as they come, the left block before the right one; where both blocks stand on
    one line they are told apart by the gap between them. Fields not printed are `None`.
    """
    cells, arrival = take_arrival(split_cells(text))
    number_at = _find_number(cells)
    number, symbol = _number(cells, number_at) if number_at is not None else (None, None)
    type_at, kind = _type(cells)
    place, date, by_hand = _place_date(cells)
    if date is None and place is None and number_at is not None:
        date = _date_under(cells, number_at)
    if by_hand:
        number = None
    place = known_place(place, cells, number_at)
    bodies = issuing_bodies(cells, number_at, type_at, symbol, place)
    urgency, secrecy = marks(cells[:HEAD_CELLS])
    about = subject(cells, number_at, type_at)
    dear = addressees(cells)
    letterhead = number_at is not None or bool(dear)
    if kind is None and letterhead:
        kind = _type_in_number(cells[number_at] if number_at is not None else "", symbol)
    issuer = bodies[-1] if bodies else None
    parent = bodies[-2] if len(bodies) > 1 else None
    signers, recipients = close(cells)
    confidence = {
        "issuer": trust.of_text(issuer),
        "parent_issuer": trust.of_text(parent),
        "number": trust.of_number(number, symbol),
        "place": trust.of_text(place),
        "date": 0.95 if date else 0.0,
        "type": 0.95 if type_at is not None else (0.7 if kind else 0.0),
        "subject": trust.of_subject(about),
        "addressees": trust.of_list(dear),
        "recipients": trust.of_list(recipients),
        "signers": trust.of_signers(signers),
    }
    return Header(
        issuer=issuer,
        parent_issuer=parent,
        number=number,
        symbol=symbol,
        place=place,
        date=date,
        type=kind,
        subject=about,
        addressees=dear,
        signers=signers,
        recipients=recipients,
        urgency=urgency,
        secrecy=secrecy,
        arrival=arrival,
        confidence=confidence,
    )


def _find_number(cells: Sequence[str]) -> int | None:
    for index, cell in enumerate(cells[:HEAD_CELLS]):
        match = _NUMBER.match(cell)
        if match is None or body_line(cells, index):
            continue
        rest = match["rest"].split(" ngày")[0]
        if parse_number(rest) is not None or _SYMBOL.search(rest):
            return index
        if re.match(r"[\s.…_]*[/-]\s*[A-ZĐ]", match["rest"]):
            return index
    for index, cell in enumerate(cells[:_LETTERHEAD_CELLS]):  # "Số:" and what can't be read
        if re.match(r"\W*S[ốỐ]\s*:\s*\w", cell) and not body_line(cells, index):
            return index
    # The serial, written by hand, was read as nothing, and "Số:" with it.
    for index, cell in enumerate(cells[:HEAD_CELLS]):
        if cell.isascii() and "-" in cell and symbol_known(cell) and not body_line(cells, index):
            return index
    return None


_SPECK_BEHIND = re.compile(r"(?<=\w)\s+[^\w\s]{1,3}\s*\Z")  # "18-CT/TU —"


def _number(cells: Sequence[str], index: int) -> tuple[str | None, str | None]:
    cell = cells[index]
    if cell.endswith(("-", "/")):  # it goes on under itself, in the left block
        rest = (c for c in cells[index + 1 : index + 4] if re.fullmatch(r"[A-ZĐ&0-9/-]{2,30}", c))
        cell += next(rest, "")
    match = _NUMBER.match(cell)
    parsed = parse_number(match["rest"]) if match else None
    if parsed is None and match is not None:
        parsed = parse_number(_SPECK_BEHIND.sub("", match["rest"]))
    if parsed is None and match is not None:
        unslashed = _UNSLASHED.match(match["rest"])
        if unslashed is not None and symbol_known(unslashed["symbol"]):
            parsed = parse_number(f"{unslashed['serial']}/{unslashed['symbol']}")
    if parsed is None:
        symbol = _SYMBOL.search(cell)  # the serial can't be read
        return None, symbol["symbol"] if symbol else cell if symbol_known(cell) else None
    return (parsed.text if parsed.serial is not None else None), parsed.symbol


def _type(cells: Sequence[str]) -> tuple[int | None, str | None]:
    """The line that is a title in capitals, and the type it names."""
    law = None
    for index, cell in enumerate(cells[:HEAD_CELLS]):
        if not cell or not upper(cell) or body_line(cells, index):
            continue
        kind = _titled(cell)
        if kind in ("Luật", "Bộ luật"):  # a word of many a subject
            law = law or (index, kind)
        elif kind is not None:
            return index, kind
    return law or (None, None)


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    """Types by their names' letters, unaccented, no spaces, where that is one type's alone."""
    found: dict[str, str] = {}
    for key, name in types_by_name().items():
        found[plain(key).replace(" ", "")] = name
    return found


def _titled(cell: str) -> str | None:
    """The type a line is the title of: letter for letter, set apart, or its marks misread."""
    key = canonical(" ".join(cell.strip(" *.:-–_").split()))
    joint = key.removesuffix(" liên tịch")
    if key in types_by_name():
        return types_by_name()[key]
    if joint != key and joint in types_by_name():
        return f"{types_by_name()[joint]} liên tịch"
    letters = plain(key).replace(" ", "")
    return _titles().get(letters) if len(letters) > 4 else None


def _type_in_number(cell: str, symbol: str | None) -> str:
    """The type where no title prints it: of "Luật số", of "TT-BTC", else a letter's."""
    match = _NUMBER.match(cell)
    if match is not None and match["type"] is not None:
        return match["type"].capitalize()
    if symbol is not None and roles(symbol)[0] == "type":
        return symbol_types(symbol)[0]
    return "Công văn"


def _place_date(cells: Sequence[str]) -> tuple[str | None, str | None, bool]:
    """Place, date, and whether the date's day was filled in by hand, which can't be read."""
    for index, cell in enumerate(cells[:HEAD_CELLS]):
        match = PLACE_DATE.match(cell)
        if match is None or body_line(cells, index) or not _is_place(match["place"]):
            continue
        rest = " ".join([cell[match.end() :], *cells[index + 1 : index + 2]])
        reading = match_date(rest, 0)
        if reading is not None and len(cell) - match.end() - reading.end > _AFTER_DATE:
            continue  # a sentence
        if reading is not None and not reading.impossible:
            return match["place"], reading.iso, False
        partly = _PARTLY.match(rest)
        if partly is not None:
            filled = partly["unread"] or f"{partly['day']}{partly['month']}"
            return match["place"], None, re.search(r"\w", filled) is not None
        if re.match(r"ng[àa](?!y)\S", rest):
            return match["place"], None, True
        if reading is not None or match_blank_date(rest, 0) is not None:
            return match["place"], None, False
    return None, None, False


def _date_under(cells: Sequence[str], number_at: int) -> str | None:
    """The date courts print under the number: "Ngày: 16-7-2021"."""
    for cell in cells[number_at : number_at + 3]:
        match = _DATED.match(cell)
        reading = (
            match_date(re.sub(r"^(\w+)\s*:", r"\1", cell[match.end() :]), 0) if match else None
        )
        if reading is not None:
            return reading.iso
    return None


def _is_place(name: str) -> bool:
    words = name.split()
    return len(words) <= 7 and all(w[0].isupper() or w in _PLACE_WORDS for w in words)

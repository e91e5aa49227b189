"""The type word before a number: "Nghị định số …", "Nghị quyết của Quốc hội số …"."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ..document import Span
from ..grammar.tables import types_by_name
from .issuers import IssuerReading, match_issuer
from .words import Trie, Word, words

ABBREVIATED_TYPES = {
    "NĐ": "Nghị định", "NQ": "Nghị quyết", "QĐ": "Quyết định", "TT": "Thông tư", "CT": "Chỉ thị",
    "TTLT": "Thông tư liên tịch", "KH": "Kế hoạch", "TTr": "Tờ trình", "CV": "Công văn",
    "BC": "Báo cáo", "TB": "Thông báo", "HD": "Hướng dẫn", "KL": "Kết luận", "PL": "Pháp lệnh",
    "VBHN": "Văn bản hợp nhất", "CĐ": "Công điện",
}  # fmt: skip
# What stands between "Bản án" or "Quyết định" and its number.
_COURT_WORDS = Trie(
    "sơ thẩm|phúc thẩm|giám đốc thẩm|tái thẩm|hình sự sơ thẩm|hình sự phúc thẩm|dân sự sơ thẩm"
    "|dân sự phúc thẩm|hành chính sơ thẩm|hành chính phúc thẩm|lao động sơ thẩm|lao động phúc thẩm"
    "|kinh tế sơ thẩm|kinh tế phúc thẩm|kinh doanh thương mại sơ thẩm"
    "|kinh doanh thương mại phúc thẩm|hôn nhân và gia đình sơ thẩm|hôn nhân và gia đình phúc thẩm"
    "|hôn nhân gia đình sơ thẩm|hôn nhân gia đình phúc thẩm|công nhận thuận tình ly hôn"
    "|công nhận sự thỏa thuận của các đương sự".split("|")
)
_COURT_ENDS = {"thẩm", "hôn", "sự"}
_GENERIC_TYPES = {"văn bản", "văn thư", "vb"}


class TypeWord(NamedTuple):
    """A type word found; `name` is `None` for "văn bản", which leaves the type to the symbol."""

    name: str | None
    span: Span
    before_so: bool
    issuer: IssuerReading | None = None


def type_before(text: str, position: int) -> TypeWord | None:
    """The type named right before a number at `position`, an issuer between them allowed."""
    return _type_within(text, position, _NEAR) or _type_within(text, position, _FAR)


_NEAR, _FAR = 32, 72
"""Characters that hold most type words and what stands behind them, and all."""
_LONGEST_TYPE = 4
"""Words."""


def _type_within(text: str, position: int, width: int) -> TypeWord | None:
    tokens = words(text, max(0, position - width), position, 60)
    if width < _FAR and len(tokens) < _LONGEST_TYPE + 3:  # the first may be cut
        return None
    has_so = False
    while tokens and tokens[-1].text in ":.…_":
        tokens.pop()
    if tokens and tokens[-1].key in ("số", "sô"):
        has_so = True
        tokens.pop()
    if tokens and tokens[-1].text in ",:" and has_so:
        tokens.pop()
    if not tokens:
        return None
    direct = _type_at_end(tokens)
    if direct is not None:
        return TypeWord(direct[0], direct[1], has_so)
    if not has_so or width < _FAR:
        return None
    return _type_with_issuer(text, position)


_NOT_DESCRIBING = frozenset("này đó tại theo và của các hoặc căn với được có là thì do bởi".split())
_DESCRIBED = 14  # words between a type and its number


def described_type(text: str, position: int, kinds: tuple[str, ...]) -> TypeWord | None:
    """The type of `kinds` before words that say which: "Quyết định xử phạt hành chính số"."""
    tokens = words(text, max(0, position - 110), position, 60)
    while tokens and tokens[-1].text in ":.…_":
        tokens.pop()
    if not tokens or tokens[-1].key != "số":
        return None
    for index in range(len(tokens) - 2, max(0, len(tokens) - _DESCRIBED - 2), -1):
        word = tokens[index]
        if word.is_mark or word.key in _NOT_DESCRIBING:
            return None
        head = _type_at_end(tokens[:index])
        if head is not None and head[0] in kinds and text[head[1][0]].isupper():
            return TypeWord(head[0], head[1], True)
    return None


@cache
def _last_words() -> frozenset[str]:
    """The words that end a type's name."""
    names = {*types_by_name(), *_GENERIC_TYPES}
    return frozenset(name.split()[-1] for name in names) | _COURT_ENDS


def _type_at_end(tokens: list[Word]) -> tuple[str | None, Span] | None:
    if tokens[-1].key not in _last_words() and tokens[-1].text not in ABBREVIATED_TYPES:
        return None
    names = types_by_name()
    for length in range(_LONGEST_TYPE, 0, -1):
        if len(tokens) < length:
            continue
        part = tokens[-length:]
        key = " ".join(word.key for word in part)
        span = (part[0].start, part[-1].end)
        if key in names:
            return names[key], span
        if key in _GENERIC_TYPES:
            return None, span
    text = tokens[-1].text
    if text in ABBREVIATED_TYPES:
        return ABBREVIATED_TYPES[text], (tokens[-1].start, tokens[-1].end)
    if tokens[-1].key in _COURT_ENDS:
        return _court_type(tokens)
    return None


def _court_type(tokens: list[Word]) -> tuple[str, Span] | None:
    """ "Bản án hình sự sơ thẩm", "Quyết định giám đốc thẩm"."""
    for index in range(len(tokens) - 2, max(0, len(tokens) - 12), -1):
        pair = f"{tokens[index - 1].key} {tokens[index].key}"
        if pair in ("bản án", "quyết định") and _COURT_WORDS.longest(tokens, index + 1) == len(
            tokens
        ):
            return types_by_name()[pair], (tokens[index - 1].start, tokens[-1].end)
    return None


def _type_with_issuer(text: str, position: int) -> TypeWord | None:
    """ "Nghị quyết của Quốc hội số …", "Thông tư liên tịch Bộ A - Bộ B số …"."""
    start = max(0, position - 200)
    tokens = words(text, start, position, 80)
    while tokens and tokens[-1].text in ":.…_":
        tokens.pop()
    if not tokens or tokens[-1].key != "số":
        return None
    so_start = tokens[-1].start
    for index in range(len(tokens) - 2, 0, -1):
        if tokens[index].text in ".;":
            return None
        head = _type_at_end(tokens[:index])
        if head is None:
            continue
        at = tokens[index].start
        if tokens[index].key == "của" and index + 1 < len(tokens):
            at = tokens[index + 1].start
        elif not tokens[index].capital:
            continue
        reading = match_issuer(text, at, joint=True)
        if reading is not None and not text[reading.end : so_start].strip(" \n,:"):
            return TypeWord(head[0], head[1], True, reading)
    return None

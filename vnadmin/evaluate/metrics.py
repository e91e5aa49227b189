"""How right a text is: syllables, words, characters, document codes, harm. Always with n.

A token is what white space divides, NFC and lower case, hoà written hòa, without the punctuation
around it. A code or number broken behind its hyphen or slash at a line's end is one token, as it is
where the break was mended. Truth and output are aligned by Levenshtein distance over tokens; a
truth token counts as right if the alignment matches it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache

import regex
from rapidfuzz.distance import Levenshtein

from vnadmin.evaluate.align import cuts, edit_operations, stretches
from vnadmin.vietnamese import canonical, fold, nfc

# A document code as a page prints it: 23-QĐ/TW, 43/2014/NĐ-CP, 07-CT/TU, 299/UB-NC, 2345/VPCP.
# Dates (19/10/2020), fractions and phone numbers have no letters behind the number.
_CODE = regex.compile(
    r"(?<![\p{L}\p{N}/])"
    r"\d{1,6}[a-zA-Z]?"
    r"(?:\s?/\s?(?:19|20)\d\d)?"
    r"\s?[-–/]\s?"
    r"\p{Lu}{2}[\p{Lu}\p{Ll}\d]*+(?:\s?[-–/]\s?\p{Lu}[\p{Lu}\p{Ll}\d]*+)*+"
)

_WORD = regex.compile(r"\S++(?:(?<=[\p{Lu}\d][-–/])[^\S\n]*+\n\s*+(?=[\p{Lu}\d])\S++)*+")


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted over one or more pairs of truth and output; add them with `+`.

    `syllables` is n of the truth's tokens, of which `right` are matched, `substituted` or
    `deleted`; `inserted` tokens the truth doesn't have. `accented` is n of the truth's tokens with
    a diacritic or đ, of which `accented_right` are matched. `graphemes` is n of the truth's NFC
    graphemes, white space collapsed, and `grapheme_edits` the distance over them. `codes` is n of
    the truth's document codes, `codes_right` those found in the output as often as in the truth,
    `codes_invented` those printed that the truth doesn't have.
    """

    syllables: int = 0
    right: int = 0
    substituted: int = 0
    deleted: int = 0
    inserted: int = 0
    graphemes: int = 0
    grapheme_edits: int = 0
    codes: int = 0
    codes_right: int = 0
    codes_invented: int = 0
    accented: int = 0
    accented_right: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def accuracy(self) -> float:
        """Share of the truth's syllables that are right."""
        return self.right / self.syllables if self.syllables else 1.0

    @property
    def wer(self) -> float:
        """Word error rate: substituted, deleted and inserted tokens by the truth's tokens."""
        errors = self.substituted + self.deleted + self.inserted
        return errors / self.syllables if self.syllables else 0.0

    @property
    def inserted_share(self) -> float:
        """Tokens inserted by the truth's tokens."""
        return self.inserted / self.syllables if self.syllables else 0.0

    @property
    def cer(self) -> float:
        """Character error rate on NFC graphemes, case-sensitive."""
        return self.grapheme_edits / self.graphemes if self.graphemes else 0.0


@dataclass(frozen=True, slots=True)
class Harm:
    """What happened to text that was right already; add them with `+`.

    `changed` of `tokens` were changed, dropped or put in, case and punctuation included.
    `numbers` of these hold a digit, out of `tokens_with_digits`. `codes_lost` of `codes` are no
    longer there as printed.
    """

    tokens: int = 0
    changed: int = 0
    numbers: int = 0
    tokens_with_digits: int = 0
    codes: int = 0
    codes_lost: int = 0

    def __add__(self, other: Harm) -> Harm:
        return Harm(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def changed_share(self) -> float:
        """Tokens changed by tokens."""
        return self.changed / self.tokens if self.tokens else 0.0


@dataclass(frozen=True, slots=True)
class Token:
    """What is compared of a word, and where in the text the word stands, punctuation and all."""

    text: str
    start: int
    end: int


def tokens(text: str) -> list[str]:
    """Return the tokens that are compared; those of punctuation alone are left out."""
    return [token.text for token in spans(text)]


def spans(text: str) -> list[Token]:
    """Return the tokens that are compared with their places (code points of `text`)."""
    words = ((_bare(m.group()), m.start(), m.end()) for m in _WORD.finditer(text))
    return [Token(word, start, end) for word, start, end in words if word]


@lru_cache(maxsize=65536)
def _bare(word: str) -> str:
    word = "".join(canonical(word).casefold().split())
    start, end = 0, len(word)
    while start < end and unicodedata.category(word[start])[0] in "PS":
        start += 1
    while start < end and unicodedata.category(word[end - 1])[0] in "PS":
        end -= 1
    return word[start:end]


def graphemes(text: str) -> list[str]:
    """Return the NFC graphemes, white space collapsed to single spaces."""
    return regex.findall(r"\X", " ".join(nfc(text).split()))


def codes(text: str) -> Counter[str]:
    """Return the document codes a text prints, without spaces, and how often each."""
    found = (regex.sub(r"\s", "", match) for match in _CODE.findall(nfc(text)))
    return Counter(code.replace("–", "-") for code in found)


def measure(truth: str, output: str) -> Counts:
    """Count what of `truth` is right in `output`."""
    expected, got = spans(truth), spans(output)
    before, after = [token.text for token in expected], [token.text for token in got]
    at = cuts(before, after)
    operations = edit_operations(before, after, at)
    kinds = Counter(kind for kind, _, _ in operations)
    wrong = kinds["replace"] + kinds["delete"]
    accented = sum(map(_is_accented, before))
    accented_wrong = sum(kind != "insert" and _is_accented(before[i]) for kind, i, _ in operations)
    places = [(expected[i].start, got[j].start) for i, j in at]
    wanted, printed = codes(truth), codes(output)
    return Counts(
        syllables=len(expected),
        right=len(expected) - wrong,
        substituted=kinds["replace"],
        deleted=kinds["delete"],
        inserted=kinds["insert"],
        graphemes=len(graphemes(truth)),
        grapheme_edits=sum(
            _grapheme_distance(truth[i:i_end], output[j:j_end])
            for i, i_end, j, j_end in stretches(len(truth), len(output), places)
        ),
        codes=wanted.total(),
        codes_right=(wanted & printed).total(),
        codes_invented=(printed - wanted).total(),
        accented=accented,
        accented_right=accented - accented_wrong,
    )


def harm(right: str, output: str) -> Harm:
    """Count what `output` changed in text that was `right`."""
    before, after = nfc(right).split(), nfc(output).split()
    changed = numbers = 0
    for kind, i, j in edit_operations(before, after):
        changed += 1
        numbers += _has_digit(after[j] if kind == "insert" else before[i])
    wanted = codes(right)
    return Harm(
        tokens=len(before),
        changed=changed,
        numbers=numbers,
        tokens_with_digits=sum(map(_has_digit, before)),
        codes=wanted.total(),
        codes_lost=(wanted - codes(output)).total(),
    )


def total(counts: Iterable[Counts]) -> Counts:
    """Add counts up (micro-average)."""
    return sum(counts, Counts())


@lru_cache(maxsize=65536)
def _is_accented(token: str) -> bool:
    return fold(token) != token


def _has_digit(token: str) -> bool:
    return any(c.isdigit() for c in token)


def _grapheme_distance(truth: str, output: str) -> int:
    return Levenshtein.distance(graphemes(truth), graphemes(output))

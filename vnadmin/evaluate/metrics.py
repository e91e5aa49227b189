"""How right a text is: syllables, words, characters, document codes, harm. Always with n.

A token is what white space divides, NFC and lower case, hoà written hòa, without the punctuation
around it. Truth and output are aligned by Levenshtein distance over tokens; a truth token counts as
right if the alignment matches it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import regex
from rapidfuzz.distance import Levenshtein

from vnadmin.vietnamese import canonical, nfc

# A document code as a page prints it: 23-QĐ/TW, 43/2014/NĐ-CP, 07-CT/TU, 299/UB-NC, 2345/VPCP.
# Dates (19/10/2020), fractions and phone numbers have no letters behind the number.
_CODE = regex.compile(
    r"(?<![\p{L}\p{N}/])"
    r"\d{1,6}[a-zA-Z]?"
    r"(?:\s?/\s?(?:19|20)\d\d)?"
    r"\s?[-–/]\s?"
    r"\p{Lu}{2}[\p{Lu}\p{Ll}\d]*+(?:\s?[-–/]\s?\p{Lu}[\p{Lu}\p{Ll}\d]*+)*+"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted over one or more pairs of truth and output; add them with `+`.

    `syllables` is n of the truth's tokens, of which `right` are matched, `substituted` or
    `deleted`; `inserted` tokens the truth doesn't have. `graphemes` is n of the truth's NFC
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

    `changed` of `tokens` were changed, dropped or put in, case and punctuation included; of these
    `numbers` hold a digit. `codes_lost` of `codes` are no longer there as printed.
    """

    tokens: int = 0
    changed: int = 0
    numbers: int = 0
    codes: int = 0
    codes_lost: int = 0

    def __add__(self, other: Harm) -> Harm:
        return Harm(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def changed_share(self) -> float:
        """Tokens changed by tokens."""
        return self.changed / self.tokens if self.tokens else 0.0


def tokens(text: str) -> list[str]:
    """Return the tokens that are compared; those of punctuation alone are left out."""
    words = (_bare(word) for word in canonical(text).casefold().split())
    return [word for word in words if word]


def _bare(word: str) -> str:
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
    expected, got = tokens(truth), tokens(output)
    kinds = Counter(kind for kind, _, _ in _edit_operations(expected, got))
    wrong = kinds["replace"] + kinds["delete"]
    expected_graphemes = graphemes(truth)
    wanted, printed = codes(truth), codes(output)
    return Counts(
        syllables=len(expected),
        right=len(expected) - wrong,
        substituted=kinds["replace"],
        deleted=kinds["delete"],
        inserted=kinds["insert"],
        graphemes=len(expected_graphemes),
        grapheme_edits=Levenshtein.distance(expected_graphemes, graphemes(output)),
        codes=wanted.total(),
        codes_right=(wanted & printed).total(),
        codes_invented=(printed - wanted).total(),
    )


def harm(right: str, output: str) -> Harm:
    """Count what `output` changed in text that was `right`."""
    before, after = nfc(right).split(), nfc(output).split()
    changed = numbers = 0
    for kind, i, j in _edit_operations(before, after):
        changed += 1
        numbers += any(c.isdigit() for c in (after[j] if kind == "insert" else before[i]))
    wanted = codes(right)
    return Harm(
        tokens=len(before),
        changed=changed,
        numbers=numbers,
        codes=wanted.total(),
        codes_lost=(wanted - codes(output)).total(),
    )


def total(counts: Iterable[Counts]) -> Counts:
    """Add counts up (micro-average)."""
    return sum(counts, Counts())


def _edit_operations(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int, int]]:
    """Levenshtein's edits (kind, position before, position after) over tokens."""
    ids: dict[str, int] = {}
    first = [ids.setdefault(token, len(ids)) for token in before]
    second = [ids.setdefault(token, len(ids)) for token in after]
    return [(op.tag, op.src_pos, op.dest_pos) for op in Levenshtein.editops(first, second)]

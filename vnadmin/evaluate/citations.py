"""Scoring citations: field by field against expected lists, span by span against VNLegalText."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..document import Citation, Header
from ..vietnamese import canonical

FIELDS = ("type", "number", "name", "date", "issuer", "title")
HEADER_FIELDS = ("issuer", "parent_issuer", "number", "place", "date", "type", "subject")


@dataclass(slots=True)
class Counts:
    """Hits, expected and found, and the rates from them (1.0 where there was nothing to do)."""

    hits: int = 0
    expected: int = 0
    found: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.hits / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what was expected that was found."""
        return self.hits / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __str__(self) -> str:
        """One row of a table, n included."""
        return (
            f"P {self.precision:.4f}  R {self.recall:.4f}  F1 {self.f1:.4f}"
            f"  (expected {self.expected}, found {self.found})"
        )


@dataclass(slots=True)
class FieldScores:
    """Counts of whole documents (type, number or name, date) and of each field."""

    documents: Counts = field(default_factory=Counts)
    fields: dict[str, Counts] = field(default_factory=lambda: {f: Counts() for f in FIELDS})
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)


def _same(left: object, right: object) -> bool:
    if left is None or right is None:
        return left is right
    return " ".join(canonical(str(left)).split()) == " ".join(canonical(str(right)).split())


def _key(type_: str | None, number: str | None, name: str | None, date: str | None) -> str:
    return canonical(" ".join(f"{type_}|{number or name}|{date}".split()))


def _get(mapping: Mapping[str, Any], name: str) -> Any:
    return mapping.get(name)


_Mention = TypeVar("_Mention")


def _distinct(mentions: Iterable[_Mention], get: Callable[[_Mention, str], Any]) -> list[_Mention]:
    """Keep one mention of each document: the fullest; a dated law stands for undated mentions."""
    best: dict[str, _Mention] = {}

    def filled(mention: _Mention) -> int:
        return sum(get(mention, name) is not None for name in FIELDS)

    for mention in mentions:
        number, date = get(mention, "number"), get(mention, "date")
        key = canonical(number or get(mention, "name") or "")
        if number is None and date:
            key += date
        if key not in best or filled(mention) > filled(best[key]):
            best[key] = mention
    dated = {canonical(get(m, "name")) for m in best.values() if get(m, "name") and get(m, "date")}
    return [
        m
        for m in best.values()
        if get(m, "date") or not get(m, "name") or canonical(get(m, "name")) not in dated
    ]


def score_documents(
    expected: Sequence[Mapping[str, Any]], found: Sequence[Citation], scores: FieldScores
) -> None:
    """Add the score of one document's distinct citations to `scores`.

    `expected` holds mappings with `type`, `number`, `name`, `date` and maybe `issuer`, `title`
    (a key that is absent isn't scored). Mentions of one document count once: the fullest.
    """
    left = _distinct(found, getattr)
    for want in _distinct(expected, _get):
        match = _best(want, left)
        scores.documents.expected += 1
        label = f"{want.get('type')} {want.get('number') or want.get('name')} {want.get('date')}"
        if match is None:
            scores.missed.append(label)
        else:
            left.remove(match)
            scores.documents.found += 1
            exact = _key(
                want.get("type"), want.get("number"), want.get("name"), want.get("date")
            ) == _key(match.type, match.number, match.name, match.date)
            scores.documents.hits += exact
            if not exact:
                scores.missed.append(f"{label}: read {match.type} {match.number} {match.date}")
        for name in FIELDS:
            if name not in want:
                continue
            counts = scores.fields[name]
            value = getattr(match, name) if match is not None else None
            counts.expected += want[name] is not None
            counts.found += value is not None
            counts.hits += want[name] is not None and _same(want[name], value)
    for citation in left:
        scores.documents.found += 1
        scores.extra.append(f"{citation.type} {citation.number or citation.name} {citation.date}")


def _best(want: Mapping[str, Any], left: Sequence[Citation]) -> Citation | None:
    for citation in left:
        if want.get("number"):
            if _same(want["number"], citation.number):
                return citation
        elif _same(want.get("name"), citation.name) and _same(want.get("date"), citation.date):
            return citation
    if not want.get("number"):
        for citation in left:
            if _same(want.get("name"), citation.name):
                return citation
    return None


def score_header(
    expected: Mapping[str, Any], header: Header, fields: dict[str, Counts], wrong: list[str]
) -> None:
    """Add one document's header fields to `fields`; differences go into `wrong`."""

    def tally(name: str, same: bool, difference: str) -> None:
        counts = fields.setdefault(name, Counts())
        counts.expected += 1
        counts.found += 1
        counts.hits += same
        if not same:
            wrong.append(f"{name}: {difference}")

    for name in HEADER_FIELDS:
        if name not in expected:
            continue
        want, value = expected[name], getattr(header, name)
        tally(name, _same(want, value), f"expected {want!r}, read {value!r}")
    if "addressees" in expected:
        addressees = expected["addressees"]
        same = [canonical(a) for a in addressees] == [canonical(a) for a in header.addressees]
        tally("addressees", same, f"expected {addressees}, read {header.addressees}")
    if "signers" in expected:
        want_signers = [(s.get("name"), s.get("position")) for s in expected["signers"]]
        same = want_signers == [(s.name, s.position) for s in header.signers]
        tally("signers", same, f"expected {want_signers}, read {header.signers}")


# ---------------------------------------------------------------- VNLegalText


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of VNLegalText as running text, with its reference spans."""

    text: str
    spans: tuple[tuple[int, int], ...]


_TAG = re.compile(r'</?[A-Z]{1,4}(?: rel="\w*")?>')


def read_vnlegaltext(path: Path) -> Iterator[Sentence]:
    """Read VNLegalText: the segmenter's underscores, spacing and left-over tags undone."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            spans = [
                (result["value"]["start"], result["value"]["end"])
                for annotation in record["annotations"]
                for result in annotation["result"]
            ]
            yield _plain(record["data"]["value"], spans)


def _plain(text: str, spans: list[tuple[int, int]]) -> Sentence:
    pieces: list[str] = []
    where: list[int] = []
    length = 0
    position = 0
    tagged: list[tuple[int, int]] = []
    opened: list[int] = []
    while position < len(text):
        where.append(length)
        tag = _TAG.match(text, position) if text[position] == "<" else None
        if tag is not None:
            where += [length] * (len(tag[0]) - 1)
            if tag[0][1] == "/":
                if opened:
                    end = length - 1 if pieces and pieces[-1] == " " else length
                    tagged.append((opened.pop(), end))
            else:
                opened.append(length)
            position = tag.end()
            continue
        char = text[position]
        last = pieces[-1] if pieces else " "
        if char == "_":
            char = " "
        if char in ",.;:)”" and last == " " and pieces:
            pieces.pop()
            length -= 1
            last = pieces[-1] if pieces else " "
            where[-1] = length
        if char == " " and last in " (“":
            where[-1] = length
        else:
            pieces.append(char)
            length += 1
        position += 1
    where.append(length)
    plain = "".join(pieces)
    found = [(where[start], where[end]) for start, end in spans] + tagged
    trimmed = tuple(sorted({_trim(plain, start, end) for start, end in found}))
    return Sentence(plain, trimmed)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    return start, end


def mention_span(citation: Citation) -> tuple[int, int]:
    """The stretch from type to date, the issuer left out, as VNLegalText marks it."""
    spans = citation.spans
    parts = [s for s in (spans.type, spans.number, spans.name, spans.date) if s is not None]
    return min(s[0] for s in parts), max(s[1] for s in parts)


def score_spans(
    sentences: Iterable[Sentence], found: Iterable[Sequence[tuple[int, int]]]
) -> tuple[Counts, list[tuple[Sentence, list[tuple[int, int]], list[tuple[int, int]]]]]:
    """Exact-span counts, and each sentence that differs with the spans missed and added."""
    counts = Counts()
    differing = []
    for sentence, spans in zip(sentences, found, strict=True):
        want, got = set(sentence.spans), set(spans)
        counts.expected += len(want)
        counts.found += len(got)
        counts.hits += len(want & got)
        if want != got:
            differing.append((sentence, sorted(want - got), sorted(got - want)))
    return counts, differing


_DATE = r"(?:ngày \d{1,2} tháng \d{1,2} năm \d{4}|ngày \d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?\d{4})"
_DATED = re.compile(rf",? {_DATE}")
_PLAIN_MENTION = re.compile(
    r"(?:Nghị định|Thông tư(?: liên tịch)?|Quyết định|Nghị quyết|Pháp lệnh|Luật)(?: số)? ?:? ?"
    rf"\d{{1,4}}[a-z]?[/-][\w/&-]+(?:,? {_DATE})?"
)
_UNNUMBERED = re.compile(r"(?:Nghị định|Thông tư|Quyết định|Nghị quyết)\D*")


def known_names(sentences: Iterable[Sentence]) -> frozenset[str]:
    """Laws by name as marked anywhere in the corpus: a mention of one left unmarked is an error."""
    return frozenset(
        canonical(sentence.text[start:end]).split(" ngày ")[0].split(" năm ")[0]
        for sentence in sentences
        for start, end in sentence.spans
        if not re.search(r"\d", sentence.text[start : start + 24])
    )


def correct_annotation(
    sentence: Sentence, found: Sequence[tuple[int, int]], names: frozenset[str]
) -> tuple[Sentence, list[str]]:
    """Undo what is plainly an annotation error, and list each with its reason.

    The reasons: *displaced* (a short mention was given the place of an earlier longer one that
    begins alike), *cut date* (the date after a number is left out, though marked elsewhere),
    *tag* (a left-over inner tag holds the outer law's date), *unnumbered* (a description, no
    number), *unmarked* (an ordinary mention nobody marked).
    """
    text, spans, reasons = sentence.text, set(sentence.spans), []
    for start, end in sorted(sentence.spans):
        longer = [s for s in spans if s[0] == start and s[1] > end]
        piece = text[start:end]
        if longer or (start, end) not in found:
            place = text.find(piece, end)
            while place >= 0 and any(s[0] <= place < s[1] for s in spans):
                place = text.find(piece, place + 1)
            if place >= 0 and (longer or _DATED.match(text, end)):
                spans.discard((start, end))
                spans.add((place, place + len(piece)))
                reasons.append(f"displaced: {piece}")
                if not longer:
                    match = _DATED.match(text, end)
                    assert match is not None
                    spans.add((start, match.end()))
                continue
            if longer:
                spans.discard((start, end))
                reasons.append(f"displaced: {piece}")
                continue
        dated = _DATED.match(text, end)
        if dated is not None and re.search(r"\d", piece) and (start, dated.end()) in found:
            spans.discard((start, end))
            spans.add((start, dated.end()))
            reasons.append(f"cut date: {piece}")
        elif _UNNUMBERED.fullmatch(piece) and "/" not in piece:
            spans.discard((start, end))
            reasons.append(f"unnumbered: {piece}")
    for start, end in sorted(spans):
        inner = [s for s in spans if s[0] > start and s[0] < end < s[1]]
        if inner and "sửa đổi" in text[start:end].lower():
            spans.discard((start, end))
            spans.discard(inner[0])
            spans.add((start, inner[0][1]))
            spans.add((inner[0][0], end))
            reasons.append(f"tag: {text[start:end]}")
    for start, end in found:
        if (start, end) in spans or any(s[0] < end and start < s[1] for s in spans):
            continue
        piece = text[start:end]
        name = canonical(piece).split(" ngày ")[0].split(" năm ")[0]
        if _PLAIN_MENTION.fullmatch(piece) or name in names:
            spans.add((start, end))
            reasons.append(f"unmarked: {piece}")
    return Sentence(text, tuple(sorted(spans))), reasons

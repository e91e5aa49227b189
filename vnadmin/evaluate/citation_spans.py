"""Scoring spans against VNLegalText: as annotated, by wording, and with its plain errors undone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..document import Citation
from ..extract import extract_from_text
from ..vietnamese import canonical
from .citations import Counts

TYPES = frozenset(
    "Hiến pháp|Bộ luật|Luật|Pháp lệnh|Nghị định|Nghị quyết|Quyết định|Thông tư"
    "|Thông tư liên tịch".split("|")
)
"""The types VNLegalText marks; mentions of others (standards, treaties, letters) aren't in it."""

_SHOWN = 20


@dataclass(slots=True)
class SpanReport:
    """Spans from type to date, scored in three ways over the same mentions.

    `annotated` takes the file as it is: every span found, the exact offsets. `wording` leaves the
    place of a span within its sentence aside, since the file looks a repeated mention up at its
    first place, and mentions of types the file doesn't mark. `corrected` undoes, besides, what
    `correct_annotation` tells as an error; `reasons` counts these, `errors` lists them.
    """

    sentences: int = 0
    annotated: Counts = field(default_factory=Counts)
    wording: Counts = field(default_factory=Counts)
    corrected: Counts = field(default_factory=Counts)
    reasons: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self)

    def __str__(self) -> str:
        """The tables for people."""
        lines = [f"{self.sentences} sentences"]
        for name in ("annotated", "wording", "corrected"):
            lines.append(f"  {name:<10} {getattr(self, name)}")
        listed = ", ".join(f"{count} {reason}" for reason, count in self.reasons.items())
        lines.append(f"errors told in the annotation: {len(self.errors)} ({listed})")
        for title, items in (("missed", self.missed), ("added", self.extra)):
            lines += [f"{title}: {item}" for item in items[:_SHOWN]]
            if len(items) > _SHOWN:
                lines.append(f"{title}: … and {len(items) - _SHOWN} more (all with --json)")
        return "\n".join(lines)


def score_vnlegaltext(path: Path) -> SpanReport:
    """Score spans (type to date) on VNLegalText's clean sentences, nothing restored."""
    report = SpanReport()
    sentences = list(read_vnlegaltext(path))
    names = known_names(sentences)
    reasons: Counter[str] = Counter()
    for sentence in sentences:
        citations = extract_from_text(sentence.text)[1]
        found = [mention_span(citation) for citation in citations]
        marked = [mention_span(citation) for citation in citations if citation.type in TYPES]
        corrected, told = correct_annotation(sentence, found, names)
        report.sentences += 1
        _add(report.annotated, set(sentence.spans), set(found))
        _add_wording(report.wording, sentence, marked)
        _add(report.corrected, set(corrected.spans), set(marked))
        reasons.update(reason.split(":")[0] for reason in told)
        report.errors += told
        for start, end in sorted(set(corrected.spans) - set(marked)):
            report.missed.append(sentence.text[start:end])
        for start, end in sorted(set(marked) - set(corrected.spans)):
            report.extra.append(sentence.text[start:end])
    report.reasons = dict(reasons.most_common())
    return report


def _add(counts: Counts, want: set[tuple[int, int]], got: set[tuple[int, int]]) -> None:
    counts.expected += len(want)
    counts.found += len(got)
    counts.hits += len(want & got)


def _add_wording(counts: Counts, sentence: Sentence, found: Sequence[tuple[int, int]]) -> None:
    want = Counter(canonical(sentence.text[start:end]) for start, end in sentence.spans)
    got = Counter(canonical(sentence.text[start:end]) for start, end in set(found))
    counts.expected += want.total()
    counts.found += got.total()
    counts.hits += (want & got).total()


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

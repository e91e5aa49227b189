"""Scoring spans against VNLegalText: as annotated, by wording, and with its plain errors undone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..document import Citation
from ..extract import extract_from_text
from ..vietnamese import canonical
from .citations import Counts

TYPES = frozenset(
    "Hiến pháp|Bộ luật|Luật|Pháp lệnh|Nghị định|Nghị quyết|Quyết định|Thông tư"
    "|Thông tư liên tịch|Thông tư liên bộ".split("|")
)
"""The types VNLegalText marks; mentions of others (standards, treaties, letters) aren't in it."""

_SHOWN = 20


@dataclass(slots=True)
class SpanReport:
    """Spans from type to date, scored in three ways over the same mentions.

    `annotated` takes the file as it is: every span found, the exact offsets. `wording` leaves the
    place of a span within its sentence aside, since the file looks a repeated mention up at its
    first place, and mentions of types the file doesn't mark. `corrected` undoes, besides, what
    `correct_annotation` tells as an error; `reasons` counts these, `errors` lists them. `causes`
    tells why spans as annotated weren't found: the errors that touch them, "other" for the rest.
    """

    sentences: int = 0
    annotated: Counts = field(default_factory=Counts)
    wording: Counts = field(default_factory=Counts)
    corrected: Counts = field(default_factory=Counts)
    reasons: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    causes: dict[str, int] = field(default_factory=dict)
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
        lines.append(f"missed as annotated: {_listed(self.causes)}")
        lines.append(f"errors told in the annotation: {_listed(self.reasons)}")
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
    causes: Counter[str] = Counter()
    for sentence in sentences:
        citations = extract_from_text(sentence.text)[1]
        found = [mention_span(citation) for citation in citations]
        marked = [mention_span(citation) for citation in citations if citation.type in TYPES]
        corrected, told = correct_annotation(sentence, found, names)
        report.sentences += 1
        _add(report.annotated, set(sentence.spans), set(found))
        _add_wording(report.wording, sentence, marked)
        _add(report.corrected, set(corrected.spans), set(marked))
        reasons.update(error.reason for error in told)
        report.errors += [f"{e.reason}: {sentence.text[e.span[0] : e.span[1]]}" for e in told]
        by_span = {error.span: error.reason for error in told}
        causes.update(by_span.get(s, "other") for s in set(sentence.spans) - set(found))
        for start, end in sorted(set(corrected.spans) - set(marked)):
            report.missed.append(sentence.text[start:end])
        for start, end in sorted(set(marked) - set(corrected.spans)):
            report.extra.append(sentence.text[start:end])
    report.reasons = dict(reasons.most_common())
    report.causes = dict(causes.most_common())
    return report


def _listed(counts: dict[str, int]) -> str:
    named = ", ".join(f"{count} {name}" for name, count in counts.items())
    return f"{sum(counts.values())} ({named})"


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
    tagged: tuple[tuple[int, int], ...] = ()
    """Where left-over tags of the annotation's source opened and closed."""


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
    marked = {_trim(plain, where[start], where[end]) for start, end in spans}
    left_over = {_trim(plain, start, end) for start, end in tagged}
    return Sentence(plain, tuple(sorted(marked)), tuple(sorted(left_over)))


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


class AnnotationError(NamedTuple):
    """A span as the file has it (or, unmarked, hasn't it) and what is wrong with it."""

    reason: str
    span: tuple[int, int]


def correct_annotation(
    sentence: Sentence, found: Sequence[tuple[int, int]], names: frozenset[str]
) -> tuple[Sentence, list[AnnotationError]]:
    """Undo what is plainly an annotation error, and list each with its reason.

    The reasons: *displaced* (a short mention was given the place of an earlier longer one that
    begins alike), *cut date* (the date after a number is left out, though marked elsewhere),
    *tag* (the outer mention was closed by the tag of the inner one, which is left over without its
    own: "<L>Luật sửa đổi … của <L>Luật A</L> ngày …</L>" became one span up to the first </L>),
    *unnumbered* (a description, no number), *unmarked* (an ordinary mention nobody marked).
    """
    text, spans = sentence.text, set(sentence.spans)
    told: list[AnnotationError] = []
    for opened, closed in sentence.tagged:
        outer = next((s for s in spans if s[0] < opened < s[1]), None)
        if outer is None:
            continue
        inner = (opened, min(outer[1], closed))
        spans |= {(outer[0], max(outer[1], closed)), inner}
        if outer[1] < closed:
            spans.discard(outer)
        told.append(AnnotationError("tag", outer))
    for start, end in sorted(spans):
        longer = [s for s in spans if s[0] == start and s[1] > end]
        piece = text[start:end]
        if longer or (start, end) not in found:
            place = text.find(piece, end)
            while place >= 0 and any(s[0] <= place < s[1] for s in spans):
                place = text.find(piece, place + 1)
            if place >= 0 and (longer or _DATED.match(text, end)):
                spans.discard((start, end))
                spans.add((place, place + len(piece)))
                told.append(AnnotationError("displaced", (start, end)))
                if not longer:
                    match = _DATED.match(text, end)
                    assert match is not None
                    spans.add((start, match.end()))
                continue
            if longer:
                spans.discard((start, end))
                told.append(AnnotationError("displaced", (start, end)))
                continue
        dated = _DATED.match(text, end)
        if dated is not None and re.search(r"\d", piece) and (start, dated.end()) in found:
            spans.discard((start, end))
            spans.add((start, dated.end()))
            told.append(AnnotationError("cut date", (start, end)))
        elif _UNNUMBERED.fullmatch(piece) and "/" not in piece:
            spans.discard((start, end))
            told.append(AnnotationError("unnumbered", (start, end)))
    for start, end in found:
        if (start, end) in spans or any(s[0] < end and start < s[1] for s in spans):
            continue
        piece = text[start:end]
        name = canonical(piece).split(" ngày ")[0].split(" năm ")[0]
        if _PLAIN_MENTION.fullmatch(piece) or name in names:
            spans.add((start, end))
            told.append(AnnotationError("unmarked", (start, end)))
    return Sentence(text, tuple(sorted(spans))), told

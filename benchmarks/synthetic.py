"""A made-up archive of any size, the same for a seed: documents in the JSON form of convert.

Works are cited with Zipf's frequencies; the first is cited by half of all documents. Nothing here
is text of a real document.
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from vnadmin.document import SCHEMA
from vnadmin.extract.identity import identity, uri
from vnadmin.grammar import parse_number
from vnadmin.vietnamese import ONSETS, RIMES, are_syllables, place_tone

CITATIONS = 10  # of a document, on average
_SUBJECTS, _SENTENCES = 500, 60  # what texts are made of
_WORKS_PER_DOCUMENT = 1.5
_KINDS = (
    ("Quyết định", "QĐ-UBND", 0.35),
    ("Nghị định", "NĐ-CP", 0.2),
    ("Thông tư", "TT-BTC", 0.15),
    ("Công văn", "BNV-TCBC", 0.1),
    ("Nghị quyết", "NQ-HĐND", 0.1),
    ("Chỉ thị", "CT-TTg", 0.1),
)
_PROVINCES = ("Lào Cai", "Cà Mau", "Kon Tum", "Hà Tĩnh", "Bạc Liêu", "Đắk Lắk", "Ninh Thuận")
_RELATIONS = ("based_on", "implements", "refers", "guides", "amends", "replaces", "repeals")
_OFTEN = (0.4, 0.2, 0.3, 0.04, 0.03, 0.015, 0.015)
_FIRST_CITED = 0.5
_STRIDE = 7919  # a prime: which works are the archive's own, all over the ranks


class Archive:
    """Documents by their number from 0; `documents` in all, which sets how many works there are."""

    def __init__(self, documents: int, *, seed: int = 1) -> None:
        self.documents = documents
        self._seed = seed
        works = max(10, int(documents * _WORKS_PER_DOCUMENT))
        self._shares = list(accumulate(1.0 / rank for rank in range(2, works + 2)))
        self._words = _syllables()
        self._frequent = list(accumulate(1.0 / r**1.1 for r in range(8, len(self._words) + 8)))
        random = Random(seed)
        self._subjects = [self._sentences(random) for _ in range(_SUBJECTS)]

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return (self.document(i) for i in range(self.documents))

    def document(self, number: int) -> Mapping[str, Any]:
        """The document of that number."""
        random = Random(self._seed * 1_000_003 + number)
        own = self.work(number * _STRIDE % len(self._shares))
        parts = [f"{own['issuer'].upper()}\nSố: {own['number']}\n{own['type'].upper()}\n"]
        length = len(parts[0])
        citations = []
        count = random.randint(2, 2 * CITATIONS - 2)
        ranks = [self._rank(random) for _ in range(count)]
        if random.random() < _FIRST_CITED:
            ranks[0] = 0
        subject = random.choice(self._subjects)
        for rank in ranks:
            other = random.choice(self._subjects)
            sentences = [*random.choices(subject, k=2), random.choice(other)]
            text = ". ".join(sentences) + "\n"
            parts.append(text)
            length += len(text)
            citation = self._citation(self.work(rank), random, length)
            citations.append(citation)
            parts.append(citation["text"])
            length += len(citation["text"])
        text = "".join(parts)
        return {
            "schema": SCHEMA, "id": hashlib.sha256(text.encode()).hexdigest()[:16],
            "complete": True, "warnings": [],
            "source": {"name": f"archive/{number:07}.pdf", "sha256": "", "kind": "pdf", "pages": 1},
            "header": {
                "issuer": own["issuer"], "parent_issuer": None, "number": own["number"],
                "symbol": own["symbol"], "place": own["place"], "date": own["date"],
                "type": own["type"], "subject": f"Về việc {random.choice(subject)}",
                "addressees": [], "recipients": [], "urgency": None, "secrecy": None,
                "signers": [{"name": "Nguyễn Văn An", "position": "Chủ tịch", "authority": None}],
                "id": own["id"], "uri": own["uri"], "warnings": [],
            },
            "text": text, "edits": [], "citations": citations, "references": [], "parts": [],
            "pages": [
                {"number": 1, "width": 1654, "height": 2339, "start": 0, "end": length,
                 "reading": "ocr", "words": [], "regions": []},
            ],
        }  # fmt: skip

    def work(self, rank: int) -> Mapping[str, Any]:
        """The cited document of that rank, from 0."""
        return _work(rank, self._seed)

    def words(self, random: Random, count: int) -> list[str]:
        """Words, frequent ones oftener."""
        return random.choices(self._words, cum_weights=self._frequent, k=count)

    def _sentences(self, random: Random) -> list[str]:
        """Sentences of one subject: two thirds of their words are from some 60."""
        own = self.words(random, 60)
        return [
            " ".join(
                word if random.random() < 1 / 3 else random.choice(own)
                for word in self.words(random, random.randint(8, 20))
            )
            for _ in range(_SENTENCES)
        ]

    def _rank(self, random: Random) -> int:
        return bisect(self._shares, random.random() * self._shares[-1]) + 1

    def _citation(self, work: Mapping[str, Any], random: Random, start: int) -> dict[str, Any]:
        dated = random.random() < 0.6 or work["parsed"].year is None
        issued = random.random() < 0.7
        text = f"{work['type']} số {work['number']}"
        if dated:
            text += f" ngày {work['date']}"
        if issued:
            text += f" của {work['issuer']}"
        spans: dict[str, Any] = dict.fromkeys(("type", "number", "name", "date", "issuer", "title"))
        title = None
        if random.random() < 0.4:
            title = "về " + random.choice(self._subjects[work["year"] % _SUBJECTS])
            spans["title"] = [start + len(text) + 1, start + len(text) + 1 + len(title)]
            text += " " + title
        places = []
        if random.random() < 0.3:
            clause = str(random.randint(1, 6)) if random.random() < 0.5 else None
            places = [{"article": str(random.randint(1, 60)), "clause": clause, "point": None}]
        return {
            "type": work["type"], "number": work["number"], "symbol": work["symbol"],
            "year": work["year"], "name": None, "date": work["date"] if dated else None,
            "issuer": work["issuer"] if issued else None, "title": title, "provisions": places,
            "relation": random.choices(_RELATIONS, _OFTEN)[0],
            "start": start, "end": start + len(text), "text": text, "page": 1, "spans": spans,
            "resolved": None if issued else {
                "number": None, "date": None, "issuer": work["issuer"], "candidates": [],
            },
            "confidence": {"type": 0.99, "number": 0.97, "date": 0.98, "issuer": 0.0},
            "warnings": ["future-date: dated after it"] if random.random() < 0.02 else [],
            "id": work["id"], "uri": work["uri"],
        }  # fmt: skip


@cache
def _work(rank: int, seed: int) -> Mapping[str, Any]:
    random = Random(seed * 7_000_003 + rank)
    kind, symbol, _ = random.choices(_KINDS, [share for *_, share in _KINDS])[0]
    year = random.randint(2000, 2024)
    serial = rank % 99_999 + 1
    printed = f"{serial}/{year}/{symbol}" if symbol in ("NĐ-CP", "TT-BTC") else f"{serial}/{symbol}"
    place = _PROVINCES[rank % len(_PROVINCES)]
    issuer = {
        "QĐ-UBND": f"Ủy ban nhân dân tỉnh {place}", "NQ-HĐND": f"Hội đồng nhân dân tỉnh {place}",
        "NĐ-CP": "Chính phủ", "TT-BTC": "Bộ Tài chính", "BNV-TCBC": "Bộ Nội vụ",
        "CT-TTg": "Thủ tướng Chính phủ",
    }[symbol]  # fmt: skip
    parsed = parse_number(printed)
    assert parsed is not None
    return {
        "type": kind, "number": printed, "symbol": symbol, "parsed": parsed, "year": year,
        "date": f"{year}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
        "issuer": issuer, "place": place,
        "id": identity(kind, parsed, None, year, issuer.lower()),
        "uri": uri(kind, printed, None, year, issuer.lower()),
    }  # fmt: skip


def _syllables() -> list[str]:
    """All syllables of the language, in an order that chance gave."""
    toned = [
        onset + place_tone(rime, tone)
        for onset in sorted(ONSETS)
        for rime in sorted(RIMES)
        for tone in range(6)
    ]
    found = [word for word, right in zip(toned, are_syllables(toned), strict=True) if right]
    Random(0).shuffle(found)
    return found

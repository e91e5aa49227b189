"""A made-up archive of any size, the same for a seed: documents in the JSON form of convert.

Works are cited with Zipf's frequencies; the first is cited by half of all documents. Nothing here
is text of a real document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from vnadmin.document import SCHEMA
from vnadmin.extract.identity import identity, uri
from vnadmin.grammar import parse_number
from vnadmin.vietnamese import ONSETS, RIMES, are_syllables, place_tone

CITATIONS = 10  # of a document, on average
_SYLLABLES = 450  # of a document's text beside its citations, on average
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
        self._shares = np.cumsum(1.0 / np.arange(2, works + 2))
        self._shares /= self._shares[-1]
        words = _syllables()
        self._words = np.array(words, dtype=object)
        self._frequent = np.cumsum(1.0 / np.arange(8, len(words) + 8) ** 1.1)
        self._frequent /= self._frequent[-1]

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return (self.document(i) for i in range(self.documents))

    def document(self, number: int) -> Mapping[str, Any]:
        """The document of that number."""
        random = np.random.default_rng((self._seed, number))
        own = self.work(number * _STRIDE % len(self._shares))
        parts = [f"{own['issuer'].upper()}\nSố: {own['number']}\n{own['type'].upper()}\n"]
        length = len(parts[0])
        citations = []
        count = int(random.integers(2, 2 * CITATIONS - 1))
        ranks = np.searchsorted(self._shares, random.random(count)) + 1
        if random.random() < _FIRST_CITED:
            ranks[0] = 0
        texts = np.array_split(self._text(random), count)
        for rank, words in zip(ranks.tolist(), texts, strict=True):
            text = " ".join(words) + "\n"
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
                "type": own["type"], "subject": "Về việc " + " ".join(self._text(random)[:12]),
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

    def words(self, random: np.random.Generator, count: int) -> list[str]:
        """Words, frequent ones oftener."""
        return self._words[np.searchsorted(self._frequent, random.random(count))].tolist()

    def _text(self, random: np.random.Generator) -> Any:
        """Text that keeps to its subject: two thirds are from 120 words."""
        count = int(random.integers(200, 2 * _SYLLABLES - 200))
        words = np.array(self.words(random, count), dtype=object)
        subject = np.array(self.words(random, 120), dtype=object)
        return np.where(random.random(count) < 2 / 3, random.choice(subject, count), words)

    def _citation(
        self, work: Mapping[str, Any], random: np.random.Generator, start: int
    ) -> dict[str, Any]:
        dated, issued, titled, placed, warned = (
            random.random(5) < (0.6, 0.7, 0.4, 0.3, 0.02)
        ).tolist()
        dated = dated or work["parsed"].year is None
        text = f"{work['type']} số {work['number']}"
        if dated:
            text += f" ngày {work['date']}"
        if issued:
            text += f" của {work['issuer']}"
        title = None
        spans: dict[str, Any] = dict.fromkeys(("type", "number", "name", "date", "issuer"))
        spans["title"] = None
        if titled:
            title = "về " + " ".join(self.words(random, 8))
            spans["title"] = [start + len(text) + 1, start + len(text) + 1 + len(title)]
            text += " " + title
        place = {"article": str(random.integers(1, 60)), "clause": None, "point": None}
        if random.random() < 0.5:
            place["clause"] = str(random.integers(1, 6))
        return {
            "type": work["type"], "number": work["number"], "symbol": work["symbol"],
            "year": work["year"], "name": None, "date": work["date"] if dated else None,
            "issuer": work["issuer"] if issued else None, "title": title,
            "provisions": [place] if placed else [],
            "relation": _RELATIONS[int(np.searchsorted(np.cumsum(_OFTEN), random.random()))],
            "start": start, "end": start + len(text), "text": text, "page": 1, "spans": spans,
            "resolved": None if issued else {
                "number": None, "date": None, "issuer": work["issuer"], "candidates": [],
            },
            "confidence": {"type": 0.99, "number": 0.97, "date": 0.98, "issuer": 0.0},
            "warnings": ["future-date: dated after this document"] if warned else [],
            "id": work["id"], "uri": work["uri"],
        }  # fmt: skip


@cache
def _work(rank: int, seed: int) -> Mapping[str, Any]:
    random = np.random.default_rng((seed, rank, 7))
    kind, symbol, _ = _KINDS[int(random.choice(len(_KINDS), p=[share for *_, share in _KINDS]))]
    year = 2000 + int(random.integers(0, 25))
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
        "date": f"{year}-{int(random.integers(1, 13)):02}-{int(random.integers(1, 29)):02}",
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
    return np.random.default_rng(0).permutation(np.array(found, dtype=object)).tolist()

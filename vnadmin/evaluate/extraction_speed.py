"""How fast citations are found in clean text, and how the time grows with near-citations."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import InputError
from ..extract import extract_all
from ..pipeline import extract

NEAR_CITATIONS = (
    "Điều 1, ", "khoản 1 ", "điểm a ", "số ", "Số: ", "1/", "1-", "217, ", "ngày 1 tháng ",
    "năm 2015 ", "Luật ", "Luật sửa đổi, bổ sung một số điều của ", "các Luật, ",
    "Luật Đất đai và ",
    "Nghị định số ", "Nghị định này ", "Nghị định 54 ", "Quyết định số 12, ", "Công ước ",
    "12/2015/NĐ- ", "12/QĐ-UBND, ", "Nghị định số 12/2015/NĐ-CP ngày ", "TCVN ISO ", "QCVN 4",
    "Ủy ban nhân dân ", "Bộ ", "của ", "về việc ", "tại khoản 2 Điều 5 ", "theo khoản 1, ",
    "ban hành kèm theo ", "BLHS ", "/QĐ", "( ", "“", "\n", "\f",
)  # fmt: skip
"""What begins like a citation, a date, a place or a list, over and over."""

_TIMES = 3
_PARTS = (0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class ExtractionSpeed:
    """Processor time of extraction in one process.

    Attributes:
        documents: texts read.
        megabytes: of UTF-8 in them.
        citations: found in them.
        seconds: of all of them, tables loaded, nothing restored; the best of three.
        whole: the same by `vnadmin.extract`, which first finds out what is to be restored.
        growth: (megabytes, seconds) of lines of near-citations of growing length.
        slowest: the near-citation that takes longest when it is repeated alone, and its seconds a
            megabyte.
    """

    documents: int
    megabytes: float
    citations: int
    seconds: float
    whole: float
    growth: tuple[tuple[float, float], ...] = ()
    slowest: tuple[str, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self)

    def report(self) -> str:
        """Return the figures as lines for people."""
        lines = [
            f"{self.documents} document(s), {self.megabytes:.2f} MB, {self.citations} citations",
            f"extraction alone:    {self.megabytes / self.seconds:.2f} MB/s "
            f"({self.seconds:.2f} s of processor time)",
            f"vnadmin.extract:     {self.megabytes / self.whole:.2f} MB/s ({self.whole:.2f} s)",
        ]
        for megabytes, seconds in self.growth:
            lines.append(
                f"near-citations, {megabytes:6.2f} MB in one line: {seconds:7.2f} s "
                f"({seconds / megabytes:.2f} s a megabyte)"
            )
        if self.slowest is not None:
            lines.append(f"slowest alone: {self.slowest[0]!r}, {self.slowest[1]:.2f} s a megabyte")
        return "\n".join(lines)


def measure_extraction(texts: Sequence[str], *, growth: float | None = None) -> ExtractionSpeed:
    """Measure extraction from clean texts and, up to `growth` megabytes, from near-citations.

    Raises:
        InputError: no text holds a word.
    """
    if not any(text.strip() for text in texts):
        raise InputError("no text to measure with")
    found = sum(len(extract(text).citations) for text in texts)  # loads tables and model, too
    seconds = min(sum(_seconds(text) for text in texts) for _ in range(_TIMES))
    whole = min(sum(_seconds(text, extract) for text in texts) for _ in range(_TIMES))
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    if growth is None:
        return ExtractionSpeed(len(texts), megabytes, found, seconds, whole)
    grown = tuple((part * growth, _seconds(_line(part * growth))) for part in _PARTS)
    alone = growth / len(NEAR_CITATIONS)
    each = [(near, _seconds(_of(near, alone)) / alone) for near in NEAR_CITATIONS]
    slowest = max(each, key=lambda pair: pair[1])
    return ExtractionSpeed(len(texts), megabytes, found, seconds, whole, grown, slowest)


def _seconds(text: str, read: Callable[[str], object] = extract_all) -> float:
    begun = time.process_time()
    read(text)
    return max(time.process_time() - begun, 1e-6)


def _of(near: str, megabytes: float) -> str:
    return near * max(1, round(megabytes * 1e6 / len(near.encode())))


def _line(megabytes: float) -> str:
    """Near-citations one after the other in random order, each up to nine times, in one line."""
    rng = random.Random(1)
    pieces: list[str] = []
    size = 0
    while size < megabytes * 1e6:
        piece = rng.choice(NEAR_CITATIONS) * rng.randint(1, 9)
        size += len(piece.encode())
        pieces.append(piece.replace("\n", " "))
    return "".join(pieces)

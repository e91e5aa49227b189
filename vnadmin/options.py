"""What a caller may choose about restoring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vnadmin.errors import UsageError


@dataclass(frozen=True, slots=True)
class Options:
    """Options of restoring; immutable, safe to share between threads.

    Attributes:
        model: directory of a model built with `vnadmin train`; `None` for the shipped one.
        profile: the kind of noise: "auto" finds it out block by block, "clean" changes nothing,
            "stripped" means lost accents, "eng", "vie" and "script/Vietnamese" name the Tesseract
            model that read the page, "scanner" is a scanner's text layer; "tcvn3",
            "vni", "viscii", "cp1258" and "utf-8" name the encoding whose bytes were taken for
            Windows-1252; any other channel of the model's directory by its name.
        engine: what reads pictures: "tesseract", the name under which an installed package offers
            another (`vnadmin.engines`), or "module:Class" (docs/scans.md).
        min_confidence: an edit whose confidence (0 to 1) is lower is not made.
    """

    model: Path | None = None
    profile: str = "auto"
    min_confidence: float = 0.0
    engine: str = "tesseract"

    def __post_init__(self) -> None:
        if not 0.0 <= self.min_confidence <= 1.0:
            raise UsageError(f"min_confidence is {self.min_confidence}; it must be from 0 to 1")

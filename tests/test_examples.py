"""Accuracy floors on the repository's own examples: a change that reads worse fails here.

The floors stand a little under what was measured with the shipped model. Whoever makes them pass
by lowering one says why in the changelog.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from vnadmin.evaluate.citation_run import score_files
from vnadmin.evaluate.citations import FieldScores
from vnadmin.evaluate.metrics import Counts, harm, measure
from vnadmin.options import Options
from vnadmin.restore import restore
from vnadmin.vietnamese import fold

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/truth.txt"))


class Floor(NamedTuple):
    """What must be reached at least, and must not be passed at most."""

    accuracy: float
    """Share of syllables right."""
    inserted: int
    """Most tokens the truth doesn't have."""
    codes: int
    """Fewest document codes intact."""
    invented: int
    """Most codes printed that the page doesn't have."""


RESTORED = {
    ("joint-circular-plan", "eng"): Floor(0.918, 12, 9, 1),  # 0.9214
    ("joint-circular-plan", "vie"): Floor(0.921, 12, 9, 1),  # 0.9248
    ("joint-circular-plan", "stripped"): Floor(0.985, 0, 10, 0),  # 0.9880
    ("official-letter", "eng"): Floor(0.925, 34, 11, 0),  # 0.9289
    ("official-letter", "vie"): Floor(0.928, 28, 10, 0),  # 0.9316
    ("official-letter", "stripped"): Floor(0.994, 0, 11, 0),  # 0.9974
    ("party-directive", "eng"): Floor(0.958, 12, 11, 1),  # 0.9615
    ("party-directive", "vie"): Floor(0.976, 11, 11, 1),  # 0.9798
    ("party-directive", "stripped"): Floor(0.984, 0, 12, 0),  # 0.9872
    ("state-decision", "eng"): Floor(0.957, 14, 9, 0),  # 0.9604
    ("state-decision", "vie"): Floor(0.968, 14, 9, 0),  # 0.9712
    ("state-decision", "stripped"): Floor(0.982, 0, 9, 0),  # 0.9856
}

# Of the distinct documents cited, how many are right by type, number or name, and date; and how
# many may be found that aren't there.
CITED = {
    ("joint-circular-plan", "truth"): (12, 1),  # of 16
    ("joint-circular-plan", "eng"): (12, 1),  # of 16
    ("joint-circular-plan", "vie"): (11, 1),  # of 16
    ("official-letter", "truth"): (12, 0),  # of 12
    ("official-letter", "eng"): (12, 0),  # of 12
    ("official-letter", "vie"): (12, 0),  # of 12
    ("party-directive", "truth"): (16, 0),  # of 16
    ("party-directive", "eng"): (15, 1),  # of 16
    ("party-directive", "vie"): (14, 2),  # of 16
    ("state-decision", "truth"): (16, 0),  # of 18
    ("state-decision", "eng"): (16, 0),  # of 18
    ("state-decision", "vie"): (16, 0),  # of 18
}


@cache
def reading(name: str, kind: str) -> str:
    """What was read on the page; "stripped" is the truth without its accents."""
    if kind == "stripped":
        return fold((EXAMPLES / name / "truth.txt").read_text("utf-8"))
    return (EXAMPLES / name / f"{kind}.txt").read_text("utf-8")


@cache
def restored(name: str, kind: str) -> Counts:
    return measure(reading(name, "truth"), restore(reading(name, kind)))


@cache
def cited(name: str, kind: str) -> FieldScores:
    files = [(EXAMPLES / name / "truth.json", EXAMPLES / name / f"{kind}.txt")]
    return score_files(files, options=Options()).citations


def test_every_example_has_its_floors() -> None:
    assert {name for name, _ in RESTORED} == {name for name, _ in CITED} == set(NAMES)


@pytest.mark.parametrize(("name", "kind"), RESTORED)
def test_syllables(name: str, kind: str) -> None:
    floor, counts = RESTORED[name, kind], restored(name, kind)
    assert counts.accuracy >= floor.accuracy
    assert counts.inserted <= floor.inserted
    assert counts.accuracy > measure(reading(name, "truth"), reading(name, kind)).accuracy


@pytest.mark.parametrize(("name", "kind"), RESTORED)
def test_codes(name: str, kind: str) -> None:
    floor, counts = RESTORED[name, kind], restored(name, kind)
    assert counts.codes_right >= floor.codes
    assert counts.codes_invented <= floor.invented


@pytest.mark.parametrize(("name", "kind"), CITED)
def test_citations(name: str, kind: str) -> None:
    (right, extra), scores = CITED[name, kind], cited(name, kind)
    assert scores.documents.hits >= right, scores.missed
    assert len(scores.extra) <= extra, scores.extra


@pytest.mark.parametrize("name", NAMES)
def test_no_harm_to_what_is_right(name: str) -> None:
    truth = reading(name, "truth")
    harmed = harm(truth, restore(truth))
    assert (harmed.changed, harmed.numbers, harmed.codes_lost) == (0, 0, 0)
    assert harmed.tokens > 300


if __name__ == "__main__":  # print the tables as measured now
    for name, kind in RESTORED:
        c = restored(name, kind)
        accuracy = int(c.accuracy * 1000 - 3) / 1000
        most = c.inserted + 2 if c.inserted else 0
        floor = f"Floor({accuracy}, {most}, {c.codes_right}, {c.codes_invented})"
        print(f'    ("{name}", "{kind}"): {floor},  # {c.accuracy:.4f}')
    for name, kind in CITED:
        s = cited(name, kind)
        reached = f"({s.documents.hits}, {len(s.extra)})"
        print(f'    ("{name}", "{kind}"): {reached},  # of {s.documents.expected}')

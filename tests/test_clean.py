"""Long correct texts are told without decoding them; what is wrong in them isn't missed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vnadmin
from vnadmin.document import apply_edits, undo_edits
from vnadmin.options import Options
from vnadmin.restore import explain
from vnadmin.restore.changes import in_place
from vnadmin.restore.clean import doubtful
from vnadmin.restore.engine import Restorer, restorer
from vnadmin.vietnamese import fold

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
LINES = [
    line
    for path in sorted(EXAMPLES.glob("*/truth.txt"))
    for line in path.read_text("utf-8").replace("\f", "").splitlines()
    if len(line) > 60
]


def long_text(lines: list[str] = LINES, characters: int = 30_000) -> str:
    rng = random.Random(5)
    text: list[str] = []
    while sum(map(len, text)) < characters:
        text.append(rng.choice(lines))
    return "\n".join(text)


def test_a_long_correct_text_is_not_decoded() -> None:
    assert doubtful(restorer(None), long_text()) == []


def test_a_text_in_one_line_is_none_the_less_told() -> None:
    assert doubtful(restorer(None), long_text().replace("\n", " ")) == []


@pytest.mark.parametrize("language", ["eng", "vie"])
def test_an_engines_text_is_decoded_whole(language: str) -> None:
    paths = sorted(EXAMPLES.glob(f"*/*{language}*.txt"))
    read = [line for p in paths for line in p.read_text("utf-8").replace("\f", "").splitlines()]
    text = long_text([line for line in read if line.strip()])
    assert doubtful(restorer(None), text) == [(0, len(text))]


def test_text_without_marks_is_decoded_whole() -> None:
    text = fold(long_text())
    covered = sum(end - start for start, end in doubtful(restorer(None), text))
    assert covered > 0.9 * len(text)


@pytest.mark.parametrize("slips", [0.01, 0.03])
def test_text_with_few_slips_is_decoded_whole(slips: float) -> None:
    rng = random.Random(3)
    words = long_text().split(" ")
    for place in rng.sample(range(len(words)), int(slips * len(words))):
        words[place] = fold(words[place])[::-1] if slips > 0.02 else fold(words[place])
    text = " ".join(words)
    assert doubtful(restorer(None), text) == [(0, len(text))]


def test_what_lost_its_marks_in_a_correct_text_is_restored_alone() -> None:
    text, part = long_text(), long_text(characters=3_000)
    whole = f"{text}\n{fold(part)}\n{text}"
    stretches = doubtful(restorer(None), whole)
    assert stretches[0][0] >= len(text) - 2_000
    assert stretches[-1][1] <= len(text) + len(part) + 2_000
    document = vnadmin.extract(whole)
    start = document.text.index(part[:40], len(text) - 1)
    right = sum(a == b for a, b in zip(document.text[start:], part, strict=False))
    assert right > 0.98 * len(part)
    assert apply_edits(whole, document.edits) == document.text
    assert undo_edits(document.text, document.edits) == whole


def test_a_model_that_knows_no_light_noise_decodes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    text = long_text()
    monkeypatch.setattr(Restorer, "channel_names", lambda self: ["eng"])
    assert doubtful(restorer(None), text) == [(0, len(text))]


def test_the_profile_that_is_given_holds_for_long_texts_too() -> None:
    text = long_text()
    garbled = text.replace("Nghị định", "Nghi dinh")
    assert vnadmin.extract(garbled, options=Options(profile="clean")).text == garbled
    assert vnadmin.extract(garbled, options=Options(profile="vie")).text != garbled


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([*LINES, *map(fold, LINES)]), max_size=6), st.data())
def test_parts_restored_in_place_make_one_restoration(
    lines: list[str], data: st.DataObject
) -> None:
    text = "\n".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    parts = [((a, b), explain(text[a:b])) for a, b in spans]
    whole = in_place(text, parts)
    assert apply_edits(text, whole.edits) == whole.text
    assert undo_edits(whole.text, whole.edits) == text
    for word in whole.words:
        assert 0 <= word.start < word.end <= len(whole.text)

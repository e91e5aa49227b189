"""What is still wrong in a restored text, sorted by cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from vnadmin.document import OffsetMap, undo_edits
from vnadmin.evaluate.align import Operation, edit_operations
from vnadmin.evaluate.metrics import Token, spans
from vnadmin.restore import Restoration
from vnadmin.vietnamese import fold

Cause = Literal[
    "split or join", "missing", "inserted", "number or code", "name", "accent or tone", "letter"
]

_SENTENCE_END = tuple(".:;!?…")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A word, or words, as read, as restored and as the truth has it.

    `cause` is the first that fits: the same letters with spaces elsewhere; a word missing or
    inserted; a digit or slash in the word; a name, that is, capitalised inside a sentence that
    isn't all in capitals; the same letters but for accents and tone; other letters.
    """

    cause: Cause
    source: str
    restored: str
    truth: str


def remaining(
    truth: str, restored: Restoration, part: tuple[int, int] | None = None
) -> list[Wrong]:
    """Return what is wrong in a restored text, or its `part` (start, end), in text order."""
    first, last = part or (0, len(restored.text))
    text = restored.text[first:last]
    expected, got = spans(truth), spans(text)
    source = undo_edits(restored.text, restored.edits)
    to_source = OffsetMap.to_source(restored.edits)

    def wrong(cause: Cause, said: Sequence[Token], words: Sequence[Token]) -> Wrong:
        read = ""
        if words:
            start = to_source.start(first + words[0].start)
            read = source[start : to_source.end(first + words[-1].end)]
        return Wrong(cause, read, _written(text, words), _written(truth, said))

    found: list[Wrong] = []
    operations = edit_operations([t.text for t in expected], [t.text for t in got])
    for block in _blocks(operations):
        said = [expected[i] for kind, i, _ in block if kind != "insert"]
        words = [got[j] for kind, _, j in block if kind != "delete"]
        if _joined(said) == _joined(words):
            found.append(wrong("split or join", said, words))
            continue
        for kind, i, j in block:
            if kind == "delete":
                found.append(wrong("missing", [expected[i]], []))
            elif kind == "insert":
                found.append(wrong("inserted", [], [got[j]]))
            else:
                found.append(wrong(_cause(truth, expected, i, got[j]), [expected[i]], [got[j]]))
    return found


def by_cause(wrong: Iterable[Wrong]) -> list[tuple[Cause, Counter[Wrong]]]:
    """Return the causes, those of most words first, each with what was wrong and how often."""
    groups: dict[Cause, Counter[Wrong]] = {}
    for each in wrong:
        groups.setdefault(each.cause, Counter())[each] += 1
    return sorted(groups.items(), key=lambda item: -item[1].total())


def _blocks(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    """Yield the operations with no matched token between them together."""
    block: list[Operation] = []
    behind = (-1, -1)
    for kind, i, j in operations:
        if block and (i, j) != behind:
            yield block
            block = []
        block.append((kind, i, j))
        behind = (i + (kind != "insert"), j + (kind != "delete"))
    if block:
        yield block


def _joined(tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens)


def _written(text: str, tokens: Sequence[Token]) -> str:
    return text[tokens[0].start : tokens[-1].end] if tokens else ""


def _cause(truth: str, expected: Sequence[Token], number: int, got: Token) -> Cause:
    token = expected[number]
    if any(c.isdigit() or c == "/" for c in token.text + got.text):
        return "number or code"
    if _is_name(truth, expected, number):
        return "name"
    return "accent or tone" if fold(token.text) == fold(got.text) else "letter"


def _is_name(truth: str, expected: Sequence[Token], number: int) -> bool:
    word = truth[expected[number].start : expected[number].end].strip("“”\"'(),.;:«»")
    if number == 0 or not word[:1].isupper() or word[1:].isupper():
        return False
    before = truth[expected[number - 1].start : expected[number].start]
    return "\n\n" not in before and not before.rstrip(" \n\"'”)»-–").endswith(_SENTENCE_END)

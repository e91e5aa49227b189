"""Corpora → word ids → n-gram counts, in bounded memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from vnadmin.language import words as lm_words
from vnadmin.vietnamese import is_syllable, nfc

BOUNDARY_ID = lm_words.CLASSES.index(lm_words.BOUNDARY)

Ids = NDArray[np.uint16]
Keys = NDArray[np.uint64]
Counts = NDArray[np.int64]

_CHUNK = 16_000_000
"""Words counted at a time: 128 MB of keys."""

_SHINGLE = 8
"""Words in a shingle; runs that long are rarely shared by chance."""


class Encoder:
    """Turns paragraphs into ids, growing its vocabulary as it goes."""

    def __init__(self, vocabulary: Iterable[str] = lm_words.CLASSES) -> None:
        self.index = {word: i for i, word in enumerate(vocabulary)}
        self._of_token: dict[str, int] = {}

    def encode(self, paragraph: str) -> list[int]:
        """Return the ids of a paragraph, ended by a boundary; empty if it has no words."""
        result: list[int] = []
        for token in lm_words.tokens(nfc(paragraph)):
            number = self._of_token.get(token)
            if number is None:
                word = lm_words.word_of(token)
                number = self.index.setdefault(word, len(self.index))
                self._of_token[token] = number
            if number != BOUNDARY_ID or (result and result[-1] != BOUNDARY_ID):
                result.append(number)
        if result and result[-1] != BOUNDARY_ID:
            result.append(BOUNDARY_ID)
        return result


@dataclass(frozen=True, slots=True)
class Stream:
    """Encoded text: ids of all paragraphs in a row, and where each paragraph ends."""

    ids: NDArray[np.uint32]
    ends: NDArray[np.int64]


def encode_all(
    paragraphs: Iterable[str], encoder: Encoder, seen: set[bytes] | None = None
) -> Stream:
    """Encode paragraphs, each distinct one once; those in `seen` not at all.

    `seen` takes up the digests of what is encoded, for the next call.
    """
    seen = set() if seen is None else seen
    ids = array("I")
    ends = array("q")
    for paragraph in paragraphs:
        digest = blake2b(paragraph.encode(), digest_size=8).digest()
        if digest in seen:
            continue
        seen.add(digest)
        ids.extend(encoder.encode(paragraph))
        ends.append(len(ids))
    return Stream(np.array(ids, dtype=np.uint32), np.array(ends, dtype=np.int64))


def without_overlap(stream: Stream, forbidden: Stream, share: float = 0.3) -> Stream:
    """Drop the paragraphs that repeat `forbidden` text.

    A paragraph goes when more than `share` of its 8-word shingles occur in `forbidden`; shorter
    paragraphs stay.
    """
    taboo = np.unique(shingles(forbidden.ids))
    if not len(taboo):
        return stream
    hits = np.zeros(len(stream.ids) + 1, dtype=np.int64)
    for start in range(0, len(stream.ids), _CHUNK):
        keys = shingles(stream.ids[start : start + _CHUNK + _SHINGLE - 1])
        place = np.minimum(np.searchsorted(taboo, keys), len(taboo) - 1)
        hits[start + 1 : start + 1 + len(keys)] = taboo[place] == keys
    hits = np.cumsum(hits)
    starts = np.concatenate([[0], stream.ends[:-1]])
    last = np.maximum(stream.ends - _SHINGLE + 1, starts)
    possible = last - starts
    kept = (hits[last] - hits[starts]) <= share * possible
    lengths = stream.ends - starts
    return Stream(stream.ids[np.repeat(kept, lengths)], np.cumsum(lengths[kept]))


def choose_vocabulary(
    stream: NDArray[np.uint32], words: list[str], min_syllable: int = 3, min_other: int = 30
) -> tuple[Ids, list[str]]:
    """Keep classes, possible syllables seen often enough, and other words seen more often.

    Returns:
        The stream in 16-bit ids of the kept words (0 for the rest), and these words by id.

    Raises:
        ValueError: if more words stay than 16 bits can number.
    """
    counts = np.bincount(stream, minlength=len(words))
    fixed = len(lm_words.CLASSES)
    kept = [
        i
        for i in range(fixed, len(words))
        if counts[i] >= (min_syllable if is_syllable(words[i]) else min_other)
    ]
    kept.sort(key=lambda i: (-counts[i], words[i]))
    if fixed + len(kept) > 65_536:
        raise ValueError(f"{len(kept)} words: raise the smallest count of a word to keep")
    renumber = np.zeros(len(words), dtype=np.uint16)
    renumber[:fixed] = np.arange(fixed)
    renumber[kept] = np.arange(fixed, fixed + len(kept))
    return renumber[stream], [*lm_words.CLASSES, *(words[i] for i in kept)]


def pack(stream: Ids, order: int) -> Keys:
    """Return the key of the n-gram that starts at each place of the stream."""
    length = max(0, len(stream) - order + 1)
    keys = np.zeros(length, dtype=np.uint64)
    for offset in range(order):
        keys <<= np.uint64(16)
        keys |= stream[offset : offset + length]
    return keys


def _key_chunks(stream: Ids, order: int) -> Iterator[Keys]:
    """Yield keys, n-grams with a boundary in the middle left out."""
    for start in range(0, max(1, len(stream) - order + 1), _CHUNK):
        part = stream[start : start + _CHUNK + order - 1]
        keys = pack(part, order)
        inner = np.zeros(len(keys), dtype=np.bool_)
        for offset in range(1, order - 1):
            inner |= part[offset : offset + len(keys)] == BOUNDARY_ID
        yield keys[~inner]


def count_ngrams(stream: Ids, order: int) -> tuple[Keys, Counts]:
    """Return the distinct n-grams in key order and how often each occurs."""
    keys = np.empty(0, dtype=np.uint64)
    counts = np.empty(0, dtype=np.int64)
    for chunk in _key_chunks(stream, order):
        new_keys, new_counts = np.unique(chunk, return_counts=True)
        keys, counts = _merge(keys, counts, new_keys, new_counts)
    return keys, counts


def _merge(keys: Keys, counts: Counts, new_keys: Keys, new_counts: Counts) -> tuple[Keys, Counts]:
    place = np.searchsorted(keys, new_keys)
    old = np.zeros(len(new_keys), dtype=np.bool_)
    inside = place < len(keys)
    old[inside] = keys[place[inside]] == new_keys[inside]
    counts[place[old]] += new_counts[old]
    fresh = ~old
    return (
        np.insert(keys, place[fresh], new_keys[fresh]),
        np.insert(counts, place[fresh], new_counts[fresh]),
    )


def shingles(stream: NDArray[np.uint32]) -> Keys:
    """Return a 64-bit hash of the eight words that start at each place."""
    count = max(0, len(stream) - _SHINGLE + 1)
    result = np.zeros(count, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for offset in range(_SHINGLE):
            result *= np.uint64(0x100000001B3)
            result ^= stream[offset : offset + count]
            result *= np.uint64(0x9E3779B97F4A7C15)
            result ^= result >> np.uint64(29)
    return result

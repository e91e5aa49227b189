"""A static map from 64-bit keys to 8-bit codes, memory-mapped, looked up in batches.

Each key lives in one of two buckets of four 32-bit slots (cuckoo hashing); a slot holds a 24-bit
fingerprint (odd, so that none is empty) and the code. That is 4.3 bytes a key at a load of 0.94; an
absent key is taken for a present one with a probability of at most 8 / 2**23.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Slots = NDArray[np.uint32]

_LOAD = 0.94
_WIDTH = 4
_ROUNDS = 1_000
"""Of moving keys about: two million take under 200."""
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)  # splitmix64, Steele, Lea, Flood 2014
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_S40, _LOW32 = np.uint64(40), np.uint64(0xFFFFFFFF)
_S32 = np.uint64(32)


def _hash(keys: Keys) -> Keys:
    with np.errstate(over="ignore"):
        mixed = (keys ^ (keys >> _S30)) * _MIX_1
        mixed = (mixed ^ (mixed >> _S27)) * _MIX_2
    result: Keys = mixed ^ (mixed >> _S31)
    return result


def _places(keys: Keys, buckets: int) -> tuple[NDArray[Any], NDArray[Any], Slots]:
    """Return both buckets and the fingerprint (in the upper 24 bits, never 0) of each key."""
    first = _hash(keys)
    second = _hash(first + np.uint64(0x9E3779B97F4A7C15))
    scale = np.uint64(buckets)
    one = ((first & _LOW32) * scale) >> _S32
    two = ((second & _LOW32) * scale) >> _S32
    mark = ((first >> _S40) | np.uint64(1)).astype(np.uint32) << np.uint32(8)
    return one.astype(np.int64), two.astype(np.int64), mark


def build(keys: Keys, codes: NDArray[np.uint8], seed: int | None = 0, load: float = _LOAD) -> Slots:
    """Build the slots, shape (buckets, 4), for distinct `keys` and their `codes`.

    Args:
        keys: n distinct 64-bit keys.
        codes: n codes, 0 to 255.
        seed: of the random walk that makes room; `None` takes turns instead, which is enough for
            a roomy table and spares loading NumPy's generators.
        load: share of the slots taken, above 0; the fewer, the faster built.
    """
    buckets = max(1, int(len(keys) / (load * _WIDTH)) + 1)
    while True:
        random = None if seed is None else np.random.default_rng(seed)
        slots = _place(keys, codes, buckets, random)
        if slots is not None:
            return slots
        buckets += 1 + buckets // 100  # a small table may have more keys for a bucket than fit


def _place(
    keys: Keys, codes: NDArray[np.uint8], buckets: int, random: np.random.Generator | None
) -> Slots | None:
    """Return the slots of a table with that many buckets, or `None` where no room was found."""
    one, two, mark = _places(keys, buckets)
    content = mark | codes.astype(np.uint32)
    owner = np.full(buckets * _WIDTH, -1, dtype=np.int64)
    pending = np.arange(len(keys))
    use_second = np.zeros(len(keys), dtype=bool)
    for turn in range(_ROUNDS):
        if not len(pending):
            break
        bucket = np.where(use_second[pending], two[pending], one[pending])
        # A free slot of the bucket where there is one, else any whose owner moves on.
        free = owner.reshape(-1, _WIDTH)[bucket] < 0
        drawn = turn % _WIDTH if random is None else random.integers(0, _WIDTH, len(free))
        slot = np.where(free.any(axis=1), free.argmax(axis=1), drawn)
        place = bucket * _WIDTH + slot
        _, winners = np.unique(place, return_index=True)
        evicted = owner[place[winners]]
        evicted = evicted[evicted >= 0]
        owner[place[winners]] = pending[winners]
        use_second[evicted] ^= True
        losers = np.delete(pending, winners)
        use_second[losers] ^= True
        pending = np.concatenate([losers, evicted])
    if len(pending):
        return None
    slots = np.zeros(buckets * _WIDTH, dtype=np.uint32)
    taken = owner >= 0
    slots[taken] = content[owner[taken]]
    return slots.reshape(buckets, _WIDTH)


def look_up(slots: Slots, keys: Keys) -> NDArray[np.uint32]:
    """Return the code of each key, or a number above 255 where the key is absent."""
    one, two, mark = _places(keys, len(slots))
    rows = np.take(slots, one, axis=0)
    rows ^= mark[:, None]
    best = np.minimum(np.minimum(rows[:, 0], rows[:, 1]), np.minimum(rows[:, 2], rows[:, 3]))
    rows = np.take(slots, two, axis=0)
    rows ^= mark[:, None]
    other = np.minimum(np.minimum(rows[:, 0], rows[:, 1]), np.minimum(rows[:, 2], rows[:, 3]))
    result: NDArray[np.uint32] = np.minimum(best, other)
    return result

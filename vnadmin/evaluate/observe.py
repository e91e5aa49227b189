"""What the decoder saw of each restored word, and whether it is right: for fitting confidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vnadmin.errors import InputError
from vnadmin.evaluate.calibration import judge
from vnadmin.evaluate.run import Pair
from vnadmin.options import Options
from vnadmin.restore.confidence import COLUMNS, Floats
from vnadmin.restore.engine import Restorer


@dataclass(slots=True)
class _Recorder:
    """Stands in for an estimator: numbers the words, and keeps what was known of each."""

    features: list[Floats] = field(default_factory=list)
    count: int = 0

    def probability(self, features: Floats) -> Floats:
        self.features.append(features)
        self.count += len(features)
        return np.arange(self.count - len(features), self.count, dtype=np.float64)


def observe(
    pairs: Iterable[Pair], model: Path, profile: str
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Restore pages and return what is known of each word, shape (n, len(COLUMNS)).

    Pages that `auto` takes for another profile's are left out.

    Returns:
        Features; whether each word is right; whether it was edited or had a rival.

    Raises:
        InputError: no page is of that profile.
    """
    restorer = Restorer(model)
    own, other = _Recorder(), _Recorder()
    for name in (*restorer.channel_names(), "stripped"):
        restorer.estimators[name] = own if name == profile else other
    rows: list[float] = []
    right: list[bool] = []
    doubtful: list[bool] = []
    for pair in pairs:
        before = other.count
        (restored,) = restorer.explain_many([pair.ocr], Options(model=model))
        if other.count > before:
            continue
        for word in judge(pair.truth, restored):
            rows.append(word.confidence)
            right.append(word.right)
            doubtful.append(word.doubtful)
    if not rows:
        raise InputError(f"none of the pages is read as {profile}; see --profile")
    features = np.concatenate([*own.features, np.empty((0, len(COLUMNS)))])
    return features[np.array(rows, dtype=np.int64)], np.array(right), np.array(doubtful)

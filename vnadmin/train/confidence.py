"""Fits how sure a profile's words are, on pages that nothing else was trained on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vnadmin.errors import InputError
from vnadmin.evaluate.calibration import Judged, judge
from vnadmin.evaluate.run import Pair
from vnadmin.formats.output import write_atomically
from vnadmin.options import Options
from vnadmin.restore.confidence import COLUMNS, FORMAT, Floats, Network
from vnadmin.restore.engine import Restorer

_UNITS = 24
_ROUNDS = 12
_BATCH = 256
_RATE = 2e-3
"""Of learning, at first; it falls to nothing."""
_LEAST_WRONG = 100
"""Words that must be wrong for weights to be worth anything."""


@dataclass(slots=True)
class _Recorder:
    """Stands in for an estimator: numbers the words, and keeps what was known of each."""

    features: list[Floats] = field(default_factory=list)
    count: int = 0

    def probability(self, features: Floats) -> Floats:
        self.features.append(features)
        self.count += len(features)
        return np.arange(self.count - len(features), self.count, dtype=np.float64)


def observe(pairs: Iterable[Pair], model: Path, profile: str) -> tuple[Floats, list[Judged]]:
    """Restore pages and return the features of each restored word, and whether it is right."""
    restorer = Restorer(model)
    recorder = _Recorder()
    for name in {profile, *restorer.channel_names(), "stripped"}:
        restorer.estimators[name] = recorder
    judged: list[Judged] = []
    for pair in pairs:
        (restored,) = restorer.explain_many([pair.ocr], Options(model=model, profile=profile))
        judged += judge(pair.truth, restored)
    rows = np.array([word.confidence for word in judged], dtype=np.int64)
    features = np.concatenate(recorder.features) if recorder.features else np.empty((0, 0))
    return features[rows], judged


def fit(features: Floats, right: NDArray[np.bool_], seed: int = 0) -> Network:
    """Fit a network to features, shape (n, len(COLUMNS)), and whether each word is right.

    Adam (Kingma and Ba 2015) on the log loss; columns are standardised for it, and the network
    that is returned takes them as they are.

    Raises:
        InputError: so few words are wrong that nothing can be learnt from them.
    """
    if np.count_nonzero(~right) < _LEAST_WRONG:
        raise InputError(
            f"only {np.count_nonzero(~right)} of {len(right):,} restored words are wrong; "
            f"give more pages, until {_LEAST_WRONG} are"
        )
    random = np.random.default_rng(seed)
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    width = scaled.shape[1]
    hidden = random.normal(0, width**-0.5, (width, _UNITS))
    output = np.append(
        random.normal(0, _UNITS**-0.5, _UNITS), np.log(right.mean() / (~right).mean())
    )
    layers = [hidden, output]
    moments = [(np.zeros_like(layer), np.zeros_like(layer)) for layer in layers]
    step = 0
    for turn in range(_ROUNDS):
        order = random.permutation(len(scaled))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            step += 1
            rate = _RATE * (1 - turn / _ROUNDS)
            for layer, gradient, (first, second) in zip(
                layers, _gradients(layers, scaled[rows], right[rows]), moments, strict=True
            ):
                first += 0.1 * (gradient - first)
                second += 0.001 * (gradient**2 - second)
                size = np.sqrt(second / (1 - 0.999**step)) + 1e-8
                layer -= rate * first / (1 - 0.9**step) / size
    plain = hidden[:-1] / spread[:, None]
    return Network(np.vstack([plain, hidden[-1] - mean @ plain]), output)


def _gradients(layers: list[Floats], rows: Floats, right: NDArray[np.bool_]) -> list[Floats]:
    """Return the gradients of the mean log loss."""
    hidden, output = layers
    units = np.maximum(rows @ hidden, 0.0)
    error = (1.0 / (1.0 + np.exp(-(units @ output[:-1] + output[-1]))) - right) / len(right)
    back = (error[:, None] * output[:-1]) * (units > 0)
    return [rows.T @ back, np.append(units.T @ error, error.sum())]


def train_confidence(
    pairs: Iterable[Pair], model: Path, profile: str, sources: list[str], log: Callable[[str], None]
) -> None:
    """Fit a profile's network to pages with truth and write it into the model.

    Args:
        pairs: pages that neither the channel nor the language model was trained on.
        model: the model's directory.
        profile: of the pages, also that the weights are for.
        sources: what the pages are called in the manifest.
        log: takes a line for people.

    Raises:
        InputError: the pages hold too few words that are restored wrongly.
        OutputError: the weights can't be written.
    """
    features, judged = observe(pairs, model, profile)
    right = np.array([word.right for word in judged], dtype=bool)
    network = fit(features, right)
    content = {
        "format": FORMAT,
        "words": len(judged),
        "wrong": int(np.count_nonzero(~right)),
        "sources": sources,
        "columns": list(COLUMNS),
        "hidden": network.hidden.round(4).tolist(),
        "output": network.output.round(4).tolist(),
    }
    path = model / profile / "confidence.json"
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, json.dumps(content, separators=(",", ":")).encode() + b"\n")
    log(f"{len(judged):,} words, {content['wrong']:,} wrong; wrote {path}")

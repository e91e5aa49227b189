"""Fits how sure a profile's words are, on pages that nothing else was trained on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vnadmin.errors import InputError
from vnadmin.formats.output import write_atomically
from vnadmin.restore.confidence import COLUMNS, FORMAT, Floats, Network

_UNITS = 32
_ROUNDS = 16
_BATCH = 256
_RATE = 2e-3
"""Of learning, at first; it falls to nothing."""
_LEAST_WRONG = 100
"""Words that must be wrong for weights to be worth anything."""


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


def write_network(
    network: Network, directory: Path, *, words: int, wrong: int, sources: list[dict[str, Any]]
) -> None:
    """Write a profile's network into its `directory` of the model.

    Args:
        network: what was fitted.
        directory: of the profile.
        words, wrong: n of restored words it was fitted to, and of those that were wrong.
        sources: the files it was fitted to, for the manifest.

    Raises:
        OutputError: it can't be written.
    """
    content = {
        "format": FORMAT,
        "words": words,
        "wrong": wrong,
        "sources": sources,
        "columns": list(COLUMNS),
        "hidden": network.hidden.round(4).tolist(),
        "output": network.output.round(4).tolist(),
    }
    data = json.dumps(content, separators=(",", ":"), ensure_ascii=False) + "\n"
    write_atomically(directory / "confidence.json", data.encode())

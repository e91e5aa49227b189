"""Weights of a mixture by the likelihood of held-out material (deleted interpolation)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 30
_PRIOR = 20.0
"""Observations' worth of trust that a group's weights are those of all groups together."""


def mixture_weights(likelihoods: Floats, group: NDArray[Any], groups: int) -> Floats:
    """Return the likeliest weights of each group's mixture, by EM (Jelinek & Mercer 1980).

    Args:
        likelihoods: of each observation under each component, shape (n, k); each component must
            have been learnt from other material.
        group: the group of each observation, shape (n,), numbered from 0.
        groups: how many there are; one without observations gets the weights of all.

    Returns:
        Weights, shape (groups, k); each row sums to one.
    """
    count, components = likelihoods.shape
    size = np.bincount(group, minlength=groups)[:, None]
    weights = np.full((groups, components), 1 / components)
    for _ in range(_ROUNDS):
        share = weights[group] * likelihoods
        share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
        overall = share.sum(axis=0) / max(count, 1)
        total = np.stack([np.bincount(group, s, groups) for s in share.T], axis=1)
        weights = (total + _PRIOR * overall) / (size + _PRIOR)
    return weights

"""Windows that were cut out of a series beforehand: found in the arrays themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FEWEST = 10  # samples
ASKED = 64  # pairs of neighbours
SHARE = 0.9
"""Of the neighbours that must overlap: where series end, some do not."""


def overlap_of(values: NDArray[Any]) -> int | None:
    """Return how many timesteps lie between the begins of neighbours, or None where they do not overlap.

    Args:
        values: (N, T, …) in the order of the file; time may run on or back.
    """
    if len(values) < FEWEST or values.shape[1] < 2:
        return None
    return _shift(values) or _shift(values[::-1])


def _shift(values: NDArray[Any]) -> int | None:
    """Return after how many timesteps each sample's successor begins."""
    before = np.unique(np.linspace(0, len(values) - 2, ASKED).astype(np.int64))
    first, second = values[before], values[before + 1]
    # A start that is found again: only these shifts are looked at whole.
    found_PT = (first == second[:, :1]).reshape(len(before), values.shape[1], -1).all(axis=2)
    for shift in np.flatnonzero(found_PT.mean(axis=0) >= SHARE):
        if shift and _share(first[:, shift:], second[:, :-shift]) >= SHARE:
            return int(shift)
    return None


def _share(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Return how many pairs (P, T, …) are the same, and not the same at every timestep."""
    same = (first == second).reshape(len(first), -1).all(axis=1)
    different = bool((first != first[:1]).any())  # else all samples are alike, and nothing was cut out of anything
    return float((same & _varies(first)).mean()) if different else 0.0


def _varies(first: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which pairs say something: one timestep must be no zero, more must not all be alike."""
    if first.shape[1] == 1:
        return np.asarray(first.reshape(len(first), -1).any(axis=1))
    changes = np.not_equal(first, first[:, :1])
    return np.asarray(changes.reshape(len(first), -1).any(axis=1))

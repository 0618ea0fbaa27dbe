"""Forecasts that are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Examples:
    """Some windows (n) of a split in real units, and the errors of all.

    Attributes:
        names: of the K targets.
        past: (n, T, K) what was read last; NaN where missing.
        wanted: (n, H, K) what came; NaN where missing.
        found: (n, H, K, Q) what was forecast.
        middle: which of the Q is the forecast.
        errors: (H, K) mean absolute error of each timestep ahead.
    """

    names: tuple[str, ...]
    past: Numbers
    wanted: Numbers
    found: Numbers
    middle: int
    errors: Numbers

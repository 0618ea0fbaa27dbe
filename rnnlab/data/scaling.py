"""Scales of the columns of series, fitted on the training part."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rnnlab.datasets.scaler import MinMaxScaler, NoScaler, RobustScaler, StandardScaler

Numbers = NDArray[np.float64]
AnyScaler = StandardScaler | MinMaxScaler | RobustScaler | NoScaler
ALL = ""


def fit_scales(scaler: AnyScaler, training: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """Return (C, 2) centre and scale of each column, by name of the series; under `ALL` where all share one.

    Args:
        scaler: of the file.
        training: for each series the training timesteps (T, C), NaN where missing.
    """
    together = _fit(scaler, np.concatenate(list(training.values())), fallback=None)
    if isinstance(scaler, NoScaler) or scaler.per == "all":
        return {ALL: together}
    return {name: _fit(scaler, values, fallback=together) for name, values in training.items()}


def _fit(scaler: AnyScaler, values_TC: Numbers, fallback: Numbers | None) -> Numbers:
    columns = []
    for column, values in enumerate(values_TC.T):
        found = values[np.isfinite(values)]
        if len(found):
            columns.append(_centre_and_scale(scaler, found))
        else:  # a column without any training value, such as an instrument that came later
            columns.append((0.0, 1.0) if fallback is None else tuple(fallback[column]))
    return np.array(columns)


def _centre_and_scale(scaler: AnyScaler, values: Numbers) -> tuple[float, float]:
    if isinstance(scaler, StandardScaler):
        centre, scale = values.mean(), values.std()
    elif isinstance(scaler, MinMaxScaler):
        centre, scale = values.min(), values.max() - values.min()
    elif isinstance(scaler, RobustScaler):
        centre = np.median(values)
        scale = np.subtract(*np.percentile(values, [75, 25]))
    else:
        centre, scale = 0.0, 1.0
    return float(centre), float(scale) if scale > 0 else 1.0  # of a constant column the centre alone is taken off

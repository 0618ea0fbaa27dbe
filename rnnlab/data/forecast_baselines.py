"""What is forecast without a network: the last value, the last season, a linear map of the window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.forecasts import forecast_metrics, seasonal_errors, true_values
from rnnlab.data.series_encoder import CENTRE, SCALE, SCALED
from rnnlab.data.splits import Samples, Splits

Numbers = NDArray[np.float64]
RIDGE = 1.0
LARGEST = 2048  # numbers of a window that the linear map reads: those of its last timesteps
BATCH = 512  # windows


def score_forecast_baselines(splits: Splits) -> dict[str, dict[str, float]]:
    """Return the metrics of each baseline on validation and test, in real units."""
    encoder, name = splits.preparation.series, splits.preparation.target_name
    assert encoder is not None
    season = encoder.dataset.season_length
    weights = _fit_linear(splits.train, name)
    found: dict[str, dict[str, float]] = {"last_value": {}, "seasonal": {}, "linear": {}}
    for prefix, samples in (("val_", splits.validation), ("test_", splits.test)):
        wanted, errors = true_values(samples.targets[name][:]), seasonal_errors(samples, name, encoder)
        forecasts = {
            "last_value": repeat_last(samples, name),
            "seasonal": repeat_season(samples, name, season),
            "linear": _apply_linear(weights, samples, name),
        }
        for baseline, numbers in forecasts.items():
            metrics = forecast_metrics(numbers, wanted, errors)
            found[baseline] |= {f"{prefix}{key}": value for key, value in metrics.items()}
    return found


def repeat_last(samples: Samples, name: str) -> Numbers:
    """Return the last value that a window knows, (N, H, K); its training mean where it knows none."""
    targets = samples.targets[name]
    last = _last_known(samples, name)[targets.starts - 1]  # (N, K) timesteps
    begins = targets.starts[:, None] - next(iter(samples.inputs.values())).timesteps
    values = true_values(targets.values)
    columns = np.arange(values.shape[1])
    centre = np.asarray(targets.values[targets.starts][..., CENTRE], np.float64)
    found = np.where(last >= begins, values[np.maximum(last, 0), columns], centre)
    return np.repeat(found[:, None], targets.timesteps, axis=1)


def repeat_season(samples: Samples, name: str, season: int) -> Numbers:
    """Return the values one season before, (N, H, K), or the fewest whole seasons that lie in the past.

    Where that timestep lies before the split's part of the series, or is missing, it is the last value.
    """
    targets, timeline = samples.targets[name], samples.timeline
    assert timeline is not None
    steps = np.arange(targets.timesteps)
    back = season * (steps // season + 1)
    places = targets.starts[:, None] + steps - back  # (N, H)
    first = timeline.offsets[timeline.series_of(targets.starts)][:, None]
    values = true_values(targets.values)[np.maximum(places, 0)]
    usable = (places >= first)[..., None] & np.isfinite(values)
    return np.where(usable, values, repeat_last(samples, name))


def _last_known(samples: Samples, name: str) -> NDArray[np.int64]:
    """Return for each timestep (R, K) the newest one up to it whose value is known; -1 where there is none."""
    known = np.isfinite(samples.targets[name].values[..., SCALED])
    rows = np.where(known, np.arange(len(known))[:, None], -1)
    return np.asarray(np.maximum.accumulate(rows, axis=0), np.int64)


def _fit_linear(train: Samples, name: str) -> Numbers:
    """Return the weights (D + 1, H·K) of a ridge regression on scaled numbers, from batches: memory does not grow."""
    gram: Numbers | None = None
    for start in range(0, len(train), BATCH):
        rows = np.arange(start, min(start + BATCH, len(train)))
        wanted = train.targets[name][rows][..., SCALED].reshape(len(rows), -1)
        whole = np.isfinite(wanted).all(axis=1)
        read = np.concatenate([_flattened(train, rows), wanted], axis=1)[whole].astype(np.float64)
        gram = read.T @ read if gram is None else gram + read.T @ read
    assert gram is not None
    count = _flattened(train, np.arange(1)).shape[1]
    penalty = RIDGE * np.eye(count)
    penalty[-1, -1] = 0.0  # of the bias
    found = np.linalg.lstsq(gram[:count, :count] + penalty, gram[:count, count:])[0]
    return np.asarray(found, np.float64)


def _flattened(samples: Samples, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what windows read as vectors (n, D + 1), the last of them 1."""
    parts = []
    for windows in samples.inputs.values():
        kept = max(1, LARGEST // windows.shape[2])
        parts.append(windows[rows][:, -kept:].reshape(len(rows), -1))
    return np.concatenate([*parts, np.ones((len(rows), 1), np.float32)], axis=1)


def _apply_linear(weights: Numbers, samples: Samples, name: str) -> Numbers:
    targets = samples.targets[name]
    parts = [
        _flattened(samples, np.arange(start, min(start + BATCH, len(samples)))) @ weights
        for start in range(0, len(samples), BATCH)
    ]
    scaled = np.concatenate(parts).reshape(len(samples), targets.timesteps, -1)
    scales = targets[:]
    return np.asarray(scaled * scales[..., SCALE] + scales[..., CENTRE], np.float64)

"""How far forecasts are from what came, in real units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.series_encoder import CENTRE, SCALE, SCALED, SeriesEncoder
from rnnlab.data.splits import Samples
from rnnlab.plan import ForecastPlan

Numbers = NDArray[np.float64]


def true_values(targets: NDArray[np.float32]) -> Numbers:
    """Return targets (…, K, 3), see `Encoded`, in real units (…, K), NaN where missing."""
    found: Numbers = targets[..., SCALED].astype(np.float64)
    return found * targets[..., SCALE] + targets[..., CENTRE]


def score_forecasts(
    found_NHKQ: Numbers, samples: Samples, name: str, encoder: SeriesEncoder, plan: ForecastPlan
) -> dict[str, float]:
    """Return the metrics of forecasts, and of their quantiles where there are some.

    Args:
        found_NHKQ: the forecasts in real units.
        samples: with the true values.
        name: of the target.
        encoder: knows how hard the series are.
        plan: how outputs are a forecast.
    """
    wanted = true_values(samples.targets[name][:])
    metrics = forecast_metrics(found_NHKQ[..., plan.middle], wanted, seasonal_errors(samples, name, encoder))
    if len(plan.quantiles) < 2:
        return metrics
    return metrics | quantile_metrics(found_NHKQ, wanted, plan.quantiles)


def seasonal_errors(samples: Samples, name: str, encoder: SeriesEncoder) -> Numbers:
    """Return (N, K), what repeating the last season was wrong by in the training part of each window's series.

    NaN where the series is not of the training, or its season is constant or longer than that part.
    """
    assert samples.timeline is not None
    unknown = np.full(len(encoder.dataset.target), np.nan)
    of_series = [encoder.seasonal_errors.get(each, unknown) for each in samples.timeline.names]
    return np.array(of_series)[samples.timeline.series_of(samples.targets[name].starts)]


def forecast_metrics(found_NHK: Numbers, wanted_NHK: Numbers, errors_NK: Numbers) -> dict[str, float]:
    """Return the errors of forecasts, over every true value that is known.

    Args:
        found_NHK: the forecasts.
        wanted_NHK: what came, NaN where nobody knows.
        errors_NK: of repeating the last season in training, see `seasonal_errors`.

    Returns:
        mean_absolute_error and root_mean_squared_error in the targets' units; smape: symmetric mean absolute percentage
        error, from 0 to 2; mase: mean absolute error over that of repeating the last season in the training part, where
        that is known.
    """
    known = np.isfinite(wanted_NHK)
    errors = np.abs(found_NHK - wanted_NHK)
    sizes = np.abs(found_NHK) + np.abs(wanted_NHK)
    shares = np.divide(2 * errors, sizes, out=np.zeros_like(errors), where=known & (sizes > 0))
    metrics = {
        "mean_absolute_error": float(errors[known].mean()),
        "root_mean_squared_error": float(np.sqrt(np.square(errors[known]).mean())),
        "smape": float(shares[known].mean()),
    }
    scaled = errors / errors_NK[:, None, :]
    counted = np.isfinite(scaled)
    return metrics | ({"mase": float(scaled[counted].mean())} if counted.any() else {})


def quantile_metrics(found_NHKQ: Numbers, wanted_NHK: Numbers, quantiles: Sequence[float]) -> dict[str, float]:
    """Return how good quantiles are, over every true value that is known.

    Returns:
        pinball: the mean loss in the targets' units; coverage: the share of true values between the outermost
        quantiles; nominal_coverage: what it should be; interval_width: the mean distance of the two, in their units.
    """
    known = np.isfinite(wanted_NHK)
    found, wanted = found_NHKQ[known], wanted_NHK[known]
    levels = np.array(quantiles)
    above = wanted[:, None] - found
    low, high = found[:, 0], found[:, -1]
    return {
        "pinball": float(np.maximum(levels * above, (levels - 1) * above).mean()),
        "coverage": float(((low <= wanted) & (wanted <= high)).mean()),
        "nominal_coverage": float(levels[-1] - levels[0]),
        "interval_width": float((high - low).mean()),
    }


def errors_by_step(found_NHK: Numbers, wanted_NHK: Numbers) -> Numbers:
    """Return the mean absolute error (H, K) of each timestep ahead; NaN where nothing is known."""
    known = np.isfinite(wanted_NHK)
    sums = np.where(known, np.abs(found_NHK - wanted_NHK), 0.0).sum(axis=0)
    counts = known.sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)

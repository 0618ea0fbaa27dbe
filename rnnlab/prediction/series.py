"""Forecasts of new tables of series, and scores of those whose future has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.build import forecast
from rnnlab.data import Samples
from rnnlab.data.forecasts import score_forecasts
from rnnlab.data.mistakes import Row, forecast_mistakes
from rnnlab.data.series import Series, check_whole, grid, read_series, show_time
from rnnlab.data.series_encoder import SeriesEncoder
from rnnlab.data.series_windows import check_windows, collect_windows, last_windows
from rnnlab.datasets import SeriesDataset
from rnnlab.errors import DatasetError
from rnnlab.plan import ForecastPlan
from rnnlab.prediction.model import BATCH, SavedModel


def forecast_table(saved: SavedModel, path: Path) -> pd.DataFrame:
    """Return what follows the last known timestep of each series of a table, in real units.

    Args:
        saved: the model.
        path: a table with the columns of the training; with columns of `future`, rows for the horizon give them, their
            targets left empty.

    Returns:
        One row for each series and timestep: the series' name, the time, each target, and its quantiles.

    Raises:
        DatasetError: RL401 to RL417, the table cannot be used.
    """
    encoder, plan = _parts(saved)
    series = [_extended(each, encoder.dataset) for each in read_series(path, encoder.dataset)]
    samples = last_windows(series, [encoder.encode(each) for each in series], encoder)
    found_NHKQ = forecast(_answer(saved), plan, encoder, samples, batch=BATCH)
    tables = [_rows(each, found_HKQ, encoder.dataset, plan) for each, found_HKQ in zip(series, found_NHKQ, strict=True)]
    return pd.concat(tables, ignore_index=True)


def score_table(saved: SavedModel, path: Path, mistakes: int) -> tuple[int, dict[str, float], list[Row]]:
    """Return (windows, metrics in real units, the windows with the largest errors) of every window of a table.

    Raises:
        DatasetError: RL401 to RL416, the table cannot be used.
    """
    encoder, _ = _parts(saved)
    dataset = encoder.dataset
    series = read_series(path, dataset)
    if dataset.gaps == "error":
        check_whole(series, dataset)
    spans = [(0, len(each)) for each in series]
    samples, counts, _ = collect_windows(series, [encoder.encode(each) for each in series], spans, encoder)
    check_windows({path.name: int(counts.sum())}, dataset)
    return score_windows(saved, samples, mistakes)


def score_windows(saved: SavedModel, samples: Samples, mistakes: int) -> tuple[int, dict[str, float], list[Row]]:
    """Return (windows, metrics in real units, the windows with the largest errors) of a split."""
    encoder, plan = _parts(saved)
    found = forecast(_answer(saved), plan, encoder, samples, batch=BATCH)
    metrics = score_forecasts(found, samples, encoder.dataset.target_name, encoder, plan)
    return len(samples), metrics, forecast_mistakes(found[..., plan.middle], samples, encoder.dataset, mistakes)


def _parts(saved: SavedModel) -> tuple[SeriesEncoder, ForecastPlan]:
    encoder, plan = saved.preparation.series, saved.objective.head.forecast
    assert encoder is not None
    assert plan is not None
    return encoder, plan


def _answer(saved: SavedModel) -> Callable[[dict[str, NDArray[Any]]], Any]:
    return lambda inputs: saved.model(inputs, training=False)


def _extended(series: Series, dataset: SeriesDataset) -> Series:
    """Return a series up to its last known target, and the horizon behind it with what is known ahead.

    Raises:
        DatasetError: RL413, RL415, RL417: gaps, too few timesteps, or no future.
    """
    of = f" of series `{series.name}`" if series.name else ""
    known = np.flatnonzero(np.isfinite(series.values[:, : len(dataset.target)]).any(axis=1))
    count = int(known[-1]) + 1 if len(known) else 0
    if count < dataset.lookback:
        raise DatasetError(
            "RL415",
            f"{count} timesteps{of} are known, and the model reads {dataset.lookback}",
            help="give more of its past",
        )
    times = grid(int(series.times[0]), count + dataset.horizon, dataset)
    values = np.full((len(times), series.values.shape[1]), np.nan)
    values[:count] = series.values[:count]
    ahead = len(dataset.columns) - len(dataset.future)
    given = series.values[count : len(times), ahead:]
    values[count : count + len(given), ahead:] = given
    bare = np.argwhere(np.isnan(values[count:, ahead:]))
    if len(bare):
        row, column = (int(index) for index in bare[0])
        raise DatasetError(
            "RL417",
            f"`{dataset.future[column]}`{of} is not given for {show_time(times[count + row])}",
            help=f"add rows for the {dataset.horizon} timesteps to forecast, with the targets left empty",
        )
    if dataset.gaps == "error":
        history = replace(series, times=times[:count], values=values[:count], given=series.given[:count])
        check_whole([history], dataset)
    return Series(series.name, times, values, np.append(series.given[:count], np.zeros(dataset.horizon, bool)))


def _rows(series: Series, found_HKQ: NDArray[np.float64], dataset: SeriesDataset, plan: ForecastPlan) -> pd.DataFrame:
    columns: dict[str, Any] = {dataset.id: series.name} if dataset.id is not None else {}
    columns[dataset.time] = [show_time(time) for time in series.times[-dataset.horizon :]]
    for index, name in enumerate(dataset.target):
        columns[name] = found_HKQ[:, index, plan.middle]
        if len(plan.quantiles) > 1:
            columns |= {f"{name}_q{level:g}": found_HKQ[:, index, place] for place, level in enumerate(plan.quantiles)}
    return pd.DataFrame(columns)

"""How series become the network's inputs and targets, and forecasts real numbers: packed with the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.scaling import ALL
from rnnlab.data.series import Series, Times
from rnnlab.datasets import SeriesDataset
from rnnlab.datasets.frequency import DAY, HOUR, Calendar
from rnnlab.datasets.series import PAST
from rnnlab.errors import DatasetError
from rnnlab.source import listing

Numbers = NDArray[np.float64]
Features = NDArray[np.float32]
SCALED, SCALE, CENTRE = 0, 1, 2  # of a target's number


@dataclass(frozen=True)
class Encoded:
    """One series as the network reads it.

    Attributes:
        past: (T, F) all columns scaled and filled, the calendar, and, where gaps are masked, 1 for observed timesteps.
        future: (T, G) what is known ahead.
        targets: (T, K, 3) each number scaled (NaN where missing), its scale and its centre: real is scaled · scale +
            centre.
    """

    past: Features
    future: Features
    targets: Features


@dataclass(frozen=True)
class SeriesEncoder:
    """Everything that turns series into inputs, and outputs into forecasts.

    Attributes:
        dataset: the keys of the file.
        scales: (C, 2) centre and scale of each column, by series, or one for all.
        seasonal_errors: (K,) of each training series: the mean absolute error of repeating the last season.
        inputs: names of the network's inputs.
    """

    dataset: SeriesDataset
    scales: Mapping[str, Numbers]
    seasonal_errors: Mapping[str, Numbers]
    inputs: tuple[str, ...]

    @cached_property
    def known(self) -> NDArray[np.int64]:
        """Return which features of `past` are known ahead: the columns of `future`, and the calendar."""
        dataset = self.dataset
        features = dataset.input_facts()[PAST].features[0]
        before = len(dataset.target) + len(dataset.past)
        return np.arange(before, features - (dataset.gaps == "mask"))

    def scale_of(self, name: str) -> Numbers:
        """Return (C, 2) centre and scale of a series.

        Raises:
            DatasetError: RL416, it stands in no training data.
        """
        found = self.scales.get(ALL, self.scales.get(name))
        if found is None:
            raise DatasetError(
                "RL416",
                f"the series `{name}` is not among those the model was trained on: {listing(list(self.scales)[:5])}",
                help="train with `scaler: {kind: standard, per: all}` to forecast other series too",
            )
        return found

    def encode(self, series: Series) -> Encoded:
        """Return a series as the network reads it.

        Raises:
            DatasetError: RL416, its scale is not known.
        """
        dataset, scale_C2 = self.dataset, self.scale_of(series.name)
        targets, ahead = len(dataset.target), len(dataset.target) + len(dataset.past)
        scaled_TC = (series.values - scale_C2[:, 0]) / scale_C2[:, 1]
        filled_TC = fill_forward(scaled_TC)
        calendar = [_calendar(name, series.times) for name in dataset.calendar]
        observed = np.isfinite(scaled_TC[:, :targets]).all(axis=1, keepdims=True)
        masked = [observed] if dataset.gaps == "mask" else []
        centre_TK, factor_TK = (np.broadcast_to(scale_C2[:targets, index], (len(series), targets)) for index in (0, 1))
        return Encoded(
            past=np.concatenate([filled_TC, *calendar, *masked], axis=1).astype(np.float32),
            future=np.concatenate([filled_TC[:, ahead:], *calendar], axis=1).astype(np.float32),
            targets=np.stack([scaled_TC[:, :targets], factor_TK, centre_TK], axis=2).astype(np.float32),
        )

    def to_data(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "dataset": self.dataset.model_dump(mode="json", exclude_none=True),
            "scales": {name: scale.tolist() for name, scale in self.scales.items()},
            "seasonal_errors": {name: _or_none(errors) for name, errors in self.seasonal_errors.items()},
            "inputs": list(self.inputs),
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> SeriesEncoder:
        """Return what `to_data` wrote.

        Raises:
            KeyError, TypeError, ValueError: the data have another form.
        """
        return cls(
            dataset=SeriesDataset.model_validate(data["dataset"]),
            scales={name: np.array(scale, float) for name, scale in data["scales"].items()},
            seasonal_errors={name: np.array(errors, float) for name, errors in data["seasonal_errors"].items()},
            inputs=tuple(data["inputs"]),
        )


def _or_none(errors: Numbers) -> list[float | None]:
    return [float(error) if np.isfinite(error) else None for error in errors]


def fill_forward(values_TC: Numbers) -> Numbers:
    """Return numbers with the last known one in place of what is missing, 0 before the first."""
    rows = np.where(np.isfinite(values_TC), np.arange(len(values_TC))[:, None], 0)
    filled = np.take_along_axis(values_TC, np.maximum.accumulate(rows, axis=0), axis=0)
    return np.nan_to_num(filled, nan=0.0)


def _calendar(name: Calendar, times: Times) -> Numbers:
    """Return sine and cosine (T, 2) of a place in its cycle."""
    days = times // DAY
    dates = days.astype("datetime64[D]")
    months, years = dates.astype("datetime64[M]"), dates.astype("datetime64[Y]")
    place = {
        "hour": times % DAY / HOUR / 24,
        "day_of_week": (days + 3) % 7 / 7,  # 1970 began on a Thursday; Monday is 0
        "day_of_month": (dates - months.astype("datetime64[D]")).astype(float) / 31,
        "day_of_year": (dates - years.astype("datetime64[D]")).astype(float) / 365.25,
        "month": (months - years.astype("datetime64[M]")).astype(float) / 12,
    }[name]
    return np.stack([np.sin(2 * np.pi * place), np.cos(2 * np.pi * place)], axis=1)

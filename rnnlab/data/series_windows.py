"""Windows of series: which stand in a split, which reach over a border, which have nothing to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.gathered import SeriesWindows
from rnnlab.data.series import Series, Times
from rnnlab.data.series_encoder import SCALED, Encoded, SeriesEncoder
from rnnlab.data.splits import Samples, Timeline
from rnnlab.datasets import SeriesDataset, TimeSplit
from rnnlab.datasets.series import FUTURE, PAST
from rnnlab.errors import DatasetError

Span = tuple[int, int]
"""First timestep of a series in a split, and the one behind its last."""


@dataclass(frozen=True)
class Borders:
    """Where validation and test begin, and where the test ends, in seconds since 1970, for all series."""

    validation: int
    test: int
    end: int

    def spans(self, times: Times) -> tuple[Span, Span, Span]:
        """Return the part of a series in train, validation and test."""
        places = np.searchsorted(times, [self.validation, self.test, self.end])
        first, second, third = (int(place) for place in places)
        return (0, first), (first, second), (second, third)


def borders_of(series: Sequence[Series], split: TimeSplit) -> Borders:
    """Return where the fractions of the time from the first timestep to the last fall."""
    first = min(int(each.times[0]) for each in series)
    last = max(int(each.times[-1]) for each in series)
    test = split.end - split.test_share
    shares = (test - split.validation, test, split.end)
    validation, begin, end = (first + round((last - first) * share) for share in shares)
    return Borders(validation, begin, last + 1 if split.end == 1 else end)


def count_windows(timesteps: int, dataset: SeriesDataset) -> int:
    """Return how many windows a series of so many timesteps has."""
    return max(0, (timesteps - dataset.lookback - dataset.horizon) // dataset.stride + 1)


def collect_windows(
    series: Sequence[Series], encoded: Sequence[Encoded], spans: Sequence[Span], encoder: SeriesEncoder
) -> tuple[Samples, NDArray[np.int64], int]:
    """Return (the windows that lie within the spans, how many each series has, how many were left out as empty).

    A window is left out where none of its targets is known, or nothing of what it reads.
    """
    dataset = encoder.dataset
    starts, counts, bare = [], [], 0
    offsets = np.cumsum([0, *(last - first for first, last in spans)])
    for each, (first, last), offset in zip(encoded, spans, offsets[:-1], strict=True):
        begin = -(-first // dataset.stride) * dataset.stride
        found = np.arange(begin, last - dataset.lookback - dataset.horizon + 1, dataset.stride, dtype=np.int64)
        kept = found[_has_data(each, found, dataset)]
        bare += len(found) - len(kept)
        counts.append(len(kept))
        starts.append(kept - first + offset)
    return _samples(series, encoded, spans, np.concatenate(starts), encoder), np.array(counts), bare


def last_windows(series: Sequence[Series], encoded: Sequence[Encoded], encoder: SeriesEncoder) -> Samples:
    """Return the window of each series whose horizon is its last timesteps."""
    spans = [(0, len(each)) for each in series]
    window = encoder.dataset.lookback + encoder.dataset.horizon
    return _samples(series, encoded, spans, np.cumsum([len(each) for each in series]) - window, encoder)


def _samples(
    series: Sequence[Series],
    encoded: Sequence[Encoded],
    spans: Sequence[Span],
    starts: NDArray[np.int64],
    encoder: SeriesEncoder,
) -> Samples:
    """Return windows over the spans of all series, laid one after the other."""
    dataset = encoder.dataset

    def flat(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([part[first:last] for part, (first, last) in zip(parts, spans, strict=True)])

    ends = starts + dataset.lookback
    inputs = {
        PAST: SeriesWindows(flat([each.past for each in encoded]), starts, dataset.lookback),
        FUTURE: SeriesWindows(flat([each.future for each in encoded]), ends, dataset.horizon),
    }
    offsets = np.cumsum([0, *(last - first for first, last in spans)]).astype(np.int64)
    return Samples(
        inputs={name: inputs[name] for name in encoder.inputs},
        targets={dataset.target_name: SeriesWindows(flat([each.targets for each in encoded]), ends, dataset.horizon)},
        timeline=Timeline(flat([each.times for each in series]), offsets, tuple(each.name for each in series)),
    )


def _has_data(encoded: Encoded, starts: NDArray[np.int64], dataset: SeriesDataset) -> NDArray[np.bool_]:
    """Return for each window whether some of its past and some of its targets are known."""
    known = np.isfinite(encoded.targets[:, :, SCALED])
    read, wanted = (np.concatenate([[0], np.cumsum(rows)]) for rows in (known.all(axis=1), known.any(axis=1)))
    middle = starts + dataset.lookback
    reads: NDArray[np.bool_] = read[middle] > read[starts]
    return reads & (wanted[middle + dataset.horizon] > wanted[middle])


def check_windows(counts: dict[str, int], dataset: SeriesDataset) -> None:
    """Refuse a split without a window.

    Raises:
        DatasetError: RL415.
    """
    for name, count in counts.items():
        if not count:
            raise DatasetError(
                "RL415",
                f"the {name} split has no window, which is {dataset.lookback} + {dataset.horizon} timesteps",
                help="lower `lookback` or `horizon`, or give the split a larger fraction",
            )

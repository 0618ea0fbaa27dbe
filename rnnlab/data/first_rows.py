"""The beginning of a split."""

from __future__ import annotations

from typing import Any

from rnnlab.data.gathered import SeriesWindows
from rnnlab.data.padded import PaddedRows
from rnnlab.data.splits import Samples


def first_rows(samples: Samples, count: int) -> Samples:
    """Return the first samples of a split, or all where it has fewer."""
    return Samples(
        inputs={name: _head(values, count) for name, values in samples.inputs.items()},
        targets={name: _head(values, count) for name, values in samples.targets.items()},
        weights=None if samples.weights is None else samples.weights[:count],
        masks={name: values[:count] for name, values in samples.masks.items()},
        rows=None if samples.rows is None else samples.rows[:count],
        raw={name: texts[:count] for name, texts in samples.raw.items()},
        streams=samples.streams,
        timeline=samples.timeline,
        buckets=samples.buckets,
    )


def _head(values: Any, count: int) -> Any:
    return values.head(count) if isinstance(values, PaddedRows | SeriesWindows) else values[:count]

"""Columns of numbers as they stand in the training part: their range, what is missing, what never changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.source import listing

BATCH = 1024  # samples
SHOWN = 5

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """One feature of an input, or one column of a table of series.

    Attributes:
        name: of the table's column, or `x[2]`, the feature's place in its array.
        least: of the training part, unscaled; None where every number is missing, as `mean` and `greatest`.
        missing: share of the timesteps without a number.
    """

    name: str
    least: float | None
    mean: float | None
    greatest: float | None
    missing: float = 0.0

    @property
    def constant(self) -> bool:
        """Return whether it tells the network nothing: it never changes, or is never there."""
        return self.least == self.greatest


def columns_of_input(name: str, values: Any, train: NDArray[np.int64], names: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return the columns of an input of numbers, seen in the training split.

    Args:
        name: of the input.
        values: N arrays (T, …), whose T may differ.
        train: indices of the training samples.
        names: of its features, where they have some.
    """
    features = int(np.prod(values[int(train[0])].shape[1:], dtype=np.int64))
    parts = (train[start : start + BATCH].tolist() for start in range(0, len(train), BATCH))
    batches = (np.concatenate([np.reshape(values[index], (-1, features)) for index in part]) for part in parts)
    return columns_of(names or [f"{name}[{feature}]" for feature in range(features)], batches)


def columns_of(names: Sequence[str], batches: Iterable[NDArray[Any]]) -> tuple[Column, ...]:
    """Return what stands in columns.

    Args:
        names: of the C columns.
        batches: timesteps (R, C), NaN where missing.
    """
    least, greatest = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    sums, counts, timesteps = np.zeros(len(names)), np.zeros(len(names), np.int64), 0
    for batch in batches:
        known = np.isfinite(batch)
        least = np.minimum(least, np.where(known, batch, np.inf).min(axis=0, initial=np.inf))
        greatest = np.maximum(greatest, np.where(known, batch, -np.inf).max(axis=0, initial=-np.inf))
        sums += np.where(known, batch, 0.0).sum(axis=0, dtype=np.float64)
        counts += known.sum(axis=0)
        timesteps += len(batch)
    return tuple(
        Column(
            name,
            float(least[index]) if counts[index] else None,
            float(sums[index] / counts[index]) if counts[index] else None,
            float(greatest[index]) if counts[index] else None,
            missing=float(1 - counts[index] / max(1, timesteps)),
        )
        for index, name in enumerate(names)
    )


def constant_columns(columns: Iterable[Column]) -> str | None:
    """Return a sentence about columns that never change in the training split, or None."""
    names = [f"`{column.name}`" for column in columns if column.constant]
    if not names:
        return None
    shown = listing(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    return f"{shown} never change{'s' if len(names) == 1 else ''} in the train split."

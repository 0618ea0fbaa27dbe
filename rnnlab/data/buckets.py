"""The few lengths that batches are padded to where samples of similar lengths stand together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.padded import PaddedRows

MOST = 8  # lengths: each is a shape that a compiled step may be made anew for
CANDIDATES = 256  # lengths that are looked at to choose them

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Buckets:
    """K lengths for each input that is padded.

    A sample stands in the first bucket that holds it whole: with two inputs in that of the one that needs the later.

    Attributes:
        lengths: by input, ascending; the last one is T.
    """

    lengths: Mapping[str, tuple[int, ...]]

    @property
    def count(self) -> int:
        """Return K."""
        return len(next(iter(self.lengths.values())))

    def of(self, inputs: Mapping[str, Any]) -> Numbers:
        """Return the bucket (N,) of each sample."""
        found = [np.searchsorted(lengths, inputs[name].lengths) for name, lengths in self.lengths.items()]
        return np.asarray(np.max(found, axis=0), np.int64)

    def cut(self, inputs: Mapping[str, Any], bucket: int) -> dict[str, Any]:
        """Return inputs that are padded to the lengths of a bucket: right for its samples, and for shorter ones."""
        lengths = {name: each[bucket] for name, each in self.lengths.items()}
        return {name: rows.cut(lengths[name]) if name in lengths else rows for name, rows in inputs.items()}

    def rows(self, inputs: Mapping[str, Any], order: Numbers, batch_size: int) -> list[tuple[Numbers, int]]:
        """Return (rows, bucket) of each batch of an epoch.

        What is left over of a bucket moves into the next longer one, so that at most one batch is smaller than the
        others. Batches follow one another as their first rows do in the order: drawn at random where that is.

        Args:
            inputs: of all samples.
            order: in which they are read.
            batch_size: samples per batch.
        """
        buckets = self.of(inputs)[order]
        found: list[tuple[int, Numbers, int]] = []
        waiting = np.empty(0, np.int64)
        for bucket in range(self.count):
            waiting = np.concatenate([waiting, np.flatnonzero(buckets == bucket)])
            whole = len(waiting) if bucket == self.count - 1 else len(waiting) // batch_size * batch_size
            for start in range(0, whole, batch_size):
                places = np.sort(waiting[start : min(start + batch_size, whole)])
                found.append((int(places[0]), order[places], bucket))
            waiting = waiting[whole:]
        return [(rows, bucket) for _, rows, bucket in sorted(found, key=lambda each: each[0])]


def fit_buckets(inputs: Mapping[str, Any]) -> Buckets | None:
    """Return the buckets with the least padding for training samples; None where no input is padded."""
    padded = {name: rows for name, rows in inputs.items() if isinstance(rows, PaddedRows)}
    chosen = {name: _choose(rows.lengths, rows.timesteps) for name, rows in padded.items()}
    count = max(map(len, chosen.values()), default=0)
    filled = {name: lengths + lengths[-1:] * (count - len(lengths)) for name, lengths in chosen.items()}
    return Buckets(filled) if filled else None


def _choose(lengths: Numbers, timesteps: int) -> tuple[int, ...]:
    """Return at most MOST lengths such that samples, each padded to the next of them, have the fewest timesteps."""
    shares = np.linspace(0, 1, CANDIDATES)
    ends = np.unique(np.append(np.quantile(lengths, shares, method="higher").astype(np.int64), timesteps))
    below = np.cumsum(np.bincount(np.searchsorted(ends, lengths), minlength=len(ends)))
    between = np.where(np.tri(len(ends), k=-1, dtype=bool), (below[:, None] - below) * ends[:, None], np.inf)
    costs, before = (below * ends).astype(float), []
    for _ in range(min(MOST, len(ends)) - 1):
        totals = costs + between  # of a last bucket that ends at the row and begins behind the column
        best = totals.argmin(axis=1)
        better = totals[np.arange(len(ends)), best] < costs
        before.append(np.where(better, best, -1))
        costs = np.where(better, totals[np.arange(len(ends)), best], costs)
    place, chosen = len(ends) - 1, [len(ends) - 1]
    for step in reversed(before):
        if step[place] >= 0:
            place = int(step[place])
            chosen.append(place)
    return tuple(ends[sorted(chosen)].tolist())

"""Sequences of different lengths, kept flat and cut and padded when a batch asks for them.

What is on disk is neither cut nor padded, so that it serves every length; a batch costs no Python work per sample.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.padding import Side

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class PaddedRows:
    """What looks like an array (N, T, …) and is N sequences in one flat array.

    Attributes:
        values: (R, …), all sequences one after the other; may be memory-mapped.
        offsets: (N + 1,) int64, where each sequence begins, and where the last one ends; may be memory-mapped.
        timesteps: T.
        padding: the side where `fill` is added.
        truncating: the side where long sequences are cut.
        fill: what stands at padding.
        first: what stands before every sequence, and takes one of the T timesteps; None for nothing.
        last: what stands behind every sequence, and takes one of the T timesteps; None for nothing.
        flagged: a further feature is 1 at data and 0 at padding.
    """

    values: Array
    offsets: NDArray[np.int64]
    timesteps: int
    padding: Side = "post"
    truncating: Side = "pre"
    fill: int = 0
    first: int | None = None
    last: int | None = None
    flagged: bool = False

    def __len__(self) -> int:
        """Return N."""
        return len(self.offsets) - 1

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (N, T, …)."""
        return (len(self), self.timesteps, *self._features)

    @property
    def _features(self) -> tuple[int, ...]:
        """Return what a timestep has: nothing more for ids, (F,) for numbers."""
        kept = self.values.shape[1:]
        return (kept[0] + 1,) if self.flagged else kept

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the type of the numbers."""
        return self.values.dtype

    def __getitem__(self, rows: Any) -> Array:
        """Return sequences (n, T, …) of rows: a slice, their numbers, or one number for (T, …)."""
        if isinstance(rows, int | np.integer):
            row: Array = self[range(len(self))[rows] + np.arange(1)][0]
            return row
        begins, kept = self._kept(rows)
        lengths = kept + self.extra
        shift = self.timesteps - lengths if self.padding == "pre" else 0
        places = np.arange(len(kept)) * self.timesteps + shift  # where each row begins among all timesteps
        taken = _runs(places + (self.first is not None), kept)
        values = self.values[_runs(begins, kept)]
        found = np.full((len(kept) * self.timesteps, *self._features), self.fill, self.dtype)
        if self.flagged:
            found[taken, :-1] = values
            found[taken, -1] = 1
        else:
            found[taken] = values
        if self.first is not None:
            found[places] = self.first
        if self.last is not None:
            found[places + lengths - 1] = self.last
        return found.reshape(len(kept), self.timesteps, *self._features)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Return all of them as NumPy asks for it."""
        return np.asarray(self[:], dtype)

    def live(self, rows: Any) -> NDArray[np.bool_]:
        """Return which timesteps (n, T) of rows are data."""
        lengths = self._kept(rows)[1][:, None] + self.extra
        places = np.arange(self.timesteps)
        return places >= self.timesteps - lengths if self.padding == "pre" else places < lengths

    @property
    def extra(self) -> int:
        """Return how many timesteps stand beside the values of a sequence: its start or its end."""
        return (self.first is not None) + (self.last is not None)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Return the timesteps (N,) of each that are data."""
        lengths: NDArray[np.int64] = np.minimum(np.diff(self.offsets) + self.extra, self.timesteps)
        return lengths

    def cut(self, timesteps: int) -> PaddedRows:
        """Return the same sequences with fewer timesteps: right for those rows that have no more."""
        return replace(self, timesteps=timesteps)

    def head(self, count: int) -> PaddedRows:
        """Return the first sequences."""
        return replace(self, offsets=self.offsets[: count + 1])

    def _kept(self, rows: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (where the kept values begin, how many they are) of rows, each (n,)."""
        if isinstance(rows, slice):
            rows = np.arange(*rows.indices(len(self)))
        rows = np.asarray(rows)
        rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else np.where(rows < 0, rows + len(self), rows)
        begins, ends = np.asarray(self.offsets[rows]), np.asarray(self.offsets[rows + 1])
        limit = self.timesteps - self.extra
        if self.truncating == "pre":
            begins = np.maximum(begins, ends - limit)
        return begins, np.minimum(ends - begins, limit)


@dataclass(frozen=True, eq=False)
class LiveTimesteps:
    """What looks like a mask (N, T): which timesteps of padded rows are data.

    Attributes:
        rows: the sequences.
    """

    rows: PaddedRows

    def __len__(self) -> int:
        """Return N."""
        return len(self.rows)

    @property
    def shape(self) -> tuple[int, int]:
        """Return (N, T)."""
        return len(self.rows), self.rows.timesteps

    def __getitem__(self, rows: Any) -> NDArray[np.bool_]:
        """Return the mask (n, T) of rows: a slice, or their numbers."""
        return self.rows.live(rows)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Return the whole mask as NumPy asks for it."""
        return np.asarray(self[:], dtype)


def _runs(begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of runs that begin somewhere and have some length, one run after the other."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(begins - ends + lengths, lengths)


def flat(sequences: Any, dtype: Any) -> tuple[Array, NDArray[np.int64]]:
    """Return sequences of numbers as (values one after the other, where each begins and the last one ends)."""
    offsets = np.zeros(len(sequences) + 1, np.int64)
    np.cumsum([len(sequence) for sequence in sequences], out=offsets[1:])
    values = np.empty(offsets[-1], dtype)
    for begin, sequence in zip(offsets, sequences, strict=False):
        values[begin : begin + len(sequence)] = sequence
    return values, offsets


def length_percentiles(lengths: NDArray[np.int64]) -> tuple[int, ...]:
    """Return percentiles 1 to 100 of lengths: the smallest length that so many in a hundred do not exceed."""
    ordered = np.sort(lengths)
    shares = np.arange(1, 101) * len(ordered)
    return tuple(ordered[-(-shares // 100) - 1].tolist())

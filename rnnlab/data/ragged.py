"""N sequences of numbers, each with its own number of timesteps: flat values and where each begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Ragged:
    """N sequences.

    Attributes:
        values: (R, C) float32, all timesteps of all sequences one after the other.
        offsets: (N + 1,) int64, where each begins, and where the last ends.
        length: timesteps of every sequence where the source says that they are equal; None where they may differ.
    """

    values: NDArray[np.float32]
    offsets: NDArray[np.int64]
    length: int | None = None

    def __len__(self) -> int:
        """Return N."""
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> NDArray[np.float32]:
        """Return one sequence (T, C)."""
        return self.values[self.offsets[index] : self.offsets[index + 1]]

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        """Yield the sequences (T, C)."""
        return (self[index] for index in range(len(self)))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Return the timesteps (N,) of each."""
        return np.diff(self.offsets)

    def take(self, indices: NDArray[np.int64]) -> Ragged:
        """Return the sequences of indices, in their order."""
        return join([self[index] for index in indices], self.length)


def join(sequences: Sequence[NDArray[np.float32]], length: int | None = None) -> Ragged:
    """Return sequences (T, C) as one value."""
    offsets = np.concatenate([[0], np.cumsum([len(each) for each in sequences])])
    return Ragged(np.concatenate(sequences).astype(np.float32, copy=False), offsets.astype(np.int64), length)

"""Many sequences of different lengths in two flat arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Ids = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Ragged(Sequence[Array]):
    """N sequences of ids, or of timesteps with C numbers each.

    Attributes:
        values: one sequence after the other: ids (R,) int32, or numbers (R, C) float32.
        offsets: (N + 1,) int64, where each begins, and where the last one ends.
        length: timesteps of every sequence where the source says that they are equal; None where they may differ.
    """

    values: Array
    offsets: NDArray[np.int64]
    length: int | None = None

    def __len__(self) -> int:
        """Return N."""
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> Array: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Array, ...]: ...

    def __getitem__(self, index: int | slice) -> Array | tuple[Array, ...]:
        """Return a sequence, or a tuple of them."""
        if isinstance(index, slice):
            return tuple(self[position] for position in range(*index.indices(len(self))))
        position = range(len(self))[index]
        return self.values[self.offsets[position] : self.offsets[position + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Return the length of each sequence, (N,)."""
        return np.diff(self.offsets)

    def take(self, indices: NDArray[np.int64]) -> Ragged:
        """Return the sequences at indices, in that order."""
        return _one_after_the_other([self[int(index)] for index in indices], self.values[:0], self.length)

    def kept(self, keep: NDArray[np.bool_]) -> Ragged:
        """Return the sequences without the values that are not to be kept."""
        before = np.concatenate([[0], np.cumsum(keep)])
        return Ragged(self.values[keep], before[self.offsets])


def joined(sequences: Iterable[Sequence[int] | Ids]) -> Ragged:
    """Return sequences of ids in flat arrays.

    Raises:
        OverflowError, TypeError, ValueError: one holds something else than whole numbers that int32 can hold.
    """
    return _one_after_the_other([np.asarray(sequence, np.int32) for sequence in sequences], np.empty(0, np.int32))


def joined_numbers(sequences: Sequence[Array], length: int | None = None) -> Ragged:
    """Return one or more sequences of numbers (T, C) in flat arrays."""
    parts = [np.asarray(sequence, np.float32) for sequence in sequences]
    return _one_after_the_other(parts, parts[0][:0], length)


def _one_after_the_other(parts: Sequence[Array], none: Array, length: int | None = None) -> Ragged:
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return Ragged(np.concatenate([none, *parts]), offsets, length)

"""Many sequences of different lengths in two flat arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Ragged(Sequence[Ids]):
    """N sequences of ids.

    Attributes:
        values: int32, one sequence after the other.
        offsets: (N + 1,) int64, where each begins.
    """

    values: Ids
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        """Return N."""
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> Ids: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Ids, ...]: ...

    def __getitem__(self, index: int | slice) -> Ids | tuple[Ids, ...]:
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
        return joined([self[int(index)] for index in indices])

    def kept(self, keep: NDArray[np.bool_]) -> Ragged:
        """Return the sequences without the values that are not to be kept."""
        before = np.concatenate([[0], np.cumsum(keep)])
        return Ragged(self.values[keep], before[self.offsets])


def joined(sequences: Iterable[Sequence[int] | Ids]) -> Ragged:
    """Return sequences in flat arrays.

    Raises:
        OverflowError, TypeError, ValueError: one holds something else than whole numbers that int32 can hold.
    """
    parts = [np.asarray(sequence, np.int32) for sequence in sequences]
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return Ragged(np.concatenate(parts) if parts else np.empty(0, np.int32), offsets)

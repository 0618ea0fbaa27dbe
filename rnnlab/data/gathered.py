"""Windows over flat timesteps, gathered when a batch asks for them: N windows need no N copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class SeriesWindows:
    """What looks like an array (N, T, …) and is N places in an array of timesteps.

    Attributes:
        values: (R, …) timesteps of all series, one series after the other; may be memory-mapped.
        starts: (N,) the first timestep of each window.
        timesteps: T.
    """

    values: Array
    starts: NDArray[np.int64]
    timesteps: int

    def __len__(self) -> int:
        """Return N."""
        return len(self.starts)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return (N, T, …)."""
        return (len(self.starts), self.timesteps, *self.values.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the type of the numbers."""
        return self.values.dtype

    def __getitem__(self, rows: Any) -> Array:
        """Return the windows of rows (indices, or a slice) as one array (n, T, …)."""
        gathered: Array = self.values[self.starts[rows][..., None] + np.arange(self.timesteps)]
        return gathered

    def head(self, count: int) -> SeriesWindows:
        """Return the first windows, at most `count`, not yet gathered."""
        return SeriesWindows(self.values, self.starts[:count], self.timesteps)

    def after(self, rows: Any, step: int) -> Array:
        """Return the timestep (n, …) that follows windows: the next one for 0, and so on."""
        following: Array = self.values[self.starts[rows] + self.timesteps + step]
        return following

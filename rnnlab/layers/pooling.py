"""What max_pooling1d and average_pooling1d share: windows over the timesteps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rnnlab.layers.layer import NOT_KERAS, Layer, LookAhead, Planned, Signal, volume
from rnnlab.layers.sequence import read_sequence
from rnnlab.layers.windows import check_windows_mask, count_windows
from rnnlab.spec import PositiveInt


class Pooling(Layer):
    """One number for each feature of a window of timesteps: (T, F) to (T', F)."""

    reads_sequence = True

    pool_size: PositiveInt = 2
    """Timesteps of a window."""
    strides: PositiveInt | None = None
    """Timesteps from one window to the next; `pool_size` unless given."""
    padding: Literal["valid", "same"] = "valid"
    """`valid` keeps to the data, `same` goes over the edge, so that with `strides: 1` as many timesteps come out."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        timesteps, features = read_sequence(self.layer, signal)
        strides = self.strides or self.pool_size
        check_windows_mask(self.layer, signal, strides, self.padding, "`padding: same`")
        shape = (count_windows(self.layer, timesteps, self.pool_size, strides, self.padding), features)
        return Planned(
            output=Signal(shape, mask=signal.mask),
            activations=volume(shape),
            keras_arguments=self.model_dump(exclude=NOT_KERAS),
        )

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield what it sees ahead of: see `Layer.look_ahead`."""
        if self.pool_size > 1:
            yield LookAhead(0, "has windows that reach over later timesteps")
        elif (self.strides or 1) > 1:
            yield LookAhead(0, "gives fewer timesteps than it reads", "strides")

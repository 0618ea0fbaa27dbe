"""`layer: global_average_pooling1d`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.layers.layer import Layer, Planned, Signal
from rnnlab.layers.sequence import read_sequence


class GlobalAveragePooling1D(Layer):
    """The average over the timesteps that are not padding: (T, F) to (F,)."""

    keras_class: ClassVar[str] = "GlobalAveragePooling1D"
    reads_sequence: ClassVar[bool] = True
    keeps_sequence: ClassVar[bool] = False
    layer: Literal["global_average_pooling1d"] = "global_average_pooling1d"

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        _, features = read_sequence(self.layer, signal)
        return Planned(output=Signal((features,)), activations=features)

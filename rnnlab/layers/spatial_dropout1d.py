"""`layer: spatial_dropout1d`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.initializers import Rate
from rnnlab.layers.layer import Layer, Planned, Signal, volume
from rnnlab.layers.sequence import read_sequence


class SpatialDropout1D(Layer):
    """Whole features set to zero at random while training, the same at all timesteps (Tompson et al. 2015)."""

    keras_class: ClassVar[str] = "SpatialDropout1D"
    reads_sequence: ClassVar[bool] = True
    layer: Literal["spatial_dropout1d"] = "spatial_dropout1d"
    rate: Rate
    """Fraction of the features set to zero."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        read_sequence(self.layer, signal)
        return Planned(output=signal, activations=volume(signal.shape), keras_arguments={"rate": self.rate})

"""`layer: activation`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab import initializers
from rnnlab.layers.layer import Layer, Planned, Signal, volume
from rnnlab.layers.sequence import read_numbers


class Activation(Layer):
    """An activation alone: the same shape."""

    keras_class: ClassVar[str] = "Activation"
    layer: Literal["activation"] = "activation"
    activation: initializers.Activation
    """Its name."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        read_numbers(self.layer, signal)
        return Planned(output=signal, activations=volume(signal.shape), keras_arguments={"activation": self.activation})

"""`layer: flatten`."""

from __future__ import annotations

from math import prod
from typing import ClassVar, Literal

from rnnlab.layers.layer import Layer, Planned, Signal
from rnnlab.layers.sequence import known, leaks, read_numbers


class Flatten(Layer):
    """All numbers of a sample side by side: (T, F) to (T·F,)."""

    keras_class: ClassVar[str] = "Flatten"
    keeps_sequence: ClassVar[bool] = False
    layer: Literal["flatten"] = "flatten"

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        read_numbers(self.layer, signal)
        if signal.mask:
            raise leaks(self.layer, signal.mask, "lays padding beside data", "pool globally instead")
        size = prod(known(self.layer, signal.shape))
        return Planned(output=Signal((size,)), activations=size)

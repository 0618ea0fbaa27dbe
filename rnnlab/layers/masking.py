"""`layer: masking`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.layers.layer import Layer, Mask, Planned, Signal, volume
from rnnlab.layers.sequence import leaks, read_sequence


class Masking(Layer):
    """Timesteps whose features all equal `mask_value` are skipped by the layers below: (T, F) to (T, F)."""

    keras_class: ClassVar[str] = "Masking"
    reads_sequence: ClassVar[bool] = True
    layer: Literal["masking"] = "masking"
    mask_value: float = 0.0
    """What all features of a timestep that is no data equal."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        read_sequence(self.layer, signal)
        if signal.mask:
            raise leaks(self.layer, signal.mask, "would replace the mask that is there", "remove this layer")
        return Planned(
            output=Signal(signal.shape, mask=Mask(None, "any")),
            activations=volume(signal.shape),
            keras_arguments={"mask_value": self.mask_value},
        )

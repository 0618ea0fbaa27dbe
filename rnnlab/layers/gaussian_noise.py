"""`layer: gaussian_noise`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.layers.layer import Layer, Planned, Signal, volume
from rnnlab.layers.sequence import read_numbers


class GaussianNoise(Layer):
    """Normal noise of mean 0 added while training: the same shape."""

    keras_class: ClassVar[str] = "GaussianNoise"
    layer: Literal["gaussian_noise"] = "gaussian_noise"
    stddev: Annotated[float, Field(ge=0, le=1)]
    """Standard deviation of the noise."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        read_numbers(self.layer, signal)
        return Planned(output=signal, activations=volume(signal.shape), keras_arguments={"stddev": self.stddev})

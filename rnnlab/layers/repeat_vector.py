"""`layer: repeat_vector`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.layers.layer import Layer, LayerProblemError, Planned, Signal
from rnnlab.layers.sequence import read_numbers, show_dimensions
from rnnlab.spec import PositiveInt


class RepeatVector(Layer):
    """One vector n times, as a sequence: (F,) to (n, F)."""

    keras_class: ClassVar[str] = "RepeatVector"
    keeps_sequence: ClassVar[bool] = False
    layer: Literal["repeat_vector"] = "repeat_vector"
    n: PositiveInt
    """Timesteps that come out."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        features = read_numbers(self.layer, signal)
        if len(signal.shape) != 1:
            raise LayerProblemError(
                "RL212",
                f"`repeat_vector` reads one vector per sample, but gets {show_dimensions(signal.shape)}",
                help="let the recurrent layer above give its last output only, or pool the timesteps first",
            )
        return Planned(output=Signal((self.n, features)), activations=self.n * features, keras_arguments={"n": self.n})

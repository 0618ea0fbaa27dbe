"""`layer: dropout`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.initializers import Rate
from rnnlab.layers.layer import Layer, LayerProblemError, Planned, Signal, volume


class Dropout(Layer):
    """Numbers set to zero at random while training (Srivastava et al. 2014)."""

    keras_class: ClassVar[str] = "Dropout"
    layer: Literal["dropout"] = "dropout"
    rate: Rate
    """Fraction set to zero."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        if signal.is_ids:
            raise LayerProblemError("RL212", "`dropout` would change ids", help="put it after the embedding")
        return Planned(output=signal, activations=volume(signal.shape), keras_arguments={"rate": self.rate})

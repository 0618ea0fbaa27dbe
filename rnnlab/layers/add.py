"""`layer: add`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.layers.layer import Layer, Planned, Signal
from rnnlab.layers.merge import plan_elementwise


class Add(Layer):
    """The sum of several inputs of one shape; a vector is added to every timestep."""

    keras_class: ClassVar[str] = "Add"
    layer: Literal["add"] = "add"

    def plan_all(self, signals: tuple[Signal, ...], *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan_all`."""
        return plan_elementwise(self.layer, signals)

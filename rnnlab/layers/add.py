"""`layer: add`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from rnnlab.layers.layer import Layer, LookAhead, Planned, Signal
from rnnlab.layers.merge import look_across, plan_elementwise


class Add(Layer):
    """The sum of several inputs of one shape; a vector is added to every timestep."""

    keras_class: ClassVar[str] = "Add"
    layer: Literal["add"] = "add"

    def plan_all(self, signals: tuple[Signal, ...], *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan_all`."""
        return plan_elementwise(self.layer, signals)

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield what it sees ahead of: see `Layer.look_ahead`."""
        yield from look_across(signals, output)

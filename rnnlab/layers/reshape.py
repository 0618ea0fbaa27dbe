"""`layer: reshape`."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rnnlab.cells import Contradiction
from rnnlab.layers.layer import Layer, LayerProblemError, LookAhead, Planned, Shape, Signal, volume
from rnnlab.layers.sequence import known, leaks, read_numbers, show_dimensions
from rnnlab.spec import Tuple

EACH = "reshape each timestep by `{layer: time_distributed, inner: {layer: reshape, target_shape: …}}`"
Dimension = Annotated[int, Field(ge=-1)]


class Reshape(Layer):
    """The same numbers in another shape."""

    keras_class: ClassVar[str] = "Reshape"
    keeps_sequence: ClassVar[bool] = False
    layer: Literal["reshape"] = "reshape"
    target_shape: Annotated[tuple[Dimension, ...], Tuple, Field(min_length=1)]
    """The new shape of a sample, timesteps first; one of its sizes may be -1: whatever is left."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        read_numbers(self.layer, signal)
        if signal.mask:
            raise leaks(self.layer, signal.mask, "moves numbers to other timesteps", EACH)
        shape = self._shape(signal.shape)
        arguments: dict[str, Any] = {"target_shape": self.target_shape}
        return Planned(output=Signal(shape), activations=volume(shape), keras_arguments=arguments)

    def _shape(self, before: Shape) -> Shape:
        given = prod(size for size in self.target_shape if size != -1)
        rest = prod(size for size in before if size is not None)
        fits = rest == given if -1 not in self.target_shape else rest % given == 0
        if None in before and (self.target_shape[0] != -1 or not fits):
            known(self.layer, before)
        if not fits:
            raise LayerProblemError(
                "RL212",
                f"{show_dimensions(before)} are {rest:,} numbers, which `target_shape` cannot hold",
                key="target_shape",
                help="its sizes must multiply to as many; one of them may be -1",
            )
        left = None if None in before else rest // given
        return tuple(left if size == -1 else size for size in self.target_shape)

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield what it sees ahead of: see `Layer.look_ahead`."""
        before, after = (volume(signal.shape[1:]) or 0 for signal in (signals[0], output))
        if after > before:
            yield LookAhead(0, "puts several timesteps into one", "target_shape")

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        if self.target_shape.count(-1) > 1:
            yield Contradiction("target_shape", "only one size of `target_shape` can be -1", "say the others")
        if 0 in self.target_shape:
            yield Contradiction("target_shape", "a size of `target_shape` cannot be 0", "use -1 for whatever is left")

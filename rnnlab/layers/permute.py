"""`layer: permute`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rnnlab.cells import Contradiction
from rnnlab.layers.layer import Layer, LayerProblemError, LookAhead, Planned, Signal, volume
from rnnlab.layers.sequence import known, leaks, read_numbers, show_dimensions
from rnnlab.spec import PositiveInt, Tuple


class Permute(Layer):
    """The dimensions in another order: with `dims: [2, 1]`, (T, F) to (F, T)."""

    keras_class: ClassVar[str] = "Permute"
    reads_sequence: ClassVar[bool] = True
    layer: Literal["permute"] = "permute"
    dims: Annotated[tuple[PositiveInt, ...], Tuple, Field(min_length=1)]
    """Each dimension once, counted from 1."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        read_numbers(self.layer, signal)
        if len(signal.shape) != len(self.dims):
            raise LayerProblemError(
                "RL212",
                f"`dims` orders {len(self.dims)} dimensions, but the input is {show_dimensions(signal.shape)}",
                key="dims",
                help=f"name {len(signal.shape)} of them",
            )
        if signal.mask and self.dims[0] != 1:
            raise leaks(
                self.layer, signal.mask, "makes features of the timesteps", "keep dimension 1 first", key="dims"
            )
        shape = tuple(signal.shape[dimension - 1] for dimension in self.dims)
        if shape[0] != signal.shape[0]:
            known(self.layer, shape)
        arguments: dict[str, Any] = {"dims": self.dims}
        return Planned(output=Signal(shape, mask=signal.mask), activations=volume(shape), keras_arguments=arguments)

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield what it sees ahead of: see `Layer.look_ahead`."""
        if self.dims[0] != 1:
            yield LookAhead(0, "makes features of the timesteps", "dims")

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            message = f"`dims` must name each of the dimensions 1 to {len(self.dims)} once"
            yield Contradiction("dims", message, "as in `dims: [2, 1]`")
        elif list(self.dims) == sorted(self.dims):
            yield Contradiction("dims", "`dims` leaves every dimension where it is", "remove the layer")

"""The `model` section: inputs by shape where there are no data, and the layers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rnnlab.layers import AnyLayer
from rnnlab.spec import Name, PositiveInt, Reference, Spec, Tuple


class Input(Spec):
    """An input by shape, without data: ids below `vocabulary`, or `features` numbers per timestep."""

    timesteps: PositiveInt | None = None
    """T; any number of timesteps unless given."""
    features: PositiveInt | Annotated[tuple[PositiveInt, ...], Tuple, Field(min_length=1)] | None = None
    """F: numbers per timestep; a list where a timestep has more dimensions, as in `[28, 28, 1]` for images."""
    vocabulary: Annotated[int, Field(ge=2)] | None = None
    """V: the ids are below it."""

    @property
    def dimensions(self) -> tuple[int, ...]:
        """Return the dimensions of a timestep; none for ids."""
        if self.features is None:
            return ()
        return (self.features,) if isinstance(self.features, int) else self.features


class Model(Spec):
    """The network: each layer reads the one above it, or what its `from` names."""

    inputs: Annotated[dict[Name, Input], Field(min_length=1)] | None = None
    """The inputs by shape, where the file has no dataset."""
    layers: Annotated[tuple[AnyLayer, ...], Tuple, Field(min_length=1)]
    """The layers, first to last."""
    outputs: Annotated[tuple[Reference, ...], Tuple, Field(min_length=1)] | None = None
    """What the model gives: names of layers, or of their states such as `encoder.state_h`; the last layer unless
    given."""

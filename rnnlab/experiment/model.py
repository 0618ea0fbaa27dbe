"""The `model` section: inputs by shape where there are no data, and the layers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rnnlab.layers import AnyLayer
from rnnlab.spec import Name, PositiveInt, Reference, Spec, Tuple

Selector = Annotated[str, Field(pattern=r"\S", max_length=250)]


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


class InitialWeights(Spec):
    """Weights to start from: those that an earlier run ended with."""

    run: Selector
    """The run: its id (six characters or more), its name, or `LAST`; recorded as its whole id."""
    layers: Annotated[tuple[Name, ...], Tuple, Field(min_length=1)] | None = None
    """Names of the layers that take the weights of the same layers there; the others keep their own initialisation.
    All layers unless given."""


class Model(Spec):
    """The network: each layer reads the one above it, or what its `from` names."""

    inputs: Annotated[dict[Name, Input], Field(min_length=1)] | None = None
    """The inputs by shape, where the file has no dataset."""
    layers: Annotated[tuple[AnyLayer, ...], Tuple, Field(min_length=1)]
    """The layers, first to last."""
    outputs: Annotated[tuple[Reference, ...], Tuple, Field(min_length=1)] | None = None
    """What the model gives: names of layers, or of their states such as `encoder.state_h`; the last layer unless
    given."""
    initial_weights: Selector | InitialWeights | None = None
    """The run whose weights the training starts from: `LAST`, or `{run: LAST, layers: [embedding, encoder]}`. With
    `trainable: false` on them they also stay so."""

    @property
    def starts_from(self) -> InitialWeights | None:
        """Return the weights to start from; None where all are initialised."""
        given = self.initial_weights
        return InitialWeights(run=given) if isinstance(given, str) else given

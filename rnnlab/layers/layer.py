"""What every layer kind has, and what it tells the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rnnlab.cells import Contradiction, Weight
from rnnlab.dtypes import LayerPolicy
from rnnlab.spec import Name, PositiveInt, Reference, Spec, Tuple

Shape = tuple[int | None, ...]
NOT_KERAS = {"layer", "name", "repeat", "source", "dtype", "autocast"}
"""Fields of a layer that are no arguments of its Keras class alone: dtypes depend on the model too."""


@dataclass(frozen=True)
class Mask:
    """Which timesteps are no data: where the ids of an input, or the last of its features, are 0, or a layer finds so.

    Attributes:
        input: name of that input or masking layer; None until the plan has named the layer.
        side: where they stand; `any` where only the values tell, `gaps` where series have some.
    """

    input: str | None
    side: Literal["pre", "post", "any", "gaps"]


@dataclass(frozen=True)
class Signal:
    """A tensor between layers, known by shape only.

    Attributes:
        shape: without the batch: (T,) for ids, (T, F) for sequences, (T, D, F) for sequences of more dimensions, (F,)
            for vectors; None for an unknown T.
        vocabulary: V for ids (every value is below it), None for floats.
        mask: which timesteps are padding, None where none are, or nothing says which.
        dtype: of the numbers; stamped by the plan, so that no layer has to.
    """

    shape: Shape
    vocabulary: int | None = None
    mask: Mask | None = None
    dtype: str = "float32"

    @property
    def is_ids(self) -> bool:
        """Return whether the numbers are ids to look up."""
        return self.vocabulary is not None

    @property
    def is_sequence(self) -> bool:
        """Return whether it is (T, F)."""
        return not self.is_ids and len(self.shape) == 2


@dataclass(frozen=True)
class LookAhead:
    """An input of which each timestep that comes out sees later timesteps.

    Attributes:
        place: of the input in `from`.
        reason: ends the sentence `NAME …`.
        key: that is the cause; `layer` where it is the kind itself, or a default.
    """

    place: int
    reason: str
    key: str = "layer"


@dataclass(frozen=True)
class Planned:
    """What a layer does to its input.

    Attributes:
        output: what it gives.
        states: by name, what a recurrent layer carries on, in Keras's order; with `merge_mode: null` also its two
            outputs `forward` and `backward`.
        weights: by Keras's path below the layer's name.
        formula: closed form of the parameter count, with its numbers; empty without parameters.
        flops: floating-point operations of the products for one sample; None where T is unknown.
        activations: numbers kept for the backward pass for one sample; None where T is unknown.
        keras_arguments: for the Keras class, without the name.
    """

    output: Signal
    states: dict[str, Signal] = field(default_factory=dict)
    weights: tuple[Weight, ...] = ()
    formula: str = ""
    flops: int | None = 0
    activations: int | None = 0
    keras_arguments: dict[str, Any] = field(default_factory=dict)


class LayerProblemError(Exception):
    """The layer cannot read what it is given, or a key contradicts it; the plan turns it into a diagnostic."""

    def __init__(self, code: str, message: str, *, key: str | None = None, help: str | None = None) -> None:
        self.code = code
        self.key = key
        self.help = help
        super().__init__(message)


class Layer(Spec):
    """A layer of the model: Keras's own, in snake_case, with Keras's argument names."""

    keras_class: ClassVar[str]
    reads_sequence: ClassVar[bool] = False
    """It needs (T, F), so a recurrent layer above it returns sequences."""
    keeps_sequence: ClassVar[bool] = True
    """It gives as many dimensions as it reads."""

    takes_mask: ClassVar[bool] = False
    """The call of its Keras class has an argument `mask`, (B, T) and true where there are data."""
    examples: ClassVar[tuple[dict[str, Any], ...]] = ({},)
    """Values of the keys that `rnnlab plugin check` tries, for a layer of a plugin."""

    layer: str
    name: Name | None = None
    """Unique in the file; as Keras counts them unless given: lstm, lstm_1, …"""
    repeat: PositiveInt = 1
    """Stack so many copies: NAME, NAME_1, …"""
    source: Reference | Annotated[tuple[Reference, ...], Tuple, Field(min_length=1)] | None = Field(
        default=None, alias="from"
    )
    """What it reads: the name of an input or of a layer above, or a state such as `encoder.state_h`, or a list of
    them; the layer just above unless given. A repeated layer's NAME is its first copy."""
    dtype: LayerPolicy | None = None
    """Keras's dtype policy of this layer: in which numbers it keeps its weights and computes; `runtime.dtype` unless
    given."""
    autocast: bool = True
    """Turn what the layer reads into the numbers that it computes in; `false` leaves it as it comes."""

    @property
    def default_name(self) -> str:
        """Return the name that Keras would count from."""
        return self.layer

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return what the layer does to its only input.

        Args:
            signal: what it reads.
            sequences: a layer further down needs (T, F).

        Raises:
            LayerProblemError: it cannot read that.
        """
        raise NotImplementedError

    def plan_all(self, signals: tuple[Signal, ...], *, sequences: bool) -> Planned:
        """Return what the layer does to its inputs; layers that read several override it.

        Args:
            signals: what it reads, in the order of `from`.
            sequences: a layer further down needs (T, F).

        Raises:
            LayerProblemError: it cannot read them.
        """
        if len(signals) != 1:
            raise LayerProblemError(
                "RL212",
                f"`{self.layer}` reads one tensor, but `from` names {len(signals)}",
                key="from",
                help="join them first: `{layer: concatenate, from: […]}`",
            )
        return self.plan(signals[0], sequences=sequences)

    def look_ahead(self, signals: tuple[Signal, ...], output: Signal) -> Iterator[LookAhead]:
        """Yield the inputs of which timestep t of the output sees timesteps after t, in prediction.

        Only sequences count: that a vector sums up a whole sequence is seen by its shape.

        Args:
            signals: what it reads, in the order of `from`.
            output: what it gives.
        """
        yield from ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the references of `from`; empty where it is left out."""
        if self.source is None:
            return ()
        return (self.source,) if isinstance(self.source, str) else self.source

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        yield from ()


class WeightedLayer(Layer):
    """A layer with weights."""

    trainable: bool = True
    """`false` keeps the weights as they were initialised."""

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        if not self.trainable:
            yield from frozen_contradictions(self)


def frozen_contradictions(spec: Spec) -> Iterator[Contradiction]:
    """Yield the constraints on weights that no step changes."""
    for key in type(spec).model_fields:
        if key.endswith("_constraint") and spec.departs(key):
            message = f"`{key}` acts after each step, but no step changes these weights: `trainable` is false"
            yield Contradiction(key, message, f"remove `{key}`, or `trainable: false`")


def volume(shape: Shape) -> int | None:
    """Return the numbers in a shape, None where a dimension is unknown."""
    total = 1
    for size in shape:
        if size is None:
            return None
        total *= size
    return total


def times(count: int | None, factor: int) -> int | None:
    """Return the product, None where the count is unknown."""
    return None if count is None else count * factor

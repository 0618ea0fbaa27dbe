"""`layer: dense`."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar, Literal

from rnnlab.cells import Contradiction, Weight
from rnnlab.cells.cell import BiasInitializer
from rnnlab.initializers import Activation, Constraint, Initializer, Regularizer
from rnnlab.layers.layer import NOT_KERAS, LayerProblemError, Planned, Signal, WeightedLayer, times, volume
from rnnlab.spec import PositiveInt


class Dense(WeightedLayer):
    """Every output from every input: (F,) to (U,), or (T, F) to (T, U) at each timestep."""

    keras_class: ClassVar[str] = "Dense"
    layer: Literal["dense"] = "dense"
    units: PositiveInt
    """U: numbers that come out."""
    activation: Activation = "linear"
    """Applied to the output."""
    use_bias: bool = True
    """Add a bias."""
    kernel_initializer: Initializer = "glorot_uniform"
    """First values of the weights."""
    bias_initializer: BiasInitializer = "zeros"
    """First values of the bias."""
    kernel_regularizer: Regularizer | None = None
    """Penalty on the weights: `{l1: …, l2: …}`."""
    bias_regularizer: Regularizer | None = None
    """Penalty on the bias."""
    kernel_constraint: Constraint | None = None
    """Constraint on the weights after each step."""
    bias_constraint: Constraint | None = None
    """Constraint on the bias after each step."""

    def plan(self, signal: Signal, *, sequences: bool) -> Planned:
        """Return the plan: see `Layer.plan`."""
        if signal.is_ids:
            raise LayerProblemError(
                "RL212",
                "`dense` reads numbers, but gets the ids of words or characters",
                help="put `{layer: embedding, output_dim: …}` before it",
            )
        *before, features = signal.shape
        assert features is not None
        shape = (*before, self.units)
        weights = [Weight("kernel", (features, self.units))]
        if self.use_bias:
            weights.append(Weight("bias", (self.units,)))
        rows = prod(size for size in before if size is not None)
        return Planned(
            output=Signal(shape, mask=signal.mask),
            weights=tuple(weights),
            formula=f"{self.units}({features} + 1)" if self.use_bias else f"{self.units}·{features}",
            flops=None if None in before else 2 * rows * features * self.units,
            activations=times(volume(shape), 1),
            keras_arguments=self.model_dump(exclude=NOT_KERAS),
        )

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        yield from super().contradictions()
        for key in ("bias_initializer", "bias_regularizer", "bias_constraint"):
            if self.departs(key) and not self.use_bias:
                yield Contradiction(
                    key,
                    f"`{key}` has no bias to act on: `use_bias` is false",
                    f"remove `{key}`, or use a bias",
                )

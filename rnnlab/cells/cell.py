"""What every recurrent cell has: keys, weights by closed form, cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal

from rnnlab.initializers import Activation, Constraint, Initializer, Rate, Regularizer
from rnnlab.spec import PositiveInt, Spec

BiasInitializer = Literal[
    "zeros", "ones", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
    "random_normal", "random_uniform", "truncated_normal",
]  # fmt: skip


@dataclass(frozen=True)
class Weight:
    """One weight of a layer.

    Attributes:
        path: Keras's path below the layer's name: `lstm_cell/kernel`.
        shape: its shape.
        trainable: training may change it.
        dtype: in which it is kept; stamped by the plan.
    """

    path: str
    shape: tuple[int, ...]
    trainable: bool = True
    dtype: str = "float32"

    @property
    def size(self) -> int:
        """Return how many numbers it holds."""
        return prod(self.shape)


@dataclass(frozen=True)
class Contradiction:
    """A key that cannot matter beside another, or must not stand with it.

    Attributes:
        path: of the spec that has the key, below the layer.
    """

    key: str
    message: str
    help: str
    path: tuple[str | int, ...] = ()


class Cell(Spec):
    """A recurrent cell: its keys are Keras's arguments, its weights known from them."""

    keras_cell: ClassVar[str]
    """Name that Keras gives the cell inside its layer: the second part of every weight's path."""
    keras_cell_class: ClassVar[str]
    """Name of the cell's class in keras.layers."""
    gates: ClassVar[int]
    """Blocks of U columns that lie side by side in the kernel."""
    states: ClassVar[tuple[str, ...]]
    """Names of the states, each (B, U), in Keras's order."""
    activations: ClassVar[tuple[str, ...]] = ("activation",)

    units: PositiveInt
    """U: numbers in the output of each timestep."""
    activation: Activation = "tanh"
    """Applied to the candidate output."""
    use_bias: bool = True
    """Add a bias."""
    kernel_initializer: Initializer = "glorot_uniform"
    """First values of the input weights."""
    recurrent_initializer: Initializer = "orthogonal"
    """First values of the recurrent weights."""
    bias_initializer: BiasInitializer = "zeros"
    """First values of the bias."""
    kernel_regularizer: Regularizer | None = None
    """Penalty on the input weights: `{l1: …, l2: …}`."""
    recurrent_regularizer: Regularizer | None = None
    """Penalty on the recurrent weights."""
    bias_regularizer: Regularizer | None = None
    """Penalty on the bias."""
    kernel_constraint: Constraint | None = None
    """Constraint on the input weights after each step."""
    recurrent_constraint: Constraint | None = None
    """Constraint on the recurrent weights after each step."""
    bias_constraint: Constraint | None = None
    """Constraint on the bias after each step."""
    dropout: Rate = 0.0
    """Fraction of the inputs dropped, the same ones at every timestep."""
    recurrent_dropout: Rate = 0.0
    """Fraction of the recurrent inputs dropped, the same ones at every timestep. Rules out cuDNN."""

    def bias_shape(self) -> tuple[int, ...]:
        """Return the shape of the bias."""
        return (self.gates * self.units,)

    def weights(self, features: int) -> tuple[Weight, ...]:
        """Return the weights of one direction.

        Args:
            features: F, numbers per timestep (not timesteps).

        Returns:
            kernel (F, G·U), recurrent_kernel (U, G·U) and the bias, G gates side by side.

        Source: the `build` methods of keras/src/layers/rnn.
        """
        width = self.gates * self.units
        weights = [
            Weight(f"{self.keras_cell}/kernel", (features, width)),
            Weight(f"{self.keras_cell}/recurrent_kernel", (self.units, width)),
        ]
        if self.use_bias:
            weights.append(Weight(f"{self.keras_cell}/bias", self.bias_shape()))
        return tuple(weights)

    def formula(self, features: int) -> str:
        """Return the closed form of the parameter count with its numbers: `4·32(32 + 32 + 1)`."""
        factor = f"{self.gates}·" if self.gates > 1 else ""
        rows = prod(self.bias_shape()) // (self.gates * self.units) if self.use_bias else 0
        return f"{factor}{self.units}({features} + {self.units}{f' + {rows}' if rows else ''})"

    def flops_per_timestep(self, features: int) -> int:
        """Return the floating-point operations of the matrix products of one timestep of one sample."""
        return 2 * self.gates * self.units * (features + self.units)

    def keras_arguments(self) -> dict[str, Any]:
        """Return the arguments of the Keras cell."""
        names = set(Cell.model_fields) | self._own_fields()
        return self.model_dump(include=names)

    def _own_fields(self) -> set[str]:
        return set()

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield keys that were given but cannot matter."""
        if not self.use_bias:
            for key in ("bias_initializer", "bias_regularizer", "bias_constraint", "unit_forget_bias"):
                if self.departs(key):
                    yield Contradiction(
                        key,
                        f"`{key}` has no bias to act on: `use_bias` is false",
                        f"remove `{key}`, or use a bias",
                    )

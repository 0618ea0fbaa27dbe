"""What simple_rnn, lstm and gru share: Keras's keys, and gates that lie side by side."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, ClassVar

from rnnlab.cells.cell import BiasInitializer, Cell, Contradiction, StateSize, Weight
from rnnlab.initializers import Activation, Constraint, Initializer, Rate, Regularizer
from rnnlab.spec import PositiveInt


class GatedCell(Cell):
    """A cell of Keras: gates side by side in one kernel, one recurrent kernel and a bias."""

    keras_cell: ClassVar[str]
    """Name that Keras gives the cell inside its layer: the second part of every weight's path."""
    gates: ClassVar[int]
    """Blocks of U columns that lie side by side in the kernel."""
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

    @property
    def cell_name(self) -> str:
        """Return the name that Keras gives the cell inside its layer."""
        return self.keras_cell

    @property
    def output_size(self) -> int:
        """Return U."""
        return self.units

    @property
    def state_size(self) -> StateSize:
        """Return U for each state."""
        return [self.units] * len(self.states) if len(self.states) > 1 else self.units

    @property
    def numbers_per_timestep(self) -> int:
        """Return how many numbers are kept for the backward pass at each timestep: gates and states."""
        return self.units * (self.gates + len(self.states))

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
            Weight("kernel", (features, width)),
            Weight("recurrent_kernel", (self.units, width)),
        ]
        if self.use_bias:
            weights.append(Weight("bias", self.bias_shape()))
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
        names = set(GatedCell.model_fields) | self._own_fields()
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

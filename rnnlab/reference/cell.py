"""What the three cells share: weights in Keras's layout, and one timestep forward and backward."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnnlab.errors import CallError
from rnnlab.reference.activations import Activation, Array, check_activation

States = tuple[Array, ...]


@dataclass(frozen=True)
class StepGradients:
    """The gradients of one timestep.

    Attributes:
        inputs: (B, F).
        states: of the states before the timestep, (B, U) each.
        weights: by Keras's name, each in its weight's shape.
    """

    inputs: Array
    states: States
    weights: dict[str, Array]


@dataclass(frozen=True, eq=False)
class Cell(ABC):
    """One recurrent cell: what happens within a timestep. Its first state is its output.

    `SimpleRNN(*layer.get_weights())` takes the weights of a Keras layer: they have its order and layout.

    Attributes:
        kernel: (F, G·U), the G gates side by side.
        recurrent_kernel: (U, G·U).
        bias: (G·U,), or None.
        activation: of what is written into the state.
    """

    gates: ClassVar[int] = 1
    state_names: ClassVar[tuple[str, ...]] = ("state",)

    kernel: Array
    recurrent_kernel: Array
    bias: Array | None = None
    activation: Activation = "tanh"

    def __post_init__(self) -> None:
        check_activation(self.activation)
        width = self.gates * self.units
        self._check_shape("kernel", self.kernel, (self.features, width))
        self._check_shape("recurrent_kernel", self.recurrent_kernel, (self.units, width))
        if self.bias is not None:
            self._check_shape("bias", self.bias, self.bias_shape)

    @property
    def features(self) -> int:
        """Return F."""
        return int(self.kernel.shape[0])

    @property
    def units(self) -> int:
        """Return U."""
        return int(self.recurrent_kernel.shape[0])

    @property
    def bias_shape(self) -> tuple[int, ...]:
        """Return (G·U,)."""
        return (self.gates * self.units,)

    @property
    def weights(self) -> dict[str, Array]:
        """Return the weights by Keras's name."""
        weights = {"kernel": self.kernel, "recurrent_kernel": self.recurrent_kernel}
        return weights if self.bias is None else weights | {"bias": self.bias}

    @abstractmethod
    def step(self, inputs: Array, states: States) -> tuple[States, States]:
        """Return the next states, and what the way back needs to know of this timestep.

        Args:
            inputs: (B, F), one timestep.
            states: (B, U) each.
        """

    @abstractmethod
    def step_back(self, inputs: Array, states: States, memory: States, gradients: States) -> StepGradients:
        """Return the gradients of what `step` read.

        Args:
            inputs: (B, F), as `step` had them.
            states: (B, U) each, as `step` had them.
            memory: what `step` kept.
            gradients: of the next states, (B, U) each.
        """

    def _project(self, inputs: Array) -> Array:
        """Return what the inputs, (B, F), say to the gates: (B, G·U)."""
        return inputs @ self.kernel if self.bias is None else inputs @ self.kernel + self.bias

    def _weight_gradients(self, inputs: Array, state: Array, sums: Array) -> dict[str, Array]:
        """Return the gradients of the weights, where all gates read one state and one bias.

        Args:
            inputs: (B, F).
            state: the state that the recurrent kernel read, (B, U).
            sums: gradient of the gates' sums, (B, G·U).
        """
        gradients: dict[str, Array] = {"kernel": inputs.T @ sums, "recurrent_kernel": state.T @ sums}
        if self.bias is not None:
            gradients["bias"] = np.sum(sums, axis=0)
        return gradients

    def _check_shape(self, name: str, weight: Array, shape: tuple[int, ...]) -> None:
        if weight.shape != shape:
            raise CallError(
                f"`{name}` of {type(self).__name__} must have shape {shape} for {self.features} features and "
                f"{self.units} units, found {weight.shape}"
            )

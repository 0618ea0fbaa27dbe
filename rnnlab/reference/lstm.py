"""The long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnnlab.reference.activations import Activation, Array, activate, check_activation, slope
from rnnlab.reference.cell import Cell, States, StepGradients


@dataclass(frozen=True, eq=False)
class LSTM(Cell):
    """c' = f c + i g and h' = o tanh(c'), where i, f, g, o lie side by side in Keras's weights (its i, f, c, o).

    Kernel (F, 4U), recurrent_kernel (U, 4U), bias (4U,).

    Attributes:
        recurrent_activation: of the gates i, f and o; g has `activation`.
    """

    gates: ClassVar[int] = 4
    state_names: ClassVar[tuple[str, ...]] = ("state_h", "state_c")

    recurrent_activation: Activation = "sigmoid"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_activation(self.recurrent_activation)

    def step(self, inputs: Array, states: States) -> tuple[States, States]:
        """Return ((h', c'), (i, f, g, o, tanh(c'))): see `Cell.step`."""
        h, c = states
        sums_i, sums_f, sums_g, sums_o = np.split(self._project(inputs) + h @ self.recurrent_kernel, 4, axis=1)
        i = activate(self.recurrent_activation, sums_i)
        f = activate(self.recurrent_activation, sums_f)
        g = activate(self.activation, sums_g)
        o = activate(self.recurrent_activation, sums_o)
        c_next = f * c + i * g
        shown = activate(self.activation, c_next)
        return (o * shown, c_next), (i, f, g, o, shown)

    def step_back(self, inputs: Array, states: States, memory: States, gradients: States) -> StepGradients:
        """Return the gradients of what `step` read: see `Cell.step_back`."""
        (h, c), (i, f, g, o, shown), (d_h_next, d_c_next) = states, memory, gradients
        d_c = d_c_next + d_h_next * o * slope(self.activation, shown)
        d_sums = np.concatenate(
            [
                d_c * g * slope(self.recurrent_activation, i),
                d_c * c * slope(self.recurrent_activation, f),
                d_c * i * slope(self.activation, g),
                d_h_next * shown * slope(self.recurrent_activation, o),
            ],
            axis=1,
        )
        return StepGradients(
            inputs=d_sums @ self.kernel.T,
            states=(d_sums @ self.recurrent_kernel.T, d_c * f),
            weights=self._weight_gradients(inputs, h, d_sums),
        )

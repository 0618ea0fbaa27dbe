"""The simple recurrent network (Elman 1990)."""

from __future__ import annotations

from dataclasses import dataclass

from rnnlab.reference.activations import Array, activate, slope
from rnnlab.reference.cell import Cell, States, StepGradients


@dataclass(frozen=True, eq=False)
class SimpleRNN(Cell):
    """h' = tanh(x K + h R + b), with kernel K (F, U), recurrent_kernel R (U, U) and bias b (U,)."""

    def step(self, inputs: Array, states: States) -> tuple[States, States]:
        """Return ((h',), (h',)): see `Cell.step`."""
        (h,) = states
        h_next = activate(self.activation, self._project(inputs) + h @ self.recurrent_kernel)
        return (h_next,), (h_next,)

    def step_back(self, inputs: Array, states: States, memory: States, gradients: States) -> StepGradients:
        """Return the gradients of what `step` read: see `Cell.step_back`."""
        (h,), (h_next,), (d_h_next,) = states, memory, gradients
        d_sums = d_h_next * slope(self.activation, h_next)
        return StepGradients(
            inputs=d_sums @ self.kernel.T,
            states=(d_sums @ self.recurrent_kernel.T,),
            weights=self._weight_gradients(inputs, h, d_sums),
        )

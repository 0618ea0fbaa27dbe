"""The gated recurrent unit (Cho et al. 2014), with the reset gate after or before the recurrent product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnnlab.reference.activations import Activation, Array, activate, check_activation, slope
from rnnlab.reference.cell import Cell, States, StepGradients


@dataclass(frozen=True, eq=False)
class GRU(Cell):
    """h' = z h + (1 - z) g, where z, r, g lie side by side in Keras's weights (its z, r, h).

    The candidate is g = tanh(x K + r (h R + b)) with `reset_after`, as cuDNN has it, else tanh(x K + (r h) R + b) as
    first published. Kernel (F, 3U), recurrent_kernel (U, 3U).

    Attributes:
        bias: (2, 3U), a row for the inputs and one for the recurrent side; (3U,) where `reset_after` is false.
        recurrent_activation: of the gates z and r; g has `activation`.
    """

    gates: ClassVar[int] = 3

    recurrent_activation: Activation = "sigmoid"
    reset_after: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_activation(self.recurrent_activation)

    @property
    def bias_shape(self) -> tuple[int, ...]:
        """Return (2, 3U), or (3U,) where `reset_after` is false."""
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def step(self, inputs: Array, states: States) -> tuple[States, States]:
        """Return ((h',), (z, r, g, h R + b of the candidate)): see `Cell.step`."""
        (h,) = states
        x_z, x_r, x_g = np.split(self._project(inputs), 3, axis=1)
        h_z, h_r, h_g = np.split(self._recur(h), 3, axis=1)
        z = activate(self.recurrent_activation, x_z + h_z)
        r = activate(self.recurrent_activation, x_r + h_r)
        reset = r * h_g if self.reset_after else (r * h) @ self._candidate_kernel
        g = activate(self.activation, x_g + reset)
        return (z * h + (1 - z) * g,), (z, r, g, h_g)

    def step_back(self, inputs: Array, states: States, memory: States, gradients: States) -> StepGradients:
        """Return the gradients of what `step` read: see `Cell.step_back`."""
        (h,), (z, r, g, h_g), (d_h_next,) = states, memory, gradients
        d_g = d_h_next * (1 - z) * slope(self.activation, g)
        d_reset_h = d_g @ self._candidate_kernel.T  # gradient of r h, where the gate stands before the product
        d_r = d_g * h_g if self.reset_after else d_reset_h * h
        d_gates = np.concatenate(
            [
                d_h_next * (h - g) * slope(self.recurrent_activation, z),
                d_r * slope(self.recurrent_activation, r),
            ],
            axis=1,
        )
        d_inputs = np.concatenate([d_gates, d_g], axis=1)
        d_recurrent = np.concatenate([d_gates, d_g * r if self.reset_after else np.zeros_like(d_g)], axis=1)
        d_h = d_h_next * z + d_recurrent @ self.recurrent_kernel.T
        return StepGradients(
            inputs=d_inputs @ self.kernel.T,
            states=(d_h if self.reset_after else d_h + d_reset_h * r,),
            weights=self._gradients(inputs, h, r * h, d_inputs, d_recurrent),
        )

    @property
    def _candidate_kernel(self) -> Array:
        return self.recurrent_kernel[:, 2 * self.units :]

    def _project(self, inputs: Array) -> Array:
        projected = inputs @ self.kernel
        if self.bias is None:
            return projected
        return projected + (self.bias[0] if self.reset_after else self.bias)

    def _recur(self, h: Array) -> Array:
        recurrent = h @ self.recurrent_kernel
        return recurrent + self.bias[1] if self.reset_after and self.bias is not None else recurrent

    def _gradients(
        self, inputs: Array, h: Array, reset_h: Array, d_inputs: Array, d_recurrent: Array
    ) -> dict[str, Array]:
        """Return the gradients of the weights.

        Args:
            inputs: (B, F).
            h: (B, U).
            reset_h: r h, (B, U).
            d_inputs: gradient of what the inputs say to z, r and g, (B, 3U).
            d_recurrent: gradient of h R + b, (B, 3U).
        """
        d_kernel = h.T @ d_recurrent
        if not self.reset_after:
            d_kernel[:, 2 * self.units :] = reset_h.T @ d_inputs[:, 2 * self.units :]
        gradients: dict[str, Array] = {"kernel": inputs.T @ d_inputs, "recurrent_kernel": d_kernel}
        if self.bias is not None:
            d_bias = np.sum(d_inputs, axis=0)
            gradients["bias"] = np.stack([d_bias, np.sum(d_recurrent, axis=0)]) if self.reset_after else d_bias
        return gradients

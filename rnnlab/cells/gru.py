"""The gated recurrent unit (Cho et al. 2014)."""

from __future__ import annotations

from typing import ClassVar

from rnnlab.cells.gated import GatedCell
from rnnlab.initializers import Activation


class GRUCell(GatedCell):
    """Gates z, r, h lie side by side: 3U(F + U + 2) parameters, or 3U(F + U + 1) with `reset_after: false`."""

    keras_cell: ClassVar[str] = "gru_cell"
    keras_cell_class: ClassVar[str] = "GRUCell"
    gates: ClassVar[int] = 3
    states: ClassVar[tuple[str, ...]] = ("state",)

    recurrent_activation: Activation = "sigmoid"
    """Applied to the gates."""
    reset_after: bool = True
    """Apply the reset gate after the recurrent product (two rows of bias, as cuDNN does) instead of before it."""

    def _own_fields(self) -> set[str]:
        return {"recurrent_activation", "reset_after"}

    def bias_shape(self) -> tuple[int, ...]:
        """Return (2, 3U), one row for the inputs and one for the recurrent side, or (3U,) without reset_after."""
        width = self.gates * self.units
        return (2, width) if self.reset_after else (width,)

"""The long short-term memory cell (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000)."""

from __future__ import annotations

from typing import ClassVar

from rnnlab.cells.gated import GatedCell
from rnnlab.initializers import Activation


class LSTMCell(GatedCell):
    """Gates i, f, c, o lie side by side, so every weight is 4U wide: 4U(F + U + 1) parameters."""

    keras_cell: ClassVar[str] = "lstm_cell"
    keras_cell_class: ClassVar[str] = "LSTMCell"
    gates: ClassVar[int] = 4
    states: ClassVar[tuple[str, ...]] = ("state_h", "state_c")

    recurrent_activation: Activation = "sigmoid"
    """Applied to the gates."""
    unit_forget_bias: bool = True
    """Start the bias of the forget gate at 1 (Jozefowicz et al. 2015)."""

    def _own_fields(self) -> set[str]:
        return {"recurrent_activation", "unit_forget_bias"}

"""The simple recurrent cell (Elman 1990): h' = activation(x·W + h·R + b)."""

from __future__ import annotations

from typing import ClassVar

from rnnlab.cells.gated import GatedCell


class SimpleRNNCell(GatedCell):
    """The simple recurrent cell: U(F + U + 1) parameters."""

    keras_cell: ClassVar[str] = "simple_rnn_cell"
    keras_cell_class: ClassVar[str] = "SimpleRNNCell"
    gates: ClassVar[int] = 1
    states: ClassVar[tuple[str, ...]] = ("state",)

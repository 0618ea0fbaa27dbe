"""`layer: simple_rnn`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.cells import SimpleRNNCell
from rnnlab.layers.recurrent import CellLayer


class SimpleRNN(CellLayer, SimpleRNNCell):
    """The simple recurrent network over the timesteps (Elman 1990): U(F + U + 1) parameters."""

    keras_class: ClassVar[str] = "SimpleRNN"
    layer: Literal["simple_rnn"] = "simple_rnn"

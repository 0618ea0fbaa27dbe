"""`layer: simple_rnn`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.cells import SimpleRNNCell
from rnnlab.layers.recurrent import RecurrentLayer


class SimpleRNN(RecurrentLayer, SimpleRNNCell):
    """The simple_rnn cell of `rnnlab.cells` run over the timesteps."""

    keras_class: ClassVar[str] = "SimpleRNN"
    layer: Literal["simple_rnn"] = "simple_rnn"

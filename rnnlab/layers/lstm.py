"""`layer: lstm`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.cells import LSTMCell
from rnnlab.layers.recurrent import RecurrentLayer


class LSTM(RecurrentLayer, LSTMCell):
    """The lstm cell of `rnnlab.cells` run over the timesteps."""

    keras_class: ClassVar[str] = "LSTM"
    layer: Literal["lstm"] = "lstm"

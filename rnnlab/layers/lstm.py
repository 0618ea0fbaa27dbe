"""`layer: lstm`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.cells import LSTMCell
from rnnlab.layers.recurrent import CellLayer


class LSTM(CellLayer, LSTMCell):
    """Long short-term memory over the timesteps (Hochreiter & Schmidhuber 1997): 4U(F + U + 1) parameters."""

    keras_class: ClassVar[str] = "LSTM"
    layer: Literal["lstm"] = "lstm"

"""`layer: gru`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.cells import GRUCell
from rnnlab.layers.recurrent import RecurrentLayer


class GRU(RecurrentLayer, GRUCell):
    """The gru cell of `rnnlab.cells` run over the timesteps."""

    keras_class: ClassVar[str] = "GRU"
    layer: Literal["gru"] = "gru"

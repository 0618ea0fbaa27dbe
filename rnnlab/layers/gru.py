"""`layer: gru`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.cells import GRUCell
from rnnlab.layers.recurrent import CellLayer


class GRU(CellLayer, GRUCell):
    """The gated recurrent unit over the timesteps (Cho et al. 2014): 3U(F + U + 2) parameters."""

    keras_class: ClassVar[str] = "GRU"
    layer: Literal["gru"] = "gru"

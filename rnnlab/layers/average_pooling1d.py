"""`layer: average_pooling1d`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.layers.pooling import Pooling


class AveragePooling1D(Pooling):
    """The average over windows of timesteps, padding left out: (T, F) to (T', F)."""

    keras_class: ClassVar[str] = "AveragePooling1D"
    layer: Literal["average_pooling1d"] = "average_pooling1d"

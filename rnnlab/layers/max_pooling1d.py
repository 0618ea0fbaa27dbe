"""`layer: max_pooling1d`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.layers.pooling import Pooling


class MaxPooling1D(Pooling):
    """The maximum over windows of timesteps, padding left out: (T, F) to (T', F)."""

    keras_class: ClassVar[str] = "MaxPooling1D"
    layer: Literal["max_pooling1d"] = "max_pooling1d"

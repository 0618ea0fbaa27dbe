"""`layer: conv_lstm1d`."""

from __future__ import annotations

from typing import ClassVar, Literal

from rnnlab.layers.conv_lstm import ConvLSTM
from rnnlab.spec import PositiveInt


class ConvLSTM1D(ConvLSTM):
    """An LSTM whose products are convolutions over rows: (T, R, F) to (R', filters) (Shi et al. 2015)."""

    keras_class: ClassVar[str] = "ConvLSTM1D"
    rank: ClassVar[int] = 1
    layer: Literal["conv_lstm1d"] = "conv_lstm1d"
    kernel_size: PositiveInt
    """Places that a kernel covers."""
    strides: PositiveInt = 1
    """Places from one position of the kernel to the next."""
    dilation_rate: PositiveInt = 1
    """Places from one number of the kernel to the next."""

"""`layer: conv_lstm2d`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.layers.conv_lstm import ConvLSTM
from rnnlab.spec import PositiveInt, Tuple

Pair = Annotated[tuple[PositiveInt, ...], Tuple, Field(min_length=2, max_length=2)]


class ConvLSTM2D(ConvLSTM):
    """An LSTM whose products are convolutions over images: (T, R, C, F) to (R', C', filters) (Shi et al. 2015)."""

    keras_class: ClassVar[str] = "ConvLSTM2D"
    rank: ClassVar[int] = 2
    layer: Literal["conv_lstm2d"] = "conv_lstm2d"
    kernel_size: PositiveInt | Pair
    """Places that a kernel covers, one number or one for rows and one for columns."""
    strides: PositiveInt | Pair = 1
    """Places from one position of the kernel to the next."""
    dilation_rate: PositiveInt | Pair = 1
    """Places from one number of the kernel to the next."""

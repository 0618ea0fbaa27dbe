"""Recurrent layers as tests of the kernels draw them."""

from __future__ import annotations

import numpy as np

from rnnlab.reference import GRU, LSTM, SimpleRNN

CELLS = {
    "simple_rnn": (SimpleRNN, {}),
    "lstm": (LSTM, {}),
    "gru": (GRU, {"reset_after": True}),
    "gru_reset_before": (GRU, {"reset_after": False}),
}
TOLERANCE = 5e-6  # of each array's largest number: float32 against float64


def make_mask(kind: str, batch: int, timesteps: int, draw: np.random.Generator) -> np.ndarray | None:
    if kind == "none":
        return None
    if kind in ("scattered", "empty"):
        return draw.random((batch, timesteps)) < (0.5 if kind == "scattered" else 0)
    live = np.ones((batch, timesteps), bool)
    for row in range(batch):
        length = int(draw.integers(0, timesteps))
        begin = {"left": 0, "right": timesteps - length}.get(kind, int(draw.integers(0, timesteps - length + 1)))
        live[row, begin : begin + length] = False
    if kind == "empty row":
        live[0] = False
    return live


def make_weights(kind, features: int, units: int, draw: np.random.Generator, *, bias: bool = True):
    from rnnlab.kernels.kinds import KINDS
    from rnnlab.kernels.layout import Weights

    width = KINDS[kind].gates * units
    shapes = [(features, width), (units, width), (2, width) if kind == "gru" else (width,)]
    kernel, recurrent, biases = ((draw.normal(size=shape) / np.sqrt(units + 2)).astype("f") for shape in shapes)
    return Weights(kernel, recurrent, biases if bias else np.zeros(0, "f"))


def close(mine, theirs) -> None:
    assert mine.dtype == np.float32
    assert mine.shape == theirs.shape
    np.testing.assert_allclose(mine, theirs, rtol=0, atol=TOLERANCE * max(1e-3, np.abs(theirs).max(initial=0)))

"""Windows that slide over timesteps or rows: how many there are, and what they do to a mask."""

from __future__ import annotations

from rnnlab.layers.layer import LayerProblemError, Signal
from rnnlab.layers.sequence import leaks


def count_windows(layer: str, size: int | None, span: int, strides: int, padding: str) -> int | None:
    """Return how many windows fit; None where the size is unknown.

    Args:
        layer: kind, for the message.
        size: timesteps or rows.
        span: that one window covers, gaps of a dilation included.
        strides: from one window to the next.
        padding: `valid` keeps to the data; `same` and `causal` go over the edge.

    Raises:
        LayerProblemError: RL212, not one fits.
    """
    if size is None:
        return None
    if padding != "valid":
        return (size - 1) // strides + 1
    if size < span:
        raise LayerProblemError(
            "RL212",
            f"a window of `{layer}` covers {span}, but there are only {size}",
            help="make it smaller, or use `padding: same`",
        )
    return (size - span) // strides + 1


def check_windows_mask(layer: str, signal: Signal, strides: int, padding: str, exact: str) -> None:
    """Raise where windows over a masked sequence would depend on how much padding there is.

    With one window around every timestep, padding can be made what lies beyond the edge; with fewer windows than
    timesteps, where they fall depends on the padding.

    Raises:
        LayerProblemError: RL225.
    """
    if signal.mask and (strides != 1 or padding == "valid"):
        key = "strides" if strides != 1 else "padding"
        raise leaks(
            layer, signal.mask, "has windows that mix data with padding", f"use {exact} and `strides: 1`", key=key
        )

"""Sequences of numbers, each with its own number of timesteps: what the kinds that hold them share."""

from __future__ import annotations

from typing import Literal

from rnnlab.datasets.facts import InputFacts
from rnnlab.padding import Padding

X, Y = "x", "y"
ScalerName = Literal["standard", "minmax", "robust", "none"]


def is_padded(length: int | None, padding: Padding) -> bool:
    """Return whether zeros stand anywhere: lengths differ (`length` is None), or `maxlen` is longer than all."""
    return length is None or (isinstance(padding.maxlen, int) and padding.maxlen > length)


def sequence_facts(channels: int | None, length: int | None, padding: Padding) -> InputFacts:
    """Return what is known of an input of sequences.

    Where padding is masked, the last feature of a timestep tells data (1) from padding (0); zeros alone may be data.

    Args:
        channels: C, numbers per timestep of the source; None where only the data can tell.
        length: timesteps of every sequence; None where they differ or only the data can tell.
        padding: of the file.
    """
    padded = is_padded(length, padding)
    timesteps = padding.maxlen if isinstance(padding.maxlen, int) else length
    features = () if channels is None else (channels + (padded and padding.mask),)
    return InputFacts(
        "features", timesteps, features, padding=padding.padding if padded else None, masked=padded and padding.mask
    )

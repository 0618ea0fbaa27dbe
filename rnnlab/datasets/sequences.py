"""Sequences of numbers, each with its own number of timesteps: what the kinds that hold them share."""

from __future__ import annotations

from typing import Literal

X, Y = "x", "y"
ScalerName = Literal["standard", "minmax", "robust", "none"]

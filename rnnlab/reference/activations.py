"""Activations and their slopes. All of them have a slope that follows from what they gave."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from rnnlab.errors import CallError

Array: TypeAlias = NDArray[np.floating[Any]]
Activation = Literal["tanh", "sigmoid", "relu", "linear"]


def check_activation(name: str) -> None:
    """Return nothing where the activation is known here.

    Raises:
        CallError: it is not.
    """
    if name not in get_args(Activation):
        raise CallError(f"unknown activation `{name}`: the reference has {', '.join(get_args(Activation))}")


def activate(name: Activation, sums: Array) -> Array:
    """Return the activation of each sum, in the same shape."""
    match name:
        case "tanh":
            return np.tanh(sums)
        case "sigmoid":
            return 0.5 * (1 + np.tanh(sums / 2))  # 1 / (1 + exp(-x)), which overflows where x is very negative
        case "relu":
            return np.maximum(sums, 0)
        case "linear":
            return sums


def slope(name: Activation, activated: Array) -> Array:
    """Return the derivative of each activation by its sum, in the same shape.

    Args:
        name: of the activation.
        activated: what `activate` gave.
    """
    match name:
        case "tanh":
            return 1 - activated**2
        case "sigmoid":
            return activated * (1 - activated)
        case "relu":
            return (activated > 0).astype(activated.dtype)
        case "linear":
            return np.ones_like(activated)

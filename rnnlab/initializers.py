"""Initial values, penalties and constraints of weights, by Keras's own names."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnlab.spec import NonNegative, Spec

Initializer = Literal[
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "zeros",
    "ones",
    "identity",
]
Constraint = Literal["max_norm", "non_neg", "unit_norm", "min_max_norm"]
Activation = Literal[
    "linear",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "softplus",
    "softsign",
    "hard_sigmoid",
    "exponential",
    "softmax",
    "log_softmax",
]


class Regularizer(Spec):
    """A penalty on a weight or an output, added to the loss."""

    l1: NonNegative = 0.0
    """Factor of the sum of absolute values."""
    l2: NonNegative = 0.0
    """Factor of the sum of squares."""


Rate = Annotated[float, Field(ge=0, lt=1)]

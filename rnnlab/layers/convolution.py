"""What layers with kernels of several dimensions share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rnnlab.cells import Contradiction
from rnnlab.layers.layer import Layer

KernelInitializer = Literal[
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "orthogonal",
    "random_normal", "random_uniform", "truncated_normal", "zeros", "ones",
]  # fmt: skip
"""Keras's `identity` is for matrices only."""


def bias_contradictions(layer: Layer, *, use_bias: bool) -> Iterator[Contradiction]:
    """Yield the keys of a bias that is not there."""
    for key in ("bias_initializer", "bias_regularizer", "bias_constraint", "unit_forget_bias"):
        if layer.departs(key) and not use_bias:
            yield Contradiction(
                key, f"`{key}` has no bias to act on: `use_bias` is false", f"remove `{key}`, or use a bias"
            )

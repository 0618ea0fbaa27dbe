"""Keras's dtype policies by name: in which numbers a layer keeps its weights, and in which it computes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Policy = Literal["float32", "float64", "mixed_float16", "mixed_bfloat16"]
LayerPolicy = Literal["float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"]
BYTES = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}
COARSEST = ("bfloat16", "float16", "float32", "float64")
"""From the fewest digits (8 bits) to the most (53)."""
HALVES = ("float16", "bfloat16")


def compute_dtype(policy: str) -> str:
    """Return in what a layer of a policy computes, which is also what it gives."""
    return policy.removeprefix("mixed_")


def variable_dtype(policy: str) -> str:
    """Return in what a layer of a policy keeps its weights: float32 where it is mixed."""
    return "float32" if policy.startswith("mixed_") else policy


def meet(dtypes: Iterable[str]) -> str:
    """Return in what numbers of several dtypes are computed together: the narrowest one that holds them all."""
    found = set(dtypes)
    if found == set(HALVES):  # the one lacks the range, the other the digits
        return "float32"
    return max(found, key=COARSEST.index)

"""Adam's step: see `rnnlab.kernels.adam`."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from rnnlab.kernels.compiled.vector import CALLED, VECTOR, address, copy, load_vector, splat_scalar, store_vector
from rnnlab.kernels.constants import BYTES, KEPT, LANES, PARTS


@intrinsic
def _step(
    typing: Any, gradient: Any, momentum: Any, velocity: Any, weight: Any, to_momentum: Any, to_velocity: Any,
    to_weight: Any, alpha: Any, mean: Any, square: Any, epsilon: Any,
) -> Any:  # fmt: skip
    """Write sixteen new momenta, velocities and weights."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = ir.Constant(ir.IntType(64), 0)
        g, m, v, w = (load_vector(builder, at, place) for at in args[:4])
        alpha, mean, square, epsilon = (splat_scalar(builder, number) for number in args[7:])
        root = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(VECTOR, [VECTOR]), f"llvm.sqrt.v{LANES}f32"
        )
        m = builder.fadd(m, builder.fmul(builder.fsub(g, m), mean))
        v = builder.fadd(v, builder.fmul(builder.fsub(builder.fmul(g, g), v), square))
        change = builder.fdiv(builder.fmul(m, alpha), builder.fadd(builder.call(root, [v]), epsilon))
        for value, to in zip((m, v, builder.fsub(w, change)), args[4:7], strict=True):
            store_vector(builder, value, to, place)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 7, *[types.float32] * 4), generate


@njit(**CALLED)
def _last_numbers(addresses: Any, at: Any, count: Any, inside: Any) -> None:
    """Copy the last numbers of a weight, fewer than sixteen, to memory where sixteen can be read."""
    for part in range(PARTS):
        copy(addresses[part] + BYTES * at, inside + BYTES * LANES * part, count)


def adam_shard(
    addresses: Any, sizes: Any, shard: Any, shards: Any, alpha: Any, mean: Any, square: Any, epsilon: Any
) -> None:
    """Fill a shard's part of every weight.

    Args:
        addresses: (P, 7): of the four parts of each weight, and of the three that are filled.
        sizes: (P,), numbers of each.
        shard: which one.
        shards: how many.
        alpha: learning rate, with the corrections of both means.
        mean: 1 - beta_1.
        square: 1 - beta_2.
        epsilon: added to the root.
    """
    inside = np.zeros((PARTS + KEPT) * LANES, np.float32)
    own = address(inside)
    for place in range(sizes.size):
        g, m, v, w, to_m, to_v, to_w = addresses[place]
        size = sizes[place]
        first, last = size // LANES * shard // shards, size // LANES * (shard + 1) // shards
        for at in range(BYTES * LANES * first, BYTES * LANES * last, BYTES * LANES):
            _step(g + at, m + at, v + at, w + at, to_m + at, to_v + at, to_w + at, alpha, mean, square, epsilon)
        at, count = size // LANES * LANES, size % LANES
        if count and shard == shards - 1:
            _last_numbers(addresses[place], at, count, own)
            row = BYTES * LANES
            found = own + PARTS * row
            _step(
                own, own + row, own + 2 * row, own + 3 * row, found, found + row, found + 2 * row, alpha, mean, square,
                epsilon,
            )  # fmt: skip
            for part in range(KEPT):
                copy(found + part * row, addresses[place, PARTS + part] + BYTES * at, count)

"""Adam's step for all weights in one pass over memory, bit for bit that of Keras.

TensorFlow computes it as twelve operations, each of which reads and writes everything anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from rnnlab.kernels.compiled import COMPILE
from rnnlab.kernels.packing import buffers
from rnnlab.kernels.pool import run_shards
from rnnlab.kernels.vector import BYTES, CALLED, LANES, VECTOR, address, copy, load_vector, splat_scalar, store_vector

Floats = NDArray[np.float32]
PARTS = 4  # of each weight: gradient, momentum, velocity and the weight itself
KEPT = 3  # of them that change
SHARED = 50_000  # numbers worth a thread of their own: all seven of each are read or written
ROUNDED: dict[str, Any] = COMPILE | {"fastmath": False}  # every sum and product is rounded, as TensorFlow does


@intrinsic
def _step(
    typing: Any, gradient: Any, momentum: Any, velocity: Any, weight: Any, out: Any, ahead: Any, alpha: Any,
    mean: Any, square: Any, epsilon: Any,
) -> Any:  # fmt: skip
    """Write sixteen new momenta, velocities and weights, `ahead` numbers apart."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = ir.Constant(ir.IntType(64), 0)
        g, m, v, w = (load_vector(builder, at, place) for at in args[:4])
        alpha, mean, square, epsilon = (splat_scalar(builder, number) for number in args[6:])
        root = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(VECTOR, [VECTOR]), f"llvm.sqrt.v{LANES}f32"
        )
        m = builder.fadd(m, builder.fmul(builder.fsub(g, m), mean))
        v = builder.fadd(v, builder.fmul(builder.fsub(builder.fmul(g, g), v), square))
        change = builder.fdiv(builder.fmul(m, alpha), builder.fadd(builder.call(root, [v]), epsilon))
        for number, value in enumerate((m, v, builder.fsub(w, change))):
            store_vector(builder, value, args[4], builder.mul(args[5], ir.Constant(ir.IntType(64), number)))
        return context.get_dummy_value()

    return types.void(*[types.int64] * 6, *[types.float32] * 4), generate


@njit(**CALLED)
def _last_numbers(addresses: Any, at: Any, count: Any, inside: Any) -> None:
    """Copy the last numbers of a weight, fewer than sixteen, to memory where sixteen can be read."""
    for part in range(PARTS):
        copy(addresses[part] + BYTES * at, inside + BYTES * LANES * part, count)


@njit("void(i8[:,::1], i8[::1], i8, i8, f4, f4, f4, f4)", **ROUNDED)
def _steps(
    addresses: Any, sizes: Any, shard: Any, shards: Any, alpha: Any, mean: Any, square: Any, epsilon: Any
) -> None:
    """Fill a shard's part of every weight.

    Args:
        addresses: (P, 5): of the four parts of each weight, and of what is filled, aligned by sixteens.
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
        g, m, v, w, out = addresses[place]
        size = sizes[place]
        ahead = -(-size // LANES) * LANES
        first, last = size // LANES * shard // shards, size // LANES * (shard + 1) // shards
        for at in range(BYTES * LANES * first, BYTES * LANES * last, BYTES * LANES):
            _step(g + at, m + at, v + at, w + at, out + at, ahead, alpha, mean, square, epsilon)
        at, count = size // LANES * LANES, size % LANES
        if count and shard == shards - 1:
            _last_numbers(addresses[place], at, count, own)
            row = BYTES * LANES
            found = own + PARTS * row
            _step(own, own + row, own + 2 * row, own + 3 * row, found, LANES, alpha, mean, square, epsilon)
            for part in range(KEPT):
                copy(found + part * row, out + BYTES * (part * ahead + at), count)


def filled(size: int) -> int:
    """Return how many numbers a weight has in `adam_steps`, filled up to sixteens."""
    return -(-size // LANES) * LANES


def adam_steps(
    alpha: np.float32, mean: np.float32, square: np.float32, epsilon: np.float32, parts: Sequence[Floats], threads: int
) -> Floats:
    """Return, of one weight after the other, the new momentum, velocity and weight, each filled up to sixteens.

    m' = m + (g - m)·mean, v' = v + (g² - v)·square, w' = w - m'·alpha / (√v' + epsilon).

    One array, as TensorFlow takes microseconds for each that it is given, and none to divide it.

    Source: Kingma & Ba 2015, in the order of `Adam.update_step` in keras/src/optimizers/adam.py, Keras 3.15.

    Args:
        alpha: learning rate · √(1 - beta_2^t) / (1 - beta_1^t).
        mean: 1 - beta_1.
        square: 1 - beta_2.
        epsilon: added to the root.
        parts: gradients of all weights, then momenta, velocities and the weights; float32, C-contiguous.
        threads: at most so many at once.
    """
    parts = [np.asarray(part) for part in parts]  # TensorFlow gives numbers without dimensions as scalars
    count = len(parts) // PARTS
    sizes = [each.size for each in parts[-count:]]
    begins = list(accumulate((KEPT * filled(size) for size in sizes), initial=0))
    memory: Floats = buffers.take(begins[-1])
    addresses = np.empty((count, PARTS + 1), np.int64)
    addresses[:, :PARTS] = np.array([each.ctypes.data for each in parts], np.int64).reshape(PARTS, count).T
    addresses[:, PARTS] = memory.ctypes.data + BYTES * np.array(begins[:-1], np.int64)
    shards, numbers = max(1, min(threads, begins[-1] // (KEPT * SHARED))), np.array(sizes, np.int64)
    run_shards(lambda shard: _steps(addresses, numbers, shard, shards, alpha, mean, square, epsilon), shards)
    return memory

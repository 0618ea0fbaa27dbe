"""Adam's step for all weights in one pass over memory, bit for bit that of Keras.

TensorFlow computes it as twelve operations, each of which reads and writes everything anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.constants import BYTES, KEPT, LANES, PARTS
from rnnlab.kernels.entries import adam_shard
from rnnlab.kernels.packing import buffers
from rnnlab.kernels.pool import run_shards

Floats = NDArray[np.float32]
APART = 2**20  # numbers of a weight that are worth the microseconds of three arrays more
SHARED = 50_000  # numbers worth a thread of their own: all seven of each are read or written


def filled(size: int) -> int:
    """Return how many numbers a weight has in `adam_steps`, filled up to sixteens."""
    return -(-size // LANES) * LANES


def is_apart(size: int) -> bool:
    """Return whether the new numbers of a weight of so many may go to arrays that the caller gives."""
    return size >= APART


def adam_steps(
    alpha: np.float32,
    mean: np.float32,
    square: np.float32,
    epsilon: np.float32,
    parts: Sequence[Floats],
    threads: int,
    spaces: Sequence[Floats] = (),
) -> Floats:
    """Return, of one weight after the other, the new momentum, velocity and weight, each filled up to sixteens.

    m' = m + (g - m)·mean, v' = v + (g² - v)·square, w' = w - m'·alpha / (√v' + epsilon).

    One array, as TensorFlow takes microseconds for each that it is given, and none to divide it. What goes to spaces
    is not in it.

    Source: Kingma & Ba 2015, in the order of `Adam.update_step` in keras/src/optimizers/adam.py, Keras 3.15.

    Args:
        alpha: learning rate · √(1 - beta_2^t) / (1 - beta_1^t).
        mean: 1 - beta_1.
        square: 1 - beta_2.
        epsilon: added to the root.
        parts: gradients of all weights, then momenta, velocities and the weights; float32, C-contiguous.
        threads: at most so many at once.
        spaces: the new momentum, velocity and weight of each that `is_apart`, to be filled; or none.
    """
    parts = [np.asarray(part) for part in parts]  # TensorFlow gives numbers without dimensions as scalars
    count = len(parts) // PARTS
    sizes = [each.size for each in parts[-count:]]
    apart = [len(spaces) > 0 and is_apart(size) for size in sizes]
    memory: Floats = buffers.take(
        sum(KEPT * filled(size) for size, alone in zip(sizes, apart, strict=True) if not alone)
    )
    begin, given, filling = memory.ctypes.data, iter(spaces), list[Sequence[int]]()
    for size, alone in zip(sizes, apart, strict=True):
        ahead = 0 if alone else BYTES * filled(size)
        own = (begin, begin + ahead, begin + 2 * ahead)
        filling.append([each.ctypes.data for each in islice(given, KEPT)] if alone else own)
        begin += KEPT * ahead
    addresses = np.empty((count, PARTS + KEPT), np.int64)
    addresses[:, :PARTS] = np.array([each.ctypes.data for each in parts], np.int64).reshape(PARTS, count).T
    addresses[:, PARTS:] = filling
    shards, numbers = max(1, min(threads, sum(map(filled, sizes)) // SHARED)), np.array(sizes, np.int64)

    def work(shard: int, _used: Any = (parts, memory, spaces)) -> None:  # they stay as long as a thread may compute
        adam_shard(addresses, numbers, shard, shards, alpha, mean, square, epsilon)

    run_shards(work, shards)
    return memory

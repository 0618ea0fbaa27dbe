"""Adam's step for all weights in one pass over memory, bit for bit that of Keras.

TensorFlow computes it as twelve operations, each of which reads and writes everything anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.constants import BYTES, KEPT, LANES, PARTS
from rnnlab.kernels.entries import adam_shard
from rnnlab.kernels.packing import buffers
from rnnlab.kernels.pool import run_shards

Floats = NDArray[np.float32]
SHARED = 50_000  # numbers worth a thread of their own: all seven of each are read or written


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

    def work(shard: int, _read: Any = (parts, memory)) -> None:  # they stay as long as a thread may compute
        adam_shard(addresses, numbers, shard, shards, alpha, mean, square, epsilon)

    run_shards(work, shards)
    return memory

"""Adam's step for all weights in one pass over memory, bit for bit that of Keras.

TensorFlow computes it as twelve operations, each of which reads and writes everything anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.constants import BYTES, KEPT, LANES, PARTS
from rnnlab.kernels.entries import adam_shard
from rnnlab.kernels.packing import LARGE, buffers
from rnnlab.kernels.pool import run_shards

Floats = NDArray[np.float32]


def adam_steps(
    alpha: np.float32, mean: np.float32, square: np.float32, epsilon: np.float32, parts: Sequence[Floats], threads: int
) -> list[Floats]:
    """Return the new momenta of all weights, then their velocities, then the weights.

    m' = m + (g - m)·mean, v' = v + (g² - v)·square, w' = w - m'·alpha / (√v' + epsilon).

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
    weights = parts[-count:]
    sizes = np.array([each.size for each in weights], np.int64)
    begins = np.cumsum([0, *(KEPT * (-(-sizes // LANES) * LANES))]).tolist()
    memory = buffers.take(begins[-1])
    addresses = np.empty((count, PARTS + 1), np.int64)
    addresses[:, :PARTS] = np.array([each.ctypes.data for each in parts], np.int64).reshape(PARTS, count).T
    addresses[:, PARTS] = memory.ctypes.data + BYTES * np.array(begins[:-1], np.int64)
    shards = max(1, min(threads, begins[-1] // (KEPT * LARGE)))
    run_shards(lambda shard: adam_shard(addresses, sizes, shard, shards, alpha, mean, square, epsilon), shards)
    found = []
    for part in range(KEPT):
        for begin, weight in zip(begins, weights, strict=False):
            start = begin + part * (-(-weight.size // LANES) * LANES)
            found.append(memory[start : start + weight.size].reshape(weight.shape))
    return found

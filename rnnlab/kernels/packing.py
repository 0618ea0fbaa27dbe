"""Weights, states and outputs between Keras's layout and that of the kernels, where U units fill `width` numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.buffers import Buffers
from rnnlab.kernels.constants import LANES
from rnnlab.kernels.entries import pack_columns, pack_rows
from rnnlab.kernels.pool import run_tasks, split

LARGE = 500_000  # numbers worth a thread of their own
buffers = Buffers()


def width_of(units: int) -> int:
    """Return the units filled up to sixteens."""
    return -(-units // LANES) * LANES


def pack_kernel(weights: NDArray[np.float32], gates: int, units: int, threads: int) -> NDArray[np.float32]:
    """Return weights (I, G·U) as panels (G·width/16, I, 16)."""
    out, tasks = packing_tasks(weights, gates, units, threads)
    run_tasks(tasks, threads)
    return out


def packing_tasks(
    weights: NDArray[np.float32], gates: int, units: int, threads: int
) -> tuple[NDArray[np.float32], list[Callable[[], None]]]:
    """Return panels (G·width/16, I, 16), and what fills them with weights (I, G·U)."""
    panels = gates * width_of(units) // LANES
    return _pack(pack_columns, weights, units, (panels, len(weights), LANES), threads)


def pack_transposed(weights: NDArray[np.float32], gates: int, units: int, threads: int) -> NDArray[np.float32]:
    """Return the transpose of weights (I, G·U) as panels (I'/16, G·width, 16)."""
    panels = width_of(len(weights)) // LANES
    out, tasks = _pack(pack_rows, weights, units, (panels, gates * width_of(units), LANES), threads)
    run_tasks(tasks, threads)
    return out


def _pack(
    pack: Callable[..., None], weights: NDArray[np.float32], units: int, shape: tuple[int, int, int], threads: int
) -> tuple[NDArray[np.float32], list[Callable[[], None]]]:
    out, shards = buffers.take(*shape), max(1, min(threads, weights.size // LARGE))
    width, parts = width_of(units), [split(shape[0], shards, shard) for shard in range(shards)]
    return out, [partial(pack, weights, units, width, *part, out) for part in parts]

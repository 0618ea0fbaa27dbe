"""How many multiply-adds this machine does in matrix products: the limit of every kernel that is made of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from rnnlab.kernels.compiled.product import product
from rnnlab.kernels.compiled.vector import LANES, address
from rnnlab.kernels.packing import buffers
from rnnlab.kernels.pool import run_shards
from rnnlab.runtime import available_cores

SIDE = 2048
ROWS, DEPTH, COLUMNS, TIMES = 64, 64, 96, 2000  # numbers that stay in the first cache


def gemm_peak(rounds: int = 7) -> float:
    """Return floating-point operations per second (a multiply-add is two) of float32 products on all cores.

    The greater of NumPy's product of large matrices and the kernels' own one of small ones.
    """
    left, right = np.random.default_rng(0).normal(size=(2, SIDE, SIDE)).astype(np.float32)
    cores = available_cores()
    small = [[buffers.take(*shape) for shape in ((ROWS, DEPTH), (COLUMNS // LANES, DEPTH, LANES), (ROWS, COLUMNS))]
             for _ in range(cores)]  # fmt: skip
    for each in small:
        each[0][:], each[1][:] = 1, 1
    multiply(1, *small[0])
    own = _seconds(rounds, lambda: run_shards(lambda core: multiply(TIMES, *small[core]), cores))
    numpy = _seconds(rounds, lambda: left @ right)
    return max(2 * SIDE**3 / numpy, 2 * cores * TIMES * ROWS * DEPTH * COLUMNS / own)


def _seconds(rounds: int, work: Callable[[], Any]) -> float:
    """Return the shortest time that the work took."""
    best = float("inf")
    for _ in range(rounds):
        since = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - since)
    return best


@njit(nogil=True)
def multiply(times: Any, left: Any, panels: Any, out: Any) -> None:
    """Write left·panels so many times."""
    start = np.zeros(out.shape[1], np.float32)
    for _ in range(times):
        product(left.shape[0], address(left), left.shape[1], address(panels), left.shape[1] * LANES, left.shape[1],
                out.shape[1], address(out), out.shape[1], address(start), 0)  # fmt: skip

"""How many multiply-adds this machine does in matrix products: the limit of every kernel that is made of them."""

from __future__ import annotations

import time

import numpy as np

SIDE = 2048


def gemm_peak(rounds: int = 7) -> float:
    """Return floating-point operations per second (a multiply-add is two) of NumPy's float32 product on all cores."""
    left, right = np.random.default_rng(0).normal(size=(2, SIDE, SIDE)).astype(np.float32)
    best = float("inf")
    for _ in range(rounds):
        since = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - since)
    return 2 * SIDE**3 / best

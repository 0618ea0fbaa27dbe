"""Arrays that are used again: fresh pages cost more than what is computed in them.

An array is free again when nobody refers to it any more. TensorFlow adopts memory that begins at a multiple of 64 bytes
without a copy and holds a reference for as long as its tensor lives.
"""

from __future__ import annotations

import sys
import threading
import time
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 64  # bytes
SPARE = 64  # blocks that are kept; more than a stack of layers needs
LARGE = 2**22  # bytes that are waited for rather than taken anew
WAIT, WAITS = 0.0003, 10  # seconds, and how often
IDLE = 3  # references to a block that nobody uses: the list's, a local variable's, getrefcount's


class Buffers:
    """Memory for the arrays of kernels."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.uint8]] = []
        self._lock = threading.Lock()

    def take(self, *shape: int, dtype: Any = np.float32) -> NDArray[Any]:
        """Return an array of arbitrary numbers."""
        size = max(1, prod(shape)) * np.dtype(dtype).itemsize
        for waits in reversed(range(WAITS + 1)):
            with self._lock:
                block = self._find(size, patient=waits > 0)
                if block is not None:
                    start = -block.ctypes.data % ALIGNMENT
                    array: NDArray[Any] = block[start : start + size].view(dtype)[: prod(shape)].reshape(shape)
                    return array
            time.sleep(WAIT)
        raise AssertionError("who does not wait gets a block")

    def _find(self, size: int, *, patient: bool) -> NDArray[np.uint8] | None:
        """Return the smallest free block that fits, or a new one; None where one may soon be free.

        TensorFlow gives up what a compiled function read shortly after its call is over: where a large block would fit
        that somebody has, it is waited for.
        """
        best, taken = self._best(size)
        if best is not None:
            return best
        if patient and taken and size >= LARGE:
            return None
        if len(self._blocks) >= SPARE:
            self._drop_idle()
        self._blocks.append(np.empty(size + size // 8 + ALIGNMENT, np.uint8))
        return self._blocks[-1]

    def _best(self, size: int) -> tuple[NDArray[np.uint8] | None, bool]:
        """Return the smallest free block that fits, and whether one would that somebody has."""
        best, taken = None, False
        for place in range(len(self._blocks)):
            block = self._blocks[place]
            if size + ALIGNMENT <= block.nbytes <= 2 * size + 4096:
                free = sys.getrefcount(block) == IDLE
                taken |= not free
                if free and (best is None or block.nbytes < best.nbytes):
                    best = block
        return best, taken

    def _drop_idle(self) -> None:
        kept = []
        for place in range(len(self._blocks)):
            block = self._blocks[place]
            if sys.getrefcount(block) > IDLE:
                kept.append(block)
        self._blocks = kept

"""Arrays that are used again: fresh pages cost more than what is computed in them.

An array is free again when nobody refers to it any more. TensorFlow adopts memory that begins at a multiple of 64 bytes
without a copy and holds a reference for as long as its tensor lives.
"""

from __future__ import annotations

import sys
import threading
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 64  # bytes
SPARE = 64  # blocks that are kept; more than a stack of layers needs
IDLE = 3  # references to a block that nobody uses: the list's, a local variable's, getrefcount's


class Buffers:
    """Memory for the arrays of kernels."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.uint8]] = []
        self._lock = threading.Lock()

    def take(self, *shape: int, dtype: Any = np.float32) -> NDArray[Any]:
        """Return an array of arbitrary numbers."""
        size = max(1, prod(shape)) * np.dtype(dtype).itemsize
        with self._lock:
            block = self._find(size)
            start = -block.ctypes.data % ALIGNMENT
            array: NDArray[Any] = block[start : start + size].view(dtype)[: prod(shape)].reshape(shape)
            return array

    def _find(self, size: int) -> NDArray[np.uint8]:
        """Return the smallest free block that fits, or a new one."""
        best = None
        for place in range(len(self._blocks)):
            block = self._blocks[place]
            fits = size + ALIGNMENT <= block.nbytes <= 2 * size + 4096
            if fits and sys.getrefcount(block) == IDLE and (best is None or block.nbytes < best.nbytes):
                best = block
        if best is not None:
            return best
        if len(self._blocks) >= SPARE:
            self._drop_idle()
        self._blocks.append(np.empty(size + size // 8 + ALIGNMENT, np.uint8))
        return self._blocks[-1]

    def _drop_idle(self) -> None:
        kept = []
        for place in range(len(self._blocks)):
            block = self._blocks[place]
            if sys.getrefcount(block) > IDLE:
                kept.append(block)
        self._blocks = kept

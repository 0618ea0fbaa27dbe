"""Arrays that are used again: fresh pages cost more than what is computed in them.

An array is free again when nobody refers to it any more. TensorFlow adopts memory that begins at a multiple of 64 bytes
without a copy and holds a reference for as long as its tensor lives.
"""

from __future__ import annotations

import sys
import threading
import time
from bisect import bisect_left, bisect_right
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 64  # bytes
SPARE = 64  # blocks that are kept; more than a stack of layers needs
LARGE = 2**22  # bytes that are waited for rather than taken anew
WAIT, WAITS = 0.0003, 10  # seconds, and how often
IDLE = 2  # references to a block that nobody uses: the list's and getrefcount's


class Buffers:
    """Memory for the arrays of kernels."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.uint8]] = []  # the smallest first
        self._sizes: list[int] = []  # their bytes
        self._starts: list[int] = []  # the first aligned byte of each
        self._lock = threading.Lock()

    def take(self, *shape: int, dtype: Any = np.float32) -> NDArray[Any]:
        """Return an array of arbitrary numbers."""
        size = max(1, prod(shape)) * np.dtype(dtype).itemsize
        for waits in reversed(range(WAITS + 1)):
            with self._lock:
                place = self._find(size, patient=waits > 0)
                if place is not None:
                    return np.ndarray(shape, dtype, self._blocks[place], self._starts[place])
            time.sleep(WAIT)
        raise AssertionError("who does not wait gets a block")

    def _find(self, size: int, *, patient: bool) -> int | None:
        """Return the place of the smallest free block that fits, or of a new one; None where one may soon be free.

        TensorFlow gives up what a compiled function read shortly after its call is over: where a large block would fit
        that somebody has, it is waited for.
        """
        first, behind = bisect_left(self._sizes, size + ALIGNMENT), bisect_right(self._sizes, 2 * size + 4096)
        for place in range(first, behind):
            if sys.getrefcount(self._blocks[place]) == IDLE:
                return place
        if patient and first < behind and size >= LARGE:
            return None
        if len(self._blocks) >= SPARE:
            self._drop_idle()
        return self._add(size + size // 8 + ALIGNMENT)

    def _add(self, size: int) -> int:
        """Return the place of a new block."""
        block = np.empty(size, np.uint8)
        place = bisect_right(self._sizes, size)
        self._blocks.insert(place, block)
        self._sizes.insert(place, size)
        self._starts.insert(place, -block.ctypes.data % ALIGNMENT)
        return place

    def _drop_idle(self) -> None:
        """Give up the blocks that nobody uses."""
        for place in reversed(range(len(self._blocks))):
            if sys.getrefcount(self._blocks[place]) == IDLE:
                del self._blocks[place], self._sizes[place], self._starts[place]

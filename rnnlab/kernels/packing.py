"""Weights, states and outputs between Keras's layout and that of the kernels, where U units fill `width` numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rnnlab.kernels.buffers import Buffers
from rnnlab.kernels.compiled import COMPILE, FLOATS
from rnnlab.kernels.pool import run_tasks, split
from rnnlab.kernels.vector import BYTES, LANES, address, copy, load, store

MATRIX = FLOATS.format(2)
LARGE = 500_000  # numbers worth a thread of their own
buffers = Buffers()


def width_of(units: int) -> int:
    """Return the units filled up to sixteens."""
    return -(-units // LANES) * LANES


@njit(f"void({MATRIX}, i8, i8, i8, i8, f4[:,:,::1])", **COMPILE)
def pack_columns(weights: Any, units: Any, width: Any, first: Any, last: Any, out: Any) -> None:
    """Fill panels (G·width/16, I, 16), those from `first` to `last`, with weights (I, G·U)."""
    for panel in range(first, last):
        block, j = divmod(panel * LANES, width)
        count, start = max(0, min(LANES, units - j)), block * units + j
        source, target = address(weights) + BYTES * start, address(out) + BYTES * panel * weights.shape[0] * LANES
        for i in range(weights.shape[0]):
            here = source + BYTES * i * weights.shape[1]
            if count == LANES:
                store(target, i * LANES, load(here, 0))
                continue
            copy(here, target + BYTES * i * LANES, count)
            out[panel, i, count:] = np.float32(0)


@njit(f"void({MATRIX}, i8, i8, i8, i8, f4[:,:,::1])", **COMPILE)
def pack_rows(weights: Any, units: Any, width: Any, first: Any, last: Any, out: Any) -> None:
    """Fill panels (I'/16, G·width, 16), those from `first` to `last`, with the transpose of weights (I, G·U).

    I' is I filled up to sixteens.
    """
    wide = weights.shape[1]
    for panel in range(first, last):
        count = max(0, min(LANES, weights.shape[0] - panel * LANES))
        for block in range(wide // units):
            for j in range(width):
                row = out[panel, block * width + j]
                for lane in range(LANES):
                    inside = lane < count and j < units
                    row[lane] = weights[panel * LANES + lane, block * units + j] if inside else np.float32(0)


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


@njit(f"void({MATRIX}, i4[:,::1], i8, i8, b1, f4[:,:,::1])", **COMPILE)
def show_outputs(h: Any, shows: Any, first: Any, last: Any, sequences: Any, out: Any) -> None:
    """Fill the outputs (B, T, U) of samples `first` to `last`, or (B, 1, U), the last ones."""
    units = out.shape[2]
    for row in range(first, last):
        for place in range(out.shape[1]):
            state = shows[row, place if sequences else shows.shape[1] - 1]
            for j in range(units):
                out[row, place, j] = h[state, j] if state >= 0 else np.float32(0)


@njit(f"void({MATRIX}, i4[:,::1], i4[::1], i4[::1], f4[:,:,::1])", **COMPILE)
def show_prefix(h: Any, shows: Any, samples: Any, prefix: Any, out: Any) -> None:
    """Fill the first outputs of samples, those that they share: (B,) how many, in the order of the samples given."""
    for place in range(samples.size):
        for t in range(prefix[place]):
            source = address(h) + BYTES * h.shape[1] * np.int64(shows[samples[place], t])
            copy(source, address(out) + BYTES * out.shape[2] * (samples[place] * out.shape[1] + t), out.shape[2])


@njit(f"void({FLOATS.format(3)}, i4[:,::1], i8, i8, i8, i8, f4[:,::1])", **COMPILE)
def gather_outputs(d_outputs: Any, shows: Any, first: Any, last: Any, lowest: Any, behind: Any, out: Any) -> None:
    """Add the gradients of the outputs (B, T, U) of some samples to those of the states that they were.

    Only states from `lowest` on and before `behind` are looked at.
    """
    units = d_outputs.shape[2]
    for row in range(first, last):
        for place in range(shows.shape[1]):
            state = shows[row, place]
            if lowest <= state < behind:
                for j in range(units):
                    out[state, j] += d_outputs[row, place, j]

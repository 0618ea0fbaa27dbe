"""Gradients of the weights: one product over all slots, left^T·d_sums.

The columns are split among threads, not the samples: nothing has to be added up afterwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rnnlab.kernels.cells import add_row
from rnnlab.kernels.compiled import COMPILE
from rnnlab.kernels.loop import FLOATS
from rnnlab.kernels.product import ROWS as TALL
from rnnlab.kernels.product import multiply
from rnnlab.kernels.vector import BYTES, CALLED, INLINE, LANES, address, copy, load, move, store

SLOTS = 256  # slots whose products are summed before they are added: keeps sums short, and what is read in the cache
BY_SLOT, BY_READ, BY_STATE = range(3)


@njit(**INLINE)
def _row_of(kind: Any, slot: Any, offset: Any, reads: Any) -> Any:
    if kind == BY_SLOT:
        return slot
    return np.int64(reads[slot]) if kind == BY_READ else slot + offset


@njit(**CALLED)
def _rank_slots(counts: Any, offsets: Any, ranks: Any) -> None:
    """Fill in which sample, by rank, a slot belongs to."""
    for shard in range(counts.shape[0]):
        slot, first = offsets[shard, 0], offsets[shard, 2]
        for k in range(counts.shape[1]):
            for rank in range(counts[shard, k]):
                ranks[slot] = first + rank
                slot += 1


@njit(**CALLED)
def _pack_left(row: Any, rows: Any, place: Any, out: Any, tile: Any) -> None:
    """Copy what one slot gave, (I,), to its place in each tile: out[tile, place, TALL]."""
    for i in range(0, rows, TALL):
        target = out + BYTES * ((i // TALL) * tile + place * TALL)
        if i + LANES <= rows:
            store(target, 0, load(row, i))  # the last four stand where the next slot will
        else:
            for lane in range(min(TALL, rows - i)):
                move(row + BYTES * (i + lane), target + BYTES * lane)


@njit(**CALLED)
def _gather(kind: Any, left: Any, begin: Any, rows: Any, reads: Any, ranks: Any, kept: Any, first: Any, count: Any,
            offset: Any, out: Any, tile: Any) -> None:  # fmt: skip
    """Copy what the left side of the product reads at `count` slots from `first`, tile by tile."""
    masked = np.empty(rows, np.float32)
    for place in range(count):
        row = _row_of(kind, first + place, offset, reads)
        source = address(left) + BYTES * (row * left.shape[1] + begin)
        if kept.size:
            for i in range(rows):
                masked[i] = left[row, begin + i] * kept[ranks[first + place], i]
            source = address(masked)
        _pack_left(source, rows, place, out, tile)


@njit(**CALLED)
def _multiply_tiles(rows: Any, left: Any, tile: Any, panel: Any, depth: Any, out: Any, zeros: Any) -> None:
    """Write one panel of left^T·d_sums, (I, 16), over the slots of a block."""
    for i in range(0, rows, TALL):
        here = left + BYTES * (i // TALL) * tile
        multiply(min(TALL, rows - i), here, TALL, 1, panel, depth, out + BYTES * i * LANES, LANES, zeros, 0)


@njit(**CALLED)
def _write(sums: Any, first: Any, width: Any, units: Any, out: Any, column: Any) -> None:
    """Copy the sums of each panel into Keras's layout, which has no numbers to fill up."""
    for place in range(sums.shape[0]):
        block, j = divmod((first + place) * LANES, width)
        count, start = max(0, min(LANES, units - j)), column + block * units + j
        for i in range(sums.shape[1]):
            target = address(out) + BYTES * (i * out.shape[1] + start)
            copy(address(sums) + BYTES * (place * sums.shape[1] + i) * LANES, target, count)


@njit(
    "void(i8, i8, i8, f4r2, i8, i8, i4[:,::1], i8[:,::1], i4[::1], f4r2, f4r2, i8, i8, i8, f4[:,::1], i8)".replace(
        "f4r2", FLOATS.format(2)
    ),
    **COMPILE,
)
def weight_gradient(
    kind: Any, first: Any, last: Any, left: Any, begin: Any, rows: Any, counts: Any, offsets: Any, reads: Any,
    kept: Any, d_sums: Any, block: Any, units: Any, width: Any, out: Any, column: Any,
) -> None:  # fmt: skip
    """Fill columns of a weight's gradient.

    Args:
        kind: how rows of `left` are found: by slot, by what the slot reads, or by the state before it.
        first: the first panel of columns to fill, counted from `block`.
        last: behind the last one.
        left: what was multiplied by the weight.
        begin: the first column of `left`.
        rows: I, columns of `left`: rows of the weight.
        counts: of the schedule.
        offsets: of the schedule.
        reads: of the schedule.
        kept: (B, I), what dropout left, by rank; else empty.
        d_sums: (N, D·width).
        block: the block of `d_sums` that is read first.
        units: U.
        width: U filled up to sixteens.
        out: (I, G·U).
        column: the column of `out` where the first block belongs.
    """
    panels, d_wide, tile = last - first, d_sums.shape[1], SLOTS * TALL + LANES
    sums = np.empty((panels, rows, LANES), np.float32)
    part, zeros = np.empty((rows, LANES), np.float32), np.zeros(LANES, np.float32)
    right, packed = np.empty((SLOTS, LANES), np.float32), np.empty((-(-rows // TALL), tile), np.float32)
    ranks = np.empty(d_sums.shape[0] if kept.size else 0, np.int32)
    if kept.size:
        _rank_slots(counts, offsets, ranks)
    empty = True
    for shard in range(offsets.shape[0] - 1):
        offset = offsets[shard, 1] - offsets[shard, 0]
        for slot in range(offsets[shard, 0], offsets[shard + 1, 0], SLOTS):
            depth = min(SLOTS, offsets[shard + 1, 0] - slot)
            _gather(kind, left, begin, rows, reads, ranks, kept, slot, depth, offset, address(packed), tile)
            for panel in range(panels):
                start = address(d_sums) + BYTES * (slot * d_wide + block * width + (first + panel) * LANES)
                for place in range(depth):
                    store(address(right), place * LANES, load(start, place * d_wide))
                total = address(sums) + BYTES * panel * rows * LANES
                here = total if empty else address(part)
                _multiply_tiles(rows, address(packed), tile, address(right), depth, here, address(zeros))
                if not empty:
                    add_row(here, total, rows * LANES)
            empty = False
    if empty:
        sums[:] = np.float32(0)
    _write(sums, first, width, units, out, column)


@njit("void(i8, i8, f4r2, f4[::1])".replace("f4r2", FLOATS.format(2)), **COMPILE)
def sum_columns(first: Any, last: Any, d_sums: Any, out: Any) -> None:
    """Fill columns `first` to `last`, a multiple of sixteen, of (D·width,) with the sums over all slots."""
    wide, count = d_sums.shape[1], last - first
    part = np.empty(count, np.float32)
    out[first:last] = np.float32(0)
    for slot in range(0, d_sums.shape[0], SLOTS):
        part[:] = np.float32(0)
        for place in range(slot, min(slot + SLOTS, d_sums.shape[0])):
            add_row(address(d_sums) + BYTES * (place * wide + first), address(part), count)
        add_row(address(part), address(out) + BYTES * first, count)

"""Gradients of the weights: products over slots, left^T·d_sums, summed block by block.

Where there are many slots, each shard sums while it goes back through time, with what it reads still in the cache, and
the shards' sums are added in order. Where there are few slots, the columns are split among threads instead of the
samples: nothing has to be added up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rnnlab.kernels.compiled.cells import add_row, multiply_row
from rnnlab.kernels.compiled.product import PANELS, multiply_panels
from rnnlab.kernels.compiled.vector import (
    CALLED,
    INLINE,
    address,
    aligned,
    copy,
    load,
    move,
    scratch_memory,
    store,
)
from rnnlab.kernels.constants import BY_READ, BY_SLOT, BY_STATE, BYTES, LANES, SLOTS


@njit(**INLINE)
def _row_of(kind: Any, slot: Any, offset: Any, reads: Any) -> Any:
    if kind == BY_SLOT:
        return slot
    return np.int64(reads[slot]) if kind == BY_READ else slot + offset


@njit(**CALLED)
def _pack_left(row: Any, rows: Any, place: Any, out: Any) -> None:
    """Copy what one slot gave, (I,), to its place in each tile: out[tile, place, 16]."""
    for i in range(0, rows, LANES):
        target = out + BYTES * (i * SLOTS + place * LANES)
        if i + LANES <= rows:
            store(target, 0, load(row, i))
        else:
            for lane in range(rows - i):
                move(row + BYTES * (i + lane), target + BYTES * lane)


@njit(**CALLED)
def _gather(kind: Any, left: Any, begin: Any, rows: Any, reads: Any, ranks: Any, kept: Any, first: Any, count: Any,
            offset: Any, out: Any) -> None:  # fmt: skip
    """Copy what the left side of the product reads at `count` slots from `first`, tile by tile."""
    masked = scratch_memory(kept.shape[1])
    for place in range(count):
        row = _row_of(kind, first + place, offset, reads)
        source = address(left) + BYTES * (row * left.shape[1] + begin)
        if kept.size:
            mask = address(kept) + BYTES * np.int64(ranks[first + place]) * kept.shape[1]
            multiply_row(source, mask, aligned(masked), kept.shape[1])
            source = aligned(masked)
        _pack_left(source, rows, place, out)


@njit(**CALLED)
def _add_panels(rows: Any, left: Any, d_sums: Any, d_wide: Any, count: Any, depth: Any, right: Any, out: Any) -> None:
    """Add `count` panels of left^T·d_sums, (count, I, 16), over the slots of a block; `right` is memory for them."""
    for p in range(0, count, PANELS):
        wide = min(PANELS, count - p)
        for place in range(depth):
            for q in range(wide):
                store(right, (q * SLOTS + place) * LANES, load(d_sums, place * d_wide + (p + q) * LANES))
        for i in range(0, rows, LANES):
            target = out + BYTES * LANES * (p * rows + i)
            multiply_panels(min(LANES, rows - i), left + BYTES * i * SLOTS, LANES, 1, right, LANES * SLOTS, wide, depth,
                            target, LANES, target, LANES, rows * LANES)  # fmt: skip


@njit(**CALLED)
def longest_left(terms: Any) -> Any:
    """Return the most rows that a weight has, of those that are summed up by block."""
    longest = 0
    for place in range(terms.shape[0]):
        longest = max(longest, terms[place, 2])
    return longest


@njit(**CALLED)
def add_block(
    terms: Any, inputs: Any, h: Any, gates: Any, reads: Any, ranks: Any, kept: Any, first: Any, count: Any, zeros: Any,
    offset: Any, d_sums: Any, d_wide: Any, width: Any, packed: Any, right: Any, sums: Any,
) -> None:  # fmt: skip
    """Add what `count` slots from `first` give to all weights.

    Args:
        terms: (P, 7), a product each: how rows of the left side are found, its first column, their number, the first
            block of sums, the number of blocks, the dropout mask (-1: none), where its sums begin.
        inputs: the left side of products by read.
        h: the left side of products by state.
        gates: the left side of products by slot.
        reads: (N,), row of the inputs.
        ranks: (N,), rank of the sample; empty where nothing is dropped.
        kept: (M, B, width), what dropout left.
        first: slot.
        count: at most `SLOTS`.
        zeros: slots in front that began at zeros, if any.
        offset: from a slot to the state before it.
        d_sums: address of the block's, (count, D·width).
        d_wide: D·width.
        width: U filled up to sixteens.
        packed: memory for the left side.
        right: memory for the right one.
        sums: (count·width/16, I, 16) of one product behind the other.
    """
    none = np.zeros((0, width), np.float32)
    for place in range(terms.shape[0]):
        kind, begin, rows, block, blocks, mask, at = terms[place]
        dropped = kept[mask] if mask >= 0 else none
        left = inputs if kind == BY_READ else h if kind == BY_STATE else gates
        skipped = 0 if kind == BY_READ else min(max(0, zeros), count)
        if skipped == count:
            continue
        _gather(kind, left, begin, rows, reads, ranks, dropped, first + skipped, count - skipped, offset,
                aligned(packed))  # fmt: skip
        _add_panels(rows, aligned(packed), d_sums + BYTES * (skipped * d_wide + block * width), d_wide,
                    blocks * width // LANES, count - skipped, aligned(right),
                    address(sums) + BYTES * at)  # fmt: skip


@njit(**CALLED)
def add_bias(d_sums: Any, d_wide: Any, count: Any, part: Any, out: Any) -> None:
    """Add the sums over a block's slots to those of all columns; all are addresses, `part` of memory."""
    copy(d_sums, part, d_wide)
    for place in range(1, count):
        add_row(d_sums + BYTES * place * d_wide, part, d_wide)
    add_row(part, out, d_wide)


@njit(**CALLED)
def add_to_rows(d_sums: Any, d_wide: Any, rows: Any, first: Any, count: Any, out: Any) -> None:
    """Add what `count` slots from `first` give to the rows that they read."""
    columns = out.shape[1]
    for place in range(count):
        row = np.int64(rows[first + place])
        add_row(d_sums + BYTES * place * d_wide, address(out) + BYTES * row * columns, columns)


@njit(**CALLED)
def _write(sums: Any, rows: Any, first: Any, last: Any, width: Any, units: Any, out: Any, column: Any) -> None:
    """Copy the sums of panels into Keras's layout, which has no numbers to fill up."""
    for panel in range(first, last):
        block, j = divmod(panel * LANES, width)
        count, start = max(0, min(LANES, units - j)), column + block * units + j
        for i in range(rows):
            target = address(out) + BYTES * (i * out.shape[1] + start)
            copy(sums + BYTES * LANES * ((panel - first) * rows + i), target, count)


def collect(
    first: Any, last: Any, sums: Any, at: Any, rows: Any, units: Any, width: Any, out: Any, column: Any
) -> None:
    """Fill columns of a weight's gradient from what the shards summed.

    Args:
        first: the first panel of columns to fill.
        last: behind the last one.
        sums: (S, …), by shard; those of the first one become the totals.
        at: where the sums of the weight begin.
        rows: I.
        units: U.
        width: U filled up to sixteens.
        out: (I, G·U).
        column: the column of `out` where the first block belongs.
    """
    size, begin = rows * LANES, at + first * rows * LANES
    total = address(sums) + BYTES * begin
    for shard in range(1, sums.shape[0]):
        add_row(total + BYTES * shard * sums.shape[1], total, (last - first) * size)
    _write(total, rows, first, last, width, units, out, column)


def weight_gradient(
    kind: Any, first: Any, last: Any, left: Any, begin: Any, rows: Any, offsets: Any, resting: Any, reads: Any,
    ranks: Any, kept: Any, d_sums: Any, block: Any, units: Any, width: Any, out: Any, column: Any,
) -> None:  # fmt: skip
    """Fill columns of a weight's gradient by a product over all slots.

    Args:
        kind: how rows of `left` are found: by slot, by what the slot reads, or by the state before it.
        first: the first panel of columns to fill, counted from `block`.
        last: behind the last one.
        left: what was multiplied by the weight.
        begin: the first column of `left`.
        rows: I, columns of `left`: rows of the weight.
        offsets: of the schedule.
        resting: of the schedule; zeros where slots give something whatever they began at.
        reads: of the schedule.
        ranks: (N,), rank of the slot's sample; empty where nothing is dropped.
        kept: (B, width), what dropout left, by rank; else empty.
        d_sums: (N, D·width).
        block: the block of `d_sums` that is read first.
        units: U.
        width: U filled up to sixteens.
        out: (I, G·U).
        column: the column of `out` where the first block belongs.
    """
    d_wide, tile = d_sums.shape[1], -(-rows // LANES) * LANES * SLOTS
    blocks = d_sums.shape[0] // SLOTS + offsets.shape[0]
    packed, right = scratch_memory(blocks * tile), scratch_memory(PANELS * SLOTS * LANES)
    sums = scratch_memory(PANELS * rows * LANES)
    for panel in range(first, last, PANELS):
        count, here = min(PANELS, last - panel), aligned(packed)
        sums[:] = np.float32(0)
        for shard in range(offsets.shape[0] - 1):
            offset = offsets[shard, 1] - offsets[shard, 0]
            for slot in range(offsets[shard, 0] + resting[shard], offsets[shard + 1, 0], SLOTS):
                depth = min(SLOTS, offsets[shard + 1, 0] - slot)
                if panel == first:
                    _gather(kind, left, begin, rows, reads, ranks, kept, slot, depth, offset, here)
                start = address(d_sums) + BYTES * (slot * d_wide + block * width + panel * LANES)
                _add_panels(rows, here, start, d_wide, count, depth, aligned(right), aligned(sums))
                here += BYTES * tile
        _write(aligned(sums), rows, panel, panel + count, width, units, out, column)

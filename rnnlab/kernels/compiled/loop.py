"""One shard of a batch forward through all its timesteps.

Arrays are laid out by slots and states (see `schedule`); U units fill `width` numbers, the next multiple of sixteen,
with zeros that stay zeros. B samples, T timesteps, N slots, G gates.

    inputs (B·T, F)        as the layer is given them, or (V, G·width): a row for each id, projected already
    gates (N, K·width)     the K blocks that a cell keeps: four of an LSTM or a GRU; the sums of a simple RNN are not
                           kept, nor is anything where nobody goes back: then each sample has one row for all steps
    h, c (N + B, width)    the states before every slot, and the final ones; c of an LSTM only
    segments (S, 4)        the recurrent products of a step: first block of sums, number of blocks, first block of the
                           recurrent weights, which dropout mask (-1: none)
    kept (M, B, width)     what recurrent dropout leaves of h, by rank; M is 0 where nothing is dropped
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rnnlab.kernels.compiled.cells import (
    gru,
    gru_mix,
    gru_reset,
    lstm,
    multiply_row,
    simple_rnn,
)
from rnnlab.kernels.compiled.product import product
from rnnlab.kernels.compiled.vector import CALLED, INLINE, address, aligned, copy, scratch_memory
from rnnlab.kernels.constants import BYTES, GRU, GRU_RESET_BEFORE, LANES, LSTM, SIMPLE_RNN


@njit(**INLINE)
def place_after(rank: Any, local: Any, live: Any, following: Any, slots: Any) -> Any:
    """Return the row of the shard's states after a slot: before the sample's next one, or its final state."""
    return local + live + rank if rank < following else slots + rank


@njit(**CALLED)
def read_inputs(inputs: Any, features: Any, reads: Any, first: Any, live: Any, out: Any) -> None:
    """Copy the inputs of the slots of a step, (live, F), side by side."""
    for rank in range(live):
        row = np.int64(reads[first + rank])
        copy(inputs + BYTES * row * features, out + BYTES * rank * features, features)


@njit(**CALLED)
def drop_states(live: Any, h: Any, kept: Any, out: Any, width: Any) -> None:
    """Write what recurrent dropout leaves of the states."""
    for rank in range(live):
        row = BYTES * rank * width
        multiply_row(h + row, kept + row, out + row, width)


@njit(**CALLED)
def show_states(
    live: Any, following: Any, local: Any, slots: Any, h: Any, width: Any, follows: Any, first: Any, k: Any, out: Any
) -> None:
    """Copy the states after step `k` to the rows of the outputs that they are."""
    units = out.shape[1]
    for rank in range(live):
        place = place_after(rank, local, live, following, slots)
        target = address(out) + BYTES * units * (np.int64(follows[first + rank]) + k)
        copy(h + BYTES * width * place, target, units)


@njit(**CALLED)
def step_forward(
    cell: Any, live: Any, following: Any, local: Any, slots: Any, gates: Any, final: Any, blocks: Any, h: Any, c: Any,
    kept: Any, dropped: Any, candidate: Any, units: Any, width: Any,
) -> None:  # fmt: skip
    """Compute the states after a step from its sums; `h` and `c` are the shard's first rows."""
    row = BYTES * width
    before = h + local * row
    if cell == GRU_RESET_BEFORE:
        for rank in range(live):
            gru_reset(gates + rank * blocks * row, before + rank * row, kept + rank * row, dropped, width)
        sums = gates + 2 * row
        product(live, gates + 3 * row, blocks * width, candidate, units * LANES, units, width, sums, blocks * width,
                sums, blocks * width)  # fmt: skip
    for rank in range(live):
        mine, old = gates + rank * blocks * row, before + rank * row
        place = place_after(rank, local, live, following, slots)
        new = h + place * row
        if cell == SIMPLE_RNN:
            simple_rnn(mine, new, width)
        elif cell == LSTM:
            lstm(mine, c + (local + rank) * row, c + place * row, new, final + rank * blocks * row, width)
        elif cell == GRU:
            gru(mine, old, new, final + rank * blocks * row, width)
        else:
            gru_mix(mine, old, new, width)


def forward(
    cell: Any, units: Any, shard: Any, counts: Any, offsets: Any, reads: Any, inputs: Any, kernel: Any, bias: Any,
    recurrent_bias: Any, recurrent: Any, segments: Any, kept: Any, gates: Any, h: Any, c: Any,
    resting: Any, follows: Any, outputs: Any,
) -> None:  # fmt: skip
    """Fill gates and states of a shard, and outputs.

    Args:
        cell: which one.
        units: U.
        shard: which one.
        counts: (T,), samples at work at each step.
        offsets: where each shard's slots, states and ranks begin.
        reads: (N,), row of the inputs.
        inputs: (B·T, F), or the table.
        kernel: panels (G·width/16, F, 16); none where `inputs` is a table.
        bias: (G·width,).
        recurrent_bias: (width,), of a GRU's candidate; else empty.
        recurrent: panels (G·width/16, U, 16).
        segments: see above.
        kept: see above.
        gates: filled.
        h: filled, but for the initial states.
        c: the same.
        resting: (S,), slots of each shard, its first ones, that begin at zeros.
        follows: (B,), by rank: the row of the outputs that the first step gives; empty where none is filled here.
        outputs: (B·T, U), filled.
    """
    width = h.shape[1]
    slot, state, first = offsets[shard]
    slots, samples = offsets[shard + 1, 0] - slot, offsets[shard + 1, 2] - first
    blocks, columns = gates.shape[1] // width, bias.size
    features = inputs.shape[1]
    folded = kernel.size == 0
    row, wide = BYTES * width, blocks * width
    read, masked = scratch_memory(0 if folded else samples * features), scratch_memory(samples * width)
    dropped = kept.shape[0] > 0
    passes = cell in (LSTM, GRU)
    passing = scratch_memory(samples * wide if passes else 0)
    candidate = address(recurrent) + BYTES * 2 * width * units
    local = 0
    for k in range(counts.size):
        live = counts[k]
        if live == 0:
            break
        following = counts[k + 1] if k + 1 < counts.size else 0
        final = address(gates) + BYTES * wide * (slot + local if gates.shape[0] == reads.size else first)
        mine = aligned(passing) if passes else final
        before = address(h) + row * (state + local)
        if folded:
            for rank in range(live):
                id_row = np.int64(reads[slot + local + rank])
                copy(address(inputs) + BYTES * id_row * features, mine + BYTES * rank * wide, columns)
        else:
            read_inputs(address(inputs), features, reads, slot + local, live, aligned(read))
            product(live, aligned(read), features, address(kernel), features * LANES, features, columns, mine, wide,
                    address(bias), 0)  # fmt: skip
        if cell == GRU:
            for rank in range(live):
                copy(address(recurrent_bias), mine + BYTES * (rank * wide + 3 * width), width)
        for place in range(0 if local < resting[shard] else segments.shape[0]):
            start, count, block, mask = segments[place]
            source = before
            if mask >= 0:
                source = aligned(masked)
                drop_states(live, before, address(kept) + row * (mask * kept.shape[1] + first), source, width)
            sums = mine + row * start
            panels = address(recurrent) + row * block * units
            product(live, source, width, panels, units * LANES, units, count * width, sums, wide, sums, wide)
        kept_candidate = address(kept) + row * (2 * kept.shape[1] + first)
        step_forward(cell, live, following, local, slots, mine, final, blocks, address(h) + row * state,
                     address(c) + row * state, kept_candidate, dropped, candidate, units, width)  # fmt: skip
        if follows.size:
            show_states(live, following, local, slots, address(h) + row * state, width, follows, first, k, outputs)
        local += live

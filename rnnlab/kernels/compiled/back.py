"""One shard of a batch backward through all its timesteps; arrays are laid out as in `loop`.

The gradients of sums pass through a memory of few slots, where the gradients of weights are summed up before they leave
the cache; those that somebody reads afterwards have a place for each slot.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rnnlab.kernels.compiled.cells import (
    add_product_row,
    add_row,
    gru_back,
    gru_mix_back,
    gru_reset_back,
    lstm_back,
    simple_rnn_back,
)
from rnnlab.kernels.compiled.gradients import add_bias, add_block, add_to_rows, longest_left
from rnnlab.kernels.compiled.loop import place_after
from rnnlab.kernels.compiled.product import PANELS, product
from rnnlab.kernels.compiled.vector import CALLED, address, aligned, copy, scratch_memory
from rnnlab.kernels.constants import BYTES, GRU, GRU_RESET_BEFORE, LANES, LSTM, SIMPLE_RNN, SLOTS


@njit(**CALLED)
def write_inputs(found: Any, features: Any, reads: Any, first: Any, live: Any, d_inputs: Any) -> None:
    """Copy the gradients of a step's inputs to where they were read."""
    count = d_inputs.shape[1]
    for rank in range(live):
        row = np.int64(reads[first + rank])
        copy(found + BYTES * rank * features, address(d_inputs) + BYTES * row * count, count)


@njit(**CALLED)
def add_received(
    added: Any, state: Any, live: Any, following: Any, local: Any, slots: Any, gradient: Any, first: Any
) -> None:
    """Add what the states after a step received from elsewhere to their gradients, by rank."""
    if added.size == 0:
        return
    width = gradient.shape[1]
    for rank in range(live):
        after = state + place_after(rank, local, live, following, slots)
        add_row(address(added) + BYTES * width * after, address(gradient) + BYTES * width * (first + rank), width)


@njit(**CALLED)
def add_outputs(d_outputs: Any, follows: Any, live: Any, gradient: Any, first: Any, k: Any) -> None:
    """Add the gradients of the outputs of step `k` to those of its states, by rank."""
    if follows.size == 0:
        return
    width = gradient.shape[1]
    for rank in range(first, first + live):
        row = np.int64(follows[rank]) + k
        add_row(address(d_outputs) + BYTES * width * row, address(gradient) + BYTES * width * rank, width)


@njit(**CALLED)
def step_back(
    cell: Any, live: Any, following: Any, local: Any, slots: Any, gates: Any, blocks: Any, h: Any, c: Any, kept: Any,
    dropped: Any, candidate: Any, d_h: Any, d_c: Any, d_sums: Any, d_blocks: Any, width: Any, scratch: Any, zeros: Any,
) -> None:  # fmt: skip
    """Compute the gradients of a step's sums; `d_h` and `d_c` are those of the states after it, by rank."""
    row = BYTES * width
    before = h + local * row
    for rank in range(live):
        mine, old, sums = gates + rank * blocks * row, before + rank * row, d_sums + rank * d_blocks * row
        place = place_after(rank, local, live, following, slots)
        d = d_h + rank * row
        if cell == SIMPLE_RNN:
            simple_rnn_back(h + place * row, d, sums, width)
        elif cell == LSTM:
            lstm_back(mine, c + (local + rank) * row, c + place * row, d, d_c + rank * row, sums, width)
        elif cell == GRU:
            gru_back(mine, old, d, sums, width)
        else:
            gru_mix_back(mine, old, d, sums, width)
    if cell == GRU_RESET_BEFORE:
        product(live, d_sums + 2 * row, d_blocks * width, candidate, 3 * width * LANES, width, width, scratch, width,
                zeros, 0)  # fmt: skip
        for rank in range(live):
            mine, old, sums = gates + rank * blocks * row, before + rank * row, d_sums + rank * d_blocks * row
            gru_reset_back(mine, old, kept + rank * row, dropped, scratch + rank * row, d_h + rank * row, sums, width)


@njit(**CALLED)
def pass_back(
    live: Any, segments: Any, sums: Any, d_wide: Any, recurrent: Any, depth: Any, kept: Any, first: Any, scratch: Any,
    zeros: Any, d_h: Any, width: Any,
) -> None:  # fmt: skip
    """Add to `d_h`, by rank, what the gradients of a step's sums say of the states that they read."""
    row = BYTES * width
    for place in range(segments.shape[0]):
        start, count, block, mask = segments[place]
        panels, source = recurrent + BYTES * block * width * LANES, sums + row * start
        if mask < 0:
            product(live, source, d_wide, panels, depth * LANES, count * width, width, d_h, width, d_h, width)
            continue
        product(live, source, d_wide, panels, depth * LANES, count * width, width, scratch, width, zeros, 0)
        left = address(kept) + row * (mask * kept.shape[1] + first)
        for rank in range(live):
            add_product_row(scratch + row * rank, left + row * rank, d_h + row * rank, width)


def backward(
    cell: Any, shard: Any, counts: Any, offsets: Any, reads: Any, kernel: Any, recurrent: Any, segments: Any,
    kept: Any, gates: Any, h: Any, c: Any, d_states: Any, d_cells: Any, d_h: Any, d_c: Any,
    d_sums: Any, d_inputs: Any, inputs: Any, ranks: Any, terms: Any, weight_sums: Any,
    table: Any, resting: Any, follows: Any, d_outputs: Any,
) -> None:  # fmt: skip
    """Fill the gradients of a shard's sums and inputs, and sum up for the bias and, where asked, the weights.

    Args:
        cell: which one.
        shard: which one.
        counts: (T,), samples at work at each step.
        offsets: where each shard's slots, states and ranks begin.
        reads: (N,), row of the inputs, or of the table.
        kernel: transposed, panels (F/16, G·width, 16); none where nobody asks for the gradient of the inputs.
        recurrent: transposed, panels (width/16, G·width, 16).
        segments: see above.
        kept: see above.
        gates: of the forward pass.
        h: of the forward pass.
        c: of the forward pass.
        d_states: (N + B, width), gradients of the states that were outputs; empty where only the last output is one.
        d_cells: (N + B, width), the same of c, where other samples began at the states of this one; else empty.
        d_h: (B, width), by rank: the gradient of the final states; becomes that of the initial ones.
        d_c: the same.
        d_sums: (N, D·width), filled; (0, D·width) where nobody reads it afterwards.
        d_inputs: (B·T, F), filled but where masked.
        inputs: of the forward pass.
        ranks: (N,), rank of a slot's sample; empty where nothing is dropped.
        terms: see `gradients.add_block`; none where the gradients of the weights are computed afterwards.
        weight_sums: (S, … + D·width), filled: those of the terms, then those of the bias.
        table: (V, G·width), to which the gradients of what slots read are added; empty where that is done afterwards.
        resting: (S,), slots of each shard, its first ones, that began at zeros whose gradient nobody asks for.
        follows: (B,), by rank: the row of the outputs that the first step gave; empty where `d_states` has them.
        d_outputs: (B·T, width).
    """
    width = h.shape[1]
    slot, state, first = offsets[shard]
    slots, samples = offsets[shard + 1, 0] - slot, offsets[shard + 1, 2] - first
    blocks, d_blocks = gates.shape[1] // width, d_sums.shape[1] // width
    depth = recurrent.shape[1]
    row, wide, d_wide = BYTES * width, blocks * width, d_blocks * width
    features = kernel.shape[0] * LANES
    scratch = scratch_memory(samples * max(width, features))
    zeros = np.zeros(LANES * (1 + max(width, features) // LANES), np.float32)
    dropped = kept.shape[0] > 0
    candidate = address(recurrent) + BYTES * 2 * width * LANES
    own = weight_sums[shard]
    own[:] = np.float32(0)
    bias, part = own[own.size - d_wide :], np.empty(d_wide, np.float32)
    packed = scratch_memory(-(-longest_left(terms) // LANES) * LANES * SLOTS)
    right = scratch_memory(PANELS * SLOTS * LANES)
    passes = d_sums.shape[0] == 0
    passing = scratch_memory(d_wide * (samples + SLOTS) if passes else 0)
    behind = address(d_sums) + BYTES * d_wide * (slot + slots)
    if passes:
        behind = aligned(passing) + BYTES * d_wide * (samples + SLOTS)
    local, summed, sums = slots, slots, behind
    for k in range(counts.size - 1, -1, -1):
        live = counts[k]
        if live == 0:
            continue
        following = counts[k + 1] if k + 1 < counts.size else 0
        local -= live
        for added, gradient in ((d_states, d_h), (d_cells, d_c)):
            add_received(added, state, live, following, local, slots, gradient, first)
        add_outputs(d_outputs, follows, live, d_h, first, k)
        mine = address(gates) + BYTES * wide * (first if cell == SIMPLE_RNN else slot + local)
        sums -= BYTES * d_wide * live
        kept_candidate = address(kept) + row * (2 * kept.shape[1] + first)
        d_mine = address(d_h) + row * first
        step_back(cell, live, following, local, slots, mine, blocks, address(h) + row * state, address(c) + row * state,
                  kept_candidate, dropped, candidate, d_mine, address(d_c) + row * first, sums, d_blocks, width,
                  aligned(scratch), address(zeros))  # fmt: skip
        met = segments[: 0 if local < resting[shard] else segments.shape[0]]
        pass_back(live, met, sums, d_wide, address(recurrent), depth, kept, first, aligned(scratch), address(zeros),
                  d_mine, width)  # fmt: skip
        if features:
            product(live, sums, d_wide, address(kernel), kernel.shape[1] * LANES, kernel.shape[1], features,
                    aligned(scratch), features, address(zeros), 0)  # fmt: skip
            write_inputs(aligned(scratch), features, reads, slot + local, live, d_inputs)
        if summed - local < SLOTS and local:
            continue
        for begin in range(local, summed, SLOTS):
            count, at = min(SLOTS, summed - begin), sums + BYTES * d_wide * (begin - local)
            add_bias(at, d_wide, count, address(part), address(bias))
            add_block(terms, inputs, h, gates, reads, ranks, kept, slot + begin, count, resting[shard] - begin,
                      state - slot, at, d_wide, width, packed, right, own)  # fmt: skip
            if table.size:
                add_to_rows(at, d_wide, reads, slot + begin, count, table)
        summed = local
        if passes:
            sums = aligned(passing) + BYTES * d_wide * (samples + SLOTS)

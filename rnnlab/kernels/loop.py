"""One shard of a batch through all its timesteps, forward and backward.

Arrays are laid out by slots and states (see `schedule`); U units fill `width` numbers, the next multiple of sixteen,
with zeros that stay zeros. B samples, T timesteps, N slots, G gates.

    inputs (B·T, F)        as the layer is given them, or (V, G·width): a row for each id, projected already
    gates (N, K·width)     the K blocks that a cell keeps: four of an LSTM or a GRU; the sums of a simple RNN are not
                           kept, so there each sample has one row for all steps
    h, c (N + B, width)    the states before every slot, and the final ones; c of an LSTM only
    segments (S, 4)        the recurrent products of a step: first block of sums, number of blocks, first block of the
                           recurrent weights, which dropout mask (-1: none)
    kept (M, B, width)     what recurrent dropout leaves of h, by rank; M is 0 where nothing is dropped
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rnnlab.kernels.cells import (
    GRU,
    GRU_RESET_BEFORE,
    LSTM,
    SIMPLE_RNN,
    add_product_row,
    add_row,
    gru,
    gru_back,
    gru_mix,
    gru_mix_back,
    gru_reset,
    gru_reset_back,
    lstm,
    lstm_back,
    multiply_row,
    simple_rnn,
    simple_rnn_back,
)
from rnnlab.kernels.compiled import COMPILE, FLOATS
from rnnlab.kernels.gradients import SLOTS, add_bias, add_block
from rnnlab.kernels.product import PANELS, product
from rnnlab.kernels.vector import BYTES, CALLED, INLINE, LANES, address, copy


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
def step_forward(
    cell: Any, live: Any, following: Any, local: Any, slots: Any, gates: Any, blocks: Any, h: Any, c: Any, kept: Any,
    dropped: Any, candidate: Any, units: Any, width: Any,
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
            lstm(mine, c + (local + rank) * row, c + place * row, new, width)
        elif cell == GRU:
            gru(mine, old, new, width)
        else:
            gru_mix(mine, old, new, width)


@njit(
    "void(i8, i8, i8, i4[::1], i8[:,::1], i4[::1], f4r2, f4r3, f4r1, f4r1, f4r3, i8[:,::1], f4r3, f4[:,::1], f4[:,::1],"
    " f4[:,::1])".replace("f4r1", FLOATS.format(1))
    .replace("f4r2", FLOATS.format(2))
    .replace("f4r3", FLOATS.format(3)),
    **COMPILE,
)
def forward(
    cell: Any, units: Any, shard: Any, counts: Any, offsets: Any, reads: Any, inputs: Any, kernel: Any, bias: Any,
    recurrent_bias: Any, recurrent: Any, segments: Any, kept: Any, gates: Any, h: Any, c: Any,
) -> None:  # fmt: skip
    """Fill gates and states of a shard.

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
    """
    width = h.shape[1]
    slot, state, first = offsets[shard]
    slots, samples = offsets[shard + 1, 0] - slot, offsets[shard + 1, 2] - first
    blocks, columns = gates.shape[1] // width, bias.size
    features = inputs.shape[1]
    folded = kernel.size == 0
    row, wide = BYTES * width, blocks * width
    read = np.empty((samples, features), np.float32)
    masked = np.empty((samples, width), np.float32)
    dropped = kept.shape[0] > 0
    candidate = address(recurrent) + BYTES * 2 * width * units
    local = 0
    for k in range(counts.size):
        live = counts[k]
        if live == 0:
            break
        following = counts[k + 1] if k + 1 < counts.size else 0
        mine = address(gates) + BYTES * wide * (first if cell == SIMPLE_RNN else slot + local)
        before = address(h) + row * (state + local)
        if folded:
            for rank in range(live):
                id_row = np.int64(reads[slot + local + rank])
                copy(address(inputs) + BYTES * id_row * features, mine + BYTES * rank * wide, columns)
        else:
            read_inputs(address(inputs), features, reads, slot + local, live, address(read))
            product(live, address(read), features, address(kernel), features * LANES, features, columns, mine, wide,
                    address(bias), 0)  # fmt: skip
        if cell == GRU:
            for rank in range(live):
                copy(address(recurrent_bias), mine + BYTES * (rank * wide + 3 * width), width)
        for place in range(segments.shape[0]):
            start, count, block, mask = segments[place]
            source = before
            if mask >= 0:
                source = address(masked)
                drop_states(live, before, address(kept) + row * (mask * kept.shape[1] + first), source, width)
            sums = mine + row * start
            panels = address(recurrent) + row * block * units
            product(live, source, width, panels, units * LANES, units, count * width, sums, wide, sums, wide)
        kept_candidate = address(kept) + row * (2 * kept.shape[1] + first)
        step_forward(cell, live, following, local, slots, mine, blocks, address(h) + row * state,
                     address(c) + row * state, kept_candidate, dropped, candidate, units, width)  # fmt: skip
        local += live


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


@njit(
    "void(i8, i8, i4[::1], i8[:,::1], i4[::1], f4r3, f4r3, i8[:,::1], f4r3, f4r2, f4r2, f4r2, f4r2, f4r2,"
    " f4[:,::1], f4[:,::1], f4[:,::1], f4[:,::1], f4r2, i4[::1], i8[:,::1],"
    " f4[:,::1])".replace("f4r2", FLOATS.format(2)).replace("f4r3", FLOATS.format(3)),
    **COMPILE,
)
def backward(
    cell: Any, shard: Any, counts: Any, offsets: Any, reads: Any, kernel: Any, recurrent: Any, segments: Any,
    kept: Any, gates: Any, h: Any, c: Any, d_states: Any, d_cells: Any, d_h: Any, d_c: Any,
    d_sums: Any, d_inputs: Any, inputs: Any, ranks: Any, terms: Any, weight_sums: Any,
) -> None:  # fmt: skip
    """Fill the gradients of a shard's sums and inputs, and sum up for the bias and, where asked, the weights.

    Args:
        cell: which one.
        shard: which one.
        counts: (T,), samples at work at each step.
        offsets: where each shard's slots, states and ranks begin.
        reads: (N,), row of the inputs.
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
        d_sums: (N, D·width), filled.
        d_inputs: (B·T, F), filled but where masked.
        inputs: of the forward pass.
        ranks: (N,), rank of a slot's sample; empty where nothing is dropped.
        terms: see `gradients.add_block`; none where the gradients of the weights are computed afterwards.
        weight_sums: (S, … + D·width), filled: those of the terms, then those of the bias.
    """
    width = h.shape[1]
    slot, state, first = offsets[shard]
    slots, samples = offsets[shard + 1, 0] - slot, offsets[shard + 1, 2] - first
    blocks, d_blocks = gates.shape[1] // width, d_sums.shape[1] // width
    depth = recurrent.shape[1]
    row, wide, d_wide = BYTES * width, blocks * width, d_blocks * width
    features = kernel.shape[0] * LANES
    scratch = np.empty((samples, max(width, features)), np.float32)
    zeros = np.zeros(LANES * (1 + max(width, features) // LANES), np.float32)
    dropped = kept.shape[0] > 0
    candidate = address(recurrent) + BYTES * 2 * width * LANES
    mine_summed = weight_sums[shard]
    mine_summed[:] = np.float32(0)
    bias, part = mine_summed[mine_summed.size - d_sums.shape[1] :], np.empty(d_sums.shape[1], np.float32)
    rows = terms[:, 2].max() if terms.shape[0] else 0
    packed = np.empty(-(-rows // LANES) * LANES * SLOTS, np.float32)
    right = np.empty(PANELS * SLOTS * LANES, np.float32)
    local, summed = slots, slots
    for k in range(counts.size - 1, -1, -1):
        live = counts[k]
        if live == 0:
            continue
        following = counts[k + 1] if k + 1 < counts.size else 0
        local -= live
        for added, gradient in ((d_states, d_h), (d_cells, d_c)):
            add_received(added, state, live, following, local, slots, gradient, first)
        mine = address(gates) + BYTES * wide * (first if cell == SIMPLE_RNN else slot + local)
        sums = address(d_sums) + BYTES * d_wide * (slot + local)
        kept_candidate = address(kept) + row * (2 * kept.shape[1] + first)
        d_mine = address(d_h) + row * first
        step_back(cell, live, following, local, slots, mine, blocks, address(h) + row * state, address(c) + row * state,
                  kept_candidate, dropped, candidate, d_mine, address(d_c) + row * first, sums, d_blocks, width,
                  address(scratch), address(zeros))  # fmt: skip
        for place in range(segments.shape[0]):
            start, count, block, mask = segments[place]
            panels = address(recurrent) + BYTES * block * width * LANES
            source = sums + row * start
            if mask < 0:
                product(live, source, d_wide, panels, depth * LANES, count * width, width, d_mine, width, d_mine, width)
            else:
                product(live, source, d_wide, panels, depth * LANES, count * width, width, address(scratch), width,
                        address(zeros), 0)  # fmt: skip
                left = address(kept) + row * (mask * kept.shape[1] + first)
                for rank in range(live):
                    add_product_row(address(scratch) + row * rank, left + row * rank, d_mine + row * rank, width)
        if features:
            product(live, sums, d_wide, address(kernel), kernel.shape[1] * LANES, kernel.shape[1], features,
                    address(scratch), features, address(zeros), 0)  # fmt: skip
            write_inputs(address(scratch), features, reads, slot + local, live, d_inputs)
        if summed - local < SLOTS and local:
            continue
        for begin in range(slot + local, slot + summed, SLOTS):
            count = min(SLOTS, slot + summed - begin)
            add_bias(d_sums, begin, count, part, bias)
            add_block(terms, inputs, h, gates, reads, ranks, kept, begin, count, state - slot, d_sums, width,
                      packed, right, mine_summed)  # fmt: skip
        summed = local

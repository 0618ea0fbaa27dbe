"""A recurrent layer over whole sequences, forward and backward, from NumPy arrays to NumPy arrays.

All arrays are float32 and in Keras's layout: B samples, T timesteps, F features, U units, G gates, C-contiguous.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.entries import backward, forward, show_outputs, show_prefix
from rnnlab.kernels.kinds import Kind
from rnnlab.kernels.layout import (
    NO_PANELS,
    NOTHING,
    Floats,
    Memory,
    Weights,
    arrange_states,
    by_rank,
    by_sample,
    initial_gradient,
    leave_prefix,
    new_memory,
    prefix_gradients,
    received,
    shards_for,
)
from rnnlab.kernels.packing import LARGE, buffers, pack_kernel, pack_transposed, packing_tasks, width_of
from rnnlab.kernels.pool import run_shards, split
from rnnlab.kernels.reading import Reading, leading_zeros, rows_read, worth_sharing
from rnnlab.kernels.schedule import Places, make_schedule
from rnnlab.kernels.weights import NO_PLACES, Past, WeightSums, many_slots


@dataclass(frozen=True, eq=False)
class Forward:
    """What a layer gives.

    Attributes:
        outputs: (B, T, U) in the order of computing, or (B, 1, U), the last one.
        states: (B, U) each, the final ones.
        memory: for the way back; without the gates where they were not to be kept.
        prefix: (B,), in how many first outputs a sample agrees with all others; empty where nobody looked.
    """

    outputs: Floats
    states: tuple[Floats, ...]
    memory: Memory
    prefix: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Gradients:
    """The gradients of everything that a layer read.

    Attributes:
        inputs: (B, T, F), or (V, F) of an embedding.
        kernel: (F, G·U).
        recurrent: (U, G·U).
        bias: in the shape of the bias.
        states: (B, U) each, of the initial ones; zeros where nobody asks for them.
    """

    inputs: Floats
    kernel: Floats
    recurrent: Floats
    bias: Floats
    states: tuple[Floats, ...]


def run_forward(
    kind: Kind,
    inputs: Floats,
    weights: Weights,
    states: Sequence[Floats],
    *,
    ids: NDArray[np.int32] | None = None,
    live: NDArray[np.bool_] | None = None,
    kept: Floats | None = None,
    prefix: NDArray[np.int32] | None = None,
    zeros: bool = False,
    backwards: bool = False,
    sequences: bool = True,
    keep: bool = True,
    threads: int = 1,
) -> Forward:
    """Return the outputs and final states of a layer.

    Args:
        kind: the cell.
        inputs: (B, T, F); or (V, F), an embedding, where there are ids.
        weights: of the layer.
        states: (B, U) each, the initial ones.
        ids: (B, T), the rows of the embedding that are read.
        live: (B, T), false where a timestep is masked.
        kept: (G, B, U), what recurrent dropout leaves of the state that each gate reads.
        prefix: (B,), in how many first inputs a sample agrees with all others; found out where there are ids.
        zeros: the initial states are zeros, whose gradient nobody asks for: they are not multiplied with the recurrent
            weights (but for a GRU's candidate whose reset gate comes first), and what samples have in common in front
            may be computed once.
        backwards: read the timesteps from the last to the first.
        sequences: give the output of every timestep.
        keep: remember what the way back needs.
        threads: at most so many at once.

    Raises:
        ValueError: an id has no row.
    """
    batch, timesteps = (inputs if ids is None else ids).shape[:2]
    units, width = weights.units, width_of(weights.units)
    shards = shards_for(batch, batch * timesteps * weights.size, threads)
    alike = None
    if zeros and live is None and kept is None and not backwards:
        alike = worth_sharing(prefix if ids is None else leading_zeros(ids))
    schedule = make_schedule(
        live, (batch, timesteps), shards=shards, backwards=backwards, prefix=alike, sequences=sequences, zeros=zeros
    )
    memory = new_memory(kind, schedule, width, *rows_read(inputs, ids, schedule), keep=keep)
    arrange_states(memory, states, units)
    bias, inside = weights.biases(kind.gates)
    reading = Reading(inputs, memory)
    recurrent, packing = packing_tasks(weights.recurrent, kind.gates, units, threads)
    read, kernel = reading.project(pack_kernel(weights.kernel, kind.gates, units, threads), bias, threads, packing)
    masks, segments = by_rank(kept, schedule, width), kind.segments(kept is not None)
    outputs = buffers.take(batch, timesteps if sequences else 1, units)
    follows, rows = schedule.follows(outputs.shape[1]), outputs.reshape(-1, units)

    def work(shard: int, follows: Places = follows) -> None:
        forward(
            kind.number, units, shard, schedule.counts[shard], schedule.offsets, reading.rows, read, kernel, bias,
            inside, recurrent, segments, masks, memory.gates, memory.h, memory.c,
            schedule.resting, follows, rows,
        )  # fmt: skip

    if schedule.shared:
        work(0, NO_PLACES)
        leave_prefix(kind, memory)
    run_shards(lambda shard: work(shard + schedule.shared), shards)
    if not len(follows):
        parts = shards if outputs.size >= LARGE else 1
        run_shards(
            lambda shard: show_outputs(memory.h, schedule.shows, *split(batch, parts, shard), sequences, outputs), parts
        )
    elif schedule.shared:
        show_prefix(memory.h, schedule.shows, schedule.samples, schedule.prefix[1:], outputs)
    finals = tuple(by_sample(state[schedule.ends], schedule, units) for state in (memory.h, memory.c)[: kind.states])
    return Forward(outputs, finals, memory, np.zeros(0, np.int32) if alike is None else alike)


def run_backward(
    kind: Kind,
    memory: Memory,
    inputs: Floats,
    weights: Weights,
    d_outputs: Floats,
    d_states: Sequence[Floats],
    *,
    kept: Floats | None = None,
    threads: int = 1,
) -> Gradients:
    """Return the gradients of what `run_forward` read.

    Args:
        kind: the cell.
        memory: of the forward pass.
        inputs: as the forward pass had them.
        weights: as the forward pass had them.
        d_outputs: (B, T, U), or (B, 1, U) where only the last output was given.
        d_states: (B, U) each, of the final states.
        kept: as the forward pass had it.
        threads: at most so many at once.
    """
    schedule, units, width = memory.schedule, weights.units, width_of(weights.units)
    shards = len(schedule.counts) - schedule.shared
    follows = schedule.follows(d_outputs.shape[1]) if units == width else NO_PLACES
    by_state, d_h, d_c = received(memory, d_outputs, d_states, units, follows)
    kernel = pack_transposed(weights.kernel, kind.gates, units, threads)
    recurrent = pack_transposed(weights.recurrent, kind.gates, units, threads)
    masks, segments = by_rank(kept, schedule, width), kind.segments(kept is not None)
    reading = Reading(inputs, memory)
    d_read = reading.new_gradient()
    d_tables = reading.new_tables(kind.gates * width, shards)
    passing = many_slots(schedule) and (len(d_tables) > 0 or not reading.folded)
    d_sums = buffers.take(0 if passing else schedule.slots, kind.sums * width)
    ranks = schedule.rank_slots() if kept is not None else NO_PLACES
    past = Past(memory, reading.flat, reading.rows, masks, ranks, d_sums)
    weight_sums = WeightSums(kind, past, units, folded=reading.folded)

    rows = d_outputs.reshape(-1, units)

    def work(shard: int, by_state: Floats, by_cell: Floats, follows: Places) -> None:
        prefix = shard < schedule.shared  # it comes last, when the first shard's table is nobody else's
        d_table = d_tables[max(0, shard - schedule.shared)] if len(d_tables) else NOTHING
        if not prefix:
            d_table[:] = 0
        backward(
            kind.number, shard, schedule.counts[shard], schedule.offsets, reading.rows,
            NO_PANELS if reading.folded else kernel, recurrent, segments, masks, memory.gates, memory.h, memory.c,
            by_state, by_cell, d_h, d_c, d_sums, d_read, reading.flat, ranks, weight_sums.terms, weight_sums.sums,
            d_table, schedule.resting, follows, rows,
        )  # fmt: skip

    told = NOTHING if len(follows) else by_state
    run_shards(lambda shard: work(shard + schedule.shared, told, NOTHING, follows), shards)
    if schedule.shared:
        work(0, *prefix_gradients(kind, schedule, by_state, d_h, d_c), NO_PLACES)
    recurrent = NO_PANELS  # the gradient of the weights finds their memory free
    found = reading.gradients(kind.gates, units, kernel, d_read, d_tables, past, weight_sums, shards)
    return Gradients(
        *found,
        weight_sums.bias(weights.bias),
        tuple(initial_gradient(state, schedule, units) for state in (d_h, d_c)[: kind.states]),
    )

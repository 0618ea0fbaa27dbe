"""A recurrent layer over whole sequences, forward and backward, from NumPy arrays to NumPy arrays.

All arrays are float32 and in Keras's layout: B samples, T timesteps, F features, U units, G gates, C-contiguous.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.buffers import Buffers
from rnnlab.kernels.gradients import BY_READ, BY_SLOT, BY_STATE, bias_gradient, weight_gradient
from rnnlab.kernels.kinds import Kind
from rnnlab.kernels.loop import backward, forward
from rnnlab.kernels.packing import gather_outputs, pack_columns, pack_rows, show_outputs, width_of
from rnnlab.kernels.pool import run_shards, split
from rnnlab.kernels.schedule import Schedule, make_schedule
from rnnlab.kernels.vector import LANES

Floats = NDArray[np.float32]
SMALL = 2_000_000  # multiply-adds that one thread does sooner than it wakes another
NOTHING = np.zeros((0, 0), np.float32)
NO_PANELS = np.zeros((0, 0, LANES), np.float32)
buffers = Buffers()


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of one direction.

    Attributes:
        kernel: (F, G·U).
        recurrent: (U, G·U).
        bias: (G·U,), or (2, G·U) of a GRU with `reset_after`; empty where there is none.
    """

    kernel: Floats
    recurrent: Floats
    bias: Floats

    @property
    def units(self) -> int:
        """Return U."""
        return len(self.recurrent)


@dataclass(frozen=True, eq=False)
class Memory:
    """What the way back needs to know.

    Attributes:
        schedule: the order of the work.
        gates: (N, K·width).
        h: (N + B, width), all states.
        c: the same, of an LSTM; else empty.
    """

    schedule: Schedule
    gates: Floats
    h: Floats
    c: Floats


@dataclass(frozen=True, eq=False)
class Forward:
    """What a layer gives.

    Attributes:
        outputs: (B, T, U) in the order of computing, or (B, 1, U), the last one.
        states: (B, U) each, the final ones.
        memory: for the way back.
    """

    outputs: Floats
    states: tuple[Floats, ...]
    memory: Memory


@dataclass(frozen=True, eq=False)
class Gradients:
    """The gradients of everything that a layer read.

    Attributes:
        inputs: (B, T, F); empty where nobody asked for it.
        kernel: (F, G·U).
        recurrent: (U, G·U).
        bias: in the shape of the bias.
        states: (B, U) each, of the initial ones.
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
    live: NDArray[np.bool_] | None = None,
    kept: Floats | None = None,
    backwards: bool = False,
    sequences: bool = True,
    threads: int = 1,
) -> Forward:
    """Return the outputs and final states of a layer.

    Args:
        kind: the cell.
        inputs: (B, T, F).
        weights: of the layer.
        states: (B, U) each, the initial ones.
        live: (B, T), false where a timestep is masked.
        kept: (G, B, U), what recurrent dropout leaves of the state that each gate reads.
        backwards: read the timesteps from the last to the first.
        sequences: give the output of every timestep.
        threads: at most so many at once.
    """
    batch, timesteps, features = inputs.shape
    units, width = weights.units, width_of(weights.units)
    shards = _shards(batch, batch * timesteps * (features + units) * kind.gates * units, threads)
    schedule = make_schedule(live, (batch, timesteps), shards=shards, backwards=backwards)
    memory = _new_memory(kind, schedule, width)
    for buffer, state in zip((memory.h, memory.c), states, strict=False):
        _fill_up(buffer, state[schedule.order], units, schedule.begins)
    kernel = _pack(pack_columns, weights.kernel, kind.gates * width // LANES, features, units, threads)
    recurrent = _pack(pack_columns, weights.recurrent, kind.gates * width // LANES, units, units, threads)
    bias, recurrent_bias = _biases(kind, weights, width)
    flat, masks = inputs.reshape(batch * timesteps, features), _by_rank(kept, schedule, width)
    segments = kind.segments(kept is not None)

    def work(shard: int) -> None:
        forward(
            kind.number, units, shard, schedule.counts[shard], schedule.offsets, schedule.reads, flat, kernel, bias,
            recurrent_bias, recurrent, segments, masks, memory.gates, memory.h, memory.c,
        )  # fmt: skip

    run_shards(work, shards)
    outputs = buffers.take(batch, timesteps if sequences else 1, units)
    run_shards(lambda shard: show_outputs(memory.h, schedule.shows, *split(batch, shards, shard), sequences, outputs),
               shards)  # fmt: skip
    finals = tuple(_in_order(state, schedule, units) for state in (memory.h, memory.c)[: kind.states])
    return Forward(outputs, finals, memory)


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
    to_inputs: bool = True,
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
        to_inputs: give the gradient of the inputs.
    """
    batch, timesteps, features = inputs.shape
    schedule, units, width = memory.schedule, weights.units, width_of(weights.units)
    shards = len(schedule.counts)
    by_state, d_h, d_c = _received(kind, memory, d_outputs, d_states, units, shards)
    recurrent = _pack(pack_rows, weights.recurrent, width // LANES, kind.gates * width, units, threads)
    kernel = NO_PANELS
    d_inputs = buffers.take(batch, timesteps, features) if to_inputs else np.zeros((0, 0, 0), np.float32)
    if to_inputs:
        kernel = _pack(pack_rows, weights.kernel, width_of(features) // LANES, kind.gates * width, units, threads)
        if schedule.slots < batch * timesteps:
            d_inputs[:] = 0
    d_sums = buffers.take(schedule.slots, kind.sums * width)
    masks = _by_rank(kept, schedule, width)
    flat, segments = d_inputs.reshape(-1, features), kind.segments(kept is not None)

    def work(shard: int) -> None:
        backward(
            kind.number, shard, schedule.counts[shard], schedule.offsets, schedule.reads, kernel, recurrent, segments,
            masks, memory.gates, memory.h, memory.c, by_state, d_h, d_c, d_sums, flat,
        )  # fmt: skip

    run_shards(work, shards)
    return Gradients(
        d_inputs,
        kernel_gradient(kind, schedule, inputs.reshape(-1, features), d_sums, units, shards),
        recurrent_gradient(kind, memory, d_sums, masks, units, shards),
        bias_gradients(kind, d_sums, weights.bias, units),
        tuple(_by_sample(state, schedule, units) for state in (d_h, d_c)[: kind.states]),
    )


def kernel_gradient(kind: Kind, schedule: Schedule, flat: Floats, d_sums: Floats, units: int, shards: int) -> Floats:
    """Return the gradient of the input weights, (F, G·U)."""
    width, features = width_of(units), flat.shape[1]
    out = buffers.take(features, kind.gates * units)

    def work(shard: int) -> None:
        first, last = split(kind.gates * width // LANES, shards, shard)
        weight_gradient(
            BY_READ, first, last, flat, 0, features, schedule.counts, schedule.offsets, schedule.reads, NOTHING, d_sums,
            0, units, width, out, 0,
        )  # fmt: skip

    run_shards(work, shards)
    return out


def recurrent_gradient(kind: Kind, memory: Memory, d_sums: Floats, masks: Floats, units: int, shards: int) -> Floats:
    """Return the gradient of the recurrent weights, (U, G·U)."""
    width, schedule = width_of(units), memory.schedule
    out = buffers.take(units, kind.gates * units)

    def work(shard: int) -> None:
        for each in kind.recurrent(len(masks) > 0):
            first, last = split(each.count * width // LANES, shards, shard)
            left = memory.gates if each.reset else memory.h
            kept = masks[each.mask] if each.mask >= 0 else NOTHING
            weight_gradient(
                BY_SLOT if each.reset else BY_STATE, first, last, left, 3 * width if each.reset else 0, units,
                schedule.counts, schedule.offsets, schedule.reads, kept, d_sums, each.start, units, width, out,
                each.block * units,
            )  # fmt: skip

    run_shards(work, shards)
    return out


def bias_gradients(kind: Kind, d_sums: Floats, bias: Floats, units: int) -> Floats:
    """Return the gradient of the bias, in its shape."""
    out = np.zeros_like(bias)
    width = width_of(units)
    if bias.ndim == 1 and bias.size:
        bias_gradient(d_sums, 0, units, width, out)
    elif bias.ndim == 2:
        bias_gradient(d_sums, 0, units, width, out[0])
        out[1, : 2 * units] = out[0, : 2 * units]
        bias_gradient(d_sums, 3, units, width, out[1, 2 * units :])
    return out


def _shards(batch: int, products: int, threads: int) -> int:
    return max(1, min(batch, threads, 1 + products // SMALL))


def _new_memory(kind: Kind, schedule: Schedule, width: int) -> Memory:
    rows = len(schedule.order)
    gates = buffers.take(schedule.slots if kind.kept else rows, max(1, kind.kept) * width)
    h = buffers.take(schedule.slots + rows, width)
    c = buffers.take(schedule.slots + rows, width) if kind.states > 1 else NOTHING
    return Memory(schedule, gates, h, c)


def _fill_up(buffer: Floats, values: Floats, units: int, rows: NDArray[np.int32]) -> None:
    """Write rows of (n, U), with zeros behind them."""
    buffer[rows, :units] = values
    buffer[rows, units:] = 0


def _pack(pack: Callable[..., None], weights: Floats, panels: int, depth: int, units: int, threads: int) -> Floats:
    out = buffers.take(panels, depth, LANES)
    width, shards = width_of(units), _shards(panels, 4 * weights.size, threads)
    run_shards(lambda shard: pack(weights, units, width, *split(panels, shards, shard), out), shards)
    return out


def _biases(kind: Kind, weights: Weights, width: int) -> tuple[Floats, Floats]:
    """Return the bias of the sums (G·width,), and that of a GRU's candidate, which stands inside the reset gate."""
    units, filled = weights.units, np.zeros((kind.gates, width), np.float32)
    inside = np.zeros(width, np.float32)
    if weights.bias.ndim == 2:
        filled[:, :units] = weights.bias[0].reshape(kind.gates, units)
        filled[:2, :units] += weights.bias[1, : 2 * units].reshape(2, units)
        inside[:units] = weights.bias[1, 2 * units :]
    elif weights.bias.size:
        filled[:, :units] = weights.bias.reshape(kind.gates, units)
    return filled.ravel(), inside


def _by_rank(kept: Floats | None, schedule: Schedule, width: int) -> Floats:
    if kept is None:
        return np.zeros((0, len(schedule.order), width), np.float32)
    filled = np.zeros((*kept.shape[:2], width), np.float32)
    filled[:, :, : kept.shape[2]] = kept[:, schedule.order]
    return filled


def _in_order(states: Floats, schedule: Schedule, units: int) -> Floats:
    """Return the final states (B, U) by sample."""
    return _by_sample(states[schedule.ends], schedule, units)


def _by_sample(ranked: Floats, schedule: Schedule, units: int) -> Floats:
    out = buffers.take(len(ranked), units)
    out[schedule.order] = ranked[:, :units]
    return out


def _received(
    kind: Kind, memory: Memory, d_outputs: Floats, d_states: Sequence[Floats], units: int, shards: int
) -> tuple[Floats, Floats, Floats]:
    """Return the gradients of the states that were outputs, and those of the final states by rank."""
    schedule, (batch, timesteps) = memory.schedule, memory.schedule.shows.shape
    width = width_of(units)
    d_h, d_c = np.zeros((2, batch, width), np.float32)
    for final, given in zip((d_h, d_c), d_states, strict=False):
        final[:, :units] = given[schedule.order]
    if d_outputs.shape[1] != timesteps or timesteps == 1:
        last = d_outputs[schedule.order, 0]
        computed = schedule.shows[schedule.order, -1] >= 0
        d_h[:, :units] += np.where(computed[:, None], last, np.float32(0))
        return NOTHING, d_h, d_c
    by_state = buffers.take(len(memory.h), width)
    by_state[:] = 0
    run_shards(lambda shard: gather_outputs(d_outputs, schedule.shows, *split(batch, shards, shard), by_state), shards)
    return by_state, d_h, d_c

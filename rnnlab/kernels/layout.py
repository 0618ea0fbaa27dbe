"""Weights, states and their gradients between Keras's layout and that of the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.constants import LANES
from rnnlab.kernels.entries import add_by_row, gather_outputs
from rnnlab.kernels.kinds import Kind
from rnnlab.kernels.packing import LARGE, buffers, width_of
from rnnlab.kernels.pool import run_shards, split
from rnnlab.kernels.schedule import Places, Schedule

Floats = NDArray[np.float32]
SMALL = 4_000_000  # multiply-adds that one thread does sooner than it wakes another
SHARED = 100_000  # numbers to be moved that are worth another thread
PLAIN = 20_000_000  # the same of one product, which takes less time than a recurrent one
PARTS = 11  # arrays of places in a memory
NOTHING = np.zeros((0, 0), np.float32)
NO_PANELS = np.zeros((0, 0, LANES), np.float32)


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

    @property
    def size(self) -> int:
        """Return the multiply-adds of one timestep of one sample."""
        return self.kernel.size + self.recurrent.size

    def biases(self, gates: int) -> tuple[Floats, Floats]:
        """Return the bias of the sums (G·width,), and that of a GRU's candidate, which stands inside the reset gate."""
        units, width = self.units, width_of(self.units)
        filled, inside = np.zeros((gates, width), np.float32), np.zeros(width, np.float32)
        if self.bias.ndim == 2:
            filled[:, :units] = self.bias[0].reshape(gates, units)
            filled[:2, :units] += self.bias[1, : 2 * units].reshape(2, units)
            inside[:units] = self.bias[1, 2 * units :]
        elif self.bias.size:
            filled[:, :units] = self.bias.reshape(gates, units)
        return filled.ravel(), inside


@dataclass(frozen=True, eq=False)
class Memory:
    """What the way back needs to know.

    Attributes:
        schedule: the order of the work.
        gates: (N, K·width).
        h: (N + B, width), all states.
        c: the same, of an LSTM; else empty.
        rows: (N,), the row of the inputs, or of the table, that each slot read.
        used: (D,), the rows of an embedding that are in the table; else empty.
    """

    schedule: Schedule
    gates: Floats
    h: Floats
    c: Floats
    rows: Places
    used: Places


def join_places(memory: Memory) -> Places:
    """Return all places of a memory as one array: TensorFlow takes ten microseconds for each array that it passes on.

    In front stand how many rows and columns each of them has; columns are -1 where there are only rows.
    """
    parts = (*memory.schedule.arrays, memory.rows, memory.used)
    shapes = np.array([(len(part), part.shape[1] if part.ndim > 1 else -1) for part in parts], np.int32)
    found = buffers.take(shapes.size + sum(part.size for part in parts), dtype=np.int32)
    return np.concatenate([shapes.ravel(), *(part.ravel() for part in parts)], out=found, casting="same_kind")


def part_places(gates: Floats, h: Floats, c: Floats, places: Places) -> Memory:
    """Return the memory whose places were joined."""
    parts, begin = list[Places](), 2 * PARTS
    for rows, columns in places[:begin].reshape(PARTS, 2).tolist():
        end = begin + rows * abs(columns)
        part = places[begin:end]
        parts.append(part if columns < 0 else part.reshape(rows, columns))
        begin = end
    order, counts, offsets, *others, rows_read, used = parts
    return Memory(Schedule(order, counts, offsets.astype(np.int64), *others), gates, h, c, rows_read, used)


def shards_for(most: int, products: int, threads: int, small: int | None = None) -> int:
    """Return among how many threads work is split: one where it is done before another one wakes.

    Args:
        most: parts that the work has.
        products: multiply-adds of all of it.
        threads: at most so many.
        small: multiply-adds that are not worth another thread; `SMALL` unless told.
    """
    return max(1, min(most, threads, 1 + products // (small or SMALL)))


def new_memory(kind: Kind, schedule: Schedule, width: int, rows: Places, used: Places, *, keep: bool) -> Memory:
    """Return memory that nothing is written into yet; without `keep` none for the way back."""
    ranks = schedule.ranks
    gates = buffers.take(schedule.slots if kind.kept and keep else ranks, max(1, kind.kept) * width)
    h = buffers.take(schedule.slots + ranks, width)
    c = buffers.take(schedule.slots + ranks, width) if kind.states > 1 else NOTHING
    return Memory(schedule, gates, h, c, rows, used)


def arrange_states(memory: Memory, states: Sequence[Floats], units: int) -> None:
    """Write the initial states (B, U) to where each sample begins, with zeros behind the units."""
    schedule = memory.schedule
    for buffer, state in zip((memory.h, memory.c), states, strict=False):
        if schedule.resting.any():  # a prefix's too; the others begin where it leads them
            buffer[schedule.begins] = 0
        else:
            buffer[schedule.begins, :units] = state[schedule.order]
            buffer[schedule.begins, units:] = 0


def leave_prefix(kind: Kind, memory: Memory) -> None:
    """Write the states of the shared prefix to where each sample begins."""
    schedule = memory.schedule
    for buffer in (memory.h, memory.c)[: kind.states]:
        buffer[schedule.begins[1:]] = buffer[schedule.prefix[1:]]


def prefix_gradients(
    kind: Kind, schedule: Schedule, by_state: Floats, d_h: Floats, d_c: Floats
) -> tuple[Floats, Floats]:
    """Return the gradients of the states h and c of the shared prefix, (P + 1, width).

    They are what came back to the first states of the samples; `d_h` and `d_c` begin anew, at zero.
    """
    found = []
    for place, gradient in enumerate((d_h, d_c)[: kind.states]):
        total = np.empty((schedule.prefix[0] + 1, gradient.shape[1]), np.float32)
        add_by_row(0, gradient.shape[1], gradient[1:], schedule.prefix[1:], total)
        if place == 0 and by_state.size:
            total += by_state[: len(total)]
        gradient[:] = 0
        found.append(total)
    return found[0], found[1] if kind.states > 1 else NOTHING


def by_rank(kept: Floats | None, schedule: Schedule, width: int) -> Floats:
    """Return the masks of recurrent dropout (G, B, width) by rank; none where there is no dropout."""
    if kept is None:
        return np.zeros((0, schedule.ranks, width), np.float32)
    filled = np.zeros((*kept.shape[:2], width), np.float32)
    filled[:, :, : kept.shape[2]] = kept[:, schedule.order]
    return filled


def by_sample(ranked: Floats, schedule: Schedule, units: int) -> Floats:
    """Return states (B, U) by sample."""
    out = buffers.take(schedule.batch, units)
    out[schedule.samples] = ranked[schedule.shared :, :units]
    return out


def initial_gradient(ranked: Floats, schedule: Schedule, units: int) -> Floats:
    """Return by sample, (B, U), the gradient of the initial states; zeros where nobody asks for it."""
    if schedule.resting.any():
        return np.zeros((schedule.batch, units), np.float32)
    return by_sample(ranked, schedule, units)


def received(
    memory: Memory, d_outputs: Floats, d_states: Sequence[Floats], units: int, follows: Places
) -> tuple[Floats, Floats, Floats]:
    """Return the gradients of the states that were outputs, and those of the final h and c by rank.

    Where the outputs follow one another, the loop reads their gradients itself, but for those of a shared prefix.

    Args:
        memory: of the forward pass.
        d_outputs: (B, T, U), or (B, 1, U) of the last ones.
        d_states: (B, U) each.
        units: U.
        follows: see `Schedule.follows`; empty where the loop cannot read them.
    """
    schedule, batch = memory.schedule, memory.schedule.batch
    parts, width = len(schedule.counts) if d_outputs.size >= LARGE else 1, width_of(units)
    d_h, d_c = np.zeros((2, schedule.ranks, width), np.float32)
    for final, given in zip((d_h, d_c), d_states, strict=False):
        final[schedule.shared :, :units] = given[schedule.samples]
    if schedule.shows.shape[1] == 1:
        last = d_outputs[schedule.samples, 0]
        last[schedule.shows[schedule.samples, -1] < 0] = 0  # no timestep of these was computed
        d_h[schedule.shared :, :units] += last
        return NOTHING, d_h, d_c
    own = int(schedule.offsets[schedule.shared, 1])  # many samples show the states before it, those of the prefix
    by_state = buffers.take(own if len(follows) else len(memory.h), width)
    by_state[:] = 0

    def work(shard: int) -> None:
        gather_outputs(d_outputs, schedule.shows, *split(batch, parts, shard), own, len(by_state), by_state)

    if not len(follows):
        run_shards(work, parts)
    if schedule.shared:
        gather_outputs(d_outputs, schedule.shows, 0, batch, 0, own, by_state)
    return by_state, d_h, d_c

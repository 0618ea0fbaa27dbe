"""What the slots of a layer read: timesteps of its inputs, or rows of an embedding.

The rows of an embedding that a batch reads, times the input weights, are a table: looking sums up in it costs less than
computing them (D·F·G·U multiply-adds instead of N·F·G·U, for D different ids in N live timesteps), forward and
backward. The embedded batch, (B, T, F), is never made, and the gradient of the embedding is the dense one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.constants import LANES
from rnnlab.kernels.entries import add_by_row, count_zeros, look_up, project
from rnnlab.kernels.layout import NO_PANELS, NOTHING, PLAIN, Floats, Memory, shards_for
from rnnlab.kernels.packing import buffers, width_of
from rnnlab.kernels.pool import run_shards, split
from rnnlab.kernels.schedule import Places, Schedule
from rnnlab.kernels.weights import NO_PLACES, Past, WeightSums, many_slots, table_weight_gradient

ALONE = 8  # samples that take about as long as one by itself, whose products are no tiles


def leading_zeros(ids: NDArray[np.int32]) -> Places:
    """Return (B,), how many ids in front are 0: padding, and the same for all samples."""
    found = np.empty(len(ids), np.int32)
    count_zeros(ids, found)
    return found


def rows_read(inputs: Floats, ids: NDArray[np.int32] | None, schedule: Schedule) -> tuple[Places, Places]:
    """Return the row of the inputs, or of the table, that each slot reads, (N,), and the rows in the table, (D,).

    Raises:
        ValueError: an id has no row.
    """
    if ids is None:
        return schedule.reads, NO_PLACES
    _check_ids(ids, len(inputs))
    used, rows = np.empty(len(inputs) + 1, np.int32), np.empty(schedule.slots, np.int32)
    look_up(ids.ravel(), schedule.reads, used, rows)
    return rows, used[: used[-1]].copy()


def worth_sharing(prefix: NDArray[np.int32] | None) -> NDArray[np.int32] | None:
    """Return how many first timesteps are computed once for all samples, (B,), or None where it would not pay."""
    return None if prefix is None or prefix.sum() < ALONE * prefix.max(initial=1) else prefix


class Reading:
    """What the slots of a layer read.

    Attributes:
        inputs: (B, T, F), or (V, F).
        folded: the inputs are an embedding, whose rows are looked up in a table.
        schedule: of the batch.
        flat: the inputs as rows: (B·T, F), or (D, F), those of the embedding that are read.
        rows: (N,), the row that each slot reads.
    """

    def __init__(self, inputs: Floats, memory: Memory) -> None:
        self.inputs, self.schedule, self.rows, self._used = inputs, memory.schedule, memory.rows, memory.used
        self.folded = inputs.ndim == 2
        self.flat = inputs[self._used] if self.folded else inputs.reshape(-1, inputs.shape[-1])

    def project(self, kernel: Floats, bias: Floats, threads: int) -> tuple[Floats, Floats]:
        """Return what the loop reads, and the input weights that it still has to multiply with."""
        if not self.folded:
            return self.flat, kernel
        return _multiply(self.flat, kernel, bias, threads), NO_PANELS

    def new_gradient(self) -> Floats:
        """Return where the loop writes the gradients of what it read."""
        if self.folded:
            return NOTHING
        found = buffers.take(*self.flat.shape)
        if self.schedule.slots < len(found):
            found[:] = 0  # nobody writes where nothing is computed
        return found

    def new_tables(self, columns: int, shards: int) -> Floats:
        """Return where the shards add up the gradients of the table, (S, D, C); (0, 0, C) where that costs too much."""
        small = self.folded and len(self.flat) * shards <= self.schedule.slots and many_slots(self.schedule)
        return buffers.take(*((shards, len(self.flat)) if small else (0, 0)), columns)

    def gradients(
        self,
        gates: int,
        units: int,
        kernel: Floats,
        d_read: Floats,
        d_tables: Floats,
        past: Past,
        weights: WeightSums,
        shards: int,
    ) -> tuple[Floats, Floats]:
        """Return the gradients of the inputs, in their shape, and of the input weights (F, G·U).

        Args:
            gates: G.
            units: U.
            kernel: the input weights, transposed.
            d_read: what the loop wrote.
            d_tables: what the shards added up, if they did.
            past: what is known of the way back.
            weights: what the loop summed up.
            shards: threads to use.
        """
        if not self.folded:
            return d_read.reshape(self.inputs.shape), weights.kernel(shards)
        d_table = d_tables[0] if len(d_tables) else self._sum_by_row(past.d_sums, gates * width_of(units), shards)
        for other in d_tables[1:]:
            d_table += other
        nothing = np.zeros(len(kernel) * LANES, np.float32)
        tasks = (
            lambda threads: table_weight_gradient(gates, self.flat, d_table, units, threads),
            lambda threads: _multiply(d_table, kernel, nothing, threads),
        )
        d_kernel, d_rows = _together(tasks, shards_for(shards, 2 * d_table.size * self.flat.shape[1], shards, PLAIN))
        d_inputs = buffers.take(*self.inputs.shape)
        d_inputs[:] = 0
        d_inputs[self._used] = d_rows[:, : self.flat.shape[1]]
        return d_inputs, d_kernel

    def _sum_by_row(self, d_sums: Floats, columns: int, shards: int) -> Floats:
        """Return (D, columns), the sums of what belongs to each row."""
        out = buffers.take(len(self.flat), columns)
        panels = columns // LANES

        def work(shard: int) -> None:
            first, last = split(panels, shards, shard)
            add_by_row(first * LANES, last * LANES, d_sums, self.rows, out)

        run_shards(work, shards)
        return out


def _together(tasks: Sequence[Callable[[int], Floats]], threads: int) -> list[Floats]:
    """Return what tasks give that are told how many threads they have; two run at once where there are two threads."""
    if threads != len(tasks):
        return [task(threads) for task in tasks]
    found = [NOTHING] * len(tasks)

    def work(shard: int) -> None:
        found[shard] = tasks[shard](1)

    run_shards(work, threads)
    return found


def _check_ids(ids: NDArray[np.int32], rows: int) -> None:
    """Refuse ids that no row belongs to: kernels do not look where they read.

    Raises:
        ValueError: an id is negative, or V or more.
    """
    if ids.size and not (ids.min() >= 0 and ids.max() < rows):
        raise ValueError(f"ids must be from 0 to {rows - 1}, found {ids.min()} to {ids.max()}")


def _multiply(left: Floats, panels: Floats, bias: Floats, threads: int) -> Floats:
    """Return bias + left (V, D)·weights, given as panels (C/16, D, 16): (V, C)."""
    out = buffers.take(len(left), len(panels) * LANES)
    shards = shards_for(len(left), len(left) * panels.size, threads, PLAIN)
    run_shards(lambda shard: project(*split(len(left), shards, shard), left, panels, bias, out), shards)
    return out

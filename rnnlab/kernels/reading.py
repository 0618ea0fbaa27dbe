"""What the slots of a layer read: timesteps of its inputs, or rows of an embedding.

The rows of an embedding that a batch reads, times the input weights, are a table: looking sums up in it costs less than
computing them (D·F·G·U multiply-adds instead of N·F·G·U, for D different ids in N live timesteps), forward and
backward. The embedded batch, (B, T, F), is never made, and the gradient of the embedding is the dense one.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.constants import LANES
from rnnlab.kernels.entries import add_by_row, count_zeros, look_up, project
from rnnlab.kernels.layout import NO_PANELS, NOTHING, PLAIN, SHARED, Floats, Memory, shards_for
from rnnlab.kernels.packing import buffers, width_of
from rnnlab.kernels.pool import run_shards, run_tasks, split
from rnnlab.kernels.schedule import Places, Schedule
from rnnlab.kernels.weights import NO_PLACES, Past, Task, WeightSums, many_slots, table_weight_gradient

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
    longest = 0 if prefix is None else int(prefix.max(initial=0))
    return prefix if prefix is not None and longest and prefix.sum() >= ALONE * longest else None


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

    def project(self, kernel: Floats, bias: Floats, threads: int, meanwhile: list[Task]) -> tuple[Floats, Floats]:
        """Return what the loop reads, and the input weights that it still has to multiply with.

        Args:
            kernel: the input weights.
            bias: of the sums.
            threads: at most so many at once.
            meanwhile: what else is to be computed before the loop.
        """
        if not self.folded:
            run_tasks(meanwhile, threads)
            return self.flat, kernel
        out = buffers.take(len(self.flat), len(kernel) * LANES)
        shards = shards_for(len(self.flat), len(self.flat) * kernel.size, threads, PLAIN)
        parts = [split(len(self.flat), shards, shard) for shard in range(shards)]
        tasks = [partial(project, *part, self.flat, kernel, bias, out) for part in parts]
        run_tasks([*tasks, *meanwhile], threads if shards > 1 or len(meanwhile) > 1 else 1)
        return out, NO_PANELS

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
    ) -> tuple[Floats, Floats, Floats]:
        """Return the gradients of the inputs, in their shape, of the input weights (F, G·U) and the recurrent ones.

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
        d_recurrent, last = weights.recurrent(shards)
        if not self.folded:
            d_kernel, tasks = weights.kernel(shards)
            run_tasks([*tasks, *last], shards if max(len(tasks), len(last)) > 1 else 1)
            return d_read.reshape(self.inputs.shape), d_kernel, d_recurrent
        if len(d_tables):
            d_table = _add_tables(d_tables, shards)
        else:
            d_table = self._sum_by_row(past.d_sums, gates * width_of(units), shards)
        several = shards_for(shards, 2 * d_table.size * self.flat.shape[1], shards, PLAIN)
        d_kernel, tasks = table_weight_gradient(gates, self.flat, d_table, units, several)
        d_inputs = buffers.take(*self.inputs.shape)
        tasks += [partial(self._fill_gradient, kernel, d_table, d_inputs, several, part) for part in range(several)]
        run_tasks([*tasks, *last], max(several, len(last)))
        return d_inputs, d_kernel, d_recurrent

    def _fill_gradient(self, kernel: Floats, d_table: Floats, d_inputs: Floats, parts: int, part: int) -> None:
        """Fill a part of the gradient of the embedding: zeros where a row was not read."""
        first, last = split(len(d_table), parts, part)
        begin, end = self._used[first] if part else 0, self._used[last] if part < parts - 1 else None
        found = buffers.take(last - first, len(kernel) * LANES)
        project(0, last - first, d_table[first:last], kernel, np.zeros(len(kernel) * LANES, np.float32), found)
        d_inputs[begin:end] = 0
        d_inputs[self._used[first:last]] = found[:, : d_inputs.shape[1]]

    def _sum_by_row(self, d_sums: Floats, columns: int, shards: int) -> Floats:
        """Return (D, columns), the sums of what belongs to each row."""
        out = buffers.take(len(self.flat), columns)
        panels = columns // LANES

        def work(shard: int) -> None:
            first, last = split(panels, shards, shard)
            add_by_row(first * LANES, last * LANES, d_sums, self.rows, out)

        run_shards(work, shards)
        return out


def _add_tables(d_tables: Floats, threads: int) -> Floats:
    """Return the first of the shards' tables (S, D, C), to which the others are added."""
    total: Floats = d_tables[0]
    shards = threads if d_tables[1:].size >= SHARED * threads else 1

    def work(shard: int) -> None:
        first, last = split(d_tables.shape[1], shards, shard)
        for other in d_tables[1:]:
            total[first:last] += other[first:last]

    run_shards(work, shards)
    return total


def _check_ids(ids: NDArray[np.int32], rows: int) -> None:
    """Refuse ids that no row belongs to: kernels do not look where they read.

    Raises:
        ValueError: an id is negative, or V or more.
    """
    if ids.size and not (ids.min() >= 0 and ids.max() < rows):
        raise ValueError(f"ids must be from 0 to {rows - 1}, found {ids.min()} to {ids.max()}")

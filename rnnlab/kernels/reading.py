"""What the slots of a layer read: timesteps of its inputs, or rows of an embedding.

The rows of an embedding that a batch reads, times the input weights, are a table: looking sums up in it costs less than
computing them (D·F·G·U multiply-adds instead of N·F·G·U, for D different ids in N live timesteps), forward and
backward. The embedded batch, (B, T, F), is never made, and the gradient of the embedding is the dense one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rnnlab.kernels.cells import add_row
from rnnlab.kernels.compiled import COMPILE, FLOATS
from rnnlab.kernels.layout import NO_PANELS, NOTHING, Floats
from rnnlab.kernels.packing import buffers, width_of
from rnnlab.kernels.pool import run_shards, split
from rnnlab.kernels.product import product
from rnnlab.kernels.schedule import Schedule
from rnnlab.kernels.vector import BYTES, LANES, address
from rnnlab.kernels.weights import Past, WeightSums, many_slots, table_weight_gradient

ALONE = 8  # samples that take about as long as one by itself, whose products are no tiles
MATRIX, PANELS = FLOATS.format(2), FLOATS.format(3)


def leading_zeros(ids: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return (B,), how many ids in front are 0: padding, and the same for all samples."""
    other = ids != 0
    found: NDArray[np.int32] = np.where(other.any(axis=1), other.argmax(axis=1), ids.shape[1]).astype(np.int32)
    return found


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

    def __init__(self, inputs: Floats, ids: NDArray[np.int32] | None, schedule: Schedule) -> None:
        self.inputs, self.folded, self.schedule = inputs, ids is not None, schedule
        if ids is None:
            self.flat, self.rows = inputs.reshape(-1, inputs.shape[-1]), schedule.reads
            return
        _check_ids(ids, len(inputs))
        read = ids.ravel()[schedule.reads]
        used = np.zeros(len(inputs), np.bool_)
        used[read] = True
        self._used = np.flatnonzero(used)
        self.flat, self.rows = inputs[self._used], (np.cumsum(used, dtype=np.int32) - 1)[read]

    def project(self, kernel: Floats, bias: Floats, threads: int) -> tuple[Floats, Floats]:
        """Return what the loop reads, and the input weights that it still has to multiply with."""
        if not self.folded:
            return self.flat, kernel
        return _multiply(self.flat, kernel, bias, threads), NO_PANELS

    def new_gradient(self) -> Floats:
        """Return where the loop writes the gradients of what it read."""
        if self.folded:
            return NOTHING
        batch, timesteps = self.schedule.shows.shape
        found = buffers.take(batch * timesteps, self.flat.shape[1])
        if self.schedule.slots < batch * timesteps:
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
        d_kernel = table_weight_gradient(gates, self.flat, d_table, units, shards)
        d_rows = _multiply(d_table, kernel, np.zeros(len(kernel) * LANES, np.float32), shards)
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
            _add_by_row(first * LANES, last * LANES, d_sums, self.rows, out)

        run_shards(work, shards)
        return out


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
    run_shards(lambda shard: _project(*split(len(left), threads, shard), left, panels, bias, out), threads)
    return out


ROWS = 96  # multiplied with all panels before the next ones, so that they are read from memory once


@njit(f"void(i8, i8, {MATRIX}, {PANELS}, f4[::1], f4[:,::1])", **COMPILE)
def _project(first: Any, last: Any, left: Any, panels: Any, bias: Any, out: Any) -> None:
    """Fill rows `first` to `last` of out = bias + left·weights."""
    columns, depth = out.shape[1], left.shape[1]
    for row in range(first, last, ROWS):
        start, target = address(left) + BYTES * row * depth, address(out) + BYTES * row * columns
        product(min(ROWS, last - row), start, depth, address(panels), depth * LANES, depth, columns, target, columns,
                address(bias), 0)  # fmt: skip


@njit(f"void(i8, i8, {MATRIX}, i4[::1], f4[:,::1])", **COMPILE)
def _add_by_row(first: Any, last: Any, added: Any, rows: Any, out: Any) -> None:
    """Fill columns `first` to `last` of out with the sums of added[n] for each rows[n]."""
    out[:, first:last] = np.float32(0)
    for slot in range(rows.size):
        start = address(added) + BYTES * (slot * added.shape[1] + first)
        add_row(start, address(out) + BYTES * (np.int64(rows[slot]) * out.shape[1] + first), last - first)

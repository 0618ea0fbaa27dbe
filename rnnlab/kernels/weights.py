"""Gradients of the weights from those of the sums, in Keras's layout."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.gradients import BY_READ, BY_SLOT, BY_STATE, sum_columns, weight_gradient
from rnnlab.kernels.kinds import Kind
from rnnlab.kernels.layout import NOTHING, Floats, Memory
from rnnlab.kernels.packing import buffers, width_of
from rnnlab.kernels.pool import run_shards, split
from rnnlab.kernels.schedule import Schedule
from rnnlab.kernels.vector import LANES

NO_COUNTS = np.zeros((1, 0), np.int32)
NO_READS = np.zeros(0, np.int32)


def kernel_gradient(
    gates: int, schedule: Schedule, rows: NDArray[np.int32], left: Floats, d_sums: Floats, units: int, shards: int
) -> Floats:
    """Return the gradient of the input weights, (F, G·U), where slot n read row rows[n] of `left` (…, F)."""
    width, features = width_of(units), left.shape[1]
    out = buffers.take(features, gates * units)

    def work(shard: int) -> None:
        first, last = split(gates * width // LANES, shards, shard)
        weight_gradient(
            BY_READ, first, last, left, 0, features, schedule.counts, schedule.offsets, rows, NOTHING, d_sums, 0, units,
            width, out, 0,
        )  # fmt: skip

    run_shards(work, shards)
    return out


def table_weight_gradient(gates: int, left: Floats, d_table: Floats, units: int, shards: int) -> Floats:
    """Return the gradient of the input weights (F, G·U) from that of a table (V, G·width) and an embedding (V, F)."""
    width, features = width_of(units), left.shape[1]
    out = buffers.take(features, gates * units)
    offsets = np.array([[0, 0, 0], [len(left), len(left), 0]], np.int64)

    def work(shard: int) -> None:
        first, last = split(gates * width // LANES, shards, shard)
        weight_gradient(
            BY_SLOT, first, last, left, 0, features, NO_COUNTS, offsets, NO_READS, NOTHING, d_table, 0, units, width,
            out, 0,
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
            left, begin = (memory.gates, 3 * width) if each.reset else (memory.h, 0)
            kept = masks[each.mask] if each.mask >= 0 else NOTHING
            weight_gradient(
                BY_SLOT if each.reset else BY_STATE, first, last, left, begin, units, schedule.counts, schedule.offsets,
                schedule.reads, kept, d_sums, each.start, units, width, out, each.block * units,
            )  # fmt: skip

    run_shards(work, shards)
    return out


def bias_gradients(d_sums: Floats, bias: Floats, units: int, shards: int) -> Floats:
    """Return the gradient of the bias, in its shape."""
    if not bias.size:
        return np.zeros_like(bias)
    columns = d_sums.shape[1]
    totals = np.empty(columns, np.float32)

    def work(shard: int) -> None:
        first, last = split(columns // LANES, shards, shard)
        sum_columns(first * LANES, last * LANES, d_sums, totals)

    run_shards(work, shards)
    blocks = totals.reshape(-1, width_of(units))[:, :units]
    if bias.ndim == 1:
        return blocks.ravel()
    return np.stack([blocks[:3].ravel(), blocks[[0, 1, 3]].ravel()])

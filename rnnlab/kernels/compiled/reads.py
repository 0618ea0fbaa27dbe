"""What slots read: rows of an embedding, looked up and projected."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnlab.kernels.compiled.cells import add_row
from rnnlab.kernels.compiled.product import product
from rnnlab.kernels.compiled.vector import address
from rnnlab.kernels.constants import BYTES, LANES

ROWS = 96  # multiplied with all panels before the next ones, so that they are read from memory once


def count_zeros(ids: Any, found: Any) -> None:
    """Fill how many ids in front of each sample are 0, (B,)."""
    for row in range(ids.shape[0]):
        place = 0
        while place < ids.shape[1] and ids[row, place] == 0:
            place += 1
        found[row] = place


def look_up(ids: Any, reads: Any, used: Any, rows: Any) -> None:
    """Fill the rows of an embedding that are read, (V + 1,), in their order, and which of them each slot reads, (N,).

    Ids are (B·T,); the last number of `used` says how many rows are read.
    """
    count = used.size - 1
    places = np.zeros(count, np.int32)
    for slot in range(reads.size):
        places[ids[reads[slot]]] = 1
    size = 0
    for row in range(count):
        if places[row]:
            used[size], places[row] = row, size
            size += 1
    used[count] = size
    for slot in range(reads.size):
        rows[slot] = places[ids[reads[slot]]]


def project(first: Any, last: Any, left: Any, panels: Any, bias: Any, out: Any) -> None:
    """Fill rows `first` to `last` of out = bias + left·weights."""
    columns, depth = out.shape[1], left.shape[1]
    for row in range(first, last, ROWS):
        start, target = address(left) + BYTES * row * depth, address(out) + BYTES * row * columns
        product(min(ROWS, last - row), start, depth, address(panels), depth * LANES, depth, columns, target, columns,
                address(bias), 0)  # fmt: skip


def add_by_row(first: Any, last: Any, added: Any, rows: Any, out: Any) -> None:
    """Fill columns `first` to `last` of out with the sums of added[n] for each rows[n]."""
    out[:, first:last] = np.float32(0)
    for slot in range(rows.size):
        start = address(added) + BYTES * (slot * added.shape[1] + first)
        add_row(start, address(out) + BYTES * (np.int64(rows[slot]) * out.shape[1] + first), last - first)

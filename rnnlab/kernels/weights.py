"""Gradients of the weights from those of the sums, in Keras's layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from rnnlab.kernels.constants import BY_READ, BY_SLOT, BY_STATE, LANES, SLOTS
from rnnlab.kernels.entries import collect, weight_gradient
from rnnlab.kernels.kinds import Kind
from rnnlab.kernels.layout import NOTHING, Floats, Memory
from rnnlab.kernels.packing import LARGE, buffers, width_of
from rnnlab.kernels.pool import split
from rnnlab.kernels.schedule import Schedule

Task = Callable[[], None]
NO_PLACES = np.zeros(0, np.int32)
FEW = 2 * SLOTS  # slots of a shard: with fewer, adding up what the shards summed costs more than the products


def many_slots(schedule: Schedule) -> bool:
    """Return whether the shards sum up for the weights."""
    return schedule.slots >= FEW * len(schedule.counts)


@dataclass(frozen=True)
class Term:
    """A product of a weight's gradient, left^T·d_sums.

    Attributes:
        kind: how rows of the left side are found.
        begin: its first column.
        rows: I, its columns: rows of the weight.
        block: the first block of sums.
        count: number of blocks.
        mask: the dropout mask of the left side, or -1.
        column: the block of the weight's columns where the first one belongs.
    """

    kind: int
    begin: int
    rows: int
    block: int
    count: int
    mask: int
    column: int


@dataclass(frozen=True, eq=False)
class Past:
    """What the products read.

    Attributes:
        memory: of the forward pass.
        inputs: (…, F).
        reads: (N,), the row of the inputs that a slot read.
        masks: (M, B, width), what recurrent dropout left, by rank; M is 0 where nothing was dropped.
        ranks: (N,), the rank of a slot's sample; empty where nothing was dropped.
        d_sums: (N, D·width); (0, D·width) where the shards read it before it is gone.
    """

    memory: Memory
    inputs: Floats
    reads: NDArray[np.int32]
    masks: Floats
    ranks: NDArray[np.int32]
    d_sums: Floats

    def left(self, term: Term) -> Floats:
        """Return what holds the rows of a product's left side."""
        return {BY_READ: self.inputs, BY_STATE: self.memory.h, BY_SLOT: self.memory.gates}[term.kind]


@cache
def _plan(
    kind: Kind, units: int, features: int, folded: bool, dropped: bool, summed: bool
) -> tuple[tuple[Term, ...], tuple[Term, ...], dict[Term, int], NDArray[np.int64], int]:
    """Return the products of both gradients; where the sums of each begin, as kernels read it, and their size.

    Every step of a layer asks for the same.
    """
    width = width_of(units)
    of_kernel = () if folded else (Term(BY_READ, 0, features, 0, kind.gates, -1, 0),)
    of_recurrent = tuple(
        Term(BY_SLOT, 3 * width, units, each.start, each.count, -1, each.block)
        if each.reset
        else Term(BY_STATE, 0, units, each.start, each.count, each.mask, each.block)
        for each in kind.recurrent(dropped)
    )
    terms = (*of_kernel, *of_recurrent) if summed else ()
    ends = np.cumsum([0, *(term.rows * term.count * width for term in terms)]).tolist()
    begins = dict(zip(terms, ends, strict=False))
    rows = [(*astuple(term)[:-1], at) for term, at in begins.items()]
    return of_kernel, of_recurrent, begins, np.array(rows, np.int64).reshape(-1, 7), ends[-1]


class WeightSums:
    """The gradients of a layer's weights, as far as the shards sum them up on their way back.

    Attributes:
        terms: (P, 7), the products of the shards; none where there are few slots, which are multiplied afterwards.
        sums: (S, …), by shard; the last D·width are those of the bias.
    """

    def __init__(self, kind: Kind, past: Past, units: int, *, folded: bool) -> None:
        self._kind, self._past, self._units, self._width = kind, past, units, width_of(units)
        shards, features = len(past.memory.schedule.counts), past.inputs.shape[1]
        plan = _plan(kind, units, features, folded, len(past.masks) > 0, many_slots(past.memory.schedule))
        self._of_kernel, self._of_recurrent, self._begins, self.terms, size = plan
        self.sums = buffers.take(shards, size + past.d_sums.shape[1])

    def kernel(self, threads: int) -> tuple[Floats, list[Task]]:
        """Return the gradient of the input weights, (F, G·U), and what fills it."""
        return self._gradient(self._of_kernel, self._past.inputs.shape[1], threads)

    def recurrent(self, threads: int) -> tuple[Floats, list[Task]]:
        """Return the gradient of the recurrent weights, (U, G·U), and what fills it."""
        return self._gradient(self._of_recurrent, self._units, threads)

    def bias(self, bias: Floats) -> Floats:
        """Return the gradient of the bias, in its shape."""
        if not bias.size:
            return np.zeros_like(bias)
        totals: Floats = self.sums[:, -self._past.d_sums.shape[1] :].sum(axis=0)
        blocks: Floats = totals.reshape(-1, self._width)[:, : self._units]
        if bias.ndim == 1:
            return blocks.ravel()
        return np.stack([blocks[:3].ravel(), blocks[[0, 1, 3]].ravel()])

    def _gradient(self, terms: Sequence[Term], rows: int, threads: int) -> tuple[Floats, list[Task]]:
        out = buffers.take(rows, self._kind.gates * self._units)
        work_left = out.size if self._begins else out.size * self._past.memory.schedule.slots // SLOTS
        shards = threads if work_left >= LARGE else 1

        def work(shard: int) -> None:
            for term in terms:
                part = split(term.count * self._width // LANES, shards, shard)
                self._fill(term, part, out)

        return out, [partial(work, shard) for shard in range(shards)]

    def _fill(self, term: Term, part: tuple[int, int], out: Floats) -> None:
        """Fill the columns of a product's panels, from the first of a part to that behind its last."""
        past, units, width, column = self._past, self._units, self._width, term.column * self._units
        if term in self._begins:
            collect(*part, self.sums, self._begins[term], term.rows, units, width, out, column)
            return
        kept, schedule = past.masks[term.mask] if term.mask >= 0 else NOTHING, past.memory.schedule
        resting = np.zeros_like(schedule.resting) if term.kind == BY_READ else schedule.resting
        weight_gradient(
            term.kind, *part, past.left(term), term.begin, term.rows, schedule.offsets, resting, past.reads,
            past.ranks, kept, past.d_sums, term.block, units, width, out, column,
        )  # fmt: skip


def table_weight_gradient(
    gates: int, left: Floats, d_table: Floats, units: int, shards: int
) -> tuple[Floats, list[Task]]:
    """Return the gradient of the input weights (F, G·U), and what fills it.

    Args:
        gates: G.
        left: (D, F), rows of an embedding.
        d_table: (D, G·width), the gradient of the table.
        units: U.
        shards: parts.
    """
    width, features = width_of(units), left.shape[1]
    out = buffers.take(features, gates * units)
    offsets = np.array([[0, 0, 0], [len(left), len(left), 0]], np.int64)
    shards = min(shards, gates * width // LANES)

    def work(shard: int) -> None:
        first, last = split(gates * width // LANES, shards, shard)
        weight_gradient(
            BY_SLOT, first, last, left, 0, features, offsets, np.zeros(1, np.int32), NO_PLACES, NO_PLACES, NOTHING,
            d_table, 0, units, width, out, 0,
        )  # fmt: skip

    return out, [partial(work, shard) for shard in range(shards)]

"""Which sample is computed when: masked timesteps are not computed at all.

The live timesteps of each sample are counted 0, 1, …; at step k the k-th live one of every sample that has so many is
computed. Samples stand in the order of their lengths, longest first, so that those at work are always the first ones
and lie together in memory. This holds for any mask, wherever it has its holes; `go_backwards` only reads from the end.

Samples are dealt to shards in turn, one for each thread. Everything that has a place for every step of every sample is
laid out shard by shard, and in a shard step by step: a slot. The state *before* slot n is row n of the shard's states,
so the state after it is the row of the sample's next slot; final states stand behind, one for each sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rnnlab.kernels.compiled import COMPILE

Places = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Schedule:
    """The order of the work. B samples, T timesteps, S shards, N live timesteps of all samples.

    Attributes:
        order: (B,), the samples by rank: those of the first shard, of the second, …
        counts: (S, T), how many samples of a shard are computed at a step.
        offsets: (S + 1, 3): where a shard's slots, states and ranks begin.
        reads: (N,), the row of the inputs (B·T) that a slot reads.
        begins: (B,), the row of states before a sample's first slot, by rank.
        ends: (B,), the row of its final state, by rank.
        shows: (B, T), the row of states that is a sample's output after each timestep; -1 before the first live one.
    """

    order: Places
    counts: Places
    offsets: NDArray[np.int64]
    reads: Places
    begins: Places
    ends: Places
    shows: Places

    @property
    def slots(self) -> int:
        """Return N."""
        return len(self.reads)

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Return everything, to be kept for the way back."""
        return (self.order, self.counts, self.offsets, self.reads, self.begins, self.ends, self.shows)


def make_schedule(live: NDArray[np.bool_] | None, shape: tuple[int, int], *, shards: int, backwards: bool) -> Schedule:
    """Return the schedule of a batch.

    Args:
        live: (B, T), false where a timestep is masked; None where none is.
        shape: (B, T).
        shards: S.
        backwards: the last timestep is read first.
    """
    if live is None:
        live = np.ones(shape, np.bool_)
    return Schedule(*_fill(np.ascontiguousarray(live), shards, backwards))


@njit("Tuple((i4[::1], i4[:,::1], i8[:,::1], i4[::1], i4[::1], i4[::1], i4[:,::1]))(b1[:,::1], i8, b1)", **COMPILE)
def _fill(live: Any, shards: Any, backwards: Any) -> Any:
    batch, timesteps = live.shape
    lengths = np.zeros(batch, np.int32)
    for row in range(batch):
        for t in range(timesteps):
            lengths[row] += live[row, t]
    by_length = np.argsort(-lengths, kind="mergesort")
    order = np.empty(batch, np.int32)
    counts = np.zeros((shards, timesteps), np.int32)
    offsets = np.zeros((shards + 1, 3), np.int64)
    rank = 0
    for shard in range(shards):
        slots = 0
        for place in range(shard, batch, shards):
            order[rank] = by_length[place]
            rank += 1
            slots += lengths[by_length[place]]
            for k in range(lengths[by_length[place]]):
                counts[shard, k] += 1
        offsets[shard + 1, 0] = offsets[shard, 0] + slots
        offsets[shard + 1, 1] = offsets[shard + 1, 0] + rank
        offsets[shard + 1, 2] = rank
    reads = np.empty(offsets[shards, 0], np.int32)
    begins = np.empty(batch, np.int32)
    ends = np.empty(batch, np.int32)
    shows = np.empty((batch, timesteps), np.int32)
    for shard in range(shards):
        slot, state, first = offsets[shard]
        final = offsets[shard + 1, 0] - slot + state - first
        for rank in range(first, offsets[shard + 1, 2]):
            row, k, place, shown = order[rank], 0, rank - first, -1
            begins[rank] = state + place if lengths[row] else final + rank
            ends[rank] = final + rank
            for moment in range(timesteps):
                t = timesteps - 1 - moment if backwards else moment
                if live[row, t]:
                    reads[slot + place] = row * timesteps + t
                    place += counts[shard, k]
                    k += 1
                    shown = state + place if k < lengths[row] else final + rank
                shows[row, moment] = shown
    return order, counts, offsets, reads, begins, ends, shows

"""Which sample is computed when: masked timesteps are not computed at all.

The live timesteps of each sample are counted 0, 1, …; at step k the k-th live one of every sample that has so many is
computed. Samples stand in the order of their lengths, longest first, so that those at work are always the first ones
and lie together in memory. This holds for any mask, wherever it has its holes; `go_backwards` only reads from the end.

Where samples begin alike (padding in front that no mask hides), what they share is computed once: the longest such
prefix is a sample of its own, in a shard of its own that is computed first, and every sample begins at one of its
states.

Samples are dealt to shards in turn, one for each thread. Everything that has a place for every step of every sample is
laid out shard by shard, and in a shard step by step: a slot. The state *before* slot n is row n of the shard's states,
so the state after it is the row of the sample's next slot; final states stand behind, one for each sample.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rnnlab.kernels.compiled import COMPILE

Places = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Schedule:
    """The order of the work. B samples, T timesteps, S shards, N live timesteps of all samples.

    A shared prefix is the first rank of the first shard, and counts as a sample here.

    Attributes:
        order: (B,), the samples by rank: those of the first shard, of the second, …
        counts: (S, T), how many samples of a shard are computed at a step.
        offsets: (S + 1, 3): where a shard's slots, states and ranks begin.
        reads: (N,), the row of the inputs (B·T) that a slot reads.
        begins: (B,), the row of states before a sample's first slot, by rank.
        ends: (B,), the row of its final state, by rank.
        shows: (B, T), the row of states that is a sample's output after each timestep; -1 before the first live one.
        prefix: (B,), shared timesteps of each sample, by rank; empty where nothing is shared.
    """

    order: Places
    counts: Places
    offsets: NDArray[np.int64]
    reads: Places
    begins: Places
    ends: Places
    shows: Places
    prefix: Places = field(default_factory=lambda: np.zeros(0, np.int32))

    @property
    def ranks(self) -> int:
        """Return how many samples there are, the shared prefix included."""
        return len(self.begins)

    @property
    def shared(self) -> int:
        """Return 1 where the first rank is a shared prefix, else 0."""
        return int(len(self.prefix) > 0)

    @property
    def samples(self) -> Places:
        """Return the samples by rank, without the shared prefix."""
        return self.order[self.shared :]

    @property
    def slots(self) -> int:
        """Return N."""
        return len(self.reads)

    def rank_slots(self) -> Places:
        """Return (N,), which sample, by rank, a slot belongs to."""
        ranks = np.empty(self.slots, np.int32)
        for counts, (slot, _, first), (behind, _, _) in zip(self.counts, self.offsets, self.offsets[1:], strict=False):
            ranks[slot:behind] = first + np.arange(behind - slot) - np.repeat(np.cumsum(counts) - counts, counts)
        return ranks

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Return everything, to be kept for the way back."""
        return (self.order, self.counts, self.offsets, self.reads, self.begins, self.ends, self.shows, self.prefix)


def make_schedule(
    live: NDArray[np.bool_] | None,
    shape: tuple[int, int],
    *,
    shards: int,
    backwards: bool = False,
    prefix: Places | None = None,
) -> Schedule:
    """Return the schedule of a batch.

    Args:
        live: (B, T), false where a timestep is masked; None where none is.
        shape: (B, T).
        shards: S, without that of a shared prefix.
        backwards: the last timestep is read first.
        prefix: (B,), how many first timesteps a sample has in common with all others that have so many; None where
            they are computed for each. Not with a mask, nor backwards.
    """
    if live is None:
        live = np.ones(shape, np.bool_)
    if prefix is None:
        return Schedule(*_fill(np.ascontiguousarray(live), shards, backwards))
    longest = np.argmax(prefix)
    first = np.arange(prefix[longest], dtype=np.int32)
    own = Schedule(*_fill(np.arange(shape[1]) >= prefix[:, None], shards, False))
    return _behind(own, longest, first, np.concatenate([prefix[[longest]], prefix[own.order]]))


def _behind(own: Schedule, longest: np.intp, first: Places, prefix: Places) -> Schedule:
    """Return a schedule with a shard for the shared prefix, (P,), in front of it."""
    slots, states = len(first), len(first) + 1
    timesteps = own.shows.shape[1]
    counts = np.zeros((1, timesteps), np.int32)
    counts[0, :slots] = 1
    shown = np.where(own.shows >= 0, own.shows + states, np.arange(1, timesteps + 1))
    return Schedule(
        np.concatenate([[longest], own.order]).astype(np.int32),
        np.concatenate([counts, own.counts]),
        np.concatenate([np.zeros((1, 3), np.int64), own.offsets + np.array([slots, states, 1])]),
        np.concatenate([longest * timesteps + first, own.reads]).astype(np.int32),
        np.concatenate([[0], own.begins + states]).astype(np.int32),
        np.concatenate([[slots], own.ends + states]).astype(np.int32),
        np.ascontiguousarray(shown, np.int32),
        prefix,
    )


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

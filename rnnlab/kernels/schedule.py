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
from numpy.typing import NDArray

from rnnlab.kernels.entries import fill_schedule

Places = NDArray[np.int32]
NOTHING_MASKED = np.zeros((0, 0), np.bool_)
NO_PREFIX = np.zeros(0, np.int32)


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
            (B, 1), the last ones, where no others are outputs.
        resting: (S,), how many of a shard's slots, its first ones, begin at states of zeros whose gradient nobody asks
            for.
        prefix: (B,), shared timesteps of each sample, by rank; empty where nothing is shared.
    """

    order: Places
    counts: Places
    offsets: NDArray[np.int64]
    reads: Places
    begins: Places
    ends: Places
    shows: Places
    resting: Places
    prefix: Places = field(default_factory=lambda: NO_PREFIX)

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
    def batch(self) -> int:
        """Return B, without the shared prefix."""
        return len(self.shows)

    @property
    def timesteps(self) -> int:
        """Return T."""
        return int(self.counts.shape[1])

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

    def follows(self, outputs: int) -> Places:
        """Return (B,), by rank, the row of the outputs (B·T) that a sample's first step gives; the others follow it.

        Empty where outputs do not follow one another: a timestep is masked, or only the last one of `outputs` is given.
        """
        starts = self.prefix if self.shared else np.zeros(self.ranks, np.int32)
        whole = self.batch * self.timesteps - int(starts[self.shared :].sum()) + int(starts[: self.shared].sum())
        if outputs == 1 or outputs != self.timesteps or self.shows.shape[1] != outputs or self.slots != whole:
            return NO_PREFIX
        return self.order * np.int32(self.timesteps) + starts

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Return everything, to be kept for the way back."""
        return (self.order, self.counts, self.offsets, self.reads, self.begins, self.ends, self.shows, self.resting,
                self.prefix)  # fmt: skip


def make_schedule(
    live: NDArray[np.bool_] | None,
    shape: tuple[int, int],
    *,
    shards: int,
    backwards: bool = False,
    prefix: Places | None = None,
    sequences: bool = True,
    zeros: bool = False,
) -> Schedule:
    """Return the schedule of a batch.

    Args:
        live: (B, T), false where a timestep is masked; None where none is.
        shape: (B, T).
        shards: S, without that of a shared prefix.
        backwards: the last timestep is read first.
        prefix: (B,), how many first timesteps a sample has in common with all others that have so many; None where
            they are computed for each. Not with a mask, nor backwards.
        sequences: every timestep is an output, not only the last.
        zeros: the initial states are zeros, whose gradient nobody asks for.
    """
    masked = NOTHING_MASKED if live is None else np.ascontiguousarray(live)
    shared = NO_PREFIX if prefix is None else prefix
    (batch, timesteps), extra = shape, int(len(shared) > 0)
    order, begins, ends = np.zeros((3, extra + batch), np.int32)
    counts = np.zeros((extra + shards, timesteps), np.int32)
    offsets = np.zeros((extra + shards + 1, 3), np.int64)
    reads = np.empty(batch * timesteps, np.int32)
    shows = np.empty((batch, timesteps if sequences else 1), np.int32)
    prefixes = np.empty(extra * (1 + batch), np.int32)
    fill_schedule(masked, shared, backwards, order, counts, offsets, reads, begins, ends, shows, prefixes)
    resting = counts[:, :1].sum(axis=1, dtype=np.int32) * np.int32(zeros)
    resting[extra or shards :] = 0  # the others begin where the prefix leads them
    return Schedule(order, counts, offsets, reads[: offsets[-1, 0]], begins, ends, shows, resting, prefixes)

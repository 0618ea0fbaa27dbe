"""Which sample is computed when: fills what `schedule` describes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rnnlab.kernels.compiled.vector import CALLED


@njit(**CALLED)
def _measure(live: Any, prefix: Any, lengths: Any, starts: Any) -> None:
    """Fill how many timesteps of each sample are computed, and where they start."""
    for row in range(lengths.size):
        if live.size:
            lengths[row] = 0
            for t in range(live.shape[1]):
                lengths[row] += live[row, t]
        elif prefix.size:
            starts[row] = prefix[row]
            lengths[row] -= prefix[row]


@njit(**CALLED)
def _deal(lengths: Any, shared: Any, order: Any, counts: Any, offsets: Any) -> None:
    """Fill order, counts and offsets of the samples, dealt by length to all shards but that of a prefix."""
    shards, rank = counts.shape[0] - shared, shared
    by_length = np.argsort(-lengths, kind="mergesort")
    for shard in range(shards):
        slots, own = 0, counts[shared + shard]
        for place in range(shard, lengths.size, shards):
            length = lengths[by_length[place]]
            order[rank] = by_length[place]
            rank += 1
            slots += length
            if length:
                own[length - 1] += 1
        for k in range(own.size - 2, -1, -1):
            own[k] += own[k + 1]
        before, behind = offsets[shared + shard], offsets[shared + shard + 1]
        behind[0] = before[0] + slots
        behind[1], behind[2] = behind[0] + rank, rank


@njit(**CALLED)
def _follow(
    row: Any, live: Any, backwards: Any, start: Any, length: Any, slot: Any, state: Any, place: Any, final: Any,
    counts: Any, reads: Any, shows: Any,
) -> None:  # fmt: skip
    """Fill what a sample reads at its slots and shows after its timesteps; `place` is its rank within the shard."""
    timesteps, k, shown = counts.size, 0, -1
    all_shown = shows.shape[1] == timesteps
    if all_shown:
        for t in range(start):  # states of the prefix
            shows[row, t] = t + 1
    for moment in range(start, timesteps):
        t = timesteps - 1 - moment if backwards else moment
        if live.size == 0 or live[row, t]:
            reads[slot + place] = row * timesteps + t
            place += counts[k]
            k += 1
            shown = state + place if k < length else final
        if all_shown:
            shows[row, moment] = shown
    if not all_shown:
        shows[row, 0] = shown if start < timesteps else timesteps


def fill_schedule(
    live: Any, prefix: Any, backwards: Any, order: Any, counts: Any, offsets: Any, reads: Any, begins: Any, ends: Any,
    shows: Any, prefixes: Any,
) -> None:  # fmt: skip
    """Fill a schedule; `counts`, `offsets` and `begins` are zeros, and `reads` has a place for every timestep."""
    batch, timesteps, shared = shows.shape[0], counts.shape[1], 1 if prefix.size else 0
    lengths, starts = np.full(batch, np.int32(timesteps)), np.zeros(batch, np.int32)
    _measure(live, prefix, lengths, starts)
    longest = 0
    if shared:
        order[0] = np.argmax(starts)
        longest = starts[order[0]]
        counts[0, :longest] = 1
        offsets[1, 0], offsets[1, 1], offsets[1, 2] = longest, longest + 1, 1
        ends[0] = longest
    _deal(lengths, shared, order, counts, offsets)
    for t in range(longest):
        reads[t] = order[0] * timesteps + t
    for shard in range(shared, counts.shape[0]):
        slot, state, first = offsets[shard]
        final = offsets[shard + 1, 0] - slot + state - first
        for rank in range(first, offsets[shard + 1, 2]):
            row = order[rank]
            begins[rank] = state + rank - first if lengths[row] else final + rank
            ends[rank] = final + rank
            _follow(row, live, backwards, starts[row], lengths[row], slot, state, rank - first, final + rank,
                    counts[shard], reads, shows)  # fmt: skip
    for rank in range(prefixes.size):
        prefixes[rank] = starts[order[rank]]

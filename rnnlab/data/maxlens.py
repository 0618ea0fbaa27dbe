"""What a `padding.maxlen` costs: the units it cuts away, and the padding that it adds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rnnlab.data.profile import Lengths, spread

PERCENTILES = (50, 75, 90, 95, 99)


@dataclass(frozen=True)
class Maxlen:
    """A number of timesteps that samples could have, and what it does to those of the training split.

    Attributes:
        timesteps: T.
        names: what leads to it: `p95`, `longest`.
        lost: share of the units that are cut away.
        padding: share of the timesteps that are padding.
        cut: share of the samples that lose something.
        chosen: it is that of the file.
    """

    timesteps: int
    names: tuple[str, ...]
    lost: float
    padding: float
    cut: float
    chosen: bool


def candidate_maxlens(lengths: Lengths, chosen: int) -> tuple[Maxlen, ...]:
    """Return the percentiles, the longest and the file's own, ascending; each number of timesteps once."""
    samples = spread(lengths)
    wanted = {f"p{share}": int(samples[math.ceil(share * len(samples) / 100) - 1]) for share in PERCENTILES}
    wanted["longest"] = int(samples[-1])
    found: dict[int, list[str]] = {chosen: []}
    for name, timesteps in wanted.items():
        found.setdefault(timesteps, []).append(name)
    units = int(samples.sum())
    candidates = []
    for timesteps, names in sorted(found.items()):
        kept = int(np.minimum(samples, timesteps).sum())
        candidates.append(
            Maxlen(
                timesteps,
                tuple(names),
                lost=1 - kept / units,
                padding=1 - kept / (timesteps * len(samples)),
                cut=float((samples > timesteps).mean()),
                chosen=timesteps == chosen,
            )
        )
    return tuple(candidates)

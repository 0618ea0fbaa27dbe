"""What a whole sequence of numbers is like, as one vector: what linear baselines read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.preparation import Preparation
from rnnlab.data.splits import Samples, live_timesteps

BATCH = 1024  # samples

Numbers = NDArray[np.float64]


def characteristics(samples: Samples, preparation: Preparation) -> Numbers:
    """Return (N, D): mean, standard deviation, first and last number of every channel over the timesteps that are data.

    Where lengths differ, the number of timesteps stands beside them.
    """
    parts = []
    for name, values in samples.inputs.items():
        encoder = preparation.sequences.get(name)
        flagged = encoder is not None and encoder.flagged
        batches = (values[start : start + BATCH] for start in range(0, len(samples), BATCH))
        parts.append(np.concatenate([_of_batch(np.asarray(batch), flagged=flagged) for batch in batches]))
    return np.concatenate(parts, axis=1)


def _of_batch(values: NDArray[Any], *, flagged: bool) -> Numbers:
    live_NT = live_timesteps(values) if flagged else np.ones(values.shape[:2], bool)
    read = values[..., :-1] if flagged else values.reshape(*values.shape[:2], -1)
    numbers_NTC = np.where(live_NT[..., None], read, 0.0).astype(np.float64)
    count_N1 = live_NT.sum(axis=1, keepdims=True)
    mean_NC = numbers_NTC.sum(axis=1) / count_N1
    apart_NTC = np.where(live_NT[..., None], numbers_NTC - mean_NC[:, None], 0.0)
    rows, last = np.arange(len(values)), values.shape[1] - 1
    found = [
        mean_NC,
        np.sqrt(np.square(apart_NTC).sum(axis=1) / count_N1),
        numbers_NTC[rows, live_NT.argmax(axis=1)],
        numbers_NTC[rows, last - live_NT[:, ::-1].argmax(axis=1)],
    ]
    return np.concatenate([*found, count_N1] if flagged else found, axis=1)

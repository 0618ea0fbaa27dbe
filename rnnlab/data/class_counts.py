"""How often each class stands in a split, without holding all of its targets at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnlab.data.splits import Samples, live_timesteps

COUNTED = 4096  # samples that are looked at at once


def count_classes(samples: Samples, target: str, reads: str | None, classes: int) -> NDArray[np.int64]:
    """Return how often each class (C,) stands in a split, padding aside.

    Args:
        samples: the split.
        target: name of the class indices.
        reads: the input whose timesteps they belong to; None where all of them count.
        classes: C.
    """
    counts = np.zeros(classes, np.int64)
    for start in range(0, len(samples), COUNTED):
        rows = slice(start, start + COUNTED)
        found = np.asarray(samples.targets[target][rows])
        if reads is not None:
            found = found[live_timesteps(samples.inputs[reads][rows])]
        counts += np.bincount(found.ravel(), minlength=classes)
    return counts

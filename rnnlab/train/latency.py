"""How long a model takes to answer."""

from __future__ import annotations

import statistics
import time

import numpy as np

from rnnlab.data import Samples
from rnnlab.train.batches import batches
from rnnlab.train.learner import Learner

WARM = 3  # answers that are not counted: the first one is traced
REPEATS = 20


def milliseconds_per_sample(learner: Learner, samples: Samples, batch_size: int) -> float:
    """Return the median time of an answer, by the sample.

    The compiled forward pass of the model that is saved, over the first batch of a split, which is in memory as tensors
    already; the outputs are copied back. Divided by the batch's size. It depends on the machine, on its threads and on
    whatever else it does: two measurements of one model differ by some percent, on a busy machine by much more.

    Args:
        learner: the model.
        samples: of the split.
        batch_size: of the answer; fewer where the split has fewer.
    """
    learner.refresh_twin()
    size = min(batch_size, len(samples))
    batch = next(iter(batches(samples, learner.objective.head, np.arange(size), size, None)))
    inputs = learner.steps.tensors(*batch)[0]
    count = len(batch[1])
    times = [_seconds(learner, inputs) for _ in range(WARM + REPEATS)]
    return 1000 * statistics.median(times[WARM:]) / count


def _seconds(learner: Learner, inputs: object) -> float:
    start = time.perf_counter()
    np.asarray(learner.steps.predict(inputs))
    return time.perf_counter() - start

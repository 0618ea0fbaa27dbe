"""The order of samples and the batches of an epoch.

Keras's seeded shuffle repeats one permutation in every epoch; this one is drawn from (seed, epoch), so it can be
found again when a run is resumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data import Samples

Batch = tuple[dict[str, NDArray[Any]], NDArray[Any], NDArray[np.float32]]


def order_of_epoch(samples: int, *, seed: int, epoch: int, shuffle: bool) -> NDArray[np.int64]:
    """Return the order (N,) in which an epoch (counted from 1) reads the samples."""
    if not shuffle:
        return np.arange(samples)
    return np.random.Generator(np.random.Philox(key=[seed, epoch])).permutation(samples)


def batches(
    samples: Samples,
    target: str,
    order: NDArray[np.int64],
    batch_size: int,
    weights: NDArray[np.float32] | None,
) -> Iterator[Batch]:
    """Yield (inputs, target (B,), weight of each sample (B,)) in the order; the last batch may be smaller."""
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        inputs = {name: values[rows] for name, values in samples.inputs.items()}
        weight = np.ones(len(rows), np.float32) if weights is None else weights[rows]
        yield inputs, samples.targets[target][rows], weight


def steps_per_epoch(samples: int, batch_size: int) -> int:
    """Return how many batches an epoch has."""
    return -(-samples // batch_size)


def sample_weights(
    samples: Samples, target: str, class_weight: dict[str, float] | str | None, labels: tuple[str, ...] | None
) -> NDArray[np.float32] | None:
    """Return the weight (N,) of each training sample: its own times its class's; None where all are 1."""
    weights = samples.weights
    if class_weight is None:
        return weights
    classes = samples.targets[target]
    assert labels is not None, "class weights need classes"
    if isinstance(class_weight, str):
        counts = np.bincount(classes, minlength=len(labels))
        table = len(classes) / (len(labels) * np.maximum(counts, 1))
    else:
        table = np.array([class_weight[label] for label in labels])
    by_class = table[classes].astype(np.float32)
    return by_class if weights is None else weights * by_class

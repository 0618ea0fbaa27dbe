"""The order of samples and the batches of an epoch.

Keras's seeded shuffle repeats one permutation in every epoch; this one is drawn from (seed, epoch), so it can be
found again when a run is resumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.data import Samples
from rnnlab.data.class_counts import count_classes
from rnnlab.data.series_encoder import SCALED
from rnnlab.data.splits import live_timesteps
from rnnlab.plan import HeadPlan
from rnnlab.training import Training

Inputs = dict[str, NDArray[Any]]
Batch = tuple[Inputs, NDArray[Any], NDArray[np.float32]]


def order_of_epoch(samples: int, *, seed: int, epoch: int, shuffle: bool) -> NDArray[np.int64]:
    """Return the order (N,) in which an epoch (counted from 1) reads the samples."""
    if not shuffle:
        return np.arange(samples)
    return np.random.Generator(np.random.Philox(key=[seed, epoch])).permutation(samples)


def batches(
    samples: Samples, head: HeadPlan, order: NDArray[np.int64], batch_size: int, classes: NDArray[np.float32] | None
) -> Iterator[Batch]:
    """Yield (inputs, target, weight) in the order; the last batch may be smaller.

    Where samples have buckets, a batch has samples of one, or some that the shorter ones left over, and is padded to
    the lengths of that: see `rows_of_batches`.

    Args:
        samples: of the split.
        head: says which target, and where its rows do not count.
        order: rows of the samples.
        batch_size: samples per batch.
        classes: (C,) weight of each class; None where all weigh the same.

    Yields:
        The weight is (B,) for samples and (B, T) for timesteps; 0 where the timestep is padding. Of forecasts it is
        (B, H, K), and 0 where the true number is missing.
    """
    parts = _parts(samples, head)
    for rows, bucket in rows_of_batches(samples, order, batch_size):
        yield _batch(parts[bucket], head, rows, classes)


def rows_of_batches(
    samples: Samples, order: NDArray[np.int64], batch_size: int
) -> Iterable[tuple[NDArray[np.int64], int]]:
    """Return (rows, bucket) of each batch; without buckets all are in the first."""
    if samples.buckets is not None:
        return samples.buckets.rows(samples.inputs, order, batch_size)
    return ((order[start : start + batch_size], 0) for start in range(0, len(order), batch_size))


def _parts(samples: Samples, head: HeadPlan) -> list[Samples]:
    """Return the samples as each bucket reads them."""
    buckets = samples.buckets
    if buckets is None:
        return [samples]
    parts = []
    for bucket in range(buckets.count):
        target = samples.targets[head.target]
        if head.reads is not None:
            target = target.cut(buckets.lengths[head.reads][bucket])
        inputs = buckets.cut(samples.inputs, bucket)
        parts.append(replace(samples, inputs=inputs, targets={head.target: target}))
    return parts


def _batch(samples: Samples, head: HeadPlan, rows: NDArray[np.int64], classes: NDArray[np.float32] | None) -> Batch:
    inputs = {name: values[rows] for name, values in samples.inputs.items()}
    target = samples.targets[head.target][rows]
    if head.forecast:
        return inputs, *_known(target[:, : head.forecast.steps])
    if head.kind != "number":
        target = target.astype(np.int64)
    own = None if samples.weights is None else samples.weights[rows]
    return inputs, target, _weights(inputs, target, head, own, classes)


def _known(target: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return targets (B, H, K, 3) with 0 in place of what is missing, and weights (B, H, K) that are 0 there."""
    known = np.isfinite(target[..., SCALED])
    return np.nan_to_num(target, nan=0.0), known.astype(np.float32)


def _weights(
    inputs: Inputs,
    target: NDArray[Any],
    head: HeadPlan,
    own: NDArray[np.float32] | None,
    classes: NDArray[np.float32] | None,
) -> NDArray[np.float32]:
    """Return the weight of each sample (B,) or timestep (B, T): the sample's own times its class's."""
    weight = np.ones(target.shape[: 1 if head.per == "sample" else 2], np.float32)
    if own is not None:
        weight *= own if head.per == "sample" else own[:, None]
    if classes is not None:
        weight *= classes[target]
    if head.reads is not None:
        weight *= live_timesteps(inputs[head.reads])
    return weight


def windows(
    samples: Samples,
    head: HeadPlan,
    order: NDArray[np.int64],
    training: Training,
    classes: NDArray[np.float32] | None,
) -> Iterator[tuple[Batch, bool]]:
    """Yield (batch, whether its sequences begin) of stateful training.

    A batch holds one window of `training.batch_size` sequences; sample i continues sample i of the batch before.
    Windows in which nothing counts are left out: there masked layers keep their states.
    """
    size = training.batch_size
    for full, counts in _full_batches(order, size, drop=training.remainder == "drop"):
        ((inputs, target, weight),) = batches(samples, head, full, size, classes)
        weight[counts:] = 0.0
        live = _live(samples, full)
        timesteps = next(iter(inputs.values())).shape[1]
        begins = True
        for start in range(0, timesteps, training.window or timesteps):
            window = slice(start, start + (training.window or timesteps))
            kept = weight[:, window] if head.per == "timestep" else weight
            if live is not None and head.per == "sample":
                kept = kept * live[:, window].any(axis=1)
            if kept.any():
                cut = {name: values[:, window] for name, values in inputs.items()}
                yield (cut, target[:, window] if head.per == "timestep" else target, kept), begins
                begins = False


def _full_batches(order: NDArray[np.int64], size: int, *, drop: bool) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Yield (rows, how many of them count): the last batch is filled with rows of the first, or dropped."""
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        if len(rows) == size:
            yield rows, size
        elif not drop:
            yield np.concatenate([rows, np.resize(order, size - len(rows))]), len(rows)


def _live(samples: Samples, rows: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    """Return which timesteps (B, T) are data in some input; None where nothing is masked."""
    if len(samples.masks) < len(samples.inputs):
        return None
    live: NDArray[np.bool_] = np.any([mask[rows] for mask in samples.masks.values()], axis=0)
    return live


def window_steps(samples: int, timesteps: int, training: Training) -> int:
    """Return how many steps an epoch of stateful training has at most."""
    full, rest = divmod(samples, training.batch_size)
    return (full + bool(rest and training.remainder != "drop")) * -(-timesteps // (training.window or timesteps))


def steps_per_epoch(samples: int, batch_size: int) -> int:
    """Return how many batches an epoch has."""
    return -(-samples // batch_size)


def class_weights(
    samples: Samples, head: HeadPlan, given: dict[str, float] | str | None, labels: tuple[str, ...] | None
) -> NDArray[np.float32] | None:
    """Return the weight (C,) of each class in the training loss; None where all are 1.

    Args:
        samples: of the training split.
        head: says which target, and where its timesteps are padding.
        given: `training.class_weight`.
        labels: the classes in the order of their indices.
    """
    if given is None:
        return None
    assert labels is not None, "class weights need classes"
    if isinstance(given, str):
        counts = count_classes(samples, head.target, head.reads, len(labels))
        weights = counts.sum() / (len(labels) * np.maximum(counts, 1))
        return np.asarray(weights, np.float32)
    return np.array([given[label] for label in labels], np.float32)

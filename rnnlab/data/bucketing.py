"""Prepared data whose batches are made of samples of similar lengths, and how much padding that saves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rnnlab.data.buckets import fit_buckets
from rnnlab.data.splits import Splits
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.prepared import padding_of


def with_buckets(splits: Splits, experiment: Experiment) -> Splits:
    """Return the splits with the buckets of the training lengths where `padding.bucket` asks for them."""
    if not any(padding_of(experiment, name).bucket for name in splits.facts.lengths):
        return splits
    buckets = fit_buckets(splits.train.inputs)
    train, validation, test = (replace(samples, buckets=buckets) for samples in splits.named().values())
    return replace(splits, train=train, validation=validation, test=test)


def padding_waste(splits: Splits, batch_size: int) -> dict[str, Any] | None:
    """Return how much of what the network reads in an epoch is padding, with and without buckets.

    Args:
        splits: with or without buckets.
        batch_size: samples per batch.

    Returns:
        `padding`: the share of the training timesteps that is padding where all samples have T timesteps; `bucketed`:
        the same with `padding: {bucket: true}`; `lengths` by input: those of the buckets. None where nothing is padded.
    """
    inputs = splits.train.inputs
    buckets = splits.train.buckets or fit_buckets(inputs)
    if buckets is None:
        return None
    rows = [inputs[name] for name in buckets.lengths]
    live = sum(int(each.lengths.sum()) for each in rows)
    whole = sum(len(each) * each.timesteps for each in rows)
    read = 0
    for count, lengths in zip(
        _read_per_bucket(np.bincount(buckets.of(inputs), minlength=buckets.count), batch_size),
        zip(*buckets.lengths.values(), strict=True),
        strict=True,
    ):
        read += count * sum(lengths)
    lengths_of = {name: list(dict.fromkeys(lengths)) for name, lengths in buckets.lengths.items()}
    return {"padding": 1 - live / whole, "bucketed": 1 - live / read, "lengths": lengths_of}


def _read_per_bucket(counts: Any, batch_size: int) -> list[int]:
    """Return how many samples are read in each bucket: what is left over moves into the next."""
    read, waiting = [], 0
    for count in counts[:-1].tolist():
        waiting += count
        read.append(waiting // batch_size * batch_size)
        waiting -= read[-1]
    return [*read, waiting + int(counts[-1])]

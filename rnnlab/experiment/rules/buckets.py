"""Rules of batches of samples of similar lengths."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.datasets import padded_inputs
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.prepared import padding_of
from rnnlab.experiment.rules.rule import per_input, rule
from rnnlab.source import Finding


@rule("padding", "dataset", "training")
def buckets_are_masked(experiment: Experiment) -> Iterator[Finding]:
    """RL280, RL282: padding that differs between batches must not matter, and sequences are not read in parts."""
    for path, padding in per_input(experiment.padding, "padding"):
        if padding.bucket and not padding.mask:
            yield Finding(
                "RL280",
                "with `mask: false` padding is read as data, so that results would depend on the bucket",
                (*path, "bucket"),
                help="remove `mask: false`, or `bucket`",
                on_key=True,
            )
        if padding.bucket and experiment.training.stateful:
            yield Finding(
                "RL282",
                "stateful training cuts all samples of a batch into the same windows",
                (*path, "bucket"),
                help="remove `bucket`, or `training.stateful`",
                on_key=True,
            )


@rule("padding", "dataset")
def buckets_are_of_all_inputs(experiment: Experiment) -> Iterator[Finding]:
    """RL283: a sample stands in one bucket with all its inputs."""
    dataset = experiment.dataset
    if dataset is None or not isinstance(experiment.padding, dict):
        return
    bucketed = {name: padding_of(experiment, name).bucket for name in padded_inputs(dataset)}
    if any(bucketed.values()) and not all(bucketed.values()):
        without = next(name for name, bucket in bucketed.items() if not bucket)
        within = next(name for name, bucket in bucketed.items() if bucket)
        yield Finding(
            "RL283",
            f"batches are made by the lengths of all inputs, but `{without}` has no `bucket: true`",
            ("padding", within, "bucket"),
            help=f"add it to `padding.{without}`, or remove it here",
            on_key=True,
        )

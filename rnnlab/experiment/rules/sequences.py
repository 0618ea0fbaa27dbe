"""Rules of sequences of numbers and of generated data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rnnlab.datasets import (
    ArraysDataset,
    CatalogDataset,
    GeneratedDataset,
    SequenceTableDataset,
)
from rnnlab.experiment.experiment import Experiment
from rnnlab.experiment.rules.rule import per_input, rule
from rnnlab.source import Finding

MOST = 0.5  # of the sums that there are: more take long to draw without repeating one


@rule("dataset")
def scaled_data_are_numbers(experiment: Experiment) -> Iterator[Finding]:
    """RL210: a scaler acts on numbers."""
    dataset = experiment.dataset
    if isinstance(dataset, CatalogDataset) and dataset.scaler is not None and not dataset.sequence_inputs:
        message = f"`scaler` has no numbers to act on: {dataset.name} is text"
        yield Finding("RL210", message, ("dataset", "scaler"), help="remove it", on_key=True)


@rule("dataset")
def arrays_have_one_kind_of_length(experiment: Experiment) -> Iterator[Finding]:
    """RL271: lengths are given once, and belong to samples with one target each."""
    dataset = experiment.dataset
    if not isinstance(dataset, ArraysDataset):
        return
    if dataset.lengths and dataset.offsets:
        message = "`lengths` are of arrays (N, T, F), `offsets` of arrays (R, F)"
        yield Finding("RL271", message, ("dataset", "offsets"), help="keep one of them", on_key=True)
    if dataset.sequence_inputs and dataset.per == "timestep":
        key = "lengths" if dataset.lengths else "offsets" if dataset.offsets else "scaler"
        message = f"`{key}` is for samples with one target each; `per` is `timestep`"
        help_ = "remove it, and let a `masking` layer find the padding"
        yield Finding("RL271", message, ("dataset", key), help=help_, on_key=True)


@rule("dataset")
def columns_have_one_role(experiment: Experiment) -> Iterator[Finding]:
    """RL273: a column of a table in long form is the id, the time, a channel or the target."""
    dataset = experiment.dataset
    if not isinstance(dataset, SequenceTableDataset):
        return
    roles = [("values", column) for column in dataset.values]
    roles += [(key, getattr(dataset, key)) for key in ("id", "time", "target")]
    for column, count in Counter(column for _, column in roles).items():
        if count > 1:
            keys = " and ".join(f"`{key}`" for key, each in roles if each == column)
            written = next((key for key, each in roles if each == column and key in dataset.model_fields_set), "values")
            message = f"the column `{column}` is {keys}"
            yield Finding("RL273", message, ("dataset", written), help="give each column one role")


@rule("dataset", "text")
def generated_keys_matter(experiment: Experiment) -> Iterator[Finding]:
    """RL210, RL272: keys act on what is generated, and it can be made as they say."""
    dataset = experiment.dataset
    if not isinstance(dataset, GeneratedDataset):
        return
    for key in ("timesteps", "digits"):
        if getattr(dataset, key) is not None and key not in dataset.task.keys:
            message = f"`{dataset.name}` has no `{key}`"
            yield Finding("RL210", message, ("dataset", key), help="remove it", on_key=True)
    if dataset.timesteps is not None and dataset.timesteps < dataset.task.least:
        message = f"`{dataset.name}` needs {dataset.task.least} timesteps or more"
        yield Finding("RL272", message, ("dataset", "timesteps"), help="100 is usual")
    if dataset.name == "digit-addition":
        yield from _sums_are_enough(dataset)
        for place, text in per_input(experiment.text, "text"):
            if text.unit != "character":
                message = "sums are written digit by digit"
                yield Finding("RL272", message, (*place, "unit"), help="use `unit: character`")


def _sums_are_enough(dataset: GeneratedDataset) -> Iterator[Finding]:
    numbers = 10 ** dataset.value_of("digits")
    most = int(MOST * numbers * (numbers + 1) / 2)
    if dataset.samples > most:
        key = "samples" if "samples" in dataset.model_fields_set or dataset.digits is None else "digits"
        message = f"there are not enough sums of numbers below {numbers}: at most {most} samples"
        yield Finding("RL272", message, ("dataset", key), help="no sum stands twice, so that none leaks into the test")

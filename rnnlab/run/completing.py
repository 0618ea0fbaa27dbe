"""The plan of a training, complete once the data are known."""

from __future__ import annotations

from rnnlab.data import Splits
from rnnlab.errors import CallError
from rnnlab.experiment import Experiment
from rnnlab.plan import Plan, plan_model


def complete_plan(experiment: Experiment, splits: Splits) -> Plan:
    """Return the plan with the data's facts.

    Raises:
        InvalidExperimentError: the head does not fit what the data turned out to be.
        CallError: an architecture without a head for the target cannot be trained.
    """
    plan = plan_model(experiment, splits.facts)
    if plan.head is None:
        raise CallError("the file describes an architecture only: add a `dataset:` to train it")
    weights = experiment.training.class_weight
    labels = splits.preparation.labels
    if isinstance(weights, dict) and set(weights) != set(labels):
        raise CallError(f"`training.class_weight` must name every class: {', '.join(labels)}")
    training = experiment.training
    if training.stateful and training.remainder == "drop" and len(splits.train) < training.batch_size:
        raise CallError(
            f"{len(splits.train)} training samples fill no batch of {training.batch_size}, and `remainder: drop` "
            "leaves them out: use a smaller `training.batch_size`, or `remainder: pad`"
        )
    return plan

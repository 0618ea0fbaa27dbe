"""One training from data to scores, nothing recorded: what a run and a sweep's trial share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rnnlab.build import Machine, build_model, build_objective, build_optimizer, configure
from rnnlab.data import Samples, Splits
from rnnlab.errors import CallError
from rnnlab.experiment import Experiment
from rnnlab.plan import Plan, plan_model
from rnnlab.run.scores import Scores, score_outputs
from rnnlab.train import Checkpointing, Learner, Listener, TrainingResult, evaluate, fit, make_learner

NOT_TRAINED_ON = ("name", "description", "tags", "extends", "expect", "tracking", "sweep", "seeds", "rnnlab")


@dataclass(frozen=True)
class Trained:
    """A model that was trained, with all that made it."""

    experiment: Experiment
    plan: Plan
    splits: Splits
    machine: Machine
    learner: Learner
    result: TrainingResult

    def score(self, samples: Samples) -> Scores:
        """Return how good the model is on a split."""
        metrics, outputs = evaluate(self.learner, samples)
        head = self.learner.objective.head
        labels = self.splits.preparation.labels
        return score_outputs(head, metrics, samples.targets[head.target], outputs, labels)


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
    return plan


def train_once(
    experiment: Experiment,
    plan: Plan,
    splits: Splits,
    *,
    listeners: Sequence[Listener] = (),
    checkpoints: Path | None = None,
    resume: bool = False,
) -> Trained:
    """Return a trained model.

    Args:
        experiment: with the seed to use.
        plan: complete.
        splits: prepared.
        listeners: told of every step and epoch.
        checkpoints: folder for checkpoints; None keeps none.
        resume: start from the newest checkpoint there.
    """
    assert plan.head is not None
    machine = configure(experiment.runtime, experiment.seed)
    model = build_model(plan)
    head = replace(plan.head, labels=splits.preparation.labels or None)
    learner = make_learner(model, build_optimizer(experiment.optimizer), build_objective(head), xla=plan.xla)
    checkpointing = None
    if checkpoints is not None:
        checkpointing = Checkpointing(checkpoints, fingerprint_of(experiment, splits, machine), resume)
    result = fit(
        learner,
        splits.train,
        splits.validation,
        experiment.training,
        seed=experiment.seed,
        listeners=listeners,
        checkpointing=checkpointing,
    )
    return Trained(experiment, plan, splits, machine, learner, result)


def config_fingerprint(experiment: Experiment) -> str:
    """Return the SHA-256 of everything in the file that training depends on."""
    data = {key: value for key, value in experiment.to_data().items() if key not in NOT_TRAINED_ON}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def fingerprint_of(experiment: Experiment, splits: Splits, machine: Machine) -> str:
    """Return the SHA-256 of everything that decides the bits: file, data, versions, threads, devices."""
    parts = [config_fingerprint(experiment), splits.fingerprint, machine.versions, machine.threads, machine.devices]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def smoke_splits(splits: Splits, batch_size: int) -> Splits:
    """Return one batch of each split."""
    return replace(
        splits,
        train=_first(splits.train, batch_size),
        validation=_first(splits.validation, batch_size),
        test=_first(splits.test, batch_size),
    )


def _first(samples: Samples, count: int) -> Samples:
    return Samples(
        inputs={name: values[:count] for name, values in samples.inputs.items()},
        targets={name: values[:count] for name, values in samples.targets.items()},
        weights=None if samples.weights is None else samples.weights[:count],
        masks={name: values[:count] for name, values in samples.masks.items()},
        rows=None if samples.rows is None else samples.rows[:count],
        raw={name: texts[:count] for name, texts in samples.raw.items()},
    )

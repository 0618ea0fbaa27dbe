"""One training from data to scores, nothing recorded: what a run and a sweep's trial share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rnnlab.build import Machine, build_model, build_objective, build_optimizer, configure
from rnnlab.data import Samples, Splits
from rnnlab.experiment import Experiment
from rnnlab.experiment.fingerprint import config_fingerprint
from rnnlab.plan import Plan
from rnnlab.plugging import blame, plugins_in
from rnnlab.run.scores import Scores, score_outputs
from rnnlab.train.fit import Checkpointing, Learner, evaluate, fit, make_learner
from rnnlab.train.listener import Listener
from rnnlab.train.result import TrainingResult


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
    plugins = plugins_in(experiment.model)
    names = ", ".join(f"`{plugin.name}`" for plugin in plugins)
    with blame("RL511", f"plugin {names} trains", *(each.keras_file.path for each in plugins), always=False):
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


def fingerprint_of(experiment: Experiment, splits: Splits, machine: Machine) -> str:
    """Return the SHA-256 of everything that decides the bits: file, data, versions, threads, devices."""
    parts = [
        config_fingerprint(experiment),
        splits.fingerprint,
        machine.versions,
        machine.threads,
        machine.devices,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

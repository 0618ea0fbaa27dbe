"""One training from data to scores, nothing recorded: what a run and a sweep's trial share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rnnlab.build import Machine, configure, kernels_used
from rnnlab.data import Samples, Splits
from rnnlab.data.mistakes import output_mistakes
from rnnlab.experiment import Experiment, task_of
from rnnlab.experiment.fingerprint import config_fingerprint
from rnnlab.experiment.prepared import file_sha256
from rnnlab.interrupts import held
from rnnlab.kernels import kernel_cache
from rnnlab.plan import Plan
from rnnlab.plugging import blame, plugins_in
from rnnlab.run.continued import score_continued
from rnnlab.run.forecasts import score_forecast_split
from rnnlab.run.scores import WORST, Scores, score_outputs
from rnnlab.run.tagged import score_tagged
from rnnlab.run.written import score_written
from rnnlab.tasks import LanguageModel, SequenceToSequence, Tagging
from rnnlab.train.fit import fit
from rnnlab.train.keeping import Checkpointing
from rnnlab.train.learner import Learner, answers, build_learner, evaluate, give_vectors
from rnnlab.train.listener import Listener
from rnnlab.train.result import TrainingResult
from rnnlab.train.warm import WarmLearners


@dataclass(frozen=True)
class Trained:
    """A model that was trained, with all that made it."""

    experiment: Experiment
    plan: Plan
    splits: Splits
    machine: Machine
    learner: Learner
    result: TrainingResult

    @held()
    def score(self, samples: Samples) -> Scores:
        """Return how good the model is on a split."""
        task = task_of(self.experiment)
        if isinstance(task, LanguageModel):
            return score_continued(self.learner, self.splits, samples)
        metrics = evaluate(self.learner, samples)
        if isinstance(task, SequenceToSequence):
            return score_written(self.learner, self.plan, task, self.splits, samples, metrics)
        if isinstance(task, Tagging):
            return score_tagged(self.learner, self.splits, samples, metrics)
        if self.learner.objective.head.forecast:
            return score_forecast_split(self.learner, self.splits, samples, metrics)
        targets, outputs = answers(self.learner, samples)
        head, preparation = self.learner.objective.head, self.splits.preparation
        scores = score_outputs(head, metrics, targets, outputs, preparation.labels)
        return replace(scores, mistakes=output_mistakes(head, preparation, samples, targets, outputs, WORST))


@held()
def train_once(
    experiment: Experiment,
    plan: Plan,
    splits: Splits,
    *,
    initial: Path | None = None,
    listeners: Sequence[Listener] = (),
    checkpoints: Path | None = None,
    resume: bool = False,
    warm: WarmLearners | None = None,
) -> Trained:
    """Return a trained model.

    Args:
        experiment: with the seed to use.
        plan: complete.
        splits: prepared.
        initial: the saved model of the run that `model.initial_weights` names.
        listeners: told of every step and epoch.
        checkpoints: folder for checkpoints; None keeps none.
        resume: start from the newest checkpoint there.
        warm: learners of earlier trainings in this process, to be used again.
    """
    assert plan.head is not None
    seed = None if warm else experiment.seed
    machine = configure(experiment.runtime, seed, own_kernels=plan.needs_kernels)
    build = warm.build if warm else build_learner
    learner = build(experiment, plan, labels=splits.preparation.labels, initial=initial)
    give_vectors(learner, splits.vectors)
    checkpointing = None
    if checkpoints is not None:
        checkpointing = Checkpointing(checkpoints, fingerprint_of(experiment, plan, splits, machine, initial), resume)
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


def fingerprint_of(
    experiment: Experiment, plan: Plan, splits: Splits, machine: Machine, initial: Path | None = None
) -> str:
    """Return the SHA-256 of all that decides the bits: file, data, versions, threads, devices, first weights, kernels.

    Where numba computes, they are the kernels' own files and version too.
    """
    kernels = kernels_used(plan)
    parts = [
        config_fingerprint(experiment),
        splits.fingerprint,
        machine.versions,
        machine.threads,
        machine.devices,
        *([file_sha256(initial)] if initial else []),
        *([kernels, kernel_cache().name] if "numba" in kernels.values() else []),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

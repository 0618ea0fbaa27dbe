"""The best trial, scored on the test split and written into its run, by the worker that has its runtime."""

from __future__ import annotations

from typing import Any

from rnnlab.build import configure
from rnnlab.data import Splits
from rnnlab.data.baselines import fit_baselines
from rnnlab.experiment import Experiment
from rnnlab.run.completing import complete_plan
from rnnlab.run.recording import record_outcome
from rnnlab.run.road import Trained
from rnnlab.run.run import missed_baseline, skills
from rnnlab.sweep.trial import TrialOrder
from rnnlab.track.store import Store
from rnnlab.train.learner import copy_weights
from rnnlab.train.result import Epoch, TrainingResult
from rnnlab.train.warm import WarmLearners


def record_best(order: TrialOrder, message: dict[str, Any], warm: WarmLearners, splits: Splits) -> dict[str, Any]:
    """Return the test scores of the best trial, after writing its model and figures into its run.

    Args:
        order: of the trial; its weights are in their file.
        message: what is asked: the run, the store, and how the training ended.
        warm: learners of the worker.
        splits: data of the trial.
    """
    experiment = Experiment.model_validate(order.config)
    plan = complete_plan(experiment, splits)
    machine = configure(experiment.runtime, None, own_kernels=plan.needs_kernels)
    learner = warm.build(experiment, plan, labels=splits.preparation.labels)
    learner.twin.load_weights(order.weights)
    copy_weights(learner.twin, learner.model)
    data = message["result"]
    result = TrainingResult(**data | {"history": tuple(Epoch(**epoch) for epoch in data["history"])})
    trained = Trained(experiment, plan, splits, machine, learner, result)
    scores = trained.score(splits.test)
    baselines = fit_baselines(splits, _silent)
    skill = skills(scores, baselines)
    record_outcome(Store.open(message["store"]), message["run_id"], trained, scores, baselines, skill)
    return {
        "test": scores.metrics,
        "skill": skill,
        "baselines": baselines,
        "missed": missed_baseline(experiment, scores, baselines),
    }


def _silent(line: str) -> None:
    """Say nothing: the supervisor tells the person."""

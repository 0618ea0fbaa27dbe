"""What is predicted: the task that follows from the file when it is left out."""

from __future__ import annotations

from rnnlab.datasets import TargetFacts, id_inputs
from rnnlab.datasets.facts import TargetKind
from rnnlab.experiment.experiment import Experiment
from rnnlab.layers import LAYERS
from rnnlab.tasks import (
    AnyTask,
    Classification,
    Forecasting,
    LanguageModel,
    Regression,
    SequenceToSequence,
    Tagging,
)

DEFAULT_TASKS: dict[TargetKind, AnyTask] = {
    "classes": Classification.standard(),
    "number": Regression.standard(),
    "sequence": SequenceToSequence.standard(),
    "tags": Tagging.standard(),
    "continuation": LanguageModel.standard(),
    "forecast": Forecasting.standard(),
}


OF_NUMBERS = ("logistic_regression", "ridge")
"""Baselines that read what a whole sequence of numbers is like."""


def head_of(experiment: Experiment) -> object | None:
    """Return the last layer that is a dense one, or None: the head."""
    last = experiment.model.layers[-1]
    return last if isinstance(last, LAYERS["dense"]) else None


def target_kind(experiment: Experiment) -> TargetKind:
    """Return what kind of target the file means: from the task, else the dataset, else the head's activation."""
    if experiment.task:
        return experiment.task.target
    facts: TargetFacts | None = experiment.dataset.target_facts() if experiment.dataset else None
    if facts:
        return facts.kind
    return "number" if getattr(head_of(experiment), "activation", None) == "linear" else "classes"


def task_of(experiment: Experiment) -> AnyTask:
    """Return the task: given, or the one for the kind of target."""
    return experiment.task or DEFAULT_TASKS[target_kind(experiment)]


def baselines_of(experiment: Experiment) -> tuple[str, ...]:
    """Return the names of the baselines that are fitted beside the model."""
    dataset = experiment.dataset
    texts = dataset is not None and bool(id_inputs(dataset))
    facts = dataset.target_facts() if dataset else None
    samples = (facts.per if facts else getattr(dataset, "per", "sample")) == "sample"

    def fits(name: str) -> bool:
        if name in OF_NUMBERS:
            return samples and not texts
        return texts or not name.startswith("tfidf")

    return tuple(name for name in task_of(experiment).baselines if fits(name))

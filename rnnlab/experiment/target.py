"""What is predicted: the task that follows from the file when it is left out."""

from __future__ import annotations

from rnnlab.datasets import TargetFacts
from rnnlab.datasets.facts import TargetKind
from rnnlab.experiment.experiment import Experiment
from rnnlab.layers import LAYERS
from rnnlab.tasks import Classification, Regression


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


def task_of(experiment: Experiment) -> Classification | Regression:
    """Return the task: given, or the one for the kind of target."""
    if experiment.task:
        return experiment.task
    return Classification() if target_kind(experiment) == "classes" else Regression()

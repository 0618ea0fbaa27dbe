"""What a sweep optimises: one objective or several, which way each is better, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rnnlab.experiment import Experiment, quantities
from rnnlab.source import Document, Finding, Path, listing
from rnnlab.sweeping import COSTS, Objective, Sweep
from rnnlab.tasks import Direction, direction_of

__all__ = ["Goal", "goal_findings", "goals_of"]


@dataclass(frozen=True)
class Goal:
    """One objective.

    Attributes:
        metric: a quantity of validation, `parameters` or `milliseconds`.
        direction: which way it is better.
    """

    metric: str
    direction: Direction


def goals_of(sweep: Sweep) -> tuple[Goal, ...]:
    """Return the objectives of a sweep; the first says which trial is called the best."""
    return tuple(Goal(each.metric, direction_of(each.metric)) for each in sweep.objectives or (sweep.objective,))


def goal_findings(experiment: Experiment, document: Document) -> Iterator[Finding]:
    """Yield what is wrong with the objectives, and with what does not go with them."""
    sweep = experiment.sweep
    assert sweep is not None
    if experiment.dataset is None:
        yield Finding("RL310", "a sweep needs a dataset to train on", ("sweep",), help="add a `dataset:`", on_key=True)
        return
    known = [name for name in quantities(experiment) if name.startswith("val_")]
    if sweep.objectives is None:
        yield from _objective(sweep.objective, known, ("sweep", "objective"))
    for index, objective in enumerate(sweep.objectives or ()):
        costs = COSTS if index else ()
        yield from _objective(objective, [*known, *costs], ("sweep", "objectives", index))
    yield from _pruner(experiment)
    yield from _together(sweep, document)


def _objective(objective: Objective, known: list[str], path: Path) -> Iterator[Finding]:
    if objective.metric not in known:
        note = "a sweep must not look at the test split" if objective.metric.startswith("test_") else None
        if objective.metric in COSTS:
            note = "the first of `objectives`, or the only one, is a quantity of validation: it says what the best is"
        yield Finding(
            "RL307",
            f"`{objective.metric}` is no objective here",
            (*path, "metric"),
            help=f"known: {listing(known)}",
            note=note,
        )
    elif objective.direction and objective.direction != direction_of(objective.metric):
        yield Finding(
            "RL307",
            f"`{objective.metric}` is better the other way",
            (*path, "direction"),
            help=f"use `{direction_of(objective.metric)}`, or leave it out",
        )


def _pruner(experiment: Experiment) -> Iterator[Finding]:
    sweep = experiment.sweep
    assert sweep is not None
    path: Path = ("sweep", "pruner")
    if sweep.objectives and "pruner" in sweep.model_fields_set and sweep.pruner.kind != "none":
        message = "trials of several objectives are not pruned: at one epoch one may be ahead and another behind"
        yield Finding("RL330", message, path, help="leave `pruner` out", on_key=True)
    elif sweep.pruner.kind == "wilcoxon" and experiment.seeds is None:
        message = "`wilcoxon` compares replicates, seed by seed, and the file has none"
        yield Finding("RL330", message, path, help="add `seeds: 5` at the root, or use `median`", on_key=True)


def _together(sweep: Sweep, document: Document) -> Iterator[Finding]:
    if sweep.objectives is None:
        return
    given = document.to_data()["sweep"]
    if "objective" in given:
        message = "`objective` and `objectives` exclude each other"
        yield Finding("RL331", message, ("sweep", "objective"), help="keep one of the two", on_key=True)
    if sweep.confirm is not None:
        message = "a front has no winner to be confirmed"
        yield Finding("RL331", message, ("sweep", "confirm"), help="use one `objective`, or leave it out", on_key=True)
    metrics = [each.metric for each in sweep.objectives]
    for index, metric in enumerate(metrics):
        if metric in metrics[:index]:
            yield Finding("RL331", f"`{metric}` stands twice", ("sweep", "objectives", index), help="remove it")

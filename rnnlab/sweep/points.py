"""From a point of the space to a training: its file, experiment and plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from rnnlab.errors import CallError, InvalidExperimentError, RunNotFoundError
from rnnlab.experiment import Experiment, target_kind, validate_document
from rnnlab.experiment.fingerprint import config_fingerprint
from rnnlab.experiment.prepared import data_fingerprint
from rnnlab.plan import Plan, check_document, plan_model
from rnnlab.plan.space import Place, limits_of, nodes_of, trial_document, values_of
from rnnlab.plugging import plugins_in
from rnnlab.run.heads import run_head
from rnnlab.run.initial import with_whole_id
from rnnlab.run.opening import Road
from rnnlab.source import Diagnostic, Document, Parsed
from rnnlab.sweep.folder import SweepFolder
from rnnlab.sweep.loaded import prepared_from
from rnnlab.sweep.suggesting import Scalar, base_labels
from rnnlab.sweep.trial import TrialOrder
from rnnlab.track.record import RunHead


@dataclass(frozen=True)
class Point:
    """A point of the space that can be trained.

    Attributes:
        document: its file.
        experiment: with the threads that it is trained with, where they were shared out.
        plan: of its model.
        fingerprint: of its resolved file.
        data: of its prepared data.
    """

    document: Document
    experiment: Experiment
    plan: Plan
    fingerprint: str
    data: str

    def with_seed(self, seed: int) -> Point:
        """Return one replicate of it."""
        experiment = self.experiment.model_copy(update={"seed": seed, "seeds": None})
        return replace(self, experiment=experiment, fingerprint=config_fingerprint(experiment))


class Points:
    """Plans the points of a sweep's space.

    Args:
        road: of the sweep.
        places: that vary.
    """

    def __init__(self, road: Road, places: Sequence[Place]) -> None:
        self._road = road
        self._places = places
        self._limits = limits_of(road.experiment, road.document)
        self._data: dict[str, str] = {}

    def first(self) -> dict[str, Scalar]:
        """Return the file as written, as Optuna names its values."""
        return base_labels(self._road.experiment, self._road.document, self._places)

    def values(self, chosen: dict[str, Any]) -> dict[str, Any]:
        """Return the plain values of a point by dotted path."""
        return values_of(self._places, chosen)

    def plan(self, chosen: dict[str, Any], threads: int | None) -> Point:
        """Return a point, planned.

        Args:
            chosen: by dotted path, what `Place.node_of` takes.
            threads: for a file that says nothing about them.

        Raises:
            InvalidExperimentError: it is refused, over the budget, or breaks a constraint.
        """
        road = self._road
        document = trial_document(road.document, nodes_of(self._places, chosen))
        checked = check_document(Parsed(document, ()), road.folder)
        checked.require()
        experiment = validate_document(document)
        plan = plan_model(experiment, checked.facts)
        experiment = _starting(road, experiment, document, plan)
        broken = next(self._limits.broken_by(experiment, plan), None)
        if broken is not None:
            raise InvalidExperimentError((broken,))
        if threads and experiment.runtime.threads is None:
            runtime = experiment.runtime.model_copy(update={"threads": threads})
            experiment = experiment.model_copy(update={"runtime": runtime})
        return Point(document, experiment, plan, config_fingerprint(experiment), self._data_of(experiment))

    def head(self, number: int, point: Point, parent: str) -> RunHead:
        """Return what is known of a trial's run before it starts."""
        head = self._head("trial", f"{number}", point, {"rnnlab.trial": f"{number}"})
        return replace(head, parent=parent)

    def part_head(self, name: str, point: Point, sweep: str) -> RunHead:
        """Return what is known, before it starts, of a run that is nested in a trial's; which that is, is left open."""
        return self._head("replicate", name, point, {"rnnlab.training": name, "rnnlab.sweep": sweep})

    def _head(self, kind: Literal["trial", "replicate"], name: str, point: Point, tags: dict[str, str]) -> RunHead:
        return run_head(
            point.document,
            point.experiment.model_copy(update={"name": self._road.experiment.name}),
            point.plan,
            kind=kind,
            folder=self._road.folder,
            name=f"trial-{name}",
            tags=tags | {"rnnlab.data": point.data},
        )

    def order(self, folder: SweepFolder, handle: int, name: str, point: Point) -> TrialOrder:
        """Return what is asked of a worker.

        Args:
            folder: of the sweep.
            handle: by which the executor is to name the training.
            name: of its files.
            point: with its seed.
        """
        initial = self._road.initial_runs.find(point.experiment)
        return TrialOrder(
            handle,
            point.experiment.to_data(),
            str(self._road.folder.absolute()),
            str(folder.weights_of(name)),
            str(initial.model) if initial else None,
            tuple((str(plugin.spec_file.path), plugin.sha256) for plugin in plugins_in(point.experiment.model)),
            checkpoints=str(folder.checkpoints_of(name)),
        )

    def names(self, number: int) -> tuple[str, ...]:
        """Return the names of a trial's trainings."""
        return training_names(number, self._road.experiment)

    def _data_of(self, experiment: Experiment) -> str:
        """Return the fingerprint of the prepared data of a trial; files are read once for all that read them alike."""
        key = prepared_from(experiment, self._road.folder)
        if key not in self._data:
            found = data_fingerprint(experiment, self._road.folder, target_kind(experiment))
            self._data[key] = found or ""
        return self._data[key]


def training_names(number: int, experiment: Experiment) -> tuple[str, ...]:
    """Return the names of a trial's trainings: its number, and the seed where there are several."""
    if experiment.seeds is None:
        return (f"{number}",)
    return tuple(training_name(number, seed) for seed in experiment.replicate_seeds)


def training_name(number: int, seed: int) -> str:
    """Return the name of a replicate."""
    return f"{number}-seed-{seed}"


def _starting(road: Road, experiment: Experiment, document: Document, plan: Plan) -> Experiment:
    """Return the experiment with the whole id of the run that it starts from.

    Raises:
        InvalidExperimentError: there is no such run, or its weights do not fit.
    """
    try:
        initial = road.initial_runs.find(experiment)
    except (RunNotFoundError, CallError) as error:
        first = str(error).split("\n", maxsplit=1)[0]
        raise InvalidExperimentError((Diagnostic("RL503", first, None),)) from error
    if initial is not None:
        initial.require_fit(experiment, document, plan)
    return with_whole_id(experiment, initial)

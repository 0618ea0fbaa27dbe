"""The run whose weights a training starts from: found, and held against the plan, before TensorFlow is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rnnlab.data import Preparation
from rnnlab.errors import CallError, InvalidExperimentError, StoreError
from rnnlab.experiment import Experiment
from rnnlab.plan import Plan
from rnnlab.plan.initial import Shapes, misfits, taken_over
from rnnlab.source import Document
from rnnlab.track.record import Record
from rnnlab.track.selectors import select
from rnnlab.track.store import Store


@dataclass(frozen=True)
class InitialRun:
    """The run whose weights a training starts from.

    Attributes:
        model: its saved model, on this machine.
        shapes: of the model's weights, by layer.
    """

    run_id: str
    name: str
    model: Path
    shapes: Mapping[str, Shapes]

    def require_fit(self, experiment: Experiment, document: Document, plan: Plan) -> None:
        """Check that the layers have the weights that the file takes over.

        Raises:
            InvalidExperimentError: RL503, with every layer that has not.
        """
        called = f"{self.name} ({self.run_id[:8]})"
        found = tuple(document.locate(each) for each in misfits(experiment, plan, self.shapes, called))
        if found:
            raise InvalidExperimentError(found)

    def warnings(self, experiment: Experiment, plan: Plan, preparation: Preparation) -> tuple[str, ...]:
        """Return what shapes do not tell: the rows of an embedding that were learned for other words."""
        before = Preparation.load(self.model.parents[1]).padded
        other = {
            name for name, each in preparation.padded.items() if name in before and before[name].words != each.words
        }
        taken = taken_over(experiment, plan)
        return tuple(
            f"`{layer.name}` takes the weights of {self.name}, where the ids of `{layer.sources[0]}` were other words."
            for layer in plan.layers
            if layer.layer == "embedding" and layer.name in taken and layer.sources[0] in other
        )


class InitialRuns:
    """Finds the runs that files start from; a selector means the same run as long as this lives.

    Args:
        store: where they are.
        downloads: folder for the models of a store that is not on this machine.
    """

    def __init__(self, store: Store, downloads: Path) -> None:
        self._store = store
        self._downloads = downloads
        self._records: list[Record] = []
        self._found: dict[str, InitialRun] = {}

    def find(self, experiment: Experiment) -> InitialRun | None:
        """Return the run that a file starts from; None where all weights are initialised.

        Raises:
            RunNotFoundError: no run, or more than one, has that name.
            CallError: the run saved no model.
            StoreError: the model is gone or damaged.
        """
        given = experiment.model.starts_from
        if given is None:
            return None
        if given.run not in self._found:
            self._records = self._records or self._store.records()
            (record,) = select(self._records, [given.run], only=lambda record: record.has_model)
            self._found[given.run] = self._read(record)
        return self._found[given.run]

    def _read(self, record: Record) -> InitialRun:
        if not record.has_model:
            raise CallError(f"`model.initial_weights`: the run {record.name} ({record.run_id[:8]}) saved no model")
        model = self._store.model_folder(record, self._downloads / record.run_id) / "data" / "model.keras"
        shapes = _shapes(self._store.read_text(record, "plan.json"), record)
        return InitialRun(record.run_id, record.name, model, shapes)


def with_whole_id(experiment: Experiment, initial: InitialRun | None) -> Experiment:
    """Return the experiment with the whole id of the run that it starts from: `LAST` is another run tomorrow."""
    given = experiment.model.initial_weights
    if initial is None or given is None:
        return experiment
    named = initial.run_id if isinstance(given, str) else given.model_copy(update={"run": initial.run_id})
    return experiment.model_copy(update={"model": experiment.model.model_copy(update={"initial_weights": named})})


def _shapes(plan: str, record: Record) -> dict[str, Shapes]:
    try:
        layers = json.loads(plan)["layers"]
        return {
            layer["name"]: {path: tuple(shape) for path, shape in layer["weights"].items()}
            for layer in layers
            if layer["weights"]
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"the artifact plan.json of {record.name} is damaged") from error

"""The whole file as one frozen value."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from rnnlab.datasets import Dataset
from rnnlab.expect import Expect
from rnnlab.experiment.model import Model
from rnnlab.layers import count_names
from rnnlab.optimizers import Adam, Optimizer
from rnnlab.padding import Padding
from rnnlab.runtime import Runtime
from rnnlab.spec import Name, PerInput, PositiveInt, Spec
from rnnlab.sweeping import Sweep
from rnnlab.tasks import Task
from rnnlab.text import Text
from rnnlab.tracking import Tracking
from rnnlab.training import Training

Seed = Annotated[int, Field(ge=0, lt=2**31)]
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._ -]*$")


class Experiment(Spec):
    """One experiment: data, model, training and what must come out."""

    rnnlab: Literal[1]
    """Version of this format: 1."""
    name: Annotated[str, Field(pattern=NAME.pattern, max_length=100)]
    """Name of the experiment; runs are recorded under it in MLflow."""
    description: str = ""
    """What the experiment is for; shown as the run's note in MLflow."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Tags of the run in MLflow."""
    extends: str | None = None
    """Another file, relative to this one, over which this one is laid: mappings key by key, lists replaced."""
    seed: Seed = 0
    """Seed of initial weights, dropout and shuffling."""
    seeds: PositiveInt | None = None
    """Train so many replicates, with seeds `seed`, `seed` + 1, …: mean and 95 % interval are recorded."""
    dataset: Dataset | None = None
    """The data; without it the file describes an architecture only."""
    text: Annotated[Text | dict[Name, Text], PerInput(Text)] | None = None
    """How text becomes integers: for all inputs, or for each by name: `{source: {…}, target: {…}}`."""
    padding: Annotated[Padding | dict[Name, Padding], PerInput(Padding)] | None = None
    """How sequences of different lengths become one array: for all inputs, or for each by name."""
    task: Task | None = None
    """What is predicted; follows from the dataset and the head unless given."""
    model: Model
    """The network."""
    optimizer: Optimizer = Adam.standard()
    """How the weights are changed."""
    training: Training = Training.standard()
    """How long, in which batches, and when to stop."""
    runtime: Runtime = Runtime.standard()
    """On what, and how, the numbers are computed."""
    expect: Expect = Expect.standard()
    """What must come out."""
    tracking: Tracking = Tracking.standard()
    """Where runs are recorded."""
    sweep: Sweep | None = None
    """Which places of the file `rnnlab sweep` varies."""

    @property
    def replicate_seeds(self) -> tuple[int, ...]:
        """Return the seed of each training of the file."""
        return tuple(range(self.seed, self.seed + (self.seeds or 1)))

    def to_data(self) -> dict[str, Any]:
        """Return the file as resolved: plain data with every default written out.

        Where a sweep varies the kind of a layer or section, its defaults stay out: other kinds lack those keys.
        """
        data = self.model_dump(mode="json", exclude_none=True)
        if self.sweep and self.sweep.objectives:
            data["sweep"] = {key: value for key, value in data["sweep"].items() if key not in ("objective", "pruner")}
        for dotted in self.sweep.paths if self.sweep else ():
            *place, key = dotted.split(".")
            if key == "layer" and place[:2] == ["model", "layers"] and len(place) == 3:
                index = self._index_of(place[2])
                data["model"]["layers"][index] = _without_defaults(self.model.layers[index], key)
            elif key == "kind" and place == ["optimizer"]:
                data["optimizer"] = _without_defaults(self.optimizer, key)
        return data

    def _index_of(self, segment: str) -> int:
        layers = self.model.layers
        names = [copies[0] for copies in count_names((each.name, each.default_name, each.repeat) for each in layers)]
        return names.index(segment) if segment in names else int(segment)


def _without_defaults(spec: Spec, key: str) -> dict[str, Any]:
    return {key: getattr(spec, key)} | spec.model_dump(mode="json", exclude_defaults=True)

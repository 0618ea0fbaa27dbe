"""`kind: arrays`: sequences of numbers from an .npz file of your own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.facts import Per, TargetFacts
from rnnlab.datasets.sequences import ScalerName
from rnnlab.datasets.split import RandomSplit, Split
from rnnlab.spec import Name, Tuple


class ArraysDataset(DatasetSpec):
    """Named arrays of an .npz file, read without pickle: inputs (N, T, F), and a target per sample or timestep."""

    kind: Literal["arrays"] = "arrays"
    path: str
    """The .npz file (of `numpy.savez`), relative to the experiment's file."""
    inputs: Annotated[tuple[Name, ...], Tuple, Field(min_length=1)] = ("x",)
    """Names of the input arrays, each (N, T, F) numbers; they become the network's inputs."""
    target: Name = "y"
    """Name of the target array: whole numbers are classes, others numbers."""
    per: Per = "sample"
    """What a target belongs to: a `sample`, and the target is (N,) or (N, K); or a `timestep`, and it is (N, T) or
    (N, T, K)."""
    lengths: Name | None = None
    """Name of the array (N,) that says how many timesteps of each sample are data; what follows them is not read."""
    offsets: Name | None = None
    """Name of the array (N + 1,) that says where each sample begins and ends: the inputs are then (R, F), all timesteps
    of all samples one after the other."""
    scaler: ScalerName = "none"
    """How each feature is scaled, fitted on the training timesteps alone: `standard`, `minmax`, `robust` or `none`."""
    labels: Annotated[tuple[str, ...], Tuple, Field(min_length=2)] | None = None
    """Names of the classes 0, 1, …; their numbers unless given."""
    split: Split = RandomSplit.standard()
    """How the samples are divided."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return self.inputs

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts: none."""
        return ()

    @property
    def sequence_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are sequences of their own lengths, or scaled: those that `padding` acts on."""
        return self.inputs if self.lengths or self.offsets or self.scaler != "none" else ()

    @property
    def own_test(self) -> bool:
        """Return whether the test stands apart: never."""
        return False

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return self.target

    def target_facts(self) -> TargetFacts | None:
        """Return what is known of the target without the data."""
        return TargetFacts("classes", len(self.labels), self.labels, per=self.per) if self.labels else None

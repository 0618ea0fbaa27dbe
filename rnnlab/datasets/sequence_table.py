"""`kind: sequence_table`: a table of your own with a row for each timestep of each sequence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.sequences import ScalerName, X
from rnnlab.datasets.split import RandomSplit, Split
from rnnlab.spec import Tuple


class SequenceTableDataset(DatasetSpec):
    """A csv, tsv, jsonl or parquet table in long form: a row is a timestep, `id` says of which sequence."""

    kind: Literal["sequence_table"] = "sequence_table"
    path: str
    """The table, relative to the experiment's file."""
    id: str = "id"
    """The column that names the sequence."""
    time: str = "time"
    """The column that orders the timesteps of a sequence: numbers, or ISO 8601 dates and times."""
    values: Annotated[tuple[str, ...], Tuple, Field(min_length=1)]
    """The columns of numbers, the channels."""
    target: str = "label"
    """The column of what is predicted: the same class, or number, in every row of a sequence."""
    labels: Annotated[tuple[str, ...], Tuple, Field(min_length=2)] | None = None
    """The classes, in the order of their indices; sorted as found unless given. With them `check` knows how many units
    the head needs."""
    scaler: ScalerName = "standard"
    """How each channel is scaled, fitted on the training timesteps alone: `standard`, `minmax`, `robust` or `none`."""
    split: Split = RandomSplit.standard()
    """How the sequences are divided."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return (X,)

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts: none."""
        return ()

    @property
    def sequence_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are sequences of numbers."""
        return (X,)

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
        return TargetFacts("classes", len(self.labels), self.labels) if self.labels else None

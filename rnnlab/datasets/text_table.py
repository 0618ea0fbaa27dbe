"""`kind: text_table`: a table of your own with a column of text and a column of labels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.split import RandomSplit, Split
from rnnlab.spec import Tuple


class TextTableDataset(DatasetSpec):
    """A csv, tsv, jsonl or parquet table (by the ending of its name) with a column of text and a column of labels."""

    kind: Literal["text_table"] = "text_table"
    path: str
    """The table, relative to the experiment's file."""
    text: str = "text"
    """The column of text."""
    label: str = "label"
    """The column of labels (classes) or numbers (regression)."""
    labels: Annotated[tuple[str, ...], Tuple, Field(min_length=2)] | None = None
    """The classes, in the order of their indices; sorted as found unless given. With them `check` knows how many
    units the head needs."""
    missing: Literal["error", "drop"] = "error"
    """What to do with rows whose text, label or group is missing: say which (`error`), or leave them out (`drop`)."""
    split: Split = RandomSplit()
    """How the samples are divided."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return ("text",)

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts."""
        return self.input_names

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return self.label

    def target_facts(self) -> TargetFacts | None:
        """Return what is known of the target without the data."""
        return TargetFacts("classes", len(self.labels), self.labels) if self.labels else None

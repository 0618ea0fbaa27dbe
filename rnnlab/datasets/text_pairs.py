"""`kind: text_pairs`: a table of your own with a column of texts and a column of the texts they become."""

from __future__ import annotations

from typing import Literal

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.split import RandomSplit, Split

SOURCE, TARGET = "source", "target"


class TextPairsDataset(DatasetSpec):
    """A csv, tsv, jsonl or parquet table of text pairs: what is read, and what is to be written."""

    kind: Literal["text_pairs"] = "text_pairs"
    path: str
    """The table, relative to the experiment's file."""
    source: str = "source"
    """The column of texts that are read."""
    target: str = "target"
    """The column of texts that are to be written."""
    split: Split = RandomSplit.standard()
    """How the samples are divided."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs: what is read, and what was written so far."""
        return (SOURCE, TARGET)

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts."""
        return (SOURCE, TARGET)

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return TARGET

    def target_facts(self) -> TargetFacts:
        """Return what is known of the target without the data."""
        return TargetFacts("sequence", per="timestep", reads=TARGET)

"""`kind: ids`: sequences of your own that are whole numbers already."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.keras_sequences import IDS, Id, NumWords
from rnnlab.datasets.split import RandomSplit, Split
from rnnlab.spec import Tuple


class IdsDataset(DatasetSpec):
    """Sequences of ids, and a target for each, in an .npz, parquet, jsonl, csv or tsv file.

    In .npz files an array (N, T) that is padded with 0, or an array of N lists; in parquet and jsonl a column of lists;
    in csv and tsv numbers with blanks between.
    """

    kind: Literal["ids"] = "ids"
    path: str
    """The file, relative to the experiment's file."""
    ids: str = "ids"
    """The array or column of sequences. 0 is padding, and stands at the ends only."""
    target: str = "label"
    """The array or column of targets: classes, or numbers (regression)."""
    num_words: NumWords
    """Rows of the embedding: ids are below."""
    oov_char: Id | None = None
    """The id that others become which are not below `num_words`; unless given they are an error."""
    word_index: str | None = None
    """A JSON file of words and their ids, so that sequences can be shown and answered as words."""
    labels: Annotated[tuple[str, ...], Tuple, Field(min_length=2)] | None = None
    """Names of the classes: of an .npz file for 0, 1, …, of a table the values themselves. As found unless given."""
    split: Split = RandomSplit.standard()
    """How the samples are divided."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return (IDS,)

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts: none."""
        return ()

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return self.target

    def target_facts(self) -> TargetFacts | None:
        """Return what is known of the target without the data."""
        return TargetFacts("classes", len(self.labels), self.labels) if self.labels else None

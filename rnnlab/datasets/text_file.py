"""`kind: text_file`: a running text of your own, for language models."""

from __future__ import annotations

from typing import Annotated, Literal

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.split import FilesSplit, TailSplit
from rnnlab.spec import Choice

TEXT = "text"


class TextFileDataset(DatasetSpec):
    """A UTF-8 file that is read as one running text, whose next unit is to be predicted."""

    kind: Literal["text_file"] = "text_file"
    path: str
    """The file, relative to the experiment's file."""
    split: Annotated[TailSplit | FilesSplit, Choice("kind")] = TailSplit.standard()
    """How the text is divided: by its position, train first, then validation, then test; or by files."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return (TEXT,)

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts."""
        return (TEXT,)

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return "continuation"

    def target_facts(self) -> TargetFacts:
        """Return what is known of the target without the data."""
        return TargetFacts("continuation", per="timestep", reads=TEXT)

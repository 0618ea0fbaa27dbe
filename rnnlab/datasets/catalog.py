"""`kind: catalog`: a named public dataset with hash, licence and citation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.entries import CATALOG, CatalogEntry
from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.sequences import ScalerName
from rnnlab.datasets.split import RandomSplit, Split


def _check_name(name: str) -> str:
    if name not in CATALOG:
        raise PydanticCustomError("catalog_unknown", "unknown dataset `{name}`", {"name": name, "known": list(CATALOG)})
    return name


class CatalogDataset(DatasetSpec):
    """A named public dataset, fetched once by hash into the cache."""

    kind: Literal["catalog"] = "catalog"
    name: Annotated[str, AfterValidator(_check_name)]
    """The dataset's name: see `rnnlab data list`."""
    target: str | None = None
    """What to predict, where the dataset offers several: movie-snippets has `sentiment` (default; sentences rated
    exactly 0 are left out) and `score`; king-james-bible has `section` (default; one of ten), `testament`, and for
    language models `continuation`: the verses as one running text."""
    scaler: ScalerName | None = None
    """How each channel of sequences of numbers is scaled, fitted on the training timesteps alone: `standard` unless
    given; `minmax`, `robust` or `none`."""
    split: Split = RandomSplit.standard()
    """How the samples are divided. cmudict must be divided by its words: `{kind: group, column: word}`;
    king-james-bible can be by its books: `{kind: group, column: book}`."""

    @property
    def entry(self) -> CatalogEntry:
        """Return the catalog's entry."""
        return CATALOG[self.name]

    @property
    def input_names(self) -> tuple[str, ...]:
        """Return the names of the network's inputs."""
        return self.entry.inputs

    @property
    def text_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are texts: all, or none of a dataset of numbers."""
        return () if self.entry.sequences else self.entry.inputs

    @property
    def sequence_inputs(self) -> tuple[str, ...]:
        """Return the inputs that are sequences of numbers: none, or all."""
        return self.entry.inputs if self.entry.sequences else ()

    @property
    def own_test(self) -> bool:
        """Return whether the data bring their own test set."""
        return bool(self.entry.source.further)

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return self.target or self.entry.default_target

    def target_facts(self) -> TargetFacts:
        """Return what is known of the target without the data."""
        return self.entry.targets[self.target_name]

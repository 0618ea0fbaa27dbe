"""`kind: generated`: data made from a seed, for trying things out and for tests."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.datasets.dataset import DatasetSpec
from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.split import RandomSplit, Seed, Split
from rnnlab.datasets.tagged import TAGS, TEXT

GeneratedName = Literal["tagged-sentences"]
SENTENCE_TAGS = ("B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER", "O")


class GeneratedDataset(DatasetSpec):
    """Data made from a seed; nothing is read or fetched.

    `tagged-sentences`: English sentences of a small grammar with persons, places and organisations as BIO tags. Many
    names are ambiguous (Jordan, Florence, Ford): which they are follows from the words around them, sometimes behind.
    """

    version: ClassVar[int] = 1  # counts changes of what a seed gives

    kind: Literal["generated"] = "generated"
    name: GeneratedName
    """What is made: `tagged-sentences`."""
    samples: Annotated[int, Field(ge=10, le=1_000_000)] = 4000
    """How many samples, before they are divided."""
    seed: Seed = 0
    """Seed of the samples. It is not the experiment's `seed`, so that replicates share the data."""
    split: Split = RandomSplit()
    """How the samples are divided."""

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
        return TAGS

    def target_facts(self) -> TargetFacts:
        """Return what is known of the target: everything."""
        return TargetFacts("tags", len(SENTENCE_TAGS), SENTENCE_TAGS, per="timestep", reads=TEXT)

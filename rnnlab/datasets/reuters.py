"""`kind: reuters`: newswires as ids of words, as `keras.datasets.reuters` gives them."""

from __future__ import annotations

from typing import Literal

from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.keras_sequences import KerasSequences
from rnnlab.datasets.split import Share

TOPICS = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply", "coffee", "sugar",
    "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas", "cpi", "money-fx", "interest", "gnp",
    "meal-feed", "alum", "oilseed", "gold", "tin", "strategic-metal", "livestock", "retail", "ipi", "iron-steel",
    "rubber", "heat", "jobs", "lei", "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
)  # fmt: skip
"""Source: keras.datasets.reuters.get_label_names."""


class ReutersDataset(KerasSequences):
    """11,228 newswires as ids of words, each with one of 46 topics, as in Keras."""

    kind: Literal["reuters"] = "reuters"
    test_split: Share = 0.2
    """The share at the end, after shuffling, that is the test set."""

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return "topic"

    def target_facts(self) -> TargetFacts:
        """Return what is known of the target without the data."""
        return TargetFacts("classes", len(TOPICS), TOPICS)

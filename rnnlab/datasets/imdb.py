"""`kind: imdb`: film reviews as ids of words, as `keras.datasets.imdb` gives them."""

from __future__ import annotations

from typing import Literal

from rnnlab.datasets.facts import TargetFacts
from rnnlab.datasets.keras_sequences import KerasSequences


class ImdbDataset(KerasSequences):
    """50,000 film reviews as ids of words, half of them the test set; negative or positive, as in Keras."""

    kind: Literal["imdb"] = "imdb"

    @property
    def target_name(self) -> str:
        """Return the name of the target."""
        return "sentiment"

    def target_facts(self) -> TargetFacts:
        """Return what is known of the target without the data."""
        return TargetFacts("classes", 2, ("negative", "positive"))

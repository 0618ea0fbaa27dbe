"""What is known of a dataset without loading it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

TargetKind = Literal["classes", "number", "sequence", "tags", "continuation", "forecast"]
"""A class, a number, a sequence of ids that is to be generated, a class for every token, the next unit of a text, or
the next values of a series."""
Per = Literal["sample", "timestep", "value"]


@dataclass(frozen=True)
class InputFacts:
    """One named input of the network.

    Attributes:
        kind: `ids` (integers below `vocabulary`, 0 is padding) or `features` (floats).
        timesteps: T after padding; None where only the data can tell.
        features: numbers per timestep, (F,) or more dimensions; empty for ids.
        vocabulary: V, rows of the embedding; None for features.
        padding: the side where zeros stand, None where there is no padding.
        masked: the padding is to be masked; of features, the timesteps whose last feature is 0.
    """

    kind: Literal["ids", "features"]
    timesteps: int | None
    features: tuple[int, ...] = ()
    vocabulary: int | None = None
    padding: Literal["pre", "post"] | None = None
    masked: bool = False


@dataclass(frozen=True)
class TargetFacts:
    """The named target.

    Attributes:
        kind: `classes`, `number`, `sequence`, `tags`, `continuation` or `forecast`.
        classes: C, None where only the data can tell (or for numbers); of a sequence or a continuation the rows of its
            vocabulary.
        labels: the classes' names in the order of their indices, where known.
        per: one target per sample, or one per timestep; `value` where each number of the forecast counts by itself.
        numbers: K, how many numbers a target has, of a forecast at each timestep; 1 for classes.
        reads: the input whose timesteps have the targets: where it is padded, loss and metrics look away.
    """

    kind: TargetKind
    classes: int | None = None
    labels: tuple[str, ...] | None = None
    per: Per = "sample"
    numbers: int = 1
    reads: str | None = None


@dataclass(frozen=True)
class Facts:
    """Everything the plan and the rules need to know of the data.

    Attributes:
        inputs: by name (`text` for text datasets).
        targets: by name (`label`).
        own_test: the data bring their own test split.
        train_samples: None where only the data can tell.
        lengths: for each input that is padded percentiles 1 to 100 of the training lengths; empty where only the data
            can tell.
    """

    inputs: dict[str, InputFacts]
    targets: dict[str, TargetFacts] = field(default_factory=dict)
    own_test: bool = False
    train_samples: int | None = None
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)

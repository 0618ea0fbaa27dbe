"""What is known of a dataset without loading it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

TargetKind = Literal["classes", "number"]


@dataclass(frozen=True)
class InputFacts:
    """One named input of the network.

    Attributes:
        kind: `ids` (integers below `vocabulary`, 0 is padding) or `features` (floats).
        timesteps: T after padding; None where only the data can tell.
        features: F, numbers per timestep; None for ids.
        vocabulary: V, rows of the embedding; None for features.
        padding: the side where zeros stand, None where there is no padding.
        masked: the padding is to be masked.
    """

    kind: Literal["ids", "features"]
    timesteps: int | None
    features: int | None = None
    vocabulary: int | None = None
    padding: Literal["pre", "post"] | None = None
    masked: bool = False


@dataclass(frozen=True)
class TargetFacts:
    """The named target.

    Attributes:
        kind: `classes` or `number`.
        classes: C, None where only the data can tell (or for numbers).
        labels: the classes' names in the order of their indices, where known.
    """

    kind: TargetKind
    classes: int | None = None
    labels: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Facts:
    """Everything the plan and the rules need to know of the data.

    Attributes:
        inputs: by name (`text` for text datasets).
        targets: by name (`label`).
        own_test: the data bring their own test split.
        train_samples: None where only the data can tell.
    """

    inputs: dict[str, InputFacts]
    targets: dict[str, TargetFacts] = field(default_factory=dict)
    own_test: bool = False
    train_samples: int | None = None

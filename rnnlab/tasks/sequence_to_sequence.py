"""`kind: sequence_to_sequence`: a text is written after another one was read."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.datasets.facts import TargetKind
from rnnlab.spec import Choice, NonNegative, PositiveInt, Spec, Tuple
from rnnlab.tasks.losses import AnyLoss, Loss, SparseCategoricalCrossentropy
from rnnlab.tasks.metrics import MetricName


class Greedy(Spec):
    """Write the most probable unit at every timestep."""

    kind: Literal["greedy"] = "greedy"
    limit: PositiveInt | None = None
    """Most units that are written; those of the longest training target, as padded, unless given."""


class Beam(Spec):
    """Keep the most probable beginnings at every timestep, and write the most probable whole."""

    kind: Literal["beam"] = "beam"
    width: Annotated[int, Field(ge=2)] = 4
    """Beginnings that are kept."""
    length_penalty: NonNegative = 0.0
    """Log-probabilities are divided by length to this power: 0 compares them as they are, 1 by the mean of a unit."""
    limit: PositiveInt | None = None
    """Most units that are written; those of the longest training target, as padded, unless given."""


Decode = Annotated[Greedy | Beam, Choice("kind", short=True)]


class SequenceToSequence(Spec):
    """The target text unit by unit: in training each after the true ones before it (teacher forcing)."""

    target: ClassVar[TargetKind] = "sequence"
    default_metrics: ClassVar[tuple[MetricName, ...]] = ("accuracy",)
    baselines: ClassVar[tuple[str, ...]] = ("most_frequent_units",)

    kind: Literal["sequence_to_sequence"] = "sequence_to_sequence"
    loss: AnyLoss | None = None
    """A loss by name, or `{kind: name, …}` with its arguments; of every unit, padding left out.
    `sparse_categorical_crossentropy` unless given."""
    metrics: Annotated[tuple[MetricName, ...], Tuple, Field(min_length=1)] | None = None
    """Metrics of every unit after the true ones, by Keras's names; `[accuracy]` unless given."""
    decode: Decode = Greedy.standard()
    """How texts are written once the model is trained: `greedy`, or `{kind: beam, width: 4}`."""

    def default_loss(self, head: str) -> Loss:
        """Return the loss that fits the head."""
        return SparseCategoricalCrossentropy()

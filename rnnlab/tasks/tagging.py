"""`kind: tagging`: one of C tags for every token."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.datasets.facts import TargetKind
from rnnlab.spec import Spec, Tuple
from rnnlab.tasks.losses import AnyLoss, BinaryCrossentropy, Loss, SparseCategoricalCrossentropy
from rnnlab.tasks.metrics import MetricName


class Tagging(Spec):
    """One of C tags for every token. Padding counts neither in loss nor in metrics.

    The test is scored by token accuracy; where the tags are BIO (`B-PER`, `I-PER`, `O`), by the spans that are found.
    """

    target: ClassVar[TargetKind] = "tags"
    default_metrics: ClassVar[tuple[MetricName, ...]] = ("accuracy",)
    baselines: ClassVar[tuple[str, ...]] = ("majority", "most_frequent_tag")

    kind: Literal["tagging"] = "tagging"
    loss: AnyLoss | None = None
    """A loss by name, or `{kind: name, …}` with its arguments; of every token. Follows from the head unless given."""
    metrics: Annotated[tuple[MetricName, ...], Tuple, Field(min_length=1)] | None = None
    """Metrics of every token, by Keras's names; `[accuracy]` unless given."""

    def default_loss(self, head: str) -> Loss:
        """Return the loss that fits a head (`binary` or `classes`)."""
        return BinaryCrossentropy() if head == "binary" else SparseCategoricalCrossentropy()

"""`kind: classification`: one of C classes per sample."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.datasets.facts import TargetKind
from rnnlab.spec import Spec, Tuple
from rnnlab.tasks.losses import AnyLoss, BinaryCrossentropy, Loss, SparseCategoricalCrossentropy
from rnnlab.tasks.metrics import MetricName


class Classification(Spec):
    """One of C classes per sample: a sigmoid unit for two classes, or a softmax over C."""

    target: ClassVar[TargetKind] = "classes"
    default_metrics: ClassVar[tuple[MetricName, ...]] = ("accuracy",)
    baselines: ClassVar[tuple[str, ...]] = ("majority", "tfidf_logistic_regression", "logistic_regression")

    kind: Literal["classification"] = "classification"
    loss: AnyLoss | None = None
    """A loss by name, or `{kind: name, …}` with its arguments. Follows from the head unless given."""
    metrics: Annotated[tuple[MetricName, ...], Tuple, Field(min_length=1)] | None = None
    """Metrics by Keras's names; `[accuracy]` unless given."""

    def default_loss(self, head: str) -> Loss:
        """Return the loss that fits a head (`binary` or `classes`)."""
        return BinaryCrossentropy() if head == "binary" else SparseCategoricalCrossentropy()

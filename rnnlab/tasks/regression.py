"""`kind: regression`: one number per sample."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.datasets.facts import TargetKind
from rnnlab.spec import Spec, Tuple
from rnnlab.tasks.losses import AnyLoss, Loss, MeanSquaredError
from rnnlab.tasks.metrics import MetricName


class Regression(Spec):
    """One number per sample: a linear unit."""

    target: ClassVar[TargetKind] = "number"
    default_metrics: ClassVar[tuple[MetricName, ...]] = ("mean_absolute_error",)
    baselines: ClassVar[tuple[str, ...]] = ("mean", "tfidf_ridge", "ridge")

    kind: Literal["regression"] = "regression"
    loss: AnyLoss | None = None
    """A loss by name, or `{kind: name, …}` with its arguments. `mean_squared_error` unless given."""
    metrics: Annotated[tuple[MetricName, ...], Tuple, Field(min_length=1)] | None = None
    """Metrics by Keras's names; `[mean_absolute_error]` unless given."""

    def default_loss(self, head: str) -> Loss:
        """Return the mean squared error."""
        return MeanSquaredError()

"""`kind: forecasting`: the next timesteps of a series."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from rnnlab.datasets.facts import TargetKind
from rnnlab.spec import Spec, Tuple
from rnnlab.tasks.losses import AnyLoss, Loss, MeanSquaredError, Pinball
from rnnlab.tasks.metrics import MetricName

MEDIAN = 0.5
Quantile = Annotated[float, Field(gt=0, lt=1)]


class Forecasting(Spec):
    """The next `dataset.horizon` timesteps of every target."""

    target: ClassVar[TargetKind] = "forecast"
    default_metrics: ClassVar[tuple[MetricName, ...]] = ("mean_absolute_error",)
    baselines: ClassVar[tuple[str, ...]] = ("last_value", "seasonal", "linear")

    kind: Literal["forecasting"] = "forecasting"
    loss: AnyLoss | None = None
    """A loss by name, or `{kind: name, …}` with its arguments; of scaled numbers. `mean_squared_error` unless given;
    with `quantiles` it is the pinball loss."""
    metrics: Annotated[tuple[MetricName, ...], Tuple, Field(min_length=1)] | None = None
    """Metrics by Keras's names, in real units; `[mean_absolute_error]` unless given."""
    quantiles: Annotated[tuple[Quantile, ...], Tuple, Field(min_length=1)] | None = None
    """Forecast these quantiles of every number, ascending, with 0.5 among them, which is the forecast that metrics
    score: `[0.1, 0.5, 0.9]`. The test then also tells how many true values lie between the outermost (coverage)."""
    head: Literal["direct", "recursive"] = "direct"
    """`direct` gives the whole horizon at once: the last layer has horizon x targets (x quantiles) units, timestep by
    timestep. `recursive` gives one timestep; it is fed back until the horizon is reached, and tested so."""

    def default_loss(self, head: str) -> Loss:
        """Return the pinball loss for quantiles, else the mean squared error."""
        return Pinball(quantiles=self.quantiles) if self.quantiles else MeanSquaredError()

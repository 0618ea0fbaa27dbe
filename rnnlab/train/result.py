"""What a training gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Stop = Literal["epochs", "early_stopping", "max_seconds", "pruned"]


@dataclass(frozen=True)
class Epoch:
    """One pass over the training split.

    Attributes:
        epoch: counted from 1.
        metrics: `loss`, each metric, the same with `val_`, `learning_rate`, `gradient_norm`.
        seconds: of training and validation together.
        samples_per_second: of training alone.
        timestamp: milliseconds since 1970 at its end; kept on resume so that no point is recorded twice.
    """

    epoch: int
    metrics: dict[str, float]
    seconds: float
    samples_per_second: float
    timestamp: int

    def recorded(self) -> dict[str, float]:
        """Return everything that becomes a curve."""
        return self.metrics | {"epoch_seconds": self.seconds, "samples_per_second": self.samples_per_second}


@dataclass(frozen=True)
class TrainingResult:
    """What a training gives, beside the model itself.

    Attributes:
        history: one entry per epoch.
        kept_epoch: the epoch whose weights the model has, counted from 1.
        stopped_by: why it ended.
        resumed_from: epochs that an earlier process had finished.
        resumed_step: steps of the next one that it had done, too.
    """

    history: tuple[Epoch, ...]
    kept_epoch: int
    stopped_by: Stop
    resumed_from: int = 0
    resumed_step: int = 0
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def kept(self) -> Epoch:
        """Return the epoch whose weights the model has."""
        return self.history[self.kept_epoch - 1]

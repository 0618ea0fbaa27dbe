"""Who hears of a sweep's progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from rnnlab.sweep.trial import Trial
from rnnlab.tasks import Direction
from rnnlab.train.result import Epoch


class SweepListener(Protocol):
    """Hears of every trial and epoch; several trials may be under way."""

    def on_sweep(self, trials: int, objective: str, direction: Direction) -> None:
        """Hear that the sweep begins."""

    def on_resumed(self, trials: Sequence[Trial], refused: int) -> None:
        """Hear of the trials that an earlier process did, where there are some, and how many points were refused."""

    def on_trial(self, number: int, values: dict[str, Any], parameters: int) -> None:
        """Hear that a trial is sent to a worker, which may not be ready yet."""

    def on_trial_begin(self, number: int, worker: str) -> None:
        """Hear that a worker begins with a trial, or begins again after another one died."""

    def on_trial_epoch(self, number: int, epoch: Epoch, epochs: int) -> None:
        """Hear that an epoch of a trial is done."""

    def on_trial_end(self, trial: Trial) -> None:
        """Hear that a trial ended, or was refused."""

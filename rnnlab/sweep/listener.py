"""Who hears of a sweep's progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from rnnlab.plan.census import Census
from rnnlab.plan.space import Goal
from rnnlab.sweep.trial import Replicate, Trial
from rnnlab.train.result import Epoch


class SweepListener(Protocol):
    """Hears of every trial and epoch; several trials may be under way."""

    def on_census(self, census: Census) -> None:
        """Hear what the space of a new sweep holds, before its first trial."""

    def on_sweep(self, trials: int, goals: Sequence[Goal]) -> None:
        """Hear that the sweep begins, and what its objectives are, the first one first."""

    def on_resumed(self, trials: Sequence[Trial], refused: int) -> None:
        """Hear of the trials that an earlier process did, where there are some, and how many points were refused."""

    def on_trial(self, number: int, values: dict[str, Any], parameters: int) -> None:
        """Hear that a trial is sent to a worker, which may not be ready yet."""

    def on_trial_begin(self, number: int, worker: str, seed: int | None) -> None:
        """Hear that a worker begins with a trial, or again after another one died; with which seed, of several."""

    def on_trial_epoch(self, number: int, epoch: Epoch, epochs: int) -> None:
        """Hear that an epoch of a trial is done."""

    def on_replicate_end(self, number: int, replicate: Replicate) -> None:
        """Hear that a replicate of a trial ended."""

    def on_trial_end(self, trial: Trial) -> None:
        """Hear that a trial ended, or was refused."""

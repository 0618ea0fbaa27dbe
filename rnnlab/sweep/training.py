"""A training under way: that of a trial, of one of its replicates, or of a confirmation."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from rnnlab.sweep.points import Point
from rnnlab.sweep.trial import Replicate, TrialReport
from rnnlab.train.result import Epoch, TrainingResult


@dataclass
class Training:
    """A training that an executor does.

    Attributes:
        handle: by which the executor and its events name it.
        name: of its files and of its run.
        point: with the seed that it is trained with.
        since: when its worker began with it; None before.
        spent: seconds that earlier workers trained it.
        history: by epoch.
        deaths: of its workers, and of those of its trial's other trainings.
        stopping: its worker was, or is to be, told to stop.
        known: when this process came to know of it, in seconds since 1970.
    """

    handle: int
    name: str
    point: Point
    since: float | None = None
    spent: float = 0.0
    history: dict[int, Epoch] = field(default_factory=dict)
    deaths: int = 0
    stopping: bool = False
    known: float = field(default_factory=time.time)

    @property
    def seed(self) -> int:
        """Return what it is trained with."""
        return self.point.experiment.seed

    @property
    def seconds(self) -> float:
        """Return how long it has trained."""
        return self.spent + (0.0 if self.since is None else time.monotonic() - self.since)

    @property
    def epochs(self) -> tuple[Epoch, ...]:
        """Return its epochs in order."""
        return tuple(self.history[number] for number in sorted(self.history))

    def begin(self) -> None:
        """Begin to count the time of a worker."""
        self.since = time.monotonic()

    def leave(self) -> None:
        """Stop to count the time of a worker that died."""
        self.spent, self.since = self.seconds, None

    def hear(self, epoch: Epoch) -> bool:
        """Return whether an epoch is new to this process; one of an earlier process took time there."""
        if epoch.epoch in self.history:
            return False
        self.history[epoch.epoch] = epoch
        self.spent += epoch.seconds if epoch.timestamp < self.known * 1000 else 0.0
        return True

    def ended(self, report: TrialReport, metrics: Sequence[str], run_id: str) -> Replicate:
        """Return the training as it ended.

        Args:
            report: of its worker.
            metrics: the objectives.
            run_id: of its run.
        """
        result = report.result
        complete = result if report.state == "complete" else None
        values = self._values(metrics, complete, report) if complete else ()
        if not all(math.isfinite(value) for value in values):
            return self.ended(self._diverged(metrics, values), metrics, run_id)
        return Replicate(
            seed=self.seed,
            state="failed" if report.state == "invalid" else report.state,  # the plan had accepted it
            value=values[0] if values else None,
            seconds=self.seconds,
            history=complete.history if complete else self.epochs,
            run_id=run_id,
            message=report.message,
            threads=report.threads or self.point.experiment.runtime.threads or 0,
            kept_epoch=complete.kept_epoch if complete else 0,
            stopped_by="pruned" if report.state == "pruned" else result.stopped_by if result else None,
            objectives=values if len(values) > 1 else (),
        )

    def _diverged(self, metrics: Sequence[str], values: Sequence[float]) -> TrialReport:
        """Return how a training ended whose loss is finite, but not what it is judged by."""
        found = (f"{name} is {value}" for name, value in zip(metrics, values, strict=True) if not math.isfinite(value))
        return TrialReport("diverged", message=f"{', '.join(found)} at the epoch whose weights are kept")

    def _values(self, metrics: Sequence[str], result: TrainingResult, report: TrialReport) -> tuple[float, ...]:
        costs = {"parameters": float(self.point.plan.parameters), "milliseconds": report.milliseconds}
        known = {**result.kept.metrics, **{key: value for key, value in costs.items() if value is not None}}
        return tuple(known[metric] for metric in metrics)

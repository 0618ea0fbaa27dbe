"""A trial under way, as its supervisor knows it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from rnnlab.sweep.book import Asked
from rnnlab.sweep.points import Point
from rnnlab.sweep.trial import Trial, TrialReport
from rnnlab.train.result import Epoch


@dataclass
class Running:
    """A trial under way.

    Attributes:
        trial: what is known of it before it ends.
        since: when its worker began with it; None before.
        spent: seconds that earlier workers trained it.
        history: by epoch.
    """

    asked: Asked
    number: int
    point: Point
    trial: Trial
    since: float | None = None
    spent: float = 0.0
    history: dict[int, Epoch] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Return how long it has trained."""
        return self.spent + (0.0 if self.since is None else time.monotonic() - self.since)

    def begin(self) -> None:
        """Begin to count the time of a worker."""
        self.since = time.monotonic()

    def leave(self) -> None:
        """Stop to count the time of a worker that died."""
        self.spent, self.since = self.seconds, None

    def hear(self, epoch: Epoch, *, known: bool) -> bool:
        """Return whether an epoch is new to this process; one that an earlier process knew took time there."""
        if epoch.epoch in self.history:
            return False
        self.history[epoch.epoch] = epoch
        self.spent += epoch.seconds if known else 0.0
        return True

    def ended(self, report: TrialReport, objective: str, run_id: str) -> Trial:
        """Return the trial as it ended."""
        result = report.result
        trial = replace(
            self.trial,
            state="failed" if report.state == "invalid" else report.state,  # the plan had accepted it
            seconds=self.seconds,
            history=tuple(self.history[number] for number in sorted(self.history)),
            message=report.message,
            threads=report.threads or self.point.experiment.runtime.threads or 0,
            stopped_by="pruned" if report.state == "pruned" else result.stopped_by if result else None,
            run_id=run_id,
        )
        if report.state != "complete" or result is None:
            return trial
        value = result.kept.metrics[objective]
        return replace(trial, value=value, kept_epoch=result.kept_epoch, history=result.history)

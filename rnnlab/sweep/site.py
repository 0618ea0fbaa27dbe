"""Where a sweep is done: everything that its parts share."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rnnlab.plan.space import goals_of
from rnnlab.run.opening import Road
from rnnlab.sweep.book import Book
from rnnlab.sweep.executor import Executor
from rnnlab.sweep.folder import SweepFolder
from rnnlab.sweep.ledger import Ledger
from rnnlab.sweep.points import Point, Points
from rnnlab.sweep.shared import SharedBook
from rnnlab.sweep.training import Training
from rnnlab.sweep.trial import Trial, TrialOrder
from rnnlab.sweeping import Sweep, seconds_of
from rnnlab.tasks import Direction


@dataclass(frozen=True)
class Site:
    """Where a sweep is done.

    Attributes:
        road: of the file.
        run_id: of the sweep's run.
        folder: of the sweep.
        book: its study.
        points: of its space.
        direction: of the objective.
        executor: where trainings are done.
        ledger: what is written into MLflow.
    """

    road: Road
    run_id: str
    folder: SweepFolder
    book: Book | SharedBook
    points: Points
    direction: Direction
    executor: Executor
    ledger: Ledger

    @property
    def sweep(self) -> Sweep:
        """Return the section."""
        assert self.road.experiment.sweep is not None
        return self.road.experiment.sweep

    @property
    def objective(self) -> str:
        """Return the metric that says which trial is the best."""
        return self.sweep.first.metric

    @property
    def metrics(self) -> tuple[str, ...]:
        """Return all objectives."""
        return tuple(goal.metric for goal in goals_of(self.sweep))

    @property
    def timeout(self) -> float | None:
        """Return how many seconds a training may take."""
        timeout = self.sweep.engine.timeout
        return None if timeout is None else seconds_of(timeout)

    def order(self, training: Training) -> TrialOrder:
        """Return what is asked of a worker."""
        order = self.points.order(self.folder, training.handle, training.name, training.point)
        return replace(order, timed="milliseconds" in self.metrics)

    def point(self, trial: Trial) -> Point:
        """Return the point of a trial that ended, planned again."""
        begun = self.book.begun_of(trial.number)
        assert begun is not None
        return self.points.plan(begun.chosen, begun.threads)

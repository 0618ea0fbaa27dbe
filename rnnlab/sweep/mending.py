"""Runs of what had ended when an earlier process did, before that had written all of it."""

from __future__ import annotations

from dataclasses import replace

from rnnlab.sweep.book import Begun
from rnnlab.sweep.ledger import Ledger
from rnnlab.sweep.points import Point, Points, training_name
from rnnlab.sweep.running import Running
from rnnlab.sweep.training import Training
from rnnlab.sweep.trial import Replicate, Trial


def mend_trial(ledger: Ledger, points: Points, sweep: str, trial: Trial, begun: Begun) -> None:
    """Complete the runs of a trial and of its replicates.

    Args:
        ledger: of the sweep.
        points: of its space.
        sweep: id of its run.
        trial: that ended.
        begun: what was known when it began.
    """
    name = f"{trial.number}"
    parts = [(training_name(trial.number, each.seed), each) for each in trial.replicates]
    torn = [each for each in parts if not ledger.is_written(*each)]
    if not torn and ledger.is_written(name, trial):
        return
    point = points.plan(begun.chosen, begun.threads)
    ledger.mend(name, trial, points.head(trial.number, point, sweep), trial.parameters, None)
    for part, replicate in torn:
        _mend(ledger, points, sweep, part, replicate, point, trial)


def mend_part(
    ledger: Ledger, points: Points, sweep: str, running: Running, training: Training, replicate: Replicate
) -> Replicate:
    """Return a replicate whose trial goes on, its run complete; one that another machine did has a run here then."""
    if replicate.run_id is not None and ledger.is_written(training.name, replicate):
        return replicate
    _mend(ledger, points, sweep, training.name, replicate, running.point, running.trial)
    return replace(replicate, run_id=ledger.run_id(training.name))


def _mend(
    ledger: Ledger, points: Points, sweep: str, name: str, replicate: Replicate, point: Point, trial: Trial
) -> None:
    head = points.part_head(name, point.with_seed(replicate.seed), sweep)
    ledger.mend(name, replicate, head, trial.parameters, f"{trial.number}")

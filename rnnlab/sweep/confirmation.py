"""The best trials once more, with seeds that the sweep never had: what they are worth when luck is out of it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rnnlab.experiment import Experiment
from rnnlab.run.intervals import Interval, interval_of
from rnnlab.sweep.ledger import interval_numbers
from rnnlab.sweep.site import Site
from rnnlab.sweep.together import train_together
from rnnlab.sweep.training import Training
from rnnlab.sweep.trial import Replicate, Trial, TrialReport, by_value
from rnnlab.sweeping import Confirm


@dataclass(frozen=True)
class Confirmed:
    """A configuration that was trained again.

    Attributes:
        trial: as the sweep had it.
        trainings: the new ones.
        replicates: how those ended.
    """

    trial: Trial
    trainings: tuple[Training, ...]
    replicates: tuple[Replicate, ...]

    @property
    def interval(self) -> Interval | None:
        """Return mean and 95 % interval of the objective over the new seeds; None where one has no value."""
        values = [each.value for each in self.replicates if each.value is not None]
        return interval_of(values) if values and len(values) == len(self.replicates) else None

    @property
    def worse_by(self) -> float | None:
        """Return how much of the trial's value was luck: positive where it was better in the sweep, for all it is."""
        return None if self.interval is None or self.trial.value is None else self.trial.value - self.interval.mean

    def to_data(self) -> dict[str, Any]:
        """Return it as reports have it."""
        swept, found = self.trial.interval, self.interval
        return {
            "number": self.trial.number,
            "values": self.trial.values,
            "sweep": self.trial.value,
            "sweep_interval": plain_interval(swept),
            "confirmed": found.mean if found else None,
            "confirmed_interval": plain_interval(found),
            "difference": self.worse_by,
            "seeds": [each.seed for each in self.replicates],
            "states": [each.state for each in self.replicates],
            "confirmed_values": [each.value for each in self.replicates],
        }


def plain_interval(interval: Interval | None) -> list[float] | None:
    """Return the ends of an interval; None of a single value, which has none."""
    known = interval is not None and bool(interval_numbers("", interval))
    return [interval.low, interval.high] if interval is not None and known else None


def fresh_seeds(experiment: Experiment, count: int) -> tuple[int, ...]:
    """Return seeds that no trial of the sweep has."""
    first = max(experiment.replicate_seeds) + 1
    return tuple(range(first, first + count))


def confirm(site: Site, trials: Sequence[Trial], spec: Confirm) -> tuple[Confirmed, ...]:
    """Return the best configurations after training them with fresh seeds, the best of the sweep first.

    Args:
        site: of the sweep.
        trials: that ended.
        spec: how many, how often.
    """
    while True:  # where another machine takes over, it is waited for
        planned = _planned(site, trials, spec)
        names = [training.name for _, trainings in planned for training in trainings]
        if not site.book.claim_confirmation(names):
            known = site.book.confirmations()
            return tuple(Confirmed(trial, each, tuple(known[one.name] for one in each)) for trial, each in planned)
        known = _confirm(site, planned)
        if site.book.confirmed(names):
            return tuple(_noted(site, trial, trainings, known) for trial, trainings in planned)


Planned = list[tuple[Trial, tuple[Training, ...]]]


def _planned(site: Site, trials: Sequence[Trial], spec: Confirm) -> Planned:
    """Return the trials that are confirmed, and the trainings of each."""
    seeds = fresh_seeds(site.road.experiment, spec.seeds)
    chosen = [site.book.without_foreign_runs(trial) for trial in _best_of_each(site, trials, spec.top)]
    return [(trial, _trainings(site, trial, seeds, place)) for place, trial in enumerate(chosen)]


def _confirm(site: Site, planned: Planned) -> dict[str, Replicate]:
    """Return how the trainings ended, by name, after doing those that were not done yet."""
    known = site.book.confirmations()
    for trial, trainings in planned:
        _open_run(site, trial)
        for training in trainings:
            if training.name in known:
                known[training.name] = _mended(site, trial, training, known[training.name])
    owners = {training.name: trial for trial, trainings in planned for training in trainings}
    waiting = [training for _, trainings in planned for training in trainings if training.name not in known]
    if waiting:
        seeds = len(planned[0][1])
        site.road.say(f"confirming the best {len(planned)} with {seeds} fresh seeds each: {len(waiting)} trainings")
    _train(site, waiting, owners, known)
    return known


def _mended(site: Site, trial: Trial, training: Training, replicate: Replicate) -> Replicate:
    """Return a training that was done earlier, its run complete; one that another machine did has a run here then."""
    name = training.name
    here = replicate.run_id is not None and site.ledger.is_written(name, replicate)
    if not here and not site.ledger.has_begun(name):
        head = site.points.part_head(name, training.point, site.run_id)
        site.ledger.mend(name, replicate, head, trial.parameters, f"{trial.number}")
    return replicate if here else replace(replicate, run_id=site.ledger.run_id(name))


def _train(site: Site, waiting: list[Training], trials: dict[str, Trial], known: dict[str, Replicate]) -> None:
    def begin(training: Training) -> None:
        trial = trials[training.name]
        head = site.points.part_head(training.name, training.point, site.run_id)
        site.ledger.start(training.name, head, trial.parameters, under=f"{trial.number}")

    def end(training: Training, report: TrialReport) -> None:
        replicate = training.ended(report, site.metrics, site.ledger.run_id(training.name))
        known[training.name] = replicate
        site.book.confirm(training.name, replicate)
        site.ledger.close(training.name, replicate)
        shutil.rmtree(site.folder.checkpoints_of(training.name), ignore_errors=True)
        value = replicate.state if replicate.value is None else f"{site.objective} {replicate.value:.4f}"
        site.road.say(f"trial {trials[training.name].number} with seed {training.seed}: {value}")

    train_together(
        waiting,
        executor=site.executor,
        order=site.order,
        timeout=site.timeout,
        say=site.road.say,
        begin=begin,
        hear=lambda training, epoch: site.ledger.log_epoch(training.name, epoch),
        end=end,
    )


def _best_of_each(site: Site, trials: Sequence[Trial], top: int) -> list[Trial]:
    """Return the best trials whose files differ."""
    found: dict[str, Trial] = {}
    for trial in by_value(trials, site.direction):
        if site.book.begun_of(trial.number) is not None:
            found.setdefault(trial.fingerprint, trial)
    return list(found.values())[:top]


def _trainings(site: Site, trial: Trial, seeds: Sequence[int], place: int) -> tuple[Training, ...]:
    point = site.point(trial)
    return tuple(
        Training(place * len(seeds) + index, f"{trial.number}-confirm-{seed}", point.with_seed(seed))
        for index, seed in enumerate(seeds)
    )


def _open_run(site: Site, trial: Trial) -> None:
    """Make sure that a trial has a run; one that another sweep or machine trained has none here."""
    name = f"{trial.number}"
    if trial.run_id is None and not site.ledger.has_begun(name):
        site.ledger.start(name, site.points.head(trial.number, site.point(trial), site.run_id), trial.parameters)
        site.ledger.close(name, replace(trial, state="complete"))


def _noted(site: Site, trial: Trial, trainings: tuple[Training, ...], known: dict[str, Replicate]) -> Confirmed:
    """Return a configuration after writing what it came to into its trial's run."""
    name = f"{trial.number}"
    if trial.run_id is None:
        trial = replace(trial, run_id=site.ledger.run_id(name))
    confirmed = Confirmed(trial, trainings, tuple(known[each.name] for each in trainings))
    interval = confirmed.interval
    if interval is not None:
        site.ledger.note(name, {"confirmed": interval.mean} | interval_numbers("confirmed", interval))
    return confirmed


def winner_of(confirmed: Sequence[Confirmed], direction: str) -> Confirmed | None:
    """Return the configuration with the best confirmed mean; None where none was confirmed."""
    sign = 1 if direction == "minimize" else -1
    found = [(sign * each.interval.mean, each.trial.number, each) for each in confirmed if each.interval is not None]
    return min(found, key=lambda each: each[:2])[2] if found else None

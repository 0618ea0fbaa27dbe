"""A trial under way, as its supervisor knows it: one training, or one for each seed."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

from rnnlab.sweep.book import Asked
from rnnlab.sweep.points import Point, training_names
from rnnlab.sweep.training import Training
from rnnlab.sweep.trial import Replicate, State, Trial
from rnnlab.train.result import Epoch


@dataclass
class Running:
    """A trial under way.

    Attributes:
        trial: what is known of it before it ends.
        trainings: one, or one for each seed.
        ended: how those ended that did, by place in `trainings`.
        ending: how the trial ends once no training of it is under way; None while the others are still to be done.
        values_told: how many values of replicates the pruner heard.
        steps_told: the last step that it heard.
    """

    asked: Asked
    number: int
    point: Point
    trial: Trial
    trainings: tuple[Training, ...]
    ended: dict[int, Replicate] = field(default_factory=dict)
    ending: State | None = None
    values_told: int = 0
    steps_told: int = 0

    @property
    def is_replicated(self) -> bool:
        """Return whether its trainings are replicates."""
        return self.point.experiment.seeds is not None

    @property
    def is_complete(self) -> bool:
        """Return whether every training of it is."""
        return len(self.ended) == len(self.trainings) and all(e.state == "complete" for e in self.ended.values())

    def next_training(self, active: Container[int], *, in_turn: bool) -> Training | None:
        """Return a training that can begin, if there is one.

        Args:
            active: handles of the trainings under way.
            in_turn: only once those before it have ended.
        """
        for index, training in enumerate(self.trainings if self.ending is None else ()):
            under_way = training.handle in active
            if under_way and in_turn:
                return None
            if index not in self.ended and not under_way:
                return training
        return None

    @property
    def name(self) -> str:
        """Return what its run is known by."""
        return f"{self.number}"

    def ended_trainings(self) -> Iterator[tuple[Training, Replicate]]:
        """Yield the replicates that ended."""
        for place in sorted(self.ended):
            yield self.trainings[place], self.ended[place]

    def end(self, training: Training, replicate: Replicate) -> int:
        """Return the place of a training that ended; one that is not complete ends the trial."""
        place = self.trainings.index(training)
        self.ended[place] = replicate
        if replicate.state != "complete":
            self.stop(replicate.state)
        return place

    def stop(self, state: State) -> None:
        """End the trial as soon as its trainings that are under way can be stopped."""
        self.ending = self.ending or state
        for training in self.trainings:
            training.stopping = True

    def new_values(self) -> Iterator[tuple[int, float]]:
        """Yield (place, value of the objective) of the complete replicates that were not told yet, in their order."""
        while (replicate := self.ended.get(self.values_told)) is not None and replicate.value is not None:
            self.values_told += 1
            yield self.values_told - 1, replicate.value

    def new_steps(self) -> Iterator[Epoch]:
        """Yield the steps that were not told yet: the epochs of the replicates, one after the other, counted through.

        What comes is the mean over the replicates so far at that epoch, so that at a step every trial has the same
        seeds and epochs in it, whatever the number of workers.
        """
        for index, training in enumerate(self.trainings):
            if any(before not in self.ended for before in range(index)):
                return
            for epoch in training.epochs:
                step = index * training.point.experiment.training.epochs + epoch.epoch
                if step > self.steps_told:
                    self.steps_told = step
                    yield replace(self._mean(epoch.epoch, index), epoch=step)

    def finished(self, run_id: str) -> Trial:
        """Return the trial as it ended."""
        replicates = tuple(self.ended[index] for index in sorted(self.ended))
        state = "complete" if self.is_complete else self.ending or "failed"
        one = next((each for each in replicates if each.state == state), replicates[0])
        trial = replace(
            self.trial,
            state=state,
            value=fmean(each.value or 0.0 for each in replicates) if self.is_complete else None,
            seconds=sum(each.seconds for each in replicates),
            history=one.history,
            message=one.message,
            threads=one.threads,
            kept_epoch=one.kept_epoch,
            stopped_by="pruned" if state == "pruned" else one.stopped_by,
            run_id=run_id,
            objectives=self._objectives(replicates),
        )
        return replace(trial, **self._replicated(replicates)) if self.is_replicated else trial

    def _objectives(self, replicates: tuple[Replicate, ...]) -> tuple[float, ...]:
        known = [each.objectives for each in replicates]
        return tuple(fmean(values) for values in zip(*known, strict=True)) if self.is_complete else ()

    def _replicated(self, replicates: tuple[Replicate, ...]) -> dict[str, Any]:
        longest = max((len(each.history) for each in replicates), default=0)
        history = tuple(self._mean(number, len(self.trainings) - 1) for number in range(1, longest + 1))
        return {"replicates": replicates, "history": history, "kept_epoch": 0}

    def _mean(self, number: int, last: int) -> Epoch:
        """Return an epoch of the replicates up to one of them; one that ended sooner has its kept epoch there."""
        found = [epoch for index in range(last + 1) if (epoch := self._epoch(index, number)) is not None]
        return found[0] if len(found) == 1 else mean_epoch(number, found)

    def _epoch(self, index: int, number: int) -> Epoch | None:
        history, ended = self.trainings[index].history, self.ended.get(index)
        if number in history or ended is None or not ended.kept_epoch:
            return history.get(number)
        return ended.result.kept


def mean_epoch(number: int, epochs: Sequence[Epoch]) -> Epoch:
    """Return the mean of an epoch over replicates."""
    return Epoch(
        epoch=number,
        metrics={key: fmean(each.metrics[key] for each in epochs) for key in epochs[0].metrics},
        seconds=fmean(each.seconds for each in epochs),
        samples_per_second=fmean(each.samples_per_second for each in epochs),
        timestamp=max(each.timestamp for each in epochs),
    )


def running_of(asked: Asked, number: int, point: Point, trial: Trial) -> Running:
    """Return a trial that begins, or goes on with the replicates that an earlier process did."""
    trainings = trainings_of(number, point, asked.deaths)
    running = Running(asked, number, point, trial, trainings)
    for place, replicate in asked.replicates.items():
        trainings[place].history = {epoch.epoch: epoch for epoch in replicate.history}
        running.end(trainings[place], replicate)
    return running


def trainings_of(number: int, point: Point, deaths: int = 0) -> tuple[Training, ...]:
    """Return the trainings of a trial: one, or one for each seed."""
    seeds = point.experiment.replicate_seeds
    return tuple(
        Training(number * len(seeds) + place, name, point.with_seed(seed), deaths=deaths)
        for place, (seed, name) in enumerate(zip(seeds, training_names(number, point.experiment), strict=True))
    )

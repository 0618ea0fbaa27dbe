"""The supervisor: asks Optuna, has trials trained, hears what they report. The only writer of its trials."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace

from rnnlab.errors import CallError, InvalidExperimentError
from rnnlab.plan.space import goals_of
from rnnlab.sweep.book import Asked, Begun
from rnnlab.sweep.listener import SweepListener
from rnnlab.sweep.mending import mend_part, mend_trial
from rnnlab.sweep.ranking import best_in
from rnnlab.sweep.reuse import Earlier, Found
from rnnlab.sweep.running import Running, running_of
from rnnlab.sweep.site import Site
from rnnlab.sweep.training import Training
from rnnlab.sweep.trial import FAILURES, REPEATED, Trial, TrialReport
from rnnlab.sweep.under_way import RETRIES, UnderWay
from rnnlab.train.result import Epoch

MOST_REFUSED = 200  # points in a row that the plan refuses before the sweep gives up


class Supervisor:
    """Runs the trials of a sweep, to its total.

    Args:
        site: of the sweep.
        earlier: trainings whose values are used again; None: none.
        listeners: told of every trial and epoch.
    """

    def __init__(self, site: Site, earlier: Earlier | None, listeners: Sequence[SweepListener]) -> None:
        self.site = site
        self.sweep, self.road, self.run_id = site.sweep, site.road, site.run_id
        self.book, self.points, self.ledger = site.book, site.points, site.ledger
        self.objective, self.direction = site.objective, site.direction
        self.earlier = earlier
        self.listeners = listeners
        self.under_way = UnderWay(
            site.executor, site.order, site.timeout, self.mourn, site.road.say, self.place, site.book.patience
        )
        self.by_replicate = self.sweep.pruner.kind == "wilcoxon"
        self.running: dict[int, Running] = {}
        self.waiting: list[Running] = []  # for a trial of the same file that is under way
        self.trials: list[Trial] = []
        self.refused: list[Trial] = []

    @property
    def failures(self) -> int:
        """Return how many trials failed."""
        return sum(trial.state in FAILURES for trial in self.trials)

    @property
    def has_failed(self) -> bool:
        """Return whether more trials failed than the file allows."""
        return self.sweep.max_failures is not None and self.failures > self.sweep.max_failures

    def run(self) -> None:
        """Go on until all trials are done; what an earlier process did is not done again."""
        opened = self.book.open_points()
        for trial in self.book.ended():
            self.count(trial)
        if self.trials:
            self.road.say(f"{len(self.trials)} of {self.sweep.trials} trials are done")
        self.mend()
        self.book.begin(self.points.first())
        for listener in self.listeners:
            listener.on_sweep(self.sweep.trials, goals_of(self.sweep))
            if self.trials or self.refused:
                listener.on_resumed(self.trials, len(self.refused))
        while True:
            self.hear_others(opened)
            self.fill(opened)
            if not self.running:
                if not self.book.await_others():
                    return
            elif (found := self.under_way.next()) is not None:
                self.hear(*found)

    def hear_others(self, opened: list[Asked]) -> None:
        """Count what other machines have done, and take over what those that died have left."""
        for trial in self.book.news():
            self.count(trial)
            self.resolve(trial)
        taken = self.book.take_over(self.site.executor.capacity - len(self.running) - len(opened))
        for asked in taken:
            self.road.say(
                f"taking over {'a point' if asked.begun is None else f'trial {asked.begun.number}'}: its machine died"
            )
        opened.extend(taken)

    def mend(self) -> None:
        """Complete the runs of trials that had ended when an earlier process did."""
        for trial in self.trials:
            begun = self.book.begun_of(trial.number)
            if begun is not None:
                mend_trial(self.ledger, self.points, self.run_id, trial, begun)

    def count(self, trial: Trial) -> None:
        """Take a trial that ended into the lists."""
        if trial.number == REPEATED:
            return
        (self.refused if trial.state == "invalid" else self.trials).append(trial)

    def fill(self, opened: list[Asked]) -> None:
        """Send trainings to the workers that are free: of trials under way, then of those that were begun earlier."""
        while self.under_way.has_room:
            waiting = self.next_training()
            if waiting is not None:
                self.launch(*waiting)
            elif opened:
                self.consider(opened.pop(0))
            elif self.wants_more() and (asked := self.book.ask()) is not None:
                self.consider(asked)
            else:
                return

    def next_training(self) -> tuple[Running, Training] | None:
        """Return a training of a trial under way that can begin, if there is one."""
        for running in self.running.values():
            training = running.next_training(self.under_way.active, in_turn=self.by_replicate)
            if training is not None:
                return running, training
        return None

    def launch(self, running: Running, training: Training) -> None:
        """Send a training to a worker; its trial's run has begun."""
        self.under_way.start(training)
        self.start_part(running, training)

    def start_part(self, running: Running, training: Training) -> None:
        """Begin the run of a replicate."""
        if running.is_replicated:
            head = self.points.part_head(training.name, training.point, self.run_id)
            self.ledger.start(training.name, head, running.trial.parameters, under=running.name)

    def wants_more(self) -> bool:
        """Return whether another point is to be asked for."""
        asked = len(self.trials) + len(self.running) + len(self.waiting) + self.book.elsewhere()
        return asked < self.sweep.trials and not self.has_failed and not self.book.is_exhausted

    def consider(self, asked: Asked) -> None:
        """Train a point, unless the plan refuses it or the same was trained before."""
        number = asked.begun.number if asked.begun else self.next_number()
        threads = asked.begun.threads if asked.begun else self.site.executor.threads
        trial = Trial(number, self.points.values(asked.chosen), "invalid")
        try:
            point = self.points.plan(asked.chosen, threads)
        except InvalidExperimentError as error:
            self.end(asked, replace(trial, message=str(error).split("\n", maxsplit=1)[0]))
            self.give_up()
            return
        epochs = point.experiment.training.epochs * len(point.experiment.replicate_seeds)
        trial = replace(trial, parameters=point.plan.parameters, fingerprint=point.fingerprint, epochs=epochs)
        begun = asked.begun or self.book.start(asked, Begun(number, asked.chosen, threads))
        trial = replace(trial, number=begun.number)
        running = running_of(asked, begun.number, point, trial)
        if asked.deaths > RETRIES and running.ending is None and not running.is_complete:
            self.bury(running)
            return
        self.begin(running)

    def next_number(self) -> int:
        """Return the number of the next trial."""
        begun = [*self.running, *(each.number for each in self.waiting), *(trial.number for trial in self.trials)]
        return max(begun, default=-1) + 1

    def give_up(self) -> None:
        """End the sweep where nothing but trial 0 is accepted.

        Raises:
            CallError: it is so.
        """
        if len(self.refused) >= MOST_REFUSED and not self.trials[1:]:
            last = self.refused[-1].message
            raise CallError(f"{MOST_REFUSED} points of the space were refused; the last: {last}")

    def begin(self, running: Running) -> None:
        """Send a trial to a worker, unless the same was, or is, trained."""
        fingerprint = running.point.fingerprint
        same = next((each for each in self.trials if each.fingerprint == fingerprint and _is_final(each)), None)
        if same is not None:
            self.repeat(running, same)
            return
        if any(each.point.fingerprint == fingerprint for each in self.running.values()):
            self.waiting.append(running)
            return
        found = self.found_earlier(running)
        if found is not None:
            message = f"same as {found.name} ({found.run_id[:8]})"
            state = replace(running.trial, state="duplicate", value=found.value, message=message)
            self.end(running.asked, replace(state, kept_epoch=found.kept_epoch))
            return
        self.running[running.number] = running
        training = running.next_training((), in_turn=True) if self.under_way.has_room else None
        if training is not None:
            self.under_way.start(training)  # its worker need not wait for what follows
        self.open_run(running)
        if training is not None:
            self.start_part(running, training)
        if running.ended:
            self.follow(running)
            self.settle(running)

    def open_run(self, running: Running) -> None:
        """Begin the run of a trial, or go on with it, and tell of it."""
        parameters = running.trial.parameters
        self.ledger.start(running.name, self.points.head(running.number, running.point, self.run_id), parameters)
        for done, replicate in running.ended_trainings():
            whole = mend_part(self.ledger, self.points, self.run_id, running, done, replicate)
            running.ended[running.trainings.index(done)] = whole
        for listener in self.listeners:
            listener.on_trial(running.number, running.trial.values, parameters)

    def bury(self, running: Running) -> None:
        """End a trial that an earlier process left, or another machine, after too many deaths."""
        self.running[running.number] = running
        self.open_run(running)
        training = next(each for place, each in enumerate(running.trainings) if place not in running.ended)
        self.start_part(running, training)
        message = f"{running.asked.deaths} workers or machines died of it"
        self.end_training(running, training, TrialReport("killed", message=message))

    def found_earlier(self, running: Running) -> Found | None:
        """Return a training of the store that need not be done again; a trial that has a run goes on with it."""
        if self.earlier is None or self.ledger.has_run(running.name):
            return None
        return self.earlier.find_all([each.point for each in running.trainings])

    def repeat(self, running: Running, same: Trial) -> None:
        """End a trial with what the same training came to; a grid's repetition of trial 0 counts for nothing."""
        number = REPEATED if self.sweep.sampler.kind == "grid" else running.number
        trial = replace(running.trial, number=number, state="duplicate", message=f"same as trial {same.number}")
        value = None if number == REPEATED else same.value
        self.end(
            running.asked,
            replace(
                trial, value=value, stopped_by=same.stopped_by, kept_epoch=same.kept_epoch, objectives=same.objectives
            ),
        )

    def running_of(self, training: Training) -> Running:
        """Return the trial that a training is of."""
        return next(each for each in self.running.values() if training in each.trainings)

    def mourn(self, training: Training) -> int:
        """Return how many workers of a trial have died; too many for one that another machine has."""
        asked = self.running_of(training).asked
        return self.book.mourn(asked) if self.book.owns(asked) else RETRIES + 1

    def hear(self, training: Training, news: Epoch | TrialReport) -> None:
        """Take in an epoch of a training, or how it ended."""
        running = self.running_of(training)
        if not self.book.owns(running.asked):
            self.lose(running)
        elif isinstance(news, Epoch):
            self.under_way.answer(training, self.hear_epoch(running, training, news))
        else:
            self.end_training(running, training, news)

    def place(self, training: Training, worker: str) -> None:
        """Tell who does a training."""
        running = self.running_of(training)
        if not self.book.owns(running.asked):  # the next that is heard of it ends it here
            return
        place = running.trainings.index(training) if running.is_replicated else None
        self.book.place(running.asked, worker, place)
        for listener in self.listeners:
            listener.on_trial_begin(running.number, worker, None if place is None else training.seed)

    def lose(self, running: Running) -> None:
        """Give up a trial that another machine has taken over."""
        self.road.say(f"trial {running.number}: another machine has it, as no sign of life came from here")
        del self.running[running.number]
        names = {running.name, *(training.name for training in running.trainings)}
        for training in running.trainings:
            self.under_way.drop(training)
            shutil.rmtree(self.site.folder.checkpoints_of(training.name), ignore_errors=True)
        self.ledger.leave("KILLED", names)

    def hear_epoch(self, running: Running, training: Training, epoch: Epoch) -> bool:
        """Return whether a training is to stop after an epoch."""
        if training.hear(epoch):
            self.ledger.log_epoch(training.name, epoch)
        if not running.is_replicated:
            self.tell(running, epoch)
        self.follow(running)
        return running.ending is not None

    def tell(self, running: Running, epoch: Epoch) -> None:
        """Tell of an epoch."""
        for listener in self.listeners:
            listener.on_trial_epoch(running.number, epoch, running.trial.epochs)

    def follow(self, running: Running) -> None:
        """Give the pruner what is new of a trial, which it may end."""
        for step in running.new_steps():
            if running.is_replicated:
                self.tell(running, step)
            if not self.by_replicate and self.book.report(running.asked, step.epoch, step.metrics[self.objective]):
                running.stop("pruned")
        for place, value in running.new_values() if self.by_replicate else ():
            if self.book.report(running.asked, place, value):
                running.stop("pruned")

    def end_training(self, running: Running, training: Training, report: TrialReport) -> None:
        """Take in how a training ended, and with it the trial, unless there are others."""
        self.take_in(running, training, report)
        self.settle(running)

    def take_in(self, running: Running, training: Training, report: TrialReport) -> None:
        """Write how a training ended."""
        replicate = training.ended(report, self.site.metrics, self.ledger.run_id(training.name))
        place = running.end(training, replicate)
        if running.is_replicated:
            self.book.keep(running.asked, place, replicate)
            self.ledger.close(training.name, replicate)
            for listener in self.listeners:
                listener.on_replicate_end(running.number, replicate)
            self.follow(running)

    def stop_left(self, running: Running) -> None:
        """Write that those replicates were stopped that an earlier process had under way, of a trial that ends now."""
        for place, training in enumerate(running.trainings):
            if place not in running.ended and self.ledger.has_run(training.name):
                self.start_part(running, training)
                self.take_in(running, training, TrialReport("pruned"))

    def settle(self, running: Running) -> None:
        """End a trial of which nothing is left to be trained."""
        if any(each.handle in self.under_way.active for each in running.trainings):
            return
        if running.is_complete or running.ending is not None:
            self.finish(running)

    def finish(self, running: Running) -> None:
        """Tell and record how a trial ended."""
        self.stop_left(running)
        del self.running[running.number]
        trial = running.finished(self.ledger.run_id(running.name))
        self.end(running.asked, trial)
        for epoch in trial.history if running.is_replicated else ():
            self.ledger.log_epoch(running.name, epoch)
        self.ledger.close(running.name, trial)
        self.tidy(running)
        self.resolve(trial)

    def tidy(self, running: Running) -> None:
        """Delete what cannot be needed: the trial's checkpoints, and all weights but those of the best."""
        for training in running.trainings:
            shutil.rmtree(self.site.folder.checkpoints_of(training.name), ignore_errors=True)
        best = best_in([trial for trial in self.trials if trial.state == "complete"], goals_of(self.sweep))
        names = [] if best is None else self.points.names(best.number)
        self.site.folder.keep_weights(
            {*names, *(part.name for each in self.running.values() for part in each.trainings)}
        )

    def resolve(self, trial: Trial) -> None:
        """Go on with the trials that waited for one."""
        waited = [each for each in self.waiting if each.point.fingerprint == trial.fingerprint]
        self.waiting = [each for each in self.waiting if each not in waited]
        for running in waited:
            self.begin(running)

    def end(self, asked: Asked, trial: Trial) -> None:
        """Write how a trial ended, and tell of it."""
        if not self.book.end(asked, trial):
            return
        self.count(trial)
        if trial.number == REPEATED:
            return
        for listener in self.listeners:
            listener.on_trial_end(trial)


def _is_final(trial: Trial) -> bool:
    """Return whether the same training would end the same."""
    return trial.state in ("complete", "pruned", "diverged", "duplicate")

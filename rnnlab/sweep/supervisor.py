"""The supervisor: asks Optuna, has trials trained, hears what they report. The only writer of the study."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from rnnlab.errors import CallError, InvalidExperimentError, RnnlabError
from rnnlab.run.opening import Road
from rnnlab.sweep.book import Asked, Begun, Book
from rnnlab.sweep.executor import Event, Executor
from rnnlab.sweep.folder import SweepFolder
from rnnlab.sweep.ledger import Ledger
from rnnlab.sweep.listener import SweepListener
from rnnlab.sweep.points import Points
from rnnlab.sweep.reuse import Earlier
from rnnlab.sweep.running import Running
from rnnlab.sweep.trial import FAILURES, REPEATED, Trial, TrialReport, best_of
from rnnlab.sweeping import Sweep, seconds_of
from rnnlab.tasks import Direction
from rnnlab.track.record import RunHead
from rnnlab.train.result import Epoch

RETRIES = 2  # after a worker's death
MOST_STILLBORN = 10  # workers in a row that die before they begin with a trial
MOST_REFUSED = 200  # points in a row that the plan refuses before the sweep gives up


class Supervisor:
    """Runs the trials of a sweep, to its total.

    Args:
        road: of the file.
        run_id: of the sweep's run.
        folder: of the sweep.
        book: its study.
        points: of its space.
        direction: of the objective.
        executor: where trials are trained.
        ledger: what is written into MLflow.
        earlier: trainings whose values are used again; None: none.
        listeners: told of every trial and epoch.
    """

    def __init__(
        self,
        road: Road,
        run_id: str,
        folder: SweepFolder,
        book: Book,
        points: Points,
        direction: Direction,
        executor: Executor,
        ledger: Ledger,
        earlier: Earlier | None,
        listeners: Sequence[SweepListener],
    ) -> None:
        assert road.experiment.sweep is not None
        self.sweep: Sweep = road.experiment.sweep
        self.road = road
        self.run_id = run_id
        self.folder = folder
        self.book = book
        self.points = points
        self.direction = direction
        self.executor = executor
        self.ledger = ledger
        self.earlier = earlier
        self.listeners = listeners
        self.objective = self.sweep.objective.metric
        timeout = self.sweep.engine.timeout
        self.timeout = None if timeout is None else seconds_of(timeout)
        self.running: dict[int, Running] = {}
        self.waiting: list[Running] = []  # for a trial of the same file that is under way
        self.trials: list[Trial] = []
        self.refused: list[Trial] = []
        self.stillborn = 0

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
            listener.on_sweep(self.sweep.trials, self.objective, self.direction)
        while True:
            self.fill(opened)
            if not self.running:
                return
            self.hear(self.executor.next_event(self.patience()))
            self.end_late()

    def mend(self) -> None:
        """Complete the runs of trials that had ended when an earlier process did."""
        for trial in self.trials:
            begun = self.book.begun_of(trial.number)
            if begun is not None:
                self.ledger.mend(trial, partial(self.head_again, begun))

    def head_again(self, begun: Begun) -> RunHead:
        """Return the head of a trial's run that an earlier process began."""
        return self.points.head(begun.number, self.points.plan(begun.chosen, begun.threads), self.run_id)

    def count(self, trial: Trial) -> None:
        """Take a trial that ended into the lists."""
        if trial.number == REPEATED:
            return
        (self.refused if trial.state == "invalid" else self.trials).append(trial)

    def fill(self, opened: list[Asked]) -> None:
        """Send trials to the workers that are free: those that an earlier process began first."""
        while len(self.running) < self.executor.capacity:
            if opened:
                self.consider(opened.pop(0))
            elif self.wants_more():
                self.consider(self.book.ask())
            else:
                return

    def wants_more(self) -> bool:
        """Return whether another point is to be asked for."""
        asked = len(self.trials) + len(self.running) + len(self.waiting)
        return asked < self.sweep.trials and not self.has_failed and not self.book.is_exhausted

    def consider(self, asked: Asked) -> None:
        """Train a point, unless the plan refuses it or the same was trained before."""
        number = asked.begun.number if asked.begun else self.next_number()
        threads = asked.begun.threads if asked.begun else self.executor.threads
        trial = Trial(number, self.points.values(asked.chosen), "invalid")
        try:
            point = self.points.plan(asked.chosen, threads)
        except InvalidExperimentError as error:
            self.end(asked, replace(trial, message=str(error).split("\n", maxsplit=1)[0]))
            self.give_up()
            return
        epochs = point.experiment.training.epochs
        trial = replace(trial, parameters=point.plan.parameters, fingerprint=point.fingerprint, epochs=epochs)
        if asked.begun is None:
            self.book.start(asked, Begun(number, asked.chosen, threads))
        self.begin(Running(asked, number, point, trial))

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
        found = self.earlier.find(running.point) if self.earlier else None
        if found is not None:
            message = f"same as {found.name} ({found.run_id[:8]})"
            state = replace(running.trial, state="duplicate", value=found.value, message=message)
            self.end(running.asked, replace(state, kept_epoch=found.kept_epoch))
            return
        self.running[running.number] = running
        self.executor.start(self.points.order(self.folder, running.number, running.point))
        head = self.points.head(running.number, running.point, self.run_id)
        self.ledger.start(running.number, head, running.trial.parameters)
        for listener in self.listeners:
            listener.on_trial(running.number, running.trial.values, running.trial.parameters)

    def repeat(self, running: Running, same: Trial) -> None:
        """End a trial with what the same training came to; a grid's repetition of trial 0 counts for nothing."""
        number = REPEATED if self.sweep.sampler.kind == "grid" else running.number
        trial = replace(running.trial, number=number, state="duplicate", message=f"same as trial {same.number}")
        value = None if number == REPEATED else same.value
        self.end(running.asked, replace(trial, value=value, stopped_by=same.stopped_by, kept_epoch=same.kept_epoch))

    def patience(self) -> float | None:
        """Return how many seconds to wait for an event; None: until there is one."""
        if self.timeout is None:
            return None
        return max(0.0, min(self.timeout - each.seconds for each in self.running.values()))

    def hear(self, event: Event | None) -> None:
        """Do what an event demands."""
        running = self.running.get(event.number) if event else None
        if event is None or running is None:
            return
        if event.kind == "began":
            self.stillborn = 0
            running.begin()
        elif event.kind == "epoch" and event.epoch:
            self.executor.answer(event.number, self.hear_epoch(running, event.epoch))
        elif event.kind == "died":
            self.retry(running, event.message)
        elif event.report:
            self.finish(running, event.report)

    def hear_epoch(self, running: Running, epoch: Epoch) -> bool:
        """Return whether the trial is to stop after an epoch."""
        known = epoch.epoch in running.asked.reported
        stop = self.book.report(running.asked, epoch, epoch.metrics[self.objective])
        if running.hear(epoch, known=known):
            self.ledger.log_epoch(running.number, epoch)
        for listener in self.listeners:
            listener.on_trial_epoch(running.number, epoch, running.trial.epochs)
        return stop

    def retry(self, running: Running, message: str) -> None:
        """Start a trial again whose worker died, at most twice; one that had not begun with it does not count.

        Raises:
            RnnlabError: no worker lives long enough to begin.
        """
        if running.since is None:
            self.stillborn += 1
            if self.stillborn > MOST_STILLBORN:
                raise RnnlabError(f"{self.stillborn} worker processes ended before they began with a trial: {message}")
            deaths = running.asked.deaths
        else:
            deaths = self.book.mourn(running.asked)
        again = deaths <= RETRIES
        self.road.say(f"trial {running.number}: {message}" + ("; trying again" if again else ""))
        if again:
            running.leave()
            self.executor.start(self.points.order(self.folder, running.number, running.point))
        else:
            self.finish(running, TrialReport("killed", message=message))

    def end_late(self) -> None:
        """End the trials that have trained longer than they may."""
        if self.timeout is None:
            return
        for running in list(self.running.values()):
            if running.seconds >= self.timeout:
                self.executor.kill(running.number)
                self.finish(running, TrialReport("timeout", message=f"trained longer than {self.timeout:g} s"))

    def finish(self, running: Running, report: TrialReport) -> None:
        """Tell and record how a trial ended."""
        del self.running[running.number]
        trial = running.ended(report, self.objective, self.ledger.run_id(running.number))
        self.end(running.asked, trial)
        self.ledger.close(trial)
        self.tidy(running.number)
        self.resolve(trial)

    def tidy(self, number: int) -> None:
        """Delete what cannot be needed: the trial's checkpoints, and all weights but those of the best."""
        shutil.rmtree(self.folder.checkpoints_of(number), ignore_errors=True)
        best = best_of([trial for trial in self.trials if trial.state == "complete"], self.direction)
        self.folder.keep_weights({*self.running, *([best.number] if best else [])})

    def resolve(self, trial: Trial) -> None:
        """Go on with the trials that waited for one."""
        waited = [each for each in self.waiting if each.point.fingerprint == trial.fingerprint]
        self.waiting = [each for each in self.waiting if each not in waited]
        for running in waited:
            self.begin(running)

    def end(self, asked: Asked, trial: Trial) -> None:
        """Write how a trial ended, and tell of it."""
        self.book.end(asked, trial)
        self.count(trial)
        if trial.number == REPEATED:
            return
        for listener in self.listeners:
            listener.on_trial_end(trial)


def _is_final(trial: Trial) -> bool:
    """Return whether the same training would end the same."""
    return trial.state in ("complete", "pruned", "diverged", "duplicate")

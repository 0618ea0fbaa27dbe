"""Trainings under way in an executor: begun, begun again where a worker died, ended where they take too long."""

from __future__ import annotations

from collections.abc import Callable

from rnnlab.errors import RnnlabError
from rnnlab.run.opening import Say
from rnnlab.sweep.executor import Event, Executor
from rnnlab.sweep.training import Training
from rnnlab.sweep.trial import TrialOrder, TrialReport
from rnnlab.train.result import Epoch

RETRIES = 2  # after a worker's death
MOST_STILLBORN = 10  # workers in a row that die before they begin with a training


class UnderWay:
    """Has trainings done, as many at a time as the executor can.

    Args:
        executor: where.
        order: what is asked of a worker for a training.
        timeout: seconds that a training may take; None: as many as it likes.
        mourn: is told of a worker's death, and returns how many there were that count together.
        say: takes sentences for the person.
        placed: is told which worker has begun with a training.
        patience: seconds after which `next` looks up although nothing happened; None: never.
    """

    def __init__(
        self,
        executor: Executor,
        order: Callable[[Training], TrialOrder],
        timeout: float | None,
        mourn: Callable[[Training], int],
        say: Say,
        placed: Callable[[Training, str], None] = lambda training, worker: None,
        patience: float | None = None,
    ) -> None:
        self.active: dict[int, Training] = {}
        self._executor = executor
        self._order = order
        self._timeout = timeout
        self._mourn = mourn
        self._say = say
        self._placed = placed
        self._least_patience = patience
        self._stillborn = 0

    @property
    def has_room(self) -> bool:
        """Return whether another training can begin."""
        return len(self.active) < self._executor.capacity

    def start(self, training: Training) -> None:
        """Send a training to a worker."""
        self.active[training.handle] = training
        self._executor.start(self._order(training))

    def next(self) -> tuple[Training, Epoch | TrialReport] | None:
        """Return the next epoch, which waits for `answer`, or how a training ended; None where nothing is to be done.

        Raises:
            RnnlabError: no worker lives long enough to begin.
        """
        late = self._late()
        if late is not None:
            return late
        event = self._executor.next_event(self._patience())
        training = self.active.get(event.number) if event else None
        if event is None or training is None:
            return None
        if event.kind == "began":
            self._stillborn = 0
            training.begin()
            self._placed(training, event.worker)
            return None
        return self._heard(training, event)

    def drop(self, training: Training) -> None:
        """End a training at once; nothing more is heard of it."""
        if self.active.pop(training.handle, None) is not None:
            self._executor.kill(training.handle)

    def answer(self, training: Training, stop: bool) -> None:
        """Say whether a training that told of an epoch is to stop."""
        training.stopping = training.stopping or stop
        self._executor.answer(training.handle, training.stopping)

    def _heard(self, training: Training, event: Event) -> tuple[Training, Epoch | TrialReport] | None:
        if event.kind == "epoch" and event.epoch:
            return training, event.epoch
        report = self._mourned(training, event.message) if event.kind == "died" else event.report
        if report is None:
            return None
        del self.active[training.handle]
        return training, report

    def _mourned(self, training: Training, message: str) -> TrialReport | None:
        """Return how a training ends whose worker died; None where it was begun again: at most twice.

        A worker that had not begun with it does not count.
        """
        if training.since is None:
            self._stillborn += 1
            if self._stillborn > MOST_STILLBORN:
                raise RnnlabError(f"{self._stillborn} worker processes ended before they began with a trial: {message}")
        else:
            training.deaths = self._mourn(training)
        if training.stopping:
            return TrialReport("pruned")
        again = training.deaths <= RETRIES
        self._say(f"trial {training.name}: {message}" + ("; trying again" if again else ""))
        if not again:
            return TrialReport("killed", message=message)
        training.leave()
        self._executor.start(self._order(training))
        return None

    def _patience(self) -> float | None:
        """Return how many seconds to wait for an event; None: until there is one."""
        if self._timeout is None:
            return self._least_patience
        left = max(0.0, min(self._timeout - each.seconds for each in self.active.values()))
        return left if self._least_patience is None else min(left, self._least_patience)

    def _late(self) -> tuple[Training, TrialReport] | None:
        """Return a training that took longer than it may, after ending it."""
        if self._timeout is None:
            return None
        for training in self.active.values():
            if training.seconds >= self._timeout:
                self._executor.kill(training.handle)
                del self.active[training.handle]
                return training, TrialReport("timeout", message=f"trained longer than {self._timeout:g} s")
        return None

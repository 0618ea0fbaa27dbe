"""The trials of a sweep that several machines share: asked and told under a lock, taken over from those that died."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import optuna
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState

from rnnlab.plan.space import Place
from rnnlab.sweep.book import Asked, Begun, Book
from rnnlab.sweep.database import Database, parse_storage, reported_database
from rnnlab.sweep.pruning import build_pruner
from rnnlab.sweep.sampling import build_sampler
from rnnlab.sweep.suggesting import Scalar
from rnnlab.sweep.trial import REPEATED, Replicate, Trial
from rnnlab.sweeping import Sweep
from rnnlab.tasks import Direction

MACHINE = "machine"  # whose trial it is
RECORDED = "recorded"  # which trial is recorded as the best, and by whom
CONFIRMED = "confirmed"  # which trainings confirm the best, and who does them
DOERS = "confirmed-by"  # who did which of them
LOOK = 2.0  # seconds between two looks at what the others do


def open_storage(database: Database) -> RDBStorage:
    """Return Optuna's storage in a database; its tables are made by one machine at a time, which Optuna needs."""
    with database.locked("schema"):
        return RDBStorage(database.url.render_as_string(hide_password=False), engine_kwargs={"pool_pre_ping": True})


@contextmanager
def shared_study(
    database: Database,
    sweep: Sweep,
    places: Sequence[Place],
    direction: Direction,
    epochs: int,
    *,
    others: Sequence[Direction] = (),
) -> Iterator[optuna.Study]:
    """Give the study of a database, made where there is none: see `open_study`."""
    storage = open_storage(database)
    with database.locked():
        study = optuna.create_study(
            study_name=database.study,
            storage=storage,
            directions=[direction, *others],
            sampler=build_sampler(sweep, places),
            pruner=build_pruner(sweep, epochs),
            load_if_exists=True,
        )
    try:
        yield study
    finally:
        storage.remove_session()
        storage.engine.dispose()


def read_shared_study(address: str, name: str) -> optuna.Study:
    """Return a study that machines may be working on.

    Raises:
        StoreError: the database cannot be reached.
    """
    url = parse_storage(address)
    with reported_database(url):
        return optuna.load_study(study_name=name, storage=open_storage(Database(url, name)))


class SharedBook:
    """Asks and tells for one of several machines; a `Book` whose every trial has one owner.

    Args:
        book: of the study.
        database: where it is; joined.
        total: trials of all machines.
    """

    patience: float | None = LOOK

    def __init__(self, book: Book, database: Database, total: int) -> None:
        self.study = book.study
        self._book = book
        self._database = database
        self._total = total
        self._counted: set[int] = set()

    def begin(self, first: dict[str, Scalar]) -> None:
        """Make sure that the file as written is the first point."""
        with self._database.locked():
            self._book.begin(first)

    def ask(self) -> Asked | None:
        """Return a new point; None where all are asked for."""
        with self._database.locked():
            if self._asked() >= self._total or self._book.is_exhausted:
                return None
            asked = self._book.ask()
            asked.trial.set_user_attr(MACHINE, self._database.machine)
            return asked

    @property
    def is_exhausted(self) -> bool:
        """Return whether a grid has no point left."""
        return self._book.is_exhausted

    def open_points(self) -> list[Asked]:
        """Return nothing: what a dead machine left open is taken over like that of any other."""
        return []

    def ended(self) -> list[Trial]:
        """Return the trials that were told, by any machine."""
        return self.news()

    def news(self) -> list[Trial]:
        """Return the trials that other machines have told since the last look."""
        news = []
        for frozen in self._frozen():
            if frozen.state.is_finished() and "ended" in frozen.user_attrs and frozen.number not in self._counted:
                self._counted.add(frozen.number)
                news.append(Trial.from_data(frozen.user_attrs["ended"]))
        return news

    def elsewhere(self) -> int:
        """Return how many trials other machines have under way."""
        running = (frozen for frozen in self._frozen() if frozen.state == TrialState.RUNNING)
        return sum(not self._is_mine(frozen) for frozen in running)

    def await_others(self) -> bool:
        """Return whether other machines have trials under way, or ended some unheard; after a moment for them."""
        if self.elsewhere():
            time.sleep(LOOK)
            return True
        told = (frozen for frozen in self._frozen() if "ended" in frozen.user_attrs)
        return any(frozen.number not in self._counted for frozen in told)

    def take_over(self, most: int) -> list[Asked]:
        """Return trials of machines that died, which are this one's now; each counts as a death."""
        if most < 1 or not self._orphans():
            return []
        taken = []
        with self._database.locked():
            for frozen in self._orphans()[:most]:
                asked = self._book.again(frozen)
                if asked is None:
                    continue
                asked.replicates = {place: replace(each, run_id=None) for place, each in asked.replicates.items()}
                asked.trial.set_user_attr(MACHINE, self._database.machine)
                if asked.begun is not None:
                    self._book.mourn(asked)
                taken.append(asked)
        return taken

    def owns(self, asked: Asked) -> bool:
        """Return whether a trial still is this machine's: one that was taken for dead has lost its trials."""
        return self._is_mine(self.study._storage.get_trial(asked.trial._trial_id))

    def without_foreign_runs(self, trial: Trial) -> Trial:
        """Return a trial without its runs where another machine trained it: they may be in another store."""
        if self._owner_of(trial.number) == self._database.machine:
            return trial
        return replace(trial, run_id=None, replicates=tuple(replace(each, run_id=None) for each in trial.replicates))

    def begun_of(self, number: int) -> Begun | None:
        """Return what was known when a trial began that has ended; None where that is not known."""
        return self._book.begun_of(number)

    def start(self, asked: Asked, begun: Begun) -> Begun:
        """Write that a point is trained, and return it with the next number; the file as written has 0."""
        with self._database.locked():
            numbers = [
                frozen.user_attrs["begun"]["number"] for frozen in self._frozen() if "begun" in frozen.user_attrs
            ]
            number = max([0, *numbers]) + 1 if asked.trial.number else 0
            return self._book.start(asked, replace(begun, number=number))

    def place(self, asked: Asked, worker: str, place: int | None) -> None:
        """Write who trains a point: see `Book.place`."""
        self._book.place(asked, worker, place)

    def report(self, asked: Asked, step: int, value: float) -> bool:
        """Return whether the trial is to stop after a step: see `Book.report`."""
        return self._book.report(asked, step, value)

    def keep(self, asked: Asked, place: int, replicate: Replicate) -> None:
        """Write how a replicate ended: see `Book.keep`."""
        self._book.keep(asked, place, replicate)

    def confirmations(self) -> dict[str, Replicate]:
        """Return the trainings that confirm trials, by name, without their runs where another machine did them."""
        doers = self.study.user_attrs.get(DOERS, {})
        known = self._book.confirmations().items()
        return {
            name: each if doers.get(name) == self._database.machine else replace(each, run_id=None)
            for name, each in known
        }

    def claim_confirmation(self, names: Sequence[str]) -> bool:
        """Return whether this machine is to do the trainings that confirm trials; else they are done."""
        return self._claim(CONFIRMED, [*names], None)

    def confirm(self, name: str, replicate: Replicate) -> bool:
        """Write how a training ended that confirms a trial, unless another machine has taken over."""
        with self._database.locked():
            known = self.study.user_attrs
            if known[CONFIRMED][MACHINE] != self._database.machine:
                return False
            self.study.set_user_attr(DOERS, known.get(DOERS, {}) | {name: self._database.machine})
            return self._book.confirm(name, replicate)

    def confirmed(self, names: Sequence[str]) -> bool:
        """Write that the trainings are done, unless another machine has taken over."""
        with self._database.locked():
            if self.study.user_attrs[CONFIRMED][MACHINE] != self._database.machine:
                return False
            self._write(CONFIRMED, [*names], done=True)
            return True

    def mourn(self, asked: Asked) -> int:
        """Return how many workers of the trial have died, with the one that just did."""
        return self._book.mourn(asked)

    def end(self, asked: Asked, trial: Trial) -> bool:
        """Write how a trial ended; return whether it still was this machine's."""
        with self._database.locked():
            if not self.owns(asked):
                return False
            self._counted.add(asked.trial.number)
            return self._book.end(asked, trial)

    def claim(self, number: int, seeds: Sequence[int]) -> bool:
        """Return whether this machine is to record the best trial, after waiting for the one that has its weights."""
        doer = self.study.user_attrs.get(CONFIRMED, {}).get(MACHINE) if seeds else self._owner_of(number)
        return self._claim(RECORDED, [number, *seeds], doer)

    def recorded(self, number: int, seeds: Sequence[int]) -> None:
        """Write that the best trial is recorded."""
        with self._database.locked():
            self._write(RECORDED, [number, *seeds], done=True)

    def _claim(self, key: str, what: list[Any], first: str | None) -> bool:
        """Return whether this machine is to do what is done once; False once another one, which it waited for, has.

        Args:
            key: of the study's attribute.
            what: is to be done.
            first: the machine that is to do it as long as it is alive; None: whichever comes first.
        """
        while True:
            with self._database.locked():
                known = self.study.user_attrs.get(key, {})
                known = known if known.get("of") == what else {}
                if known.get("done"):
                    return False
                others = {*self._database.alive()} - {self._database.machine}
                if (known.get(MACHINE) or first) not in others:
                    self._write(key, what, done=False)
                    return True
            time.sleep(LOOK)

    def _write(self, key: str, what: list[Any], *, done: bool) -> None:
        self.study.set_user_attr(key, {"of": what, MACHINE: self._database.machine, "done": done})

    def _frozen(self) -> list[FrozenTrial]:
        found: list[FrozenTrial] = self.study.get_trials(deepcopy=False)
        return found

    def _asked(self) -> int:
        """Return how many trials count: what the plan refused and what a grid comes by again does not."""
        count = 0
        for frozen in self._frozen():
            ended = frozen.user_attrs.get("ended")
            if ended is not None:
                count += ended["state"] != "invalid" and ended["number"] != REPEATED
            else:
                count += frozen.state == TrialState.RUNNING
        return count

    def _orphans(self) -> list[FrozenTrial]:
        alive = {*self._database.alive(), self._database.machine}
        running = (frozen for frozen in self._frozen() if frozen.state == TrialState.RUNNING)
        return [frozen for frozen in running if frozen.user_attrs.get(MACHINE) not in alive]

    def _owner_of(self, number: int) -> str | None:
        for frozen in self._frozen():
            if frozen.user_attrs.get("ended", {}).get("number") == number:
                return str(frozen.user_attrs.get(MACHINE))
        return None

    def _is_mine(self, frozen: FrozenTrial) -> bool:
        return bool(frozen.user_attrs.get(MACHINE) == self._database.machine)

"""The trials of a sweep as its study has them: asked once, told once, found again after any end of the process."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from rnnlab.plan.space import Place
from rnnlab.sweep.sampling import is_exhausted
from rnnlab.sweep.suggesting import Scalar, suggest
from rnnlab.sweep.trial import Replicate, Trial

REPLICATE = "replicate-"
CONFIRMATION = "confirmation-"
PLACED = "placed"
CURVE = "curve"  # of a trial of several objectives


@dataclass(frozen=True)
class Begun:
    """What is known of a trial when it begins.

    Attributes:
        number: among those that the plan did not refuse.
        chosen: by dotted path, what `Place.node_of` takes.
        threads: that its file was given for; None where it has none, or its own.
    """

    number: int
    chosen: dict[str, Any]
    threads: int | None = None


@dataclass
class Asked:
    """A point that was asked for and not told yet.

    Attributes:
        chosen: by dotted path, what `Place.node_of` takes.
        begun: None until it was planned.
        reported: values of the objective by step that Optuna knows.
        deaths: of its workers.
        replicates: that ended, by place among its seeds.
    """

    trial: optuna.Trial
    chosen: dict[str, Any]
    begun: Begun | None = None
    reported: dict[int, float] = field(default_factory=dict)
    deaths: int = 0
    replicates: dict[int, Replicate] = field(default_factory=dict)


class Book:
    """Asks and tells; every fact of a trial is in the study when the call that gave it returns.

    This one is alone with its study: nothing happens elsewhere, and every trial is its own.

    Attributes:
        patience: most seconds between two looks at what other machines do; None: there are none.
    """

    patience: float | None = None

    def __init__(self, study: optuna.Study, places: Sequence[Place]) -> None:
        self.study = study
        self._places = places

    def begin(self, first: dict[str, Scalar]) -> None:
        """Make sure that the file as written is the first point."""
        if not self.study.get_trials(deepcopy=False):
            self.study.enqueue_trial(first)

    def ask(self) -> Asked:
        """Return a new point."""
        trial = self.study.ask()
        return Asked(trial, suggest(trial, self._places))

    @property
    def is_exhausted(self) -> bool:
        """Return whether a grid has no point left."""
        return is_exhausted(self.study)

    def open_points(self) -> list[Asked]:
        """Return the points that an earlier process asked for and did not tell, after telling those that had ended."""
        running = self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return [asked for frozen in running if (asked := self.again(frozen)) is not None]

    def again(self, frozen: FrozenTrial) -> Asked | None:
        """Return a point that an earlier process asked for; None after telling how it had ended."""
        trial = optuna.trial.Trial(self.study, frozen._trial_id)
        if "ended" in frozen.user_attrs:
            self._tell(trial, Trial.from_data(frozen.user_attrs["ended"]))
            return None
        begun = Begun(**frozen.user_attrs["begun"]) if "begun" in frozen.user_attrs else None
        chosen = begun.chosen if begun else suggest(trial, self._places)
        deaths = frozen.user_attrs.get("deaths", 0)
        return Asked(trial, chosen, begun, dict(frozen.intermediate_values), deaths, _replicates(frozen))

    def ended(self) -> list[Trial]:
        """Return the trials that were told, in the order they were asked for."""
        return list(ended_trials(self.study.get_trials(deepcopy=False)))

    def news(self) -> list[Trial]:
        """Return the trials that other machines have told since the last look."""
        return []

    def elsewhere(self) -> int:
        """Return how many trials other machines have under way."""
        return 0

    def await_others(self) -> bool:
        """Return whether other machines have trials under way, after a moment for them."""
        return False

    def take_over(self, most: int) -> list[Asked]:
        """Return trials of machines that died, which are this one's now."""
        return []

    def owns(self, asked: Asked) -> bool:
        """Return whether a trial still is this machine's."""
        return True

    def without_foreign_runs(self, trial: Trial) -> Trial:
        """Return a trial without its runs where another machine trained it."""
        return trial

    def claim(self, number: int, seeds: Sequence[int]) -> bool:
        """Return whether this machine is to record the best trial, with the seeds that confirmed it."""
        return True

    def recorded(self, number: int, seeds: Sequence[int]) -> None:
        """Write that the best trial is recorded."""

    def begun_of(self, number: int) -> Begun | None:
        """Return what was known when a trial began that has ended; None where that is not known."""
        for frozen in self.study.get_trials(deepcopy=False):
            begun, ended = (frozen.user_attrs.get(key) for key in ("begun", "ended"))
            if begun and ended and ended["number"] == number:
                return Begun(**begun)
        return None

    def start(self, asked: Asked, begun: Begun) -> Begun:
        """Write that a point is trained, and return what was written."""
        asked.begun = begun
        asked.trial.set_user_attr("begun", asdict(begun))
        return begun

    def place(self, asked: Asked, worker: str, place: int | None) -> None:
        """Write who trains a point, or a replicate of it by its place, and since when, for those who look on."""
        key = PLACED if place is None else f"{PLACED}-{place}"
        asked.trial.set_user_attr(key, {"worker": worker, "since": time.time()})

    def report(self, asked: Asked, step: int, value: float) -> bool:
        """Return whether the trial is to stop after a step: an epoch, or a replicate.

        A step that is repeated was decided before: only the last one may have been left undecided.
        """
        if len(self.study.directions) > 1:  # such trials are not pruned, and Optuna takes no reports of them
            asked.reported[step] = value
            asked.trial.set_user_attr(CURVE, list(asked.reported.values()))
            return False
        if step not in asked.reported:
            asked.trial.report(value, step)
            asked.reported[step] = value
        if step < max(asked.reported):
            return False
        return bool(asked.trial.should_prune())  # Optuna gives a NumPy bool

    def keep(self, asked: Asked, place: int, replicate: Replicate) -> None:
        """Write how a replicate of a trial ended, before the trial does."""
        asked.replicates[place] = replicate
        asked.trial.set_user_attr(f"{REPLICATE}{place}", replicate.to_data())

    def mourn(self, asked: Asked) -> int:
        """Return how many workers of the trial have died, with the one that just did."""
        asked.deaths += 1
        asked.trial.set_user_attr("deaths", asked.deaths)
        return asked.deaths

    def end(self, asked: Asked, trial: Trial) -> bool:
        """Write how a trial ended; return whether it was this process's to tell, as all are here."""
        asked.trial.set_user_attr("ended", trial.to_data())
        self._tell(asked.trial, trial)
        return True

    def confirmations(self) -> dict[str, Replicate]:
        """Return the trainings that confirm trials, by name; they are no trials of the study."""
        known = self.study.user_attrs.items()
        return {
            key.removeprefix(CONFIRMATION): Replicate.from_data(data)
            for key, data in known
            if key.startswith(CONFIRMATION)
        }

    def claim_confirmation(self, names: Sequence[str]) -> bool:
        """Return whether this machine is to do the trainings that confirm trials."""
        return True

    def confirm(self, name: str, replicate: Replicate) -> bool:
        """Write how a training ended that confirms a trial; return whether it was this process's to do."""
        self.study.set_user_attr(f"{CONFIRMATION}{name}", replicate.to_data())
        return True

    def confirmed(self, names: Sequence[str]) -> bool:
        """Write that the trainings are done; return whether they were this process's to do."""
        return True

    def _tell(self, asked: optuna.Trial, trial: Trial) -> None:
        if trial.value is not None:
            self.study.tell(asked, trial.objectives or trial.value)
            return
        pruned = trial.state == "pruned" or (trial.state == "duplicate" and trial.stopped_by == "pruned")
        self.study.tell(asked, state=TrialState.PRUNED if pruned else TrialState.FAIL)


def _replicates(frozen: FrozenTrial) -> dict[int, Replicate]:
    known = {key: data for key, data in frozen.user_attrs.items() if key.startswith(REPLICATE)}
    return {int(key.removeprefix(REPLICATE)): Replicate.from_data(data) for key, data in known.items()}


def ended_trials(frozen: Sequence[FrozenTrial]) -> Iterator[Trial]:
    """Yield the trials that ended, as they were written."""
    for each in frozen:
        if each.state.is_finished() and "ended" in each.user_attrs:
            yield Trial.from_data(each.user_attrs["ended"])

"""The Optuna study: one writer, ask and tell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import optuna
from optuna.samplers import BaseSampler, GridSampler, RandomSampler, TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial

from rnnlab.plan.space import Place
from rnnlab.sweep.suggesting import Scalar, labels_of
from rnnlab.sweeping import Sweep
from rnnlab.tasks import Direction

optuna.logging.set_verbosity(optuna.logging.WARNING)


class AskedGrid(GridSampler):
    """Optuna's grid for ask and tell: the original stops `study.optimize`, which is not running here."""

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: optuna.trial.TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """Do nothing: the supervisor asks `is_exhausted`."""


def create_study(
    sweep: Sweep, places: Sequence[Place], direction: Direction, *, name: str, journal: Path
) -> optuna.Study:
    """Return a new study, kept in a journal file."""
    journal.parent.mkdir(parents=True, exist_ok=True)
    storage = JournalStorage(JournalFileBackend(str(journal)))
    return optuna.create_study(
        study_name=name,
        storage=storage,
        direction=direction,
        sampler=_sampler(sweep, places),
        pruner=_pruner(sweep),
    )


def _sampler(sweep: Sweep, places: Sequence[Place]) -> BaseSampler:
    spec = sweep.sampler
    if spec.kind == "random":
        return RandomSampler(seed=spec.seed)
    if spec.kind == "grid":
        return AskedGrid({place.dotted: _grid(place) for place in places}, seed=spec.seed)
    return TPESampler(seed=spec.seed, n_startup_trials=spec.n_startup_trials)


def _grid(place: Place) -> list[Scalar]:
    if place.range is None:
        return labels_of(place)
    return [place.number_at(index) for index in range(place.count or 0)]


def _pruner(sweep: Sweep) -> optuna.pruners.BasePruner:
    spec = sweep.pruner
    if spec.kind == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=spec.n_startup_trials, n_warmup_steps=spec.n_warmup_steps)
    if spec.kind == "successive_halving":
        return optuna.pruners.SuccessiveHalvingPruner(
            min_resource=spec.min_resource, reduction_factor=spec.reduction_factor
        )
    return optuna.pruners.NopPruner()


def is_exhausted(study: optuna.Study) -> bool:
    """Return whether a grid has no point left."""
    return isinstance(study.sampler, AskedGrid) and study.sampler.is_exhausted(study)

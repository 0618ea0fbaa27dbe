"""The Optuna study: one writer, ask and tell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.samplers import BaseSampler, GridSampler, RandomSampler, TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial

from rnnlab.plan.space import Place
from rnnlab.sweeping import Range, Sweep
from rnnlab.tasks import Direction

optuna.logging.set_verbosity(optuna.logging.WARNING)

Scalar = str | int | float | bool | None


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


def label_of(value: Any) -> Scalar:
    """Return what Optuna calls a choice: scalars themselves, lists and mappings as JSON."""
    return value if isinstance(value, Scalar) else json.dumps(value)


def labels_of(place: Place) -> list[Scalar]:
    """Return Optuna's names of the choices of a place."""
    return [label_of(choice) for choice in place.plain_choices()]


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
    low, high, step = place.range.low, place.range.high, place.range.step or 1
    count = int((high - low) / step + 1e-9) + 1
    values = [float(f"{low + index * step:.12g}") for index in range(count)]  # 0.6, not 0.6000000000000001
    return [int(value) for value in values] if place.is_integer else list(values)


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


def suggest(trial: optuna.Trial, places: Sequence[Place]) -> dict[str, Any]:
    """Return a value for every place, by dotted path: what `Place.node_of` takes."""
    return {place.dotted: _suggest(trial, place) for place in places}


def _suggest(trial: optuna.Trial, place: Place) -> Any:
    if place.range is None:
        labels = labels_of(place)
        return labels.index(trial.suggest_categorical(place.dotted, labels))
    return _suggest_number(trial, place, place.range)


def _suggest_number(trial: optuna.Trial, place: Place, given: Range) -> int | float:
    if place.is_integer:
        step = int(given.step or 1)
        return int(trial.suggest_int(place.dotted, int(given.low), int(given.high), step=step, log=given.log))
    return float(trial.suggest_float(place.dotted, given.low, given.high, step=given.step, log=given.log))

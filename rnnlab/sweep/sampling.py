"""Optuna's samplers, drawing by trial number: a sweep that was interrupted draws what it would have drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, GridSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial

from rnnlab.plan.space import Place
from rnnlab.sweep.suggesting import Scalar, labels_of
from rnnlab.sweeping import Sweep


class NumberedSampler(BaseSampler):
    """Draws with a fresh sampler whose seed is that of the trial's number and the parameter's name.

    Optuna's own keep the state of their generator in memory, which a killed process takes with it. So what is drawn
    depends on the seed, the trial's number and the trials told before, and on nothing that happened in between.

    Args:
        seed: of the file.
        make: returns a sampler with a seed.
    """

    def __init__(self, seed: int, make: Callable[[int], BaseSampler]) -> None:
        self._seed = seed
        self._make = make

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the parameters that are drawn together."""
        space: dict[str, BaseDistribution] = self._of(trial).infer_relative_search_space(study, trial)
        return space

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return what is drawn together."""
        drawn: dict[str, Any] = self._of(trial).sample_relative(study, trial, search_space)
        return drawn

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Return a value of one parameter."""
        return self._of(trial, param_name).sample_independent(study, trial, param_name, param_distribution)

    def _of(self, trial: FrozenTrial, name: str = "") -> BaseSampler:
        digest = hashlib.sha256(f"{self._seed}/{trial.number}/{name}".encode()).digest()
        return self._make(int.from_bytes(digest[:4], "big"))


class AskedGrid(GridSampler):
    """Optuna's grid for ask and tell: the original stops `study.optimize`, which is not running here."""

    def __init__(self, grid: dict[str, Sequence[Scalar]], seed: int) -> None:
        super().__init__(grid, seed=seed)
        self._grid, self._seed = grid, seed

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        """Choose a point that is left, by a generator in its first state."""
        GridSampler(self._grid, seed=self._seed).before_trial(study, trial)

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: optuna.trial.TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """Do nothing: the supervisor asks `is_exhausted`."""


def build_sampler(sweep: Sweep, places: Sequence[Place]) -> BaseSampler:
    """Return the sampler of a sweep."""
    spec = sweep.sampler
    if spec.kind == "random":
        return NumberedSampler(spec.seed, lambda seed: RandomSampler(seed=seed))
    if spec.kind == "grid":
        return AskedGrid({place.dotted: _grid(place) for place in places}, seed=spec.seed)
    startup = spec.n_startup_trials
    return NumberedSampler(spec.seed, lambda seed: TPESampler(seed=seed, n_startup_trials=startup))


def _grid(place: Place) -> list[Scalar]:
    if place.range is None:
        return labels_of(place)
    return [place.number_at(index) for index in range(place.count or 0)]


def is_exhausted(study: optuna.Study) -> bool:
    """Return whether a grid has no point left; one that is being trained is none."""
    if not isinstance(study.sampler, AskedGrid):
        return False
    asked = {trial.system_attrs.get("grid_id") for trial in study.get_trials(deepcopy=False)} - {None}
    return len(asked) == len(study.sampler._all_grids)

"""Optuna's pruners, and what they saved."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from optuna.exceptions import ExperimentalWarning
from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    NopPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
    WilcoxonPruner,
)

from rnnlab.sweep.trial import Trial
from rnnlab.sweeping import Sweep


def build_pruner(sweep: Sweep, epochs: int) -> BasePruner:
    """Return the pruner of a sweep.

    Args:
        sweep: the section.
        epochs: of a trial that is not stopped.
    """
    spec = sweep.pruner
    if sweep.objectives:
        return NopPruner()
    if spec.kind == "median":
        return MedianPruner(n_startup_trials=spec.n_startup_trials, n_warmup_steps=spec.n_warmup_steps)
    if spec.kind == "percentile":
        return PercentilePruner(
            spec.percentile, n_startup_trials=spec.n_startup_trials, n_warmup_steps=spec.n_warmup_steps
        )
    if spec.kind == "successive_halving":
        return SuccessiveHalvingPruner(min_resource=spec.min_resource, reduction_factor=spec.reduction_factor)
    if spec.kind == "hyperband":
        shortest = min(spec.min_resource, epochs)
        return HyperbandPruner(min_resource=shortest, max_resource=epochs, reduction_factor=spec.reduction_factor)
    if spec.kind == "wilcoxon":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            return WilcoxonPruner(p_threshold=spec.p_threshold, n_startup_steps=spec.n_startup_steps)
    return NopPruner()


def epochs_saved(trials: Iterable[Trial]) -> int:
    """Return how many epochs pruned trials would have had to go, if nothing else had stopped them."""
    return sum(max(0, trial.epochs - trial.trained) for trial in trials if trial.state == "pruned")

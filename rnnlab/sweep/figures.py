"""Pictures of a sweep: history, parallel coordinates, importances, slices; as HTML, and the history as PNG."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import optuna
from optuna.visualization import (
    plot_optimization_history,
    plot_parallel_coordinate,
    plot_param_importances,
    plot_slice,
)

from rnnlab.sweep.trial import Trial
from rnnlab.track.figures import new_figure, style_axes
from rnnlab.track.store import Store

FEWEST = 2  # complete trials that a picture needs


def log_figures(store: Store, run_id: str, study: optuna.Study, trials: Sequence[Trial], objective: str) -> None:
    """Write the sweep's pictures into its parent run."""
    complete = [trial for trial in trials if trial.value is not None]
    if len(complete) < FEWEST:
        return
    plots: dict[str, Callable[..., Any]] = {
        "history": plot_optimization_history,
        "parallel_coordinate": plot_parallel_coordinate,
        "slice": plot_slice,
    }
    if len({trial.value for trial in complete}) > 1:
        plots["importances"] = _importances
    for name, plot in plots.items():
        store.log_figure(run_id, f"figures/{name}.html", plot(study))
    store.log_figure(run_id, "figures/history.png", _history(trials, objective))


def _importances(study: optuna.Study) -> Any:
    """Return the importances; where places vary in some trials only, that those are few is plain to see."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Some regimes for parameter", category=UserWarning)
        return plot_param_importances(study)


def _history(trials: Sequence[Trial], objective: str) -> Any:
    figure = new_figure(7, 4)
    axes = figure.subplots()
    style_axes(axes, "trials")
    complete = [(trial.number, trial.value) for trial in trials if trial.value is not None]
    axes.plot([number for number, _ in complete], [value for _, value in complete], "o", color="#0072B2")
    axes.set_xlabel("trial")
    axes.set_ylabel(objective)
    return figure

"""The front as a picture: the first objective against each other one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from plotly.subplots import make_subplots

from rnnlab.plan.space import Goal
from rnnlab.source import visible
from rnnlab.sweep.trial import Trial
from rnnlab.track.figures import TRAIN, VALIDATION, new_figure, plain, style_axes

__all__ = ["front_figure", "interactive_front"]


def front_figure(trials: Sequence[Trial], front: Sequence[Trial], goals: Sequence[Goal]) -> Figure:
    """Return the front as matplotlib draws it."""
    others = range(1, len(goals))
    figure = new_figure(5 * len(others), 4)
    grid = figure.subplots(1, len(others), squeeze=False)[0]
    for axes, other in zip(grid, others, strict=True):
        style_axes(axes, f"{goals[0].metric} and {goals[other].metric}")
        rest = [trial for trial in trials if trial.objectives and trial not in front]
        axes.plot(*_points(rest, other), "o", color=TRAIN, alpha=0.5, label="beaten")
        axes.plot(*_points(front, other), "D", color=VALIDATION, label="front")
        for trial in front:
            place = (trial.objectives[other], trial.objectives[0])
            axes.annotate(f"{trial.number}", place, xytext=(5, 3), textcoords="offset points", fontsize=8)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.set_xlabel(plain(goals[other].metric))
        axes.set_ylabel(plain(goals[0].metric))
        axes.legend(fontsize=8)
    return figure


def interactive_front(trials: Sequence[Trial], front: Sequence[Trial], goals: Sequence[Goal]) -> Any:
    """Return the front as plotly draws it; a point tells its trial's values."""
    others = range(1, len(goals))
    figure = make_subplots(rows=1, cols=len(others))
    rest = [trial for trial in trials if trial.objectives and trial not in front]
    for column, other in enumerate(others, start=1):
        for name, group, colour in (("beaten", rest, TRAIN), ("front", front, VALIDATION)):
            x, y = _points(group, other)
            texts = [_told(trial) for trial in group]
            shown = column == 1
            dots = go.Scatter(x=x, y=y, mode="markers", name=name, text=texts, showlegend=shown, marker_color=colour)
            figure.add_trace(dots, row=1, col=column)
        figure.update_xaxes(title_text=goals[other].metric, row=1, col=column)
        figure.update_yaxes(title_text=goals[0].metric, row=1, col=column)
    return figure.update_layout(title="The trials that no other one beats in all objectives")


def _points(trials: Sequence[Trial], other: int) -> tuple[list[float], list[float]]:
    return [trial.objectives[other] for trial in trials], [trial.objectives[0] for trial in trials]


def _told(trial: Trial) -> str:
    values = (f"{path.rpartition('.')[2]} {visible(str(value))}" for path, value in trial.values.items())
    text = f"trial {trial.number}<br>" + "<br>".join(values)
    return text.replace("<br>", "\0").replace("<", "&lt;").replace("\0", "<br>")

"""Figures of forecasts: some windows of the test, and the error of each timestep ahead."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rnnlab.track.examples import Examples
from rnnlab.track.figures import TRAIN, VALIDATION, new_figure, style_axes

Numbers = NDArray[np.float64]
COLUMNS = 3
_PAST = "#444444"


def forecasts_figure(examples: Examples) -> Figure:
    """Return a row of windows for each target: past, truth and forecast, with the outermost quantiles as a band."""
    count, targets = len(examples.wanted), len(examples.names)
    rows = -(-count // COLUMNS)
    figure = new_figure(4.6 * COLUMNS, 2.8 * rows * targets)
    for target, name in enumerate(examples.names):
        for index in range(count):
            axes = figure.add_subplot(rows * targets, COLUMNS, target * rows * COLUMNS + index + 1)
            style_axes(axes, name if not index else "")
            axes.set_xlabel("timesteps from now")
            _draw(axes, examples, index, target)
            if not index and not target:
                axes.legend(frameon=False, fontsize=9)
    return figure


def _draw(axes: Axes, examples: Examples, index: int, target: int) -> None:
    past, wanted = examples.past[index, :, target], examples.wanted[index, :, target]
    found_HQ = examples.found[index, :, target]
    ahead = np.arange(1, len(wanted) + 1)
    axes.plot(np.arange(1 - len(past), 1), past, color=_PAST, linewidth=1.2, label="past")
    axes.plot(ahead, wanted, color=TRAIN, linewidth=1.8, label="came")
    axes.plot(ahead, found_HQ[:, examples.middle], color=VALIDATION, linewidth=1.8, label="forecast")
    if found_HQ.shape[1] > 1:
        axes.fill_between(ahead, found_HQ[:, 0], found_HQ[:, -1], color=VALIDATION, alpha=0.2, linewidth=0)


def errors_figure(examples: Examples) -> Figure:
    """Return the mean absolute error of each timestep ahead, a panel for each target."""
    count = len(examples.names)
    figure = new_figure(4.6 * count, 3.4)
    ahead = np.arange(1, len(examples.errors) + 1)
    for index, name in enumerate(examples.names):
        axes = figure.add_subplot(1, count, index + 1)
        style_axes(axes, f"mean absolute error of {name}")
        axes.set_xlabel("timesteps ahead")
        axes.plot(ahead, examples.errors[:, index], color=VALIDATION, linewidth=1.8, marker="o", markersize=3)
        axes.set_ylim(bottom=0)
    return figure

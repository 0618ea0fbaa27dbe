"""Figures of one run: its curves and its confusion matrix, drawn without a display."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from rnnlab.source import visible
from rnnlab.track.params import shorten

if TYPE_CHECKING:
    from rnnlab.train.result import Epoch

__all__ = [
    "TRAIN",
    "VALIDATION",
    "confusion_figure",
    "curves_figure",
    "interactive_curves",
    "new_figure",
    "plain",
    "style_axes",
]

TRAIN = "#0072B2"
"""Blue and vermilion of Okabe & Ito's palette: told apart by the colour-blind too."""
VALIDATION = "#D55E00"
_INK = "#444444"
_NOT_CURVES = ("learning_rate", "gradient_norm")
_COLUMNS = 3
_LABEL_LENGTH = 24
_NUMBERED_CLASSES = 20


def plain(text: str, length: int = 80) -> str:
    """Return the text for matplotlib: no `$` starts a formula, no control characters, one line, not too long."""
    return shorten(visible(" ".join(text.split())), length).replace("$", r"\$")


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure, in inches, that draws into memory."""
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def style_axes(axes: Axes, title: str) -> None:
    """Set title, grid and frame as all curves here have them; x are epochs."""
    axes.set_title(plain(title), fontsize=11, color=_INK, loc="left")
    axes.set_xlabel("epoch", color=_INK)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="y", color="#E6E6E6", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#BBBBBB")
    axes.tick_params(colors=_INK, labelsize=9)


def curves_figure(history: Sequence[Epoch], kept_epoch: int) -> Figure:
    """Return loss and each metric over the epochs, train and validation together, the kept epoch marked."""
    names = _curve_names(history)
    columns = min(_COLUMNS, len(names)) or 1
    rows = math.ceil(len(names) / columns) or 1
    figure = new_figure(4.6 * columns, 3.4 * rows)
    for index, name in enumerate(names):
        axes = figure.add_subplot(rows, columns, index + 1)
        style_axes(axes, name)
        for key, label, colour in _pair(name):
            _draw_curve(axes, history, kept_epoch, (key, label, colour))
        axes.axvline(kept_epoch, color="#999999", linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        if index == 0:
            axes.legend(frameon=False, fontsize=9)
    return figure


def _draw_curve(axes: Axes, history: Sequence[Epoch], kept_epoch: int, curve: tuple[str, str, str]) -> None:
    key, label, colour = curve
    x, y = _points(history, key)
    if not x:
        return
    axes.plot(x, y, color=colour, linewidth=1.8, marker="o" if len(x) <= 30 else None, markersize=3, label=label)
    if kept_epoch not in x:
        return
    kept = y[x.index(kept_epoch)]
    axes.plot([kept_epoch], [kept], "o", color=colour, markersize=8, markerfacecolor="white", markeredgewidth=1.8)
    if key.startswith("val_"):
        axes.annotate(
            f"{kept:.4g}",
            (kept_epoch, kept),
            xytext=(6, 8),
            textcoords="offset points",
            fontsize=9,
            color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )


def interactive_curves(history: Sequence[Epoch], kept_epoch: int) -> Any:
    """Return the same curves as a plotly figure, to look at in a browser."""
    names = _curve_names(history)
    columns = min(_COLUMNS, len(names)) or 1
    rows = math.ceil(len(names) / columns) or 1
    titles = [html.escape(shorten(visible(name), 80)) for name in names]
    figure = make_subplots(rows=rows, cols=columns, subplot_titles=titles)
    for index, name in enumerate(names):
        place = {"row": index // columns + 1, "col": index % columns + 1}
        for key, label, colour in _pair(name):
            x, y = _points(history, key)
            line = {"color": colour, "width": 2}
            figure.add_trace(
                go.Scatter(
                    x=x,
                    y=y,
                    name=label,
                    legendgroup=label,
                    showlegend=index == 0,
                    mode="lines+markers",
                    line=line,
                ),
                **place,
            )
        figure.add_vline(x=kept_epoch, line={"color": "#999999", "width": 1, "dash": "dash"}, **place)
    figure.update_xaxes(title_text="epoch", gridcolor="#EEEEEE")
    figure.update_yaxes(gridcolor="#EEEEEE")
    figure.update_layout(
        plot_bgcolor="white", hovermode="x unified", height=360 * rows, title=f"kept: epoch {kept_epoch}"
    )
    return figure


def confusion_figure(matrix: NDArray[np.int64], labels: Sequence[str]) -> Figure:
    """Return the confusion matrix, coloured by the share of each true class.

    Args:
        matrix: (C, C) counts, rows are the true classes, columns the predicted ones.
        labels: names of the C classes.
    """
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, totals, out=np.zeros(matrix.shape), where=totals > 0)
    side = min(12.0, 2.6 + 0.62 * len(labels))
    figure = new_figure(side + 0.9, side)
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    names = [plain(label, _LABEL_LENGTH) for label in labels]
    axes.set_xticks(range(len(names)), names, rotation=45 if len(names) > 3 else 0, fontsize=9)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.set_xlabel("predicted", color=_INK)
    axes.set_ylabel("true", color=_INK)
    axes.spines[:].set_visible(False)
    figure.colorbar(image, ax=axes, shrink=0.8, label="share of the true class")
    if len(names) <= _NUMBERED_CLASSES:
        for (row, column), count in np.ndenumerate(matrix):
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour, fontsize=9)
    return figure


def _curve_names(history: Sequence[Epoch]) -> list[str]:
    names = dict.fromkeys(key.removeprefix("val_") for epoch in history for key in epoch.metrics)
    return sorted((name for name in names if name not in _NOT_CURVES), key=lambda name: name != "loss")


def _pair(name: str) -> tuple[tuple[str, str, str], ...]:
    return (name, "train", TRAIN), (f"val_{name}", "validation", VALIDATION)


def _points(history: Sequence[Epoch], key: str) -> tuple[list[int], list[float]]:
    found = [(epoch.epoch, epoch.metrics[key]) for epoch in history if math.isfinite(epoch.metrics.get(key, math.nan))]
    return [epoch for epoch, _ in found], [value for _, value in found]

"""Figures of the data a run is trained on: lengths, class balance or the numbers that are predicted."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from plotly.subplots import make_subplots

from rnnlab.source import visible
from rnnlab.track.figures import TRAIN, VALIDATION, new_figure, plain, style_axes
from rnnlab.track.params import shorten

__all__ = ["Panel", "data_figure", "interactive_data", "panels_of"]

TEST = "#009E73"
COLOURS = {"train": TRAIN, "validation": VALIDATION, "test": TEST}
CLASSES, LABEL_LENGTH, MANY_LETTERS = 20, 24, 50

Panel = tuple[str, Sequence[str], Mapping[str, Sequence[float]], int | None]
"""(title, names of the bars, share of each bar by split, the bar that `maxlen` falls into)."""


def panels_of(summary: Mapping[str, Any]) -> list[Panel]:
    """Return what can be drawn of a summary (see `rnnlab.data.dataset_summary`); series and running texts have none."""
    panels: list[Panel] = []
    if "classes" in summary:
        panels.append(_of_classes(summary["classes"]))
    if "targets" in summary:
        names = [f"{edge:.3g}" for edge in summary["targets"]["edges"][:-1]]
        panels.append(("target", names, _shares(summary["targets"]["counts"]), None))
    for name, about in summary["inputs"].items():
        if "lengths" in about:
            edges, counts = about["lengths"]["edges"], about["lengths"]["counts"]
            mark = sum(edge <= about["timesteps"] for edge in edges) - 1
            panels.append((f"length of {name}", [str(edge) for edge in edges[:-1]], _shares(counts), mark))
    return panels


def _of_classes(classes: Mapping[str, Mapping[str, int]]) -> Panel:
    labels = sorted(classes["train"], key=lambda label: -classes["train"][label])[:CLASSES]
    counts = {split: list(found.values()) for split, found in classes.items()}
    totals = {split: max(1, sum(found)) for split, found in counts.items()}
    shares = {split: [found[label] / totals[split] for label in labels] for split, found in classes.items()}
    more = len(classes["train"]) - len(labels)
    return "classes" + (f", without {more} rarer ones" if more else ""), labels, shares, None


def _shares(counts: Mapping[str, Sequence[int]]) -> dict[str, list[float]]:
    return {split: [count / max(1, sum(found)) for count in found] for split, found in counts.items()}


def data_figure(summary: Mapping[str, Any]) -> Figure | None:
    """Return class balance and lengths of each split, side by side; None where there is nothing to draw."""
    panels = panels_of(summary)
    if not panels:
        return None
    figure = new_figure(5.2 * len(panels), 3.8)
    for index, panel in enumerate(panels):
        axes = figure.add_subplot(1, len(panels), index + 1)
        _draw(axes, panel)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=3, frameon=False, fontsize=9)
    return figure


def _draw(axes: Axes, panel: Panel) -> None:
    title, names, shares, mark = panel
    style_axes(axes, title)
    axes.set_xlabel("")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_ylabel("share of the split", color="#444444")
    width = 0.8 / len(shares)
    for index, (split, found) in enumerate(shares.items()):
        places = [place - 0.4 + (index + 0.5) * width for place in range(len(names))]
        axes.bar(places, found, width, color=COLOURS[split], label=split)
    step = max(1, len(names) // 10) if mark is not None or len(names) > CLASSES - 1 else 1
    shown = [plain(name, LABEL_LENGTH) for name in names[::step]]
    turned = sum(map(len, shown)) > MANY_LETTERS
    axes.set_xticks(range(0, len(names), step), shown, rotation=45 if turned else 0, ha="right" if turned else "center")
    if mark is not None and mark < len(names):
        axes.axvline(mark, color="#999999", linewidth=1, linestyle=(0, (4, 3)))
        axes.annotate("maxlen", (mark, axes.get_ylim()[1]), xytext=(4, -10), textcoords="offset points", fontsize=9)


def interactive_data(summary: Mapping[str, Any]) -> Any:
    """Return the same as a plotly figure, to look at in a browser; None where there is nothing to draw."""
    panels = panels_of(summary)
    if not panels:
        return None
    titles = [html.escape(visible(title)) for title, *_ in panels]
    figure = make_subplots(rows=1, cols=len(panels), subplot_titles=titles)
    for index, (_, names, shares, mark) in enumerate(panels):
        place = {"row": 1, "col": index + 1}
        escaped = [html.escape(shorten(visible(name), 80)) for name in names]
        for split, found in shares.items():
            named = {"name": split, "legendgroup": split, "showlegend": not index}
            figure.add_trace(go.Bar(x=escaped, y=found, marker={"color": COLOURS[split]}, **named), **place)
        figure.update_xaxes(type="category", **place)
        if mark is not None and mark < len(names):
            figure.add_vline(x=mark, line={"color": "#999999", "dash": "dash"}, annotation_text="maxlen", **place)
    figure.update_yaxes(gridcolor="#EEEEEE", tickformat=".0%")
    figure.update_layout(plot_bgcolor="white", hovermode="x unified", height=420)
    return figure

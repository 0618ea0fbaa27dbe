"""Validation curves of many runs in one figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

from matplotlib import colormaps
from matplotlib.figure import Figure

from rnnlab.track.figures import new_figure, plain, style_axes
from rnnlab.track.record import Record

__all__ = ["validation_figure"]

_PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES = ("-", "--")
_COLUMNS = 3
_LEGEND_RUNS = 20


def validation_figure(records: Sequence[Record], labels: Sequence[str]) -> Figure:
    """Return one panel per validation curve, loss first, with one line per run and one legend below.

    Args:
        records: with curves.
        labels: what the legend calls each of them.
    """
    keys = dict.fromkeys(key for record in records for key in record.curves if key.startswith("val_"))
    names = sorted(keys, key=lambda key: key != "val_loss")
    columns = min(_COLUMNS, len(names)) or 1
    rows = math.ceil(len(names) / columns) or 1
    shown = min(len(records), _LEGEND_RUNS)
    figure = new_figure(4.8 * columns, 3.4 * rows + 0.24 * shown + 0.3)
    lines = []
    for index, name in enumerate(names):
        axes = figure.add_subplot(rows, columns, index + 1)
        style_axes(axes, name)
        lines = [
            axes.plot(*_points(record, name), color=colour, linestyle=dash, marker="o", markersize=3)[0]
            for record, (colour, dash) in zip(records, _styles(len(records)), strict=True)
        ]
    if lines:
        texts = [plain(label, 100) for label in labels[:shown]]
        title = f"the first {shown} of {len(records)} runs" if shown < len(records) else None
        figure.legend(lines[:shown], texts, loc="outside lower left", frameon=False, fontsize=9, title=title)
    return figure


def _points(record: Record, name: str) -> tuple[list[int], list[float]]:
    curve = record.curves.get(name, ())
    return [point.step for point in curve], [point.value for point in curve]


def _styles(runs: int) -> list[tuple[object, str]]:
    """Return colour and dash for each run: a palette for the colour-blind, or an even scale."""
    distinct: list[tuple[object, str]] = [(colour, dash) for dash, colour in product(_DASHES, _PALETTE)]
    if runs <= len(distinct):
        return distinct[:runs]
    return [(colormaps["viridis"](i / (runs - 1)), "-") for i in range(runs)]

"""A planned model as a drawing: one box a layer, arrows from what it reads."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Curve
from matplotlib.textpath import TextPath

from rnnlab.errors import CallError
from rnnlab.export.placement import Edge, Placement, place
from rnnlab.plan import LayerPlan, Plan
from rnnlab.plan.table import show_shape
from rnnlab.plan.wiring import base_of, is_state

SUFFIXES = (".svg", ".png")
DPI = 150
MOST_PIXELS = 60_000
"""Matplotlib draws no side of 2**16 pixels or more."""
INK = "#333333"
QUIET = "#666666"
POINT = 1 / 72  # inches
FONT = 9.0
LINE = 13 * POINT
PADDING = 7 * POINT
GAP = 0.35
LANE = 0.12
ROW = 0.42
"""Space between the rows, where the arrows are."""
MARGIN = 0.25
HEADER = 2 * LINE + 0.2
FILLS = {
    "input": ("#F1F1F1", "#888888"),
    "recurrent": ("#DCEBF7", "#0072B2"),
    "weights": ("#E0F2EA", "#009E73"),
    "plain": ("#FFFFFF", "#888888"),
}
"""Face and frame; blue and green of Okabe & Ito's palette, told apart by the colour-blind too."""
STATES = "#D55E00"


@dataclass(frozen=True)
class Box:
    """What a box says.

    Attributes:
        title: its first line, bold.
        lines: the others.
        look: key of `FILLS`.
        shared: its weights are another's: a dashed frame.
        given: the model gives what comes out of it: a thick frame.
    """

    title: str
    lines: tuple[str, ...]
    look: str
    shared: bool = False
    given: bool = False

    @property
    def width(self) -> float:
        """Return inches; other fonts than matplotlib's, as an SVG may meet, have room."""
        widest = max([1.1 * _measure(self.title, bold=True), *(1.1 * _measure(line) for line in self.lines)])
        return widest + 2 * PADDING

    @property
    def height(self) -> float:
        """Return inches."""
        return (1 + len(self.lines)) * LINE + 2 * PADDING


def draw_model(plan: Plan) -> Figure:
    """Return the drawing: inputs at the top, each layer below what it reads, states as dashed arrows."""
    boxes = boxes_of(plan)
    edges = edges_of(plan)
    placement = place({name: box.width for name, box in boxes.items()}, edges, gap=GAP, lane=LANE)
    tops = _tops(boxes, placement)
    lowest = min(tops[placement.ranks[name]] - box.height for name, box in boxes.items())
    captions = [f"{plan.name} · {plan.parameters:,} parameters", _legend(boxes, edges)]
    width = max(placement.right - placement.left, *(1.1 * _measure(caption) for caption in captions)) + 2 * MARGIN
    height = HEADER - lowest + 2 * MARGIN
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    middle = (placement.left + placement.right) / 2
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(middle - width / 2, middle + width / 2)
    axes.set_ylim(lowest - MARGIN, lowest - MARGIN + height)
    for number, caption in enumerate(captions):
        x, y = middle - width / 2 + MARGIN, HEADER - number * LINE
        axes.text(x, y, plain(caption), fontsize=FONT - 2 * number, color=QUIET, va="top")
    for name, box in boxes.items():
        _draw_box(axes, box, placement.centres[name], tops[placement.ranks[name]])
    for edge in edges:
        _draw_edge(axes, edge, boxes, placement, tops)
    return figure


def write_diagram(plan: Plan, path: Path) -> None:
    """Write the drawing as SVG, its text as text, or as PNG.

    Raises:
        CallError: the name ends in neither `.svg` nor `.png`, or the file cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise CallError(f"`{path.name}` tells no format: end it in .svg or .png")
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "rnnlab"}):
        figure = draw_model(plan)
        dpi = min(DPI, MOST_PIXELS / max(figure.get_size_inches()))
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else {}
        try:
            figure.savefig(path, dpi=dpi, metadata=metadata)
        except OSError as error:
            raise CallError(f"cannot write {path}: {error.strerror}") from error


def plain(text: str) -> str:
    """Return the text for matplotlib: no `$` starts a formula."""
    return text.replace("$", r"\$")


def boxes_of(plan: Plan) -> dict[str, Box]:
    """Return the box of every input and layer, by name, in the order of the file."""
    given = {base_of(reference) for reference in plan.outputs}
    boxes = {
        name: Box(name, ("input", show_shape(signal.shape)), "input", given=name in given)
        for name, signal in plan.inputs.items()
    }
    return boxes | {layer.name: _layer_box(layer, given=layer.name in given) for layer in plan.layers}


def edges_of(plan: Plan) -> list[Edge]:
    """Return the arrows: one for all outputs, and one for all states, that a layer reads of another."""
    carried: dict[tuple[str, str, bool], list[str]] = {}
    for layer in plan.layers:
        for reference in (*layer.sources, *layer.initial_state):
            key = (base_of(reference), layer.name, is_state(reference))
            carried.setdefault(key, []).append(reference.partition(".")[2])
    return [
        Edge(tail, head, _label(tuple(dict.fromkeys(parts))), dashed) for (tail, head, dashed), parts in carried.items()
    ]


def _label(parts: tuple[str, ...]) -> str:
    return f"{len(parts)} states" if len(parts) > 2 else ", ".join(parts)


def _legend(boxes: Mapping[str, Box], edges: list[Edge]) -> str:
    """Return what the lines mean that the drawing has."""
    meanings = {
        "thick frame: output": any(box.given for box in boxes.values()),
        "dashed frame: shared weights": any(box.shared for box in boxes.values()),
        "dashed arrow: states": any(edge.dashed for edge in edges),
    }
    return " · ".join(meaning for meaning, drawn in meanings.items() if drawn)


def _layer_box(layer: LayerPlan, *, given: bool) -> Box:
    kind = f"{layer.layer} ⇄ {layer.merge_mode or 'apart'}" if layer.bidirectional else layer.layer
    lines = [kind, show_shape(layer.output.shape)]
    if layer.shared_with:
        lines.append(f"weights of {layer.shared_with}")
    elif layer.parameters:
        lines.append(f"{layer.parameters:,} parameters")
    look = "recurrent" if layer.kernel else "weights" if layer.parameters or layer.shared_with else "plain"
    return Box(layer.name, tuple(lines), look, shared=layer.shared_with is not None, given=given)


def _measure(text: str, *, bold: bool = False) -> float:
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    return float(TextPath((0, 0), plain(text), size=FONT, prop=font).get_extents().width) * POINT


def _tops(boxes: Mapping[str, Box], placement: Placement) -> list[float]:
    """Return y of the top of each row, from 0 downwards."""
    tops = [0.0]
    for rank in range(max(placement.ranks.values())):
        tallest = max(box.height for name, box in boxes.items() if placement.ranks[name] == rank)
        tops.append(tops[-1] - tallest - ROW)
    return tops


def _draw_box(axes: Axes, box: Box, centre: float, top: float) -> None:
    face, frame = FILLS[box.look]
    axes.add_patch(
        FancyBboxPatch(
            (centre - box.width / 2, top - box.height),
            box.width,
            box.height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=face,
            edgecolor=frame,
            linewidth=2.2 if box.given else 1.0,
            linestyle=(0, (4, 2)) if box.shared else "-",
        )
    )
    for number, line in enumerate((box.title, *box.lines)):
        axes.text(
            centre,
            top - PADDING - (number + 0.5) * LINE,
            plain(line),
            fontsize=FONT,
            fontweight="bold" if number == 0 else "normal",
            color=INK if number == 0 else QUIET,
            ha="center",
            va="center_baseline",
        )


def _draw_edge(axes: Axes, edge: Edge, boxes: Mapping[str, Box], placement: Placement, tops: list[float]) -> None:
    points = _way(edge, boxes, placement, tops)
    axes.add_patch(
        FancyArrowPatch(
            path=_curve(points),
            arrowstyle="-|>",
            mutation_scale=9,
            color=STATES if edge.dashed else INK,
            linewidth=1.1,
            linestyle=(0, (4, 2)) if edge.dashed else "-",
            zorder=0.5,
        )
    )
    if edge.label:
        (x0, y0), (x1, y1) = points[-2], points[-1]
        axes.text(
            (x0 + x1) / 2,
            (y0 + y1) / 2,
            plain(edge.label),
            fontsize=FONT - 2,
            color=STATES if edge.dashed else QUIET,
            ha="center",
            va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )


def _way(edge: Edge, boxes: Mapping[str, Box], placement: Placement, tops: list[float]) -> list[tuple[float, float]]:
    """Return the points of an arrow: out of its box, straight down past each row, into the other."""
    start = tops[placement.ranks[edge.tail]] - boxes[edge.tail].height
    points = [(_port(edge, edge.tail, boxes, placement), start)]
    for rank, x in placement.bends[edge]:
        points += [(x, tops[rank]), (x, tops[rank + 1] + ROW)]
    return [*points, (_port(edge, edge.head, boxes, placement), tops[placement.ranks[edge.head]])]


def _port(edge: Edge, name: str, boxes: Mapping[str, Box], placement: Placement) -> float:
    """Return x where the arrow meets the box: its arrows are spread, in the order of what they come from."""
    leaves = edge.tail == name
    edges = [each for each in placement.bends if (each.tail if leaves else each.head) == name]

    def other(each: Edge) -> float:
        bends = placement.bends[each]
        if bends:
            return bends[0 if leaves else -1][1]
        return placement.centres[each.head if leaves else each.tail]

    edges.sort(key=lambda each: (other(each), each.dashed))
    share = (edges.index(edge) + 1) / (len(edges) + 1)
    return placement.centres[name] + (share - 0.5) * boxes[name].width


def _curve(points: list[tuple[float, float]]) -> Curve:
    """Return a line through the points that leaves and enters everything vertically."""
    vertices, codes = [points[0]], [Curve.MOVETO]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if x0 == x1:
            vertices.append((x1, y1))
            codes.append(Curve.LINETO)
        else:
            half = (y0 + y1) / 2
            vertices += [(x0, half), (x1, half), (x1, y1)]
            codes += [Curve.CURVE4] * 3
    return Curve(vertices, codes)

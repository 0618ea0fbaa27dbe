"""Where the boxes of a diagram stand: layers by the longest way from the inputs, arrows around what is between."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SWEEPS = 12


@dataclass(frozen=True)
class Edge:
    """An arrow.

    Attributes:
        label: what it carries, where that is not the output.
        dashed: it carries states.
    """

    tail: str
    head: str
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Placement:
    """Where everything stands; x grows to the right.

    Attributes:
        ranks: of each box, the inputs at 0.
        centres: x of each box.
        bends: of each edge, (rank, x) of the places between its boxes that it passes.
        left: of the leftmost box.
        right: of the rightmost box.
    """

    ranks: Mapping[str, int]
    centres: Mapping[str, float]
    bends: Mapping[Edge, tuple[tuple[int, float], ...]]
    left: float
    right: float


def place(widths: Mapping[str, float], edges: Sequence[Edge], *, gap: float, lane: float) -> Placement:
    """Return where boxes stand that do not overlap, and where arrows pass between them.

    Args:
        widths: of each box, in an order in which nobody reads what comes later.
        edges: who reads whom.
        gap: between boxes.
        lane: width that an arrow takes where it passes boxes.
    """
    ranks = rank(widths, edges)
    chains = {edge: [f"{index}:{at}" for at in range(ranks[edge.tail] + 1, ranks[edge.head])] for index, edge in
              enumerate(edges)}  # fmt: skip
    sizes = dict(widths) | {bend: lane for chain in chains.values() for bend in chain}
    places = dict(ranks) | {bend: int(bend.rpartition(":")[2]) for chain in chains.values() for bend in chain}
    links: list[tuple[str, str]] = []
    for edge, chain in chains.items():
        way = [edge.tail, *chain, edge.head]
        links += itertools.pairwise(way)
    rows = _order(_rows(places), links)
    centres = _spread(rows, links, sizes, gap)
    return Placement(
        ranks=ranks,
        centres={name: centres[name] for name in widths},
        bends={edge: tuple((places[bend], centres[bend]) for bend in chain) for edge, chain in chains.items()},
        left=min(centres[name] - sizes[name] / 2 for name in sizes),
        right=max(centres[name] + sizes[name] / 2 for name in sizes),
    )


def rank(names: Mapping[str, float], edges: Sequence[Edge]) -> dict[str, int]:
    """Return the longest way of each box from a box that reads nothing."""
    ranks: dict[str, int] = {}
    for name in names:
        ranks[name] = max((ranks[edge.tail] + 1 for edge in edges if edge.head == name), default=0)
    return ranks


def _rows(places: Mapping[str, int]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(max(places.values()) + 1)]
    for name, at in places.items():
        rows[at].append(name)
    return rows


def _order(rows: list[list[str]], links: list[tuple[str, str]]) -> list[list[str]]:
    """Return the rows in the order with the fewest crossings that sweeps down and up find."""
    above, below = _neighbours(links)
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        near = above if down else below
        for row in rows if down else reversed(rows):
            position = {name: index for each in rows for index, name in enumerate(each)}
            row.sort(key=lambda name: _mean([position[each] for each in near.get(name, ())], position[name]))
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _neighbours(links: list[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for tail, head in links:
        above.setdefault(head, []).append(tail)
        below.setdefault(tail, []).append(head)
    return above, below


def _crossings(rows: list[list[str]], below: dict[str, list[str]]) -> int:
    position = {name: index for row in rows for index, name in enumerate(row)}
    found = 0
    for row in rows:
        spans = [(position[name], position[head]) for name in row for head in below.get(name, ())]
        found += sum(a < c and b > d for a, b in spans for c, d in spans)
    return found


def _spread(
    rows: list[list[str]], links: list[tuple[str, str]], sizes: Mapping[str, float], gap: float
) -> dict[str, float]:
    """Return x of everything: near the mean of its neighbours, and never over each other."""
    above, below = _neighbours(links)
    centres: dict[str, float] = {}
    for row in rows:
        centres |= _apart(row, dict.fromkeys(row, 0.0), sizes, gap)
    for sweep in range(2 * SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            near = above if down else below
            wanted = {name: _mean([centres[each] for each in near.get(name, ())], centres[name]) for name in row}
            centres |= _apart(row, wanted, sizes, gap)
    return centres


def _apart(row: list[str], wanted: Mapping[str, float], sizes: Mapping[str, float], gap: float) -> dict[str, float]:
    """Return centres close to the wanted ones: boxes that would overlap form a block around their mean."""
    offsets = [0.0]
    for left, right in itertools.pairwise(row):
        offsets.append(offsets[-1] + (sizes[left] + sizes[right]) / 2 + gap)
    blocks: list[list[float]] = []
    for name, offset in zip(row, offsets, strict=True):
        blocks.append([wanted[name] - offset])
        while len(blocks) > 1 and _mean(blocks[-2], 0) > _mean(blocks[-1], 0):
            last = blocks.pop()
            blocks[-1] += last
    starts = [_mean(block, 0) for block in blocks for _ in block]
    return {name: start + offset for name, start, offset in zip(row, starts, offsets, strict=True)}


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise

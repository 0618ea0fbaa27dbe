"""What a sweep's space holds, told before a trial is trained: points drawn at random, each planned, none built.

A point costs as little as a plan, and those that differ only in numbers which no plan depends on share one: see
`rnnlab.plan.points`.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import inf
from pathlib import Path
from statistics import fmean
from typing import Any

from rnnlab.experiment import Experiment, describe, target_kind
from rnnlab.plan.pace import Seconds, Work
from rnnlab.plan.points import Cause, Outcome, PointPlanner
from rnnlab.plan.space import Chosen, Place, limits_of, places_of, values_of
from rnnlab.plan.space.drawing import count_points, draw_point
from rnnlab.source import Document
from rnnlab.sweeping import Sweep

POINTS = 10_000
SEED = 0
BINS = 10
COUNTED = ("dataset", "task")  # sections of the file on which the number of samples may depend

_NUMBER = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True)
class Refusals:
    """Points that are refused for one reason.

    Attributes:
        code: of the diagnostic.
        message: of the first such point.
        points: how many of those that were drawn.
        example: plain values of the first, by dotted path.
    """

    cause: Cause
    code: str
    message: str
    points: int
    example: dict[str, Any]


@dataclass(frozen=True)
class Bin:
    """Points with a number of parameters from `low` to `high`, both included."""

    low: int
    high: int
    points: int


@dataclass(frozen=True)
class Drawn:
    """Points of a space, planned.

    Attributes:
        seed: of the draws.
        chosen: the points.
        outcomes: what the plan says of each.
        models: distinct plans that were made.
        samples: of the training split of every point; None where they differ, or nobody has counted them yet.
    """

    places: tuple[Place, ...]
    seed: int
    chosen: tuple[Chosen, ...]
    outcomes: tuple[Outcome, ...]
    models: int
    samples: int | None

    @property
    def fine(self) -> list[tuple[Chosen, Outcome]]:
        """Return the points that can be trained."""
        return [pair for pair in zip(self.chosen, self.outcomes, strict=True) if pair[1].cause == "fine"]

    def trials(self, sweep: Sweep) -> int:
        """Return how many trials a sweep comes to: a grid has no more than the space has points."""
        points = count_points(self.places) if sweep.sampler.kind == "grid" else None
        return sweep.trials if points is None else min(sweep.trials, points)

    @property
    def works(self) -> list[Work | None]:
        """Return what there is to do for each point that can be trained."""
        return [outcome.work for _, outcome in self.fine]


@dataclass(frozen=True)
class Census:
    """What a space holds.

    Attributes:
        points: how many were drawn.
        seed: of the draws.
        fine: of them, those that can be trained.
        refusals: of the others, the reasons, most frequent first.
        parameters: (smallest, mean, largest) of those that are fine; None where none is.
        histogram: of those parameters.
        repeated: points that were drawn before.
        distinct: how many points the space has; None where they are endless.
        models: distinct plans that were made.
        seconds: of its trials; None where nothing was probed.
    """

    points: int
    seed: int
    fine: int
    refusals: tuple[Refusals, ...]
    parameters: tuple[int, float, int] | None
    histogram: tuple[Bin, ...]
    repeated: int
    distinct: int | None
    models: int
    seconds: Seconds | None = None

    def refused(self, cause: Cause) -> int:
        """Return how many points are refused for a cause."""
        return sum(each.points for each in self.refusals if each.cause == cause)

    def to_data(self) -> dict[str, Any]:
        """Return plain data: the JSON of `rnnlab sweep --census --json`."""
        return asdict(self)


def draw_points(
    experiment: Experiment,
    document: Document,
    folder: Path,
    *,
    points: int = POINTS,
    seed: int = SEED,
    samples: int | None = None,
    within: float = inf,
) -> Drawn:
    """Return points of the space of a checked file; imports nothing heavy.

    Args:
        experiment: with a sweep.
        document: its file.
        folder: relative paths of the file start here.
        points: how many to draw.
        seed: of the draws.
        samples: of the training split as the file has it, where the data are there.
        within: seconds after which no more are planned; those that are not count as not drawn.
    """
    places = tuple(places_of(experiment, document))
    rng = random.Random(seed)
    chosen = tuple(draw_point(places, rng) for _ in range(points))
    samples = _samples(experiment, places, folder, samples)
    planner = PointPlanner(places, limits_of(experiment, document), document, folder, samples)
    outcomes = tuple(planner.plan_all(chosen, within))
    return Drawn(places, seed, chosen[: len(outcomes)], outcomes, len(planner.planned), samples)


def take_census(drawn: Drawn) -> Census:
    """Return what a space holds."""
    points = len(drawn.chosen)
    fine = sorted(outcome.parameters for _, outcome in drawn.fine)
    return Census(
        points=points,
        seed=drawn.seed,
        fine=len(fine),
        refusals=_refusals(drawn.places, drawn.chosen, drawn.outcomes),
        parameters=(fine[0], fmean(fine), fine[-1]) if fine else None,
        histogram=_histogram(fine),
        repeated=points - len({_key(chosen) for chosen in drawn.chosen}),
        distinct=count_points(drawn.places),
        models=drawn.models,
    )


def _samples(experiment: Experiment, places: Sequence[Place], folder: Path, counted: int | None) -> int | None:
    """Return the training samples of every trial; None where they differ, or nobody has counted them yet."""
    if any(path[0] in COUNTED for place in places for path in place.paths):
        return None
    facts = describe(experiment, folder, target_kind(experiment))
    return (facts.train_samples if facts else None) or counted


def _key(chosen: Chosen) -> tuple[Any, ...]:
    return tuple(chosen.items())


def _refusals(places: Sequence[Place], drawn: Sequence[Chosen], outcomes: Sequence[Outcome]) -> tuple[Refusals, ...]:
    """Return the reasons for refusals; messages that differ only in numbers are one."""
    firsts: dict[tuple[str, str], int] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for index, outcome in enumerate(outcomes):
        if outcome.cause != "fine":
            reason = (outcome.code, _reason(outcome))
            firsts.setdefault(reason, index)
            counts[reason] += 1
    return tuple(
        Refusals(
            outcomes[first].cause,
            outcomes[first].code,
            outcomes[first].message,
            count,
            values_of(places, drawn[first]),
        )
        for reason, count in counts.most_common()
        for first in (firsts[reason],)
    )


def _reason(outcome: Outcome) -> str:
    """Return a message without its numbers; of a constraint only its text, in which numbers tell."""
    if outcome.cause == "constraint":
        return outcome.message.rpartition("` does not hold")[0]
    return _NUMBER.sub("#", outcome.message)


def _histogram(fine: Sequence[int]) -> tuple[Bin, ...]:
    """Return bins of equal ratios of sorted numbers, from the smallest to the largest."""
    if not fine:
        return ()
    low, high = fine[0], fine[-1]
    bins = min(BINS, high - low + 1)
    ratio = (high / max(low, 1)) ** (1 / bins)
    edges = [low, *(round(max(low, 1) * ratio**index) for index in range(1, bins)), high + 1]
    edges = sorted(set(edges))
    return tuple(Bin(start, end - 1, sum(start <= each < end for each in fine)) for start, end in pairwise(edges))

"""What a sweep's space holds, told before a trial is trained: points drawn at random, each planned, none built.

A point costs as little as a plan, and those that differ only in numbers which no plan depends on share one: see
`_Planner`.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from rnnlab.experiment import Experiment, describe, target_kind
from rnnlab.plan.check import check_document
from rnnlab.plan.space import Chosen, Limits, Place, limits_of, nodes_of, places_of, trial_document, values_of
from rnnlab.plan.space.drawing import count_points, draw_point
from rnnlab.source import Document, Parsed

POINTS = 10_000
SEED = 0
BINS = 10
PASSES = 3  # of the layers' products in a step of training: one forward, two backward
PROVED = 50  # one point in so many is planned by itself, to prove that sharing plans is right

Cause = Literal["fine", "invalid", "budget", "constraint"]
CAUSES: dict[str, Cause] = {"RL309": "budget", "RL324": "constraint"}
_NUMBER = re.compile(r"\d[\d,.]*")


def in_words(seconds: float) -> str:
    """Return seconds as people say them."""
    if seconds < 100:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


@dataclass(frozen=True)
class Pace:
    """How fast models train.

    Attributes:
        flops_per_second: operations of the layers' products, forward and backward.
        source: where the number is from, for the person.
        is_bound: no model is faster; most are slower.
    """

    flops_per_second: float
    source: str
    is_bound: bool = False


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
class Seconds:
    """How long trials are expected to take, at most: early stopping and pruning end many sooner.

    Attributes:
        trial: the mean of a trial.
        longest: the slowest trial that was drawn.
        sweep: all trials one after the other.
        pace: what it is reckoned from.
    """

    trial: float
    longest: float
    sweep: float
    pace: Pace

    @property
    def words(self) -> str:
        """Return the seconds of a trial in words, and of which kind they are."""
        return f"{'more than' if self.pace.is_bound else 'about'} {in_words(self.trial)}"


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
        seconds: None where the pace or a length is unknown.
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
    seconds: Seconds | None

    def refused(self, cause: Cause) -> int:
        """Return how many points are refused for a cause."""
        return sum(each.points for each in self.refusals if each.cause == cause)

    def in_short(self) -> str:
        """Return one sentence, for before trial 0."""
        said = [f"{self.fine / self.points:.0%} of {self.points:,} points of the space can be trained"]
        causes: tuple[tuple[Cause, str], ...] = (
            ("invalid", "invalid"),
            ("budget", "over the budget"),
            ("constraint", "against a constraint"),
        )
        said += [f"{count / self.points:.0%} {what}" for cause, what in causes if (count := self.refused(cause))]
        if self.distinct is not None:
            said.append(f"{self.distinct:,} distinct")
        if self.parameters:
            said.append(f"{self.parameters[0]:,} to {self.parameters[2]:,} parameters")
        if self.seconds:
            said.append(f"{self.seconds.words} a trial")
        return f"census: {', '.join(said)}"

    def to_data(self) -> dict[str, Any]:
        """Return plain data: the JSON of `rnnlab sweep --census --json`."""
        return asdict(self)


@dataclass(frozen=True)
class _Outcome:
    """What the plan says of a point; `flops` are those of its whole training."""

    cause: Cause
    code: str = ""
    message: str = ""
    parameters: int = 0
    flops: float | None = None


def take_census(
    experiment: Experiment,
    document: Document,
    folder: Path,
    *,
    points: int = POINTS,
    seed: int = SEED,
    pace: Pace | None = None,
) -> Census:
    """Return what the space of a checked file holds; imports nothing heavy.

    Args:
        experiment: with a sweep.
        document: its file.
        folder: relative paths of the file start here.
        points: how many to draw.
        seed: of the draws.
        pace: from which times are reckoned.
    """
    assert experiment.sweep is not None
    places = places_of(experiment, document)
    rng = random.Random(seed)
    drawn = [draw_point(places, rng) for _ in range(points)]
    planner = _Planner(places, limits_of(experiment, document), document, folder, _samples(experiment, places, folder))
    outcomes = planner.plan_all(drawn)
    fine = sorted(each.parameters for each in outcomes if each.cause == "fine")
    return Census(
        points=points,
        seed=seed,
        fine=len(fine),
        refusals=_refusals(places, drawn, outcomes),
        parameters=(fine[0], fmean(fine), fine[-1]) if fine else None,
        histogram=_histogram(fine),
        repeated=points - len({_key(chosen) for chosen in drawn}),
        distinct=count_points(places),
        models=len(planner.planned),
        seconds=_seconds(outcomes, experiment.sweep.trials, pace) if pace else None,
    )


def _samples(experiment: Experiment, places: Sequence[Place], folder: Path) -> int | None:
    """Return the training samples of every trial; None where they differ, or nobody has counted them yet."""
    if any(path[0] == "dataset" for place in places for path in place.paths):
        return None
    facts = describe(experiment, folder, target_kind(experiment))
    return facts.train_samples if facts else None


def _key(chosen: Chosen) -> tuple[Any, ...]:
    return tuple(chosen.items())


class _Planner:
    """Plans points, each distinct model once.

    A number of a continuous range (a rate, a factor) counts as its range: keys take intervals, and a plan has no
    fractions in it. Left as they are: its ends, numbers that a constraint names, and everything else. One point in
    fifty is planned with its own numbers, and where one of these comes to anything else, so are all.
    """

    def __init__(
        self, places: Sequence[Place], limits: Limits, document: Document, folder: Path, samples: int | None
    ) -> None:
        self.places = places
        self.limits = limits
        self.document = document
        self.folder = folder
        self.samples = samples
        self.planned: dict[tuple[Any, ...], _Outcome] = {}
        named = set(limits.paths.values())
        self.shared = {place.dotted for place in places if place.is_continuous and not named & set(place.paths)}

    def plan_all(self, drawn: Sequence[Chosen]) -> list[_Outcome]:
        """Return what the plan says of every point."""
        outcomes = [self.plan_shared(chosen) for chosen in drawn]
        proved = range(0, len(drawn) if self.shared else 0, PROVED)
        if any(self.plan(drawn[index]) != outcomes[index] for index in proved):
            self.shared.clear()
            self.planned.clear()
            outcomes = [self.plan_shared(chosen) for chosen in drawn]
        return outcomes

    def plan_shared(self, chosen: Chosen) -> _Outcome:
        """Return what the plan says of a point, or of an earlier one like it."""
        key = tuple((dotted, None if dotted in self.shared else value) for dotted, value in chosen.items())
        if key not in self.planned:
            self.planned[key] = self.plan(chosen)
        return self.planned[key]

    def plan(self, chosen: Chosen) -> _Outcome:
        """Return what the plan says of a point."""
        document = trial_document(self.document, nodes_of(self.places, chosen))
        checked = check_document(Parsed(document, ()), self.folder)
        experiment, plan = checked.experiment, checked.plan
        if experiment is None or plan is None:
            error = next(each for each in checked.diagnostics if each.severity == "error")
            return _Outcome("invalid", error.code, error.message)
        broken = next(self.limits.broken_by(experiment, plan), None)
        if broken is not None:
            return _Outcome(CAUSES[broken.code], broken.code, broken.message, plan.parameters)
        samples = (checked.facts.train_samples if checked.facts else None) or self.samples
        known = samples is not None and plan.flops_per_sample is not None
        steps = float(PASSES * (samples or 0) * experiment.training.epochs)
        return _Outcome(
            "fine", parameters=plan.parameters, flops=steps * (plan.flops_per_sample or 0) if known else None
        )


def _refusals(places: Sequence[Place], drawn: Sequence[Chosen], outcomes: Sequence[_Outcome]) -> tuple[Refusals, ...]:
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


def _reason(outcome: _Outcome) -> str:
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


def _seconds(outcomes: Sequence[_Outcome], trials: int, pace: Pace) -> Seconds | None:
    fine = [each.flops for each in outcomes if each.cause == "fine"]
    known = [flops / pace.flops_per_second for flops in fine if flops is not None]
    if not known or len(known) < len(fine):
        return None
    return Seconds(fmean(known), max(known), trials * fmean(known), pace)

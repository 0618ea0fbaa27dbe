"""Points of a sweep's space, planned: those that differ only in numbers which no plan depends on share one plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from rnnlab.plan.check import check_document
from rnnlab.plan.pace import Work, work_of
from rnnlab.plan.space import Chosen, Limits, Place, nodes_of, trial_document
from rnnlab.source import Document, Parsed

PROVED = 50  # one point in so many is planned by itself, to prove that sharing plans is right

Cause = Literal["fine", "invalid", "budget", "constraint"]
CAUSES: dict[str, Cause] = {"RL309": "budget", "RL324": "constraint"}


@dataclass(frozen=True)
class Outcome:
    """What the plan says of a point; its work is None where the data have yet to tell it."""

    cause: Cause
    code: str = ""
    message: str = ""
    parameters: int = 0
    work: Work | None = None


class PointPlanner:
    """Plans points, each distinct model once.

    A number of a continuous range (a rate, a factor) counts as its range: keys take intervals, and a plan has no
    fractions in it. Numbers that a constraint names are left as they are, as is everything else. One point in fifty is
    planned with its own numbers, and where one of these comes to anything else, so are all.
    """

    def __init__(
        self, places: Sequence[Place], limits: Limits, document: Document, folder: Path, samples: int | None
    ) -> None:
        self.places = places
        self.limits = limits
        self.document = document
        self.folder = folder
        self.samples = samples
        self.planned: dict[tuple[Any, ...], Outcome] = {}
        named = set(limits.paths.values())
        self.shared = {place.dotted for place in places if place.is_continuous and not named & set(place.paths)}

    def plan_all(self, drawn: Sequence[Chosen], within: float = inf) -> list[Outcome]:
        """Return what the plan says of every point, or of the first ones: those that so many seconds suffice for."""
        until, outcomes = monotonic() + within, list[Outcome]()
        for chosen in drawn:
            outcomes.append(self.plan_shared(chosen))
            if monotonic() > until:
                break
        proved = range(0, len(outcomes) if self.shared else 0, PROVED)
        if any(self.plan(drawn[index]) != outcomes[index] for index in proved):
            self.shared.clear()
            self.planned.clear()
            outcomes = [self.plan_shared(chosen) for chosen in drawn[: len(outcomes)]]
        return outcomes

    def plan_shared(self, chosen: Chosen) -> Outcome:
        """Return what the plan says of a point, or of an earlier one like it."""
        key = tuple((dotted, None if dotted in self.shared else value) for dotted, value in chosen.items())
        if key not in self.planned:
            self.planned[key] = self.plan(chosen)
        return self.planned[key]

    def plan(self, chosen: Chosen) -> Outcome:
        """Return what the plan says of a point."""
        document = trial_document(self.document, nodes_of(self.places, chosen))
        checked = check_document(Parsed(document, ()), self.folder)
        experiment, plan = checked.experiment, checked.plan
        if experiment is None or plan is None:
            error = next(each for each in checked.diagnostics if each.severity == "error")
            return Outcome("invalid", error.code, error.message)
        broken = next(self.limits.broken_by(experiment, plan), None)
        if broken is not None:
            return Outcome(CAUSES[broken.code], broken.code, broken.message, plan.parameters)
        samples = (checked.facts.train_samples if checked.facts else None) or self.samples
        return Outcome("fine", parameters=plan.parameters, work=work_of(experiment, plan, samples))

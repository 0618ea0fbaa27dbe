"""What is wrong with a sweep: its objective, budget and constraints, and every path, type and end of its space."""

from __future__ import annotations

from collections.abc import Iterator

from rnnlab.experiment import Experiment
from rnnlab.plan.plan import Plan
from rnnlab.plan.space.conditions import condition_findings, demand_findings
from rnnlab.plan.space.constraint_findings import constraint_findings
from rnnlab.plan.space.dimensions import base_findings, path_findings, range_findings, repeated_choices
from rnnlab.plan.space.goals import goal_findings
from rnnlab.plan.space.keys import key_findings
from rnnlab.plan.space.limits import over_budget
from rnnlab.plan.space.places import places_of
from rnnlab.plan.space.refusals import CheckDocument, refusals
from rnnlab.plan.space.ties import overlap_findings, tie_findings
from rnnlab.source import Document, Finding


def space_findings(experiment: Experiment, document: Document, plan: Plan, check: CheckDocument) -> list[Finding]:
    """Return what is wrong with the `sweep` section of an otherwise valid file."""
    sweep = experiment.sweep
    assert sweep is not None
    findings = [
        *goal_findings(experiment, document),
        *_budget(experiment, plan),
        *condition_findings(experiment, document),
    ]
    lost = {dotted: list(path_findings(document, dotted, dimension)) for dotted, dimension in sweep.space.items()}
    for dotted, dimension in sweep.space.items():
        findings += [*lost[dotted], *range_findings(dimension, sweep.sampler.kind, ("sweep", "space", dotted))]
    places = places_of(experiment, document, but=[dotted for dotted, told in lost.items() if told])
    for place in places:
        findings += key_findings(experiment, place, places)
    findings += [*demand_findings(places), *constraint_findings(experiment, document, plan, places)]
    if findings:
        return findings
    findings += overlap_findings(experiment, places)
    for place in places:
        findings += repeated_choices(place)
    findings += base_findings(experiment, document, places) or tie_findings(experiment, document, places)
    return findings or list(refusals(places, document, check))


def _budget(experiment: Experiment, plan: Plan) -> Iterator[Finding]:
    for key, value in over_budget(experiment, plan):
        unit = "parameters" if key == "parameters" else "bytes"
        yield Finding(
            "RL309",
            f"the file as written is over the budget: it has {value:,} {unit}",
            ("sweep", "budget", key),
            note="trial 0 is the file as written",
            help="raise the budget, or make the model smaller",
        )

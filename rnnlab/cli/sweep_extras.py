"""What `rnnlab sweep` tells of replicates, of confirmation and of several objectives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rnnlab.source import visible

UNBEATEN = "{} trials that no other one beats in all objectives"

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnnlab.plan.space import Goal
    from rnnlab.run.intervals import Interval
    from rnnlab.sweep import SweepOutcome
    from rnnlab.sweep.trial import Trial


def trial_extras(trial: Trial) -> dict[str, Any]:
    """Return what a trial with replicates, or with several objectives, has more as JSON."""
    data: dict[str, Any] = {"objectives": list(trial.objectives)} if trial.objectives else {}
    if trial.replicates:
        data["interval"] = _ends(trial.interval)
        data["replicates"] = [
            {
                "seed": each.seed,
                "state": each.state,
                "value": each.value,
                "epochs": each.trained,
                "seconds": each.seconds,
                "run_id": each.run_id,
            }
            for each in trial.replicates
        ]
    return data


def extras(outcome: SweepOutcome) -> dict[str, Any]:
    """Return what a sweep has more as JSON: intervals of the test scores, confirmation, front."""
    data: dict[str, Any] = {}
    if outcome.intervals:
        data["test_intervals"] = {key: _ends(each) for key, each in outcome.intervals.items()}
    if outcome.confirmed:
        data["confirmed"] = [each.to_data() for each in outcome.confirmed]
    if len(outcome.objectives) > 1:
        data["objectives"] = [{"metric": each.metric, "direction": each.direction} for each in outcome.objectives]
        data["front"] = [
            {
                "number": member.trial.number,
                "objectives": _by_metric(outcome, member.trial),
                "values": member.trial.values,
                "config": str(member.path) if member.path else None,
            }
            for member in outcome.front
        ]
    return data


def value_of(trial: Trial) -> str:
    """Return the value of a trial, with its interval where it has one."""
    interval = trial.interval
    return f"{trial.value:.4f}" + (_brackets(interval) if interval else "")


def narrow_value_of(trial: Trial) -> str:
    """Return the value of a trial, with half its interval where it has one; empty where it has no value."""
    if trial.value is None:
        return ""
    interval = trial.interval
    known = interval is not None and not math.isnan(interval.low)
    return f"{trial.value:.4f}" + (f" ±{interval.high - interval.mean:.4f}" if interval and known else "")


def told_objectives(trial: Trial, goals: Sequence[Goal]) -> str:
    """Return the objectives of a trial by name; a single one with its interval where it has one."""
    if not trial.objectives:
        return f"{goals[0].metric} {value_of(trial)}"
    numbers = zip(goals, trial.objectives, strict=True)
    return ", ".join(f"{goal.metric} {_number(value)}" for goal, value in numbers)


def test_scores(outcome: SweepOutcome) -> list[str]:
    """Return the test scores of the best, with their intervals where it was trained several times."""
    intervals = outcome.intervals
    return [
        f"{name} {value:.4f}" + (_brackets(intervals[name]) if name in intervals else "")
        for name, value in outcome.scores["test"].items()
    ]


def confirmation_lines(outcome: SweepOutcome) -> list[str]:
    """Return what the best configurations are worth with fresh seeds: the sweep chose the luckiest of many."""
    if not outcome.confirmed:
        return []
    count = len(outcome.confirmed[0].replicates)
    lines = [f"confirmed   with {count} fresh seeds: {outcome.objective} in the sweep, then its mean [95 % interval]"]
    for each in outcome.confirmed:
        interval, before = each.interval, f"            trial {each.trial.number}: {value_of(each.trial)}"
        if interval is None or each.worse_by is None:
            states = ", ".join(sorted({part.state for part in each.replicates}))
            lines.append(f"{before} → not confirmed: {states}")
        else:
            lines.append(f"{before} → {interval.mean:.4f}{_brackets(interval)}  {-each.worse_by:+.4f}")
    return lines


def front_lines(outcome: SweepOutcome) -> list[str]:
    """Return the trials that no other one beats in all objectives."""
    if not outcome.front:
        return []
    lines = [f"front       {UNBEATEN.format(len(outcome.front))}"]
    for member in outcome.front:
        name = f"  {visible(member.path.name)}" if member.path else ""
        lines.append(
            f"            trial {member.trial.number}: {told_objectives(member.trial, outcome.objectives)}{name}"
        )
    if "milliseconds" in {each.metric for each in outcome.objectives}:
        lines.append(
            "            milliseconds are of an answer for one sample, measured: compare large differences only"
        )
    lines.append(
        f"            the best, below, is the best in {outcome.objective}; only it is scored on the test split"
    )
    return lines


def _by_metric(outcome: SweepOutcome, trial: Trial) -> dict[str, float]:
    return {goal.metric: value for goal, value in zip(outcome.objectives, trial.objectives, strict=True)}


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) and abs(value) >= 1 else f"{value:.4g}"


def _brackets(interval: Interval) -> str:
    return "" if math.isnan(interval.low) else f" [{interval.low:.4f}, {interval.high:.4f}]"


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None or math.isnan(interval.low) else [interval.low, interval.high]

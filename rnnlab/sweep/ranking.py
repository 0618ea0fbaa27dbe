"""Which trials are the best, where there are several objectives."""

from __future__ import annotations

from collections.abc import Sequence

from rnnlab.plan.space import Goal
from rnnlab.sweep.trial import Trial, best_of


def best_in(trials: Sequence[Trial], goals: Sequence[Goal]) -> Trial | None:
    """Return the best trial: in the first objective, of those that are alike in it in the next; None without any."""
    if len(goals) == 1:
        return best_of(trials, goals[0].direction)
    return next(iter(front_of(trials, goals)), None)


def front_of(trials: Sequence[Trial], goals: Sequence[Goal]) -> list[Trial]:
    """Return the trials that none beats: as good in every objective and better in one.

    The best in the first objective is first, of those that are alike in it the best in the next. Of trials of
    the same file, or with the same values, the first stands for all.
    """
    first = sorted(
        (trial for trial in trials if trial.objectives), key=lambda trial: (_cost(trial, goals), trial.number)
    )
    found: dict[tuple[float, ...], Trial] = {}
    for trial in first:  # what beats a trial stands before it, and so does one of the front that beats it
        scores = _cost(trial, goals)
        if scores not in found and not any(_beats(other, scores) for other in found):
            found[scores] = trial
    return list(found.values())


def _cost(trial: Trial, goals: Sequence[Goal]) -> tuple[float, ...]:
    signs = (1 if goal.direction == "minimize" else -1 for goal in goals)
    return tuple(sign * value for sign, value in zip(signs, trial.objectives, strict=True))


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))

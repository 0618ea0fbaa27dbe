"""Seeds as replicates: the same file trained N times, mean and 95 % interval recorded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from rnnlab.errors import CallError
from rnnlab.run.heads import run_head
from rnnlab.run.opening import Say, open_road
from rnnlab.run.run import Outcome, start_run
from rnnlab.train.listener import Listener


@dataclass(frozen=True)
class Interval:
    """A mean over replicates with its 95 % interval (Student's t); the ends are NaN for a single one."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Replicated:
    """What the replicates came to.

    Attributes:
        run_id: of the parent run.
        outcomes: one per seed.
        intervals: of every test quantity and of the skills.
    """

    run_id: str
    name: str
    outcomes: tuple[Outcome, ...]
    intervals: dict[str, Interval]


def interval_of(values: Sequence[float]) -> Interval:
    """Return mean and 95 % interval of independent values."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return Interval(mean, math.nan, math.nan)
    half = float(stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values)))
    return Interval(mean, mean - half, mean + half)


def run_replicates(
    path: Path | str,
    *,
    overrides: Sequence[str] = (),
    store: str | None = None,
    listeners: Sequence[Listener] = (),
    say: Say = lambda line: None,
) -> Replicated:
    """Return what the replicates of a file with `seeds: N` came to: one parent run, N runs nested in it.

    Raises:
        RnnlabError: as `run_experiment`; the parent's status then says FAILED or KILLED too.
    """
    road = open_road(Path(path), overrides=overrides, store=store, say=say)
    count = road.experiment.seeds
    if count is None:
        raise CallError("the file has no `seeds: N`")
    head = run_head(road.document, road.experiment, road.plan, kind="replicates", folder=road.folder)
    parent = road.store.start(head)
    outcomes = []
    status = "FAILED"
    try:
        for seed in range(road.experiment.seed, road.experiment.seed + count):
            say(f"seed {seed}")
            experiment = road.experiment.model_copy(update={"seed": seed, "seeds": None})
            outcomes.append(start_run(road, experiment, listeners, parent=parent, name=f"seed-{seed}"))
        intervals = {key: interval_of([_values(each)[key] for each in outcomes]) for key in _values(outcomes[0])}
        road.store.log_metrics(parent, _flat(intervals))
        status = "FINISHED"
    except BaseException as error:
        status = "KILLED" if getattr(error, "exit_code", 1) == 130 else "FAILED"
        raise
    finally:
        road.store.finish(parent, status)  # type: ignore[arg-type]
    return Replicated(parent, road.store.name_of(parent), tuple(outcomes), intervals)


def _values(outcome: Outcome) -> dict[str, float]:
    tests = {f"test_{name}": value for name, value in outcome.scores.metrics.items()}
    return tests | {f"skill_over_{name}": value for name, value in outcome.skill.items()}


def _flat(intervals: dict[str, Interval]) -> dict[str, float]:
    flat = {}
    for key, interval in intervals.items():
        flat |= {key: interval.mean, f"{key}_ci95_low": interval.low, f"{key}_ci95_high": interval.high}
    return {key: value for key, value in flat.items() if not math.isnan(value)}



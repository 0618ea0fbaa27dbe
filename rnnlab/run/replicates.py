"""Seeds as replicates, and folds in time: a file trained N times, mean and 95 % interval recorded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from rnnlab.data import prepare
from rnnlab.datasets import TimeSplit
from rnnlab.errors import CallError
from rnnlab.experiment import target_kind
from rnnlab.experiment.fingerprint import config_fingerprint
from rnnlab.run.heads import run_head
from rnnlab.run.intervals import Interval as Interval
from rnnlab.run.intervals import interval_of as interval_of
from rnnlab.run.opening import Road, Say, is_replicated, open_road
from rnnlab.run.run import Outcome, as_begun, find_interrupted, finish_run, start_run
from rnnlab.track.record import Record
from rnnlab.train.listener import Listener
from rnnlab.train.warm import WarmLearners


@dataclass(frozen=True)
class Replicated:
    """What the replicates came to.

    Attributes:
        run_id: of the parent run.
        outcomes: of the replicates trained now; those that an earlier process had finished are not among them.
        replicates: how many there are in all.
        intervals: of every test quantity and of the skills, over all.
    """

    run_id: str
    name: str
    experiment: str
    store: str
    outcomes: tuple[Outcome, ...]
    replicates: int
    intervals: dict[str, Interval]


def run_replicates(
    path: Path | str,
    *,
    overrides: Sequence[str] = (),
    store: str | None = None,
    resume: bool = False,
    listeners: Sequence[Listener] = (),
    say: Say = lambda line: None,
) -> Replicated:
    """Return what the replicates of a file with `seeds: N` or `split.folds: N` came to: a parent, N runs nested in it.

    Args:
        path: the file.
        overrides: `path=value`, as `--set`.
        store: as in `run_experiment`.
        resume: go on with interrupted replicates: finished seeds are kept, the broken one continues.
        listeners: told of every step and epoch.
        say: takes sentences for the person.

    Raises:
        RnnlabError: as `run_experiment`; the parent's status then says FAILED or KILLED too.
    """
    road = open_road(Path(path), overrides=overrides, store=store, say=say)
    if not is_replicated(road.experiment):
        raise CallError("the file has no `seeds: N`, and no `split.folds: N`")
    parent = _reopened(road) if resume else _started(road)
    status: Literal["FINISHED", "FAILED", "KILLED"] = "FAILED"
    try:
        outcomes, values = _train_all(road, parent, listeners)
        intervals = {key: interval_of([each[key] for each in values]) for key in values[0]}
        road.store.log_metrics(parent, _flat(intervals))
        status = "FINISHED"
    except BaseException as error:
        status = "KILLED" if getattr(error, "exit_code", 1) == 130 else "FAILED"
        raise
    finally:
        road.store.finish(parent, status)
    return Replicated(
        run_id=parent,
        name=road.store.name_of(parent),
        experiment=road.experiment.name,
        store=road.store.uri,
        outcomes=tuple(outcomes),
        replicates=len(values),
        intervals=intervals,
    )


def _started(road: Road) -> str:
    head = run_head(road.document, road.experiment, road.plan, kind="replicates", folder=road.folder)
    return road.store.start(head)


def _reopened(road: Road) -> str:
    wanted = config_fingerprint(road.experiment)
    for record in reversed(road.store.records(experiment=road.experiment.name)):
        same = record.kind == "replicates" and record.tags.get("rnnlab.fingerprint") == wanted
        if same and record.status in ("KILLED", "FAILED"):
            road.say(f"resuming the replicates {record.name} ({record.run_id[:8]})")
            road.store.reopen(record.run_id)
            return record.run_id
    raise CallError("nothing to resume: no interrupted replicates of this experiment are in this store")


def _train_all(road: Road, parent: str, listeners: Sequence[Listener]) -> tuple[list[Outcome], list[dict[str, float]]]:
    """Return (outcomes of the parts trained now, test values of all)."""
    outcomes: list[Outcome] = []
    values: list[dict[str, float]] = []
    finished, warm = _finished(road, parent), WarmLearners()
    for name, part in _parts(road):
        if name in finished:
            values.append(finished[name])
            continue
        road.say(name.replace("-", " "))
        ready = part()
        outcomes.append(_train_one(ready, parent, name, listeners, warm))
        values.append(_values(outcomes[-1]))
    return outcomes, values


def _parts(road: Road) -> Iterator[tuple[str, Callable[[], Road]]]:
    """Yield (name, how its road is made) of every fold and seed."""
    split = road.experiment.dataset.split if road.experiment.dataset else None
    folds = split.folds if isinstance(split, TimeSplit) else 1
    seeds = road.experiment.seeds
    for fold in range(1, folds + 1):
        for seed in road.experiment.replicate_seeds:
            names = [*([f"fold-{fold}"] if folds > 1 else []), *([f"seed-{seed}"] if seeds else [])]
            yield "-".join(names), partial(_part, road, fold, seed)


def _part(road: Road, fold: int, seed: int) -> Road:
    """Return the road of one training: its seed, and its part of the time."""
    experiment = road.experiment.model_copy(update={"seed": seed, "seeds": None})
    dataset = experiment.dataset
    if dataset is None or not isinstance(dataset.split, TimeSplit) or dataset.split.folds == 1:
        return replace(road, experiment=experiment)
    dataset = dataset.model_copy(update={"split": dataset.split.fold(fold)})
    experiment = experiment.model_copy(update={"dataset": dataset})
    splits = prepare(experiment, road.folder, target=target_kind(experiment), say=road.say)
    return replace(road, experiment=experiment, splits=splits)


def _train_one(road: Road, parent: str, name: str, listeners: Sequence[Listener], warm: WarmLearners) -> Outcome:
    experiment = road.experiment
    broken = find_interrupted(road, experiment)
    if broken is None or broken.parent != parent:
        return start_run(road, experiment, listeners, parent=parent, name=name, warm=warm)
    begun = as_begun(road, broken)
    return finish_run(begun, experiment, broken.run_id, broken.name, listeners, resume=True, warm=warm)


def _finished(road: Road, parent: str) -> dict[str, dict[str, float]]:
    """Return the test values of the replicates that are done, by name."""
    records = road.store.records(experiment=road.experiment.name)
    return {
        record.name: _recorded(record) for record in records if record.parent == parent and record.status == "FINISHED"
    }


def _recorded(record: Record) -> dict[str, float]:
    return {key: value for key, value in record.metrics.items() if key.startswith(("test_", "skill_over_"))}


def _values(outcome: Outcome) -> dict[str, float]:
    tests = {f"test_{name}": value for name, value in outcome.scores.metrics.items()}
    return tests | {f"skill_over_{name}": value for name, value in outcome.skill.items()}


def _flat(intervals: dict[str, Interval]) -> dict[str, float]:
    flat: dict[str, float] = {}
    for key, interval in intervals.items():
        flat |= {key: interval.mean, f"{key}_ci95_low": interval.low, f"{key}_ci95_high": interval.high}
    return {key: value for key, value in flat.items() if not math.isnan(value)}

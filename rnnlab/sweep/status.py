"""A sweep as another process sees it: read from its folder, nothing written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial

from rnnlab.errors import RunNotFoundError, StoreError
from rnnlab.sweep.book import CURVE, PLACED, REPLICATE, ended_trials
from rnnlab.sweep.folder import SweepFacts, sweeps_in
from rnnlab.sweep.journal import read_study
from rnnlab.sweep.ranking import best_in, front_of
from rnnlab.sweep.remaining import seconds_left
from rnnlab.sweep.shared import read_shared_study
from rnnlab.sweep.trial import REPEATED, Trial
from rnnlab.track.record import Record
from rnnlab.track.selectors import select
from rnnlab.track.uri import database_path, resolve_uri


@dataclass(frozen=True)
class RunningTrial:
    """A trial that was asked for and not told yet.

    Attributes:
        chosen: by dotted path, as Optuna names the values.
        values: of the epochs that it reported, in order.
        epochs: that it trains for if nothing stops it.
        workers: that train it; empty where none has begun.
        since: when the first of them began, in seconds since 1970.
        seeds: of the replicates that they train, where it has replicates.
    """

    number: int
    chosen: dict[str, Any]
    values: tuple[float, ...]
    epochs: int
    workers: tuple[str, ...]
    since: float | None
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True)
class SweepStatus:
    """A sweep as its folder has it.

    Attributes:
        trials: that ended.
        best: as the report has it at the end: in the first objective, of those alike in it in the next.
        front: of several objectives, the trials that none beats, the best first.
        seconds_left: an estimate, from the trials that ended; None where there is nothing to go by.
    """

    facts: SweepFacts
    trials: tuple[Trial, ...]
    running: tuple[RunningTrial, ...]
    refused: int
    best: Trial | None
    front: tuple[Trial, ...]
    seconds_left: float | None

    @property
    def states(self) -> dict[str, int]:
        """Return how many trials ended in each state."""
        return dict(sorted(Counter(trial.state for trial in self.trials).items()))


def sweep_status(selector: str, *, store: str | None = None, working_folder: Path | None = None) -> SweepStatus:
    """Return how a sweep is doing.

    Args:
        selector: id prefix, name, `LAST` or `LAST~N`.
        store: as in `run_sweep`; without a file's own `tracking.uri`.
        working_folder: where the default store is; the current folder unless given.

    Raises:
        RunNotFoundError: no sweep, or more than one, has that name.
        StoreError: its journal is damaged.
    """
    here = working_folder or Path.cwd()
    database = database_path(resolve_uri(store, None, environment=os.environ, folder=here))
    known = sweeps_in(database.parent if database else here / "mlruns")
    if not known:
        raise RunNotFoundError("there is no sweep in this store")
    (record,) = select([_record(facts) for _, facts in known], [selector])
    folder, facts = next(each for each in known if each[1].run_id == record.run_id)
    study = read_shared_study(facts.storage, facts.study) if facts.storage else read_study(folder.journal)
    try:
        frozen = study.get_trials(deepcopy=False) if study else []
    except ValueError as error:
        raise StoreError(f"the journal {folder.journal} is damaged: {error}") from error
    ended = [trial for trial in ended_trials(frozen) if trial.number != REPEATED]
    trials = tuple(sorted((each for each in ended if each.state != "invalid"), key=lambda each: each.number))
    begun = [each for each in frozen if not each.state.is_finished() and "begun" in each.user_attrs]
    running = tuple(_running(each, facts) for each in begun)
    refused = len(ended) - len(trials)
    best, front = best_in(trials, facts.goals), front_of(trials, facts.goals) if len(facts.goals) > 1 else ()
    return SweepStatus(facts, trials, running, refused, best, tuple(front), _left(facts, trials, running))


def _running(frozen: FrozenTrial, facts: SweepFacts) -> RunningTrial:
    known, seeds = frozen.user_attrs, facts.seeds
    places = [place for place in range(len(seeds)) if f"{REPLICATE}{place}" not in known]
    keys = {f"{PLACED}-{place}": seeds[place] for place in places} if seeds else {PLACED: None}
    placed = [(known[key], seed) for key, seed in keys.items() if key in known]
    reported = (frozen.intermediate_values[step] for step in sorted(frozen.intermediate_values))
    return RunningTrial(
        known["begun"]["number"],
        dict(frozen.params),
        tuple(known.get(CURVE, reported)),
        _steps(frozen, facts),
        tuple(each["worker"] for each, _ in placed),
        min((each["since"] for each, _ in placed), default=None),
        tuple(seed for _, seed in placed if seed is not None),
    )


def _steps(frozen: FrozenTrial, facts: SweepFacts) -> int:
    """Return how many values a trial reports if nothing stops it: of its epochs, or of its replicates."""
    if facts.config["sweep"].get("pruner", {}).get("kind") == "wilcoxon":
        return len(facts.seeds)
    epochs: int = frozen.params.get("training.epochs", facts.config["training"]["epochs"])
    return epochs * max(1, len(facts.seeds))


def _left(facts: SweepFacts, trials: Sequence[Trial], running: Sequence[RunningTrial]) -> float | None:
    """Return about how many seconds the trials take that have not ended."""
    if facts.concluded:
        return None
    done = [min(1.0, len(each.values) / each.epochs) for each in running]
    return seconds_left(trials, facts.trials, facts.workers, done)


def _record(facts: SweepFacts) -> Record:
    """Return a sweep as `select` takes it."""
    start = round(facts.started * 1000)
    return Record(
        run_id=facts.run_id,
        name=facts.name,
        experiment=facts.experiment,
        status="FINISHED" if facts.concluded else "RUNNING",
        start=start,
        end=None,
        config={},
        metrics={},
        curves={},
        tags={"rnnlab.kind": "sweep"},
    )

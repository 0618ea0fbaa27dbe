"""The end of a sweep: the best trial is recorded whole, and written as a file that runs alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rnnlab.errors import RnnlabError, WorkerDiedError
from rnnlab.plan.space import goals_of
from rnnlab.plugging import plugins_in
from rnnlab.run.intervals import Interval, interval_of
from rnnlab.sweep.best import best_yaml, write_best
from rnnlab.sweep.confirmation import Confirmed, winner_of
from rnnlab.sweep.ledger import interval_numbers
from rnnlab.sweep.points import Point
from rnnlab.sweep.pruning import epochs_saved
from rnnlab.sweep.ranking import best_in
from rnnlab.sweep.running import trainings_of
from rnnlab.sweep.site import Site
from rnnlab.sweep.together import train_together
from rnnlab.sweep.training import Training
from rnnlab.sweep.trial import Replicate, Trial, TrialReport, with_run, with_seeds
from rnnlab.sweep.under_way import RETRIES


@dataclass(frozen=True)
class BestTrial:
    """The best trial, recorded.

    Attributes:
        config: its file, as YAML that runs alone.
        path: where that was written.
        scores: on the test split, with baselines and skill; means, where it was trained several times.
        intervals: of the test scores, where it was trained several times.
    """

    trial: Trial
    config: str
    path: Path | None
    scores: dict[str, Any]
    intervals: dict[str, Interval]


def conclude(site: Site, trials: Sequence[Trial], confirmed: Sequence[Confirmed] = ()) -> BestTrial | None:
    """Return the best trial, recorded whole; None where none has a value.

    Args:
        site: of the sweep.
        trials: that ended.
        confirmed: configurations that were trained again: the best is the best of those, with its new trainings.

    Raises:
        RnnlabError: it could not be recorded.
    """
    winner = winner_of(confirmed, site.direction)
    best = winner.trial if winner else best_in(trials, goals_of(site.sweep))
    if best is None or site.book.begun_of(best.number) is None:
        return None
    point = site.point(best)
    best = best if winner else site.book.without_foreign_runs(best)
    seeds = [each.seed for each in winner.replicates] if winner else []
    if not site.book.claim(best.number, seeds):
        _record_confirmed(site, confirmed, winner)
        return _told(site, best, point, seeds)
    trainings = winner.trainings if winner else trainings_of(best.number, point)
    parts = winner.replicates if winner else best.parts(point.experiment.seed)
    best, parts = _with_weights(site, best, trainings, parts)
    site.road.say(f"recording trial {best.number}, the best")
    several = len(parts) > 1
    found = [_recorded(site, best, *each) for each in zip(trainings, parts, strict=True)]
    intervals = {
        key: interval_of([each["test"][key] for each in found]) for key in (found[0]["test"] if several else ())
    }
    scores = _mean(found)
    config = _best_file(site, best, point, parts[0].threads, seeds)
    path = write_best(config, site.road.document.name, site.road.say)
    site.folder.keep_weights({each.name for each in trainings})
    _record(site, best, config, scores, intervals)
    _record_confirmed(site, confirmed, winner)
    site.book.recorded(best.number, seeds)
    return BestTrial(best, config, path, scores, intervals)


def _told(site: Site, best: Trial, point: Point, seeds: Sequence[int]) -> BestTrial:
    """Return the best trial that another machine has recorded, written as a file here, too."""
    config = _best_file(site, best, point, best.threads, seeds)
    path = write_best(config, site.road.document.name, site.road.say)
    site.road.store.log_text(site.run_id, "best.yaml", config)
    tags = {"rnnlab.best_trial": str(best.number), "rnnlab.best_elsewhere": "true"}
    site.road.store.set_tags(site.run_id, tags)
    return BestTrial(best, config, path, {}, {})


def _best_file(site: Site, best: Trial, point: Point, threads: int, seeds: Sequence[int]) -> str:
    """Return the file of the best trial, with other seeds where some are given."""
    plugins = [plugin.spec_file.path.name for plugin in plugins_in(point.experiment.model)]
    file = with_run(point.document.to_data(), point.experiment)
    if seeds:
        file = with_seeds(file, seeds)
    return best_yaml(file, threads, sweep=site.run_id, trial=best.number, plugins=plugins)


def record_counts(site: Site, trials: Sequence[Trial], refused: int) -> None:
    """Write how many trials ended in each state, and what pruning saved, into the sweep's run."""
    counts = {state: sum(trial.state == state for trial in trials) for state in {trial.state for trial in trials}}
    numbers = {f"trials_{state}": float(count) for state, count in counts.items()}
    trained = float(sum(trial.trained for trial in trials))
    saved = float(epochs_saved(trials))
    numbers |= {"trials_refused": float(refused), "epochs": trained, "epochs_saved_by_pruning": saved}
    site.road.store.log_metrics(site.run_id, numbers)
    site.road.store.set_tags(site.run_id, {"rnnlab.epochs_saved": f"{saved:.0f} by pruning, {trained:.0f} trained"})


def _recorded(site: Site, best: Trial, training: Training, part: Replicate) -> dict[str, Any]:
    assert part.run_id is not None
    asked = site.order(training), part.run_id, site.road.store.uri, best.part(part)
    for _ in range(RETRIES):
        try:
            return site.executor.record_best(*asked)
        except WorkerDiedError as error:
            site.road.say(f"trial {training.name}: {error}; trying again")
    return site.executor.record_best(*asked)


def _mean(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return scores as of one training: means, and a baseline that any of them missed."""
    means = {
        kind: {key: sum(each[kind][key] for each in found) / len(found) for key in found[0][kind]}
        for kind in ("test", "skill")
    }
    return {
        **found[0],
        **(means if len(found) > 1 else {}),
        "missed": next((each["missed"] for each in found if each["missed"]), None),
    }


def _record(site: Site, best: Trial, config: str, scores: dict[str, Any], intervals: dict[str, Interval]) -> None:
    """Write which trial is the best; another one may have been when the sweep had fewer."""
    store, run_id = site.road.store, site.run_id
    assert best.run_id is not None
    store.log_text(run_id, "best.yaml", config)
    store.set_tags(best.run_id, {"rnnlab.best": "true"})
    for record in store.records(experiment=site.road.experiment.name):
        if record.parent == run_id and record.run_id != best.run_id and record.tags.get("rnnlab.best") == "true":
            store.set_tags(record.run_id, {"rnnlab.best": "false"})
    store.set_tags(run_id, {"rnnlab.best_trial": str(best.number), "rnnlab.best_run": best.run_id})
    tests = {f"test_{key}": value for key, value in scores["test"].items()}
    for key, interval in intervals.items():
        tests |= interval_numbers(f"test_{key}", interval)
    numbers = {site.objective: best.value or 0.0, "parameters": float(best.parameters)}
    if best.interval is not None:
        numbers |= interval_numbers(site.objective, best.interval)
    store.log_metrics(run_id, numbers | tests)
    if intervals:  # else its run has them already
        store.log_metrics(best.run_id, tests)


def _record_confirmed(site: Site, confirmed: Sequence[Confirmed], winner: Confirmed | None) -> None:
    if not confirmed:
        return
    text = json.dumps([each.to_data() for each in confirmed], indent=2)
    site.road.store.log_text(site.run_id, "confirmation.json", text)
    if winner is None or winner.interval is None:
        site.road.say("no configuration was confirmed: the best is that of the sweep")
        return
    numbers = {"confirmed": winner.interval.mean} | interval_numbers("confirmed", winner.interval)
    site.road.store.log_metrics(site.run_id, numbers)
    site.road.store.set_tags(site.run_id, {"rnnlab.confirmed": f"{winner.trial.number}"})


def _with_weights(
    site: Site, best: Trial, trainings: Sequence[Training], parts: Sequence[Replicate]
) -> tuple[Trial, tuple[Replicate, ...]]:
    """Return the best trial and its trainings, of which some are done again: their weights are not here, or were lost.

    Raises:
        RnnlabError: one does not train now.
    """
    known = {each.seed: each for each in parts}
    lost = [each for each in trainings if not _is_here(site, each, known.get(each.seed))]
    if not lost:
        return best, tuple(parts)
    site.road.say(f"training trial {best.number}, the best, whose weights are not here")
    name = f"{best.number}"
    if best.run_id is None:
        site.ledger.start(name, site.points.head(best.number, site.point(best), site.run_id), best.parameters)
        best = replace(best, run_id=site.ledger.run_id(name))
    for training, report in _train_again(site, best, lost):
        earlier = known.get(training.seed)
        run_id = earlier.run_id if earlier and earlier.run_id else None
        again = training.ended(report, site.metrics, run_id or "")
        known[training.seed] = again if run_id else _log_run(site, best, training, again)
    again_all = tuple(known[each.seed] for each in trainings)
    if not site.ledger.is_closed(name):
        for epoch in best.history if best.replicates else ():
            site.ledger.log_epoch(name, epoch)
        site.ledger.close(name, replace(best, state="complete"))
    site.ledger.flush()
    return best, again_all


def _is_here(site: Site, training: Training, part: Replicate | None) -> bool:
    """Return whether a training has a run and its weights."""
    return part is not None and part.run_id is not None and site.folder.weights_of(training.name).is_file()


def _train_again(site: Site, best: Trial, lost: Sequence[Training]) -> list[tuple[Training, TrialReport]]:
    reports: list[tuple[Training, TrialReport]] = []
    train_together(
        lost,
        executor=site.executor,
        order=site.order,
        timeout=None,
        say=site.road.say,
        begin=lambda training: None,
        hear=lambda training, epoch: None,
        end=lambda training, report: reports.append((training, report)),
    )
    for _, report in reports:
        if report.state != "complete":
            raise RnnlabError(f"trial {best.number}, the best, could not be trained again: {report.message}")
    return reports


def _log_run(site: Site, best: Trial, training: Training, again: Replicate) -> Replicate:
    """Return a training with a run: that of its trial, or one nested in that."""
    name = f"{best.number}"
    if training.name != name:
        head = site.points.part_head(training.name, training.point, site.run_id)
        site.ledger.start(training.name, head, best.parameters, under=name)
    for epoch in again.history:
        site.ledger.log_epoch(training.name, epoch)
    again = replace(again, run_id=site.ledger.run_id(training.name))
    site.ledger.close(training.name, again)
    return again

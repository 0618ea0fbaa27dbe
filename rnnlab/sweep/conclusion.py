"""The end of a sweep: the best trial is recorded whole, and written as a file that runs alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rnnlab.errors import RnnlabError
from rnnlab.plugging import plugins_in
from rnnlab.run.opening import Road
from rnnlab.sweep.best import best_yaml, write_best
from rnnlab.sweep.book import Begun, Book
from rnnlab.sweep.executor import Executor
from rnnlab.sweep.folder import SweepFolder
from rnnlab.sweep.ledger import Ledger
from rnnlab.sweep.points import Point, Points
from rnnlab.sweep.pruning import epochs_saved
from rnnlab.sweep.shared import SharedBook
from rnnlab.sweep.trial import Trial, best_of, with_run
from rnnlab.tasks import Direction


@dataclass(frozen=True)
class BestTrial:
    """The best trial, recorded.

    Attributes:
        config: its file, as YAML that runs alone.
        path: where that was written.
        scores: on the test split, with baselines and skill.
    """

    trial: Trial
    config: str
    path: Path | None
    scores: dict[str, Any]


def conclude(
    road: Road,
    run_id: str,
    folder: SweepFolder,
    book: Book | SharedBook,
    points: Points,
    executor: Executor,
    ledger: Ledger,
    direction: Direction,
    trials: Sequence[Trial],
) -> BestTrial | None:
    """Return the best trial, recorded whole; None where none has a value.

    Raises:
        RnnlabError: it could not be recorded.
    """
    best = best_of(trials, direction)
    begun = None if best is None else book.begun_of(best.number)
    if best is None or begun is None:
        return None
    if not book.claim(best.number):
        return _told(road, run_id, points, best, begun)
    if not book.is_own(best.number):
        best = replace(best, run_id=None)  # its run may be in another store
    point = points.plan(begun.chosen, begun.threads)
    order = points.order(folder, best.number, point)
    if best.run_id is None or not Path(order.weights).is_file():
        best = _train_again(road, run_id, folder, points, executor, ledger, best, point)
    road.say(f"recording trial {best.number}, the best")
    assert best.run_id is not None
    scores = executor.record_best(order, best.run_id, road.store.uri, best)
    config = _best_file(run_id, best, point)
    path = write_best(config, road.document.name, road.say)
    _record(road, run_id, best, config, scores, trials)
    book.recorded(best.number)
    return BestTrial(best, config, path, scores)


def _told(road: Road, run_id: str, points: Points, best: Trial, begun: Begun) -> BestTrial:
    """Return the best trial that another machine has recorded, written as a file here, too."""
    config = _best_file(run_id, best, points.plan(begun.chosen, begun.threads))
    path = write_best(config, road.document.name, road.say)
    road.store.log_text(run_id, "best.yaml", config)
    road.store.set_tags(run_id, {"rnnlab.best_trial": str(best.number), "rnnlab.best_elsewhere": "true"})
    return BestTrial(best, config, path, {})


def _best_file(run_id: str, best: Trial, point: Point) -> str:
    plugins = [plugin.spec_file.path.name for plugin in plugins_in(point.experiment.model)]
    file = with_run(point.document.to_data(), point.experiment)
    return best_yaml(file, best.threads, sweep=run_id, trial=best.number, plugins=plugins)


def record_counts(road: Road, run_id: str, trials: Sequence[Trial], refused: int) -> None:
    """Write how many trials ended in each state, and what pruning saved, into the sweep's run."""
    counts = {state: sum(trial.state == state for trial in trials) for state in {trial.state for trial in trials}}
    numbers = {f"trials_{state}": float(count) for state, count in counts.items()}
    trained = float(sum(len(trial.history) for trial in trials))
    saved = float(epochs_saved(trials))
    numbers |= {"trials_refused": float(refused), "epochs": trained, "epochs_saved_by_pruning": saved}
    road.store.log_metrics(run_id, numbers)
    road.store.set_tags(run_id, {"rnnlab.epochs_saved": f"{saved:.0f} by pruning, {trained:.0f} trained"})


def _record(road: Road, run_id: str, best: Trial, config: str, scores: dict[str, Any], trials: Sequence[Trial]) -> None:
    """Write which trial is the best; another one may have been when the sweep had fewer."""
    store = road.store
    assert road.experiment.sweep is not None
    assert best.run_id is not None
    store.log_text(run_id, "best.yaml", config)
    store.set_tags(best.run_id, {"rnnlab.best": "true"})
    for record in store.records(experiment=road.experiment.name):
        if record.parent == run_id and record.run_id != best.run_id and record.tags.get("rnnlab.best") == "true":
            store.set_tags(record.run_id, {"rnnlab.best": "false"})
    store.set_tags(run_id, {"rnnlab.best_trial": str(best.number), "rnnlab.best_run": best.run_id})
    numbers = {road.experiment.sweep.objective.metric: best.value or 0.0, "parameters": float(best.parameters)}
    store.log_metrics(run_id, numbers | {f"test_{key}": value for key, value in scores["test"].items()})


def _train_again(
    road: Road,
    run_id: str,
    folder: SweepFolder,
    points: Points,
    executor: Executor,
    ledger: Ledger,
    best: Trial,
    point: Point,
) -> Trial:
    """Return the best trial after training it for its weights: those of another run are not here, or were lost.

    Raises:
        RnnlabError: it does not train now.
    """
    road.say(f"training trial {best.number}, the best, whose weights are not here")
    executor.start(points.order(folder, best.number, point))
    history = []
    while True:
        event = executor.next_event()
        if event is None or event.kind == "began":
            continue
        if event.kind == "epoch" and event.epoch:
            history.append(event.epoch)
            executor.answer(event.number, False)
            continue
        report = event.report
        if report is None or report.state != "complete" or report.result is None:
            message = report.message if report else event.message
            raise RnnlabError(f"trial {best.number}, the best, could not be trained again: {message}")
        break
    result = report.result
    again = replace(best, history=result.history, kept_epoch=result.kept_epoch, threads=report.threads)
    again = replace(again, stopped_by=result.stopped_by)
    if best.run_id is not None:
        return again
    ledger.start(best.number, points.head(best.number, point, run_id), best.parameters)
    for epoch in result.history:
        ledger.log_epoch(best.number, epoch)
    again = replace(again, run_id=ledger.run_id(best.number))
    ledger.close(replace(again, state="complete"))
    ledger.flush()
    return again

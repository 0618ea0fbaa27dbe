"""The supervisor: asks Optuna, has trials trained, writes every record. The only writer."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import optuna

from rnnlab.errors import CallError, InterruptedRunError, InvalidExperimentError, RunNotFoundError, WorkerDiedError
from rnnlab.experiment import Experiment, validate_document
from rnnlab.kernels import await_compiled
from rnnlab.plan import Plan, check_document, check_experiment, plan_model
from rnnlab.plan.space import limits_of, nodes_of, places_of, trial_document, values_of
from rnnlab.plugging import plugins_in
from rnnlab.run.heads import run_head
from rnnlab.run.initial import with_whole_id
from rnnlab.run.opening import Road, Say, open_road
from rnnlab.run.pace import short_census
from rnnlab.run.replicates import is_replicated
from rnnlab.source import Diagnostic, Document, Parsed
from rnnlab.sweep.best import best_yaml, write_best
from rnnlab.sweep.executor import Executor, LocalExecutor
from rnnlab.sweep.figures import log_figures
from rnnlab.sweep.study import create_study, is_exhausted
from rnnlab.sweep.suggesting import base_labels, suggest
from rnnlab.sweep.trial import Trial, TrialOrder, TrialReport, with_run
from rnnlab.tasks import direction_of
from rnnlab.train.result import Epoch, TrainingResult

RETRIES = 2  # after a worker's death
MOST_REFUSED = 200  # points in a row that the plan refuses before the sweep gives up


class SweepListener(Protocol):
    """Hears of a sweep's progress."""

    def on_sweep(self, trials: int, objective: str, direction: str) -> None:
        """Hear that the sweep begins."""

    def on_trial(self, number: int, values: dict[str, Any], parameters: int) -> None:
        """Hear that a trial begins."""

    def on_trial_epoch(self, number: int, epoch: Epoch, epochs: int) -> None:
        """Hear that an epoch of a trial is done."""

    def on_trial_end(self, trial: Trial) -> None:
        """Hear that a trial ended, or was refused."""


@dataclass(frozen=True)
class SweepOutcome:
    """What a sweep came to.

    Attributes:
        run_id: of the parent run.
        trials: all of them, refused points not counted.
        refused: points that the plan refused, which never reached a worker.
        best: None where no trial completed.
        best_config: the best trial's file, as YAML that runs alone.
        best_path: where that was written.
        scores: of the best on the test split, with baselines and skill.
    """

    run_id: str
    name: str
    objective: str
    direction: str
    trials: tuple[Trial, ...]
    refused: tuple[Trial, ...]
    best: Trial | None
    best_config: str = ""
    best_path: Path | None = None
    scores: dict[str, Any] = field(default_factory=dict)
    store: str = ""


def run_sweep(
    path: Path | str,
    *,
    overrides: Sequence[str] = (),
    store: str | None = None,
    listeners: Sequence[SweepListener] = (),
    executor: Executor | None = None,
    say: Say = lambda line: None,
) -> SweepOutcome:
    """Return what a sweep came to: one parent run in the store, its trials nested, the best one recorded whole.

    Args:
        path: a file with a `sweep:` section; as written it is trial 0.
        overrides: `path=value`, as `--set`.
        store: MLflow URI or folder; as in `run_experiment`.
        listeners: told of every trial and epoch.
        executor: where trials are trained; one warm process on this machine unless given.
        say: takes sentences for the person.

    Raises:
        RnnlabError: the file, the data or the store is refused, or the sweep is interrupted; a failing trial raises
            nothing.
    """
    worker = executor or LocalExecutor()
    try:
        return _sweep(path, overrides, store, tuple(listeners), worker, say)
    finally:
        worker.close()


def _sweep(
    path: Path | str,
    overrides: Sequence[str],
    store: str | None,
    listeners: tuple[SweepListener, ...],
    worker: Executor,
    say: Say,
) -> SweepOutcome:
    checked = check_experiment(Path(path), overrides=overrides)
    _, experiment, _ = checked.require()
    if experiment.sweep is None:
        raise CallError("the file has no `sweep:` section; `rnnlab run` trains it once")
    if is_replicated(experiment):
        key = "`split.folds`" if experiment.seeds is None else "`seeds`"
        raise CallError(f"a sweep trains each trial once: leave {key} out, and give the best file its {key} later")
    worker.warm()
    road = open_road(Path(path), overrides=overrides, store=store, say=say)
    say(short_census(road.experiment, road.document, road.folder, road.plan, road.store))
    await_compiled()
    head = run_head(road.document, road.experiment, road.plan, kind="sweep", folder=road.folder)
    run_id = road.store.start(head)
    try:
        with tempfile.TemporaryDirectory(prefix="rnnlab-sweep-") as weights:
            outcome = _Supervisor(road, run_id, worker, listeners, Path(weights)).run()
    except KeyboardInterrupt as error:
        road.store.finish(run_id, "KILLED")
        raise InterruptedRunError("the sweep was interrupted; the trials that ended are recorded") from error
    except BaseException as error:
        road.store.set_tags(run_id, {"rnnlab.error": str(error)})
        road.store.finish(run_id, "FAILED")
        raise
    road.store.finish(run_id, "FINISHED" if outcome.best else "FAILED")
    return outcome


class _Supervisor:
    def __init__(
        self, road: Road, run_id: str, executor: Executor, listeners: tuple[SweepListener, ...], weights: Path
    ) -> None:
        assert road.experiment.sweep is not None
        self.road = road
        self.run_id = run_id
        self.executor = executor
        self.listeners = listeners
        self.weights = weights
        self.sweep = road.experiment.sweep
        self.objective = self.sweep.objective.metric
        self.direction = direction_of(self.objective)
        self.places = places_of(road.experiment, road.document)
        self.limits = limits_of(road.experiment, road.document)
        journal = road.checkpoints(run_id).parent.parent / "sweeps" / f"{run_id}.journal"
        self.study = create_study(self.sweep, self.places, self.direction, name=run_id, journal=journal)
        self.is_grid = self.sweep.sampler.kind == "grid"
        self.trials: list[Trial] = []
        self.refused: list[Trial] = []
        self.results: dict[int, tuple[TrialOrder, TrainingResult, TrialReport]] = {}
        self.files: dict[int, dict[str, Any]] = {}

    def run(self) -> SweepOutcome:
        for listener in self.listeners:
            listener.on_sweep(self.sweep.trials, self.objective, self.direction)
        self.study.enqueue_trial(base_labels(self.road.experiment, self.road.document, self.places))
        while len(self.trials) < self.sweep.trials and not is_exhausted(self.study):
            trial = self.one_trial()
            if trial.state == "duplicate" and self.is_grid:
                continue  # trial 0, which the grid comes by again
            (self.refused if trial.state == "invalid" else self.trials).append(trial)
            for listener in self.listeners:
                listener.on_trial_end(trial)
            if len(self.refused) >= MOST_REFUSED and not self.trials[1:]:
                raise CallError(f"{MOST_REFUSED} points of the space were refused; the last: {trial.message}")
        return self.conclude()

    def one_trial(self) -> Trial:
        asked = self.study.ask()
        chosen = suggest(asked, self.places)
        values = values_of(self.places, chosen)
        document = trial_document(self.road.document, nodes_of(self.places, chosen))
        number = len(self.trials)
        try:
            experiment, plan = self.plan(document)
        except InvalidExperimentError as error:
            self.study.tell(asked, state=optuna.trial.TrialState.FAIL)
            return Trial(number, values, "invalid", message=str(error).split("\n", maxsplit=1)[0])
        same = next((each for each in self.trials if each.values == values), None)
        if same is not None and (self.is_grid or same.value is not None):
            state = optuna.trial.TrialState.FAIL if self.is_grid else None  # a grid's repetition is no trial
            self.study.tell(asked, None if self.is_grid else same.value, state=state)
            return Trial(
                number,
                values,
                "duplicate",
                same.value,
                plan.parameters,
                message=f"same as trial {same.number}",
            )
        for listener in self.listeners:
            listener.on_trial(number, values, plan.parameters)
        return self.train(asked, number, values, document, experiment, plan)

    def plan(self, document: Document) -> tuple[Experiment, Plan]:
        """Return experiment and plan of a trial's file.

        Raises:
            InvalidExperimentError: it is refused, over the budget, or breaks a constraint.
        """
        checked = check_document(Parsed(document, ()), self.road.folder)
        checked.require()
        experiment = validate_document(document)
        plan = plan_model(experiment, checked.facts)
        experiment = self.starting(experiment, document, plan)
        broken = next(self.limits.broken_by(experiment, plan), None)
        if broken is not None:
            raise InvalidExperimentError((broken,))
        return experiment, plan

    def starting(self, experiment: Experiment, document: Document, plan: Plan) -> Experiment:
        """Return the experiment with the whole id of the run that it starts from.

        Raises:
            InvalidExperimentError: there is no such run, or its weights do not fit.
        """
        try:
            initial = self.road.initial_runs.find(experiment)
        except (RunNotFoundError, CallError) as error:
            first = str(error).split("\n", maxsplit=1)[0]
            raise InvalidExperimentError((Diagnostic("RL503", first, None),)) from error
        if initial is not None:
            initial.require_fit(experiment, document, plan)
        return with_whole_id(experiment, initial)

    def train(
        self,
        asked: optuna.Trial,
        number: int,
        values: dict[str, Any],
        document: Document,
        experiment: Experiment,
        plan: Plan,
    ) -> Trial:
        head = run_head(
            document,
            experiment,
            plan,
            kind="trial",
            folder=self.road.folder,
            parent=self.run_id,
            name=f"trial-{number}",
        )
        run_id = self.road.store.start(head)
        self.road.store.log_metrics(run_id, {"parameters": float(plan.parameters)})
        order = TrialOrder(
            number,
            experiment.to_data(),
            str(self.road.folder.absolute()),
            str(self.weights / f"{number}.weights.h5"),
            str(initial.model) if (initial := self.road.initial_runs.find(experiment)) else None,
            tuple((str(plugin.spec_file.path), plugin.sha256) for plugin in plugins_in(experiment.model)),
            checkpoints=str(self.weights / f"{number}.checkpoints"),
        )
        started = time.monotonic()
        history: list[Epoch] = []
        try:
            report = self.attempt(asked, order, run_id, history)
        except KeyboardInterrupt:
            self.study.tell(asked, state=optuna.trial.TrialState.FAIL)
            self.road.store.finish(run_id, "KILLED")
            raise
        shutil.rmtree(f"{order.checkpoints}", ignore_errors=True)
        value = report.result.kept.metrics[self.objective] if report.state == "complete" and report.result else None
        self.tell(asked, report, value)
        trial = Trial(
            number,
            values,
            report.state,
            value,
            plan.parameters,
            time.monotonic() - started,
            tuple(history),
            run_id,
            report.message,
        )
        self.close(trial, report)
        if report.state == "complete" and report.result:
            self.results[number] = (order, report.result, report)
            self.files[number] = with_run(document.to_data(), experiment)
            self.forget_worse([*self.trials, trial])
        return trial

    def attempt(self, asked: optuna.Trial, order: TrialOrder, run_id: str, history: list[Epoch]) -> TrialReport:
        """Return how the trial ended, tried again after a worker's death."""

        def on_epoch(epoch: Epoch) -> bool:
            if len(history) < epoch.epoch:  # a retry repeats epochs that are recorded already
                history.append(epoch)
                self.road.store.log_epoch(run_id, epoch)
                asked.report(epoch.metrics[self.objective], epoch.epoch)
            for listener in self.listeners:
                listener.on_trial_epoch(order.number, epoch, self.road.experiment.training.epochs)
            return bool(asked.should_prune())  # Optuna gives a NumPy bool

        for attempt in range(RETRIES + 1):
            try:
                return self.executor.train(order, on_epoch)
            except WorkerDiedError as error:
                self.road.say(f"trial {order.number}: {error}" + ("; trying again" if attempt < RETRIES else ""))
                message = str(error)
        return TrialReport("killed", message=message)

    def tell(self, asked: optuna.Trial, report: TrialReport, value: float | None) -> None:
        states = optuna.trial.TrialState
        asked.set_user_attr("state", report.state)
        if value is not None:
            self.study.tell(asked, value)
        else:
            self.study.tell(asked, state=states.PRUNED if report.state == "pruned" else states.FAIL)

    def close(self, trial: Trial, report: TrialReport) -> None:
        """Write how the trial ended."""
        store, run_id = self.road.store, trial.run_id
        assert run_id is not None
        tags = {"rnnlab.state": trial.state, "rnnlab.threads": str(report.threads)}
        store.set_tags(run_id, tags | ({"rnnlab.error": trial.message} if trial.message else {}))
        numbers = {"epochs": float(len(trial.history)), "seconds": trial.seconds}
        if trial.value is not None and report.result is not None:
            numbers |= {"kept_epoch": float(report.result.kept_epoch), "objective": trial.value}
        store.log_metrics(run_id, numbers)
        statuses = {"complete": "FINISHED", "pruned": "FINISHED", "killed": "KILLED"}
        store.finish(run_id, statuses.get(trial.state, "FAILED"))  # type: ignore[arg-type]

    def forget_worse(self, trials: Sequence[Trial]) -> None:
        """Delete the weights of all but the best trial."""
        best = self.best_of(trials)
        for number, (order, _, _) in self.results.items():
            if best is not None and number != best.number:
                Path(order.weights).unlink(missing_ok=True)

    def best_of(self, trials: Sequence[Trial]) -> Trial | None:
        complete = [trial for trial in trials if trial.number in self.results]
        if not complete:
            return None
        sign = 1 if self.direction == "minimize" else -1
        return min(complete, key=lambda trial: sign * (trial.value or 0.0))

    def conclude(self) -> SweepOutcome:
        best = self.best_of(self.trials)
        store = self.road.store
        counts = {state: sum(trial.state == state for trial in self.trials) for state in {t.state for t in self.trials}}
        store.log_metrics(self.run_id, {f"trials_{state}": float(count) for state, count in counts.items()})
        store.log_metrics(self.run_id, {"trials_refused": float(len(self.refused))})
        config, path, scores = "", None, {}
        if best is not None and best.run_id is not None:
            order, result, report = self.results[best.number]
            self.road.say(f"recording trial {best.number}, the best")
            scores = self.executor.record_best(order, best.run_id, store.uri, result)
            plugins = [Path(path).name for path, _ in order.plugins]
            config = best_yaml(
                self.files[best.number], report.threads, sweep=self.run_id, trial=best.number, plugins=plugins
            )
            path = write_best(config, self.road.document.name, self.road.say)
            store.log_text(self.run_id, "best.yaml", config)
            store.set_tags(best.run_id, {"rnnlab.best": "true"})
            store.set_tags(self.run_id, {"rnnlab.best_trial": str(best.number), "rnnlab.best_run": best.run_id})
            numbers = {self.objective: best.value or 0.0, "parameters": float(best.parameters)}
            store.log_metrics(self.run_id, numbers | {f"test_{key}": value for key, value in scores["test"].items()})
        log_figures(store, self.run_id, self.study, self.trials, self.objective)
        return SweepOutcome(
            run_id=self.run_id,
            name=store.name_of(self.run_id),
            objective=self.objective,
            direction=self.direction,
            trials=tuple(self.trials),
            refused=tuple(self.refused),
            best=best,
            best_config=config,
            best_path=path,
            scores=scores,
            store=store.uri,
        )

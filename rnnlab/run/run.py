"""The whole road for one experiment: file, data, plan, model, training, record, verdict."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rnnlab.data import Splits, padding_waste
from rnnlab.data.baselines import fit_baselines
from rnnlab.errors import CallError, DivergedError, InterruptedRunError, PluginError, RnnlabError
from rnnlab.experiment import Experiment
from rnnlab.experiment.fingerprint import config_fingerprint
from rnnlab.plan import Plan
from rnnlab.plan.kernels import keep_kernels
from rnnlab.plugging import plugins_in
from rnnlab.run.heads import run_head
from rnnlab.run.opening import Road, Say, open_road
from rnnlab.run.recording import Recorder, record_model_facts, record_outcome
from rnnlab.run.road import train_once
from rnnlab.run.scores import SHARES, Scores, skill_over
from rnnlab.track.record import Record
from rnnlab.train.listener import Listener
from rnnlab.train.result import TrainingResult
from rnnlab.train.warm import WarmLearners


@dataclass(frozen=True)
class Outcome:
    """What one run came to.

    Attributes:
        result: of the training.
        scores: on the test split.
        baselines: by name, their values by quantity.
        skill: share of each baseline's error that is gone.
        missed: the baseline of `expect.beats`, if it was not beaten.
    """

    run_id: str
    name: str
    experiment: str
    experiment_id: str
    store: str
    plan: Plan
    splits: Splits
    result: TrainingResult
    scores: Scores
    baselines: dict[str, dict[str, float]]
    skill: dict[str, float]
    missed: str | None = None
    warnings: tuple[str, ...] = ()


def run_experiment(
    path: Path | str,
    *,
    overrides: Sequence[str] = (),
    store: str | None = None,
    resume: bool = False,
    smoke: bool = False,
    listeners: Sequence[Listener] = (),
    say: Say = lambda line: None,
) -> Outcome:
    """Return what a single run of a file came to, recorded in the store.

    Args:
        path: the file.
        overrides: `path=value`, as `--set`.
        store: MLflow URI or folder; else `tracking.uri`, MLFLOW_TRACKING_URI, `mlruns/` of the current folder.
        resume: go on with the newest interrupted run of the same experiment.
        smoke: try the whole road on one batch of each split, in a store that is thrown away.
        listeners: told of every step and epoch.
        say: takes sentences for the person.

    Raises:
        RnnlabError: of every kind; the run's status in the store says FAILED or KILLED.
    """
    if smoke:
        with tempfile.TemporaryDirectory(prefix="rnnlab-smoke-") as folder:
            road = open_road(Path(path), overrides=overrides, store=store, smoke=Path(folder), say=say)
            return start_run(road, road.experiment, listeners)
    road = open_road(Path(path), overrides=overrides, store=store, say=say)
    interrupted = find_interrupted(road, road.experiment)
    if resume:
        if interrupted is None:
            raise _nothing_to_resume(road, road.experiment)
        say(f"resuming run {interrupted.name} ({interrupted.run_id[:8]})")
        road = as_begun(road, interrupted)
        return finish_run(road, road.experiment, interrupted.run_id, interrupted.name, listeners, resume=True)
    if interrupted is not None:
        name = f"{interrupted.name} ({interrupted.run_id[:8]})"
        say(f"run {name} of this experiment was interrupted; --resume would go on with it")
    return start_run(road, road.experiment, listeners)


def start_run(
    road: Road,
    experiment: Experiment,
    listeners: Sequence[Listener],
    *,
    parent: str | None = None,
    name: str | None = None,
    warm: WarmLearners | None = None,
) -> Outcome:
    """Return what a new run came to; `warm` are learners of earlier ones, to be used again."""
    kind: Literal["run", "replicate"] = "replicate" if parent else "run"
    head = run_head(road.document, experiment, road.plan, kind=kind, folder=road.folder, parent=parent, name=name)
    run_id = road.store.start(head)
    return finish_run(road, experiment, run_id, road.store.name_of(run_id), listeners, resume=False, warm=warm)


def find_interrupted(road: Road, experiment: Experiment) -> Record | None:
    """Return the newest run of the same experiment and seed that was interrupted and has a checkpoint, or None."""
    wanted = config_fingerprint(experiment)
    for record in reversed(road.store.records(experiment=experiment.name)):
        if record.tags.get("rnnlab.fingerprint") != wanted or record.kind not in ("run", "replicate"):
            continue
        if "rnnlab.diverged" in record.tags:  # it would diverge again, bit for bit
            continue
        if record.status in ("KILLED", "FAILED") and any(road.checkpoints(record.run_id).glob("*.ckpt")):
            return record
    return None


def _nothing_to_resume(road: Road, experiment: Experiment) -> RnnlabError:
    """Return the refusal of a resume: perhaps a plugin is another one than that of the interrupted run."""
    for record in reversed(road.store.records(experiment=experiment.name)):
        if record.status not in ("KILLED", "FAILED") or not any(road.checkpoints(record.run_id).glob("*.ckpt")):
            continue
        for plugin in plugins_in(experiment.model):
            if record.tags.get(f"rnnlab.plugin.{plugin.name}", plugin.sha256) != plugin.sha256:
                message = (
                    f"run {record.name} ({record.run_id[:8]}) was trained with other files of plugin `{plugin.name}`"
                )
                help_ = "restore them to resume it: the run keeps them as artifacts, in plugins/"
                return PluginError("RL510", message, help=help_)
    return CallError("nothing to resume: no interrupted run of this experiment has a checkpoint here" + _from(road))


def as_begun(road: Road, record: Record) -> Road:
    """Return the road of a run that goes on, with the kernels that it began with."""
    begun = {layer.name: record.tags.get(f"rnnlab.kernel.{layer.name}", "") for layer in road.plan.layers}
    return replace(road, plan=keep_kernels(road.plan, begun))


def finish_run(
    road: Road,
    experiment: Experiment,
    run_id: str,
    name: str,
    listeners: Sequence[Listener],
    *,
    resume: bool,
    warm: WarmLearners | None = None,
) -> Outcome:
    """Return what a run that is in the store came to; its status there is set whatever happens."""
    store = road.store
    if resume:
        store.reopen(run_id)
    try:
        outcome = _train_and_record(road, experiment, run_id, name, listeners, resume=resume, warm=warm)
    except KeyboardInterrupt as error:
        store.finish(run_id, "KILLED")
        reached = any(road.checkpoints(run_id).glob("*.ckpt"))
        advice = "--resume goes on with it" if reached else "no step was finished, so there is nothing to resume"
        told = "; ".join((advice, *getattr(error, "__notes__", ())))  # such as a last checkpoint that was not written
        raise InterruptedRunError(f"run {name} ({run_id[:8]}) was interrupted; {told}") from error
    except BaseException as error:
        if isinstance(error, DivergedError):
            store.set_tags(run_id, {"rnnlab.diverged": f"epoch {error.epoch}, step {error.step}"})
        store.set_tags(run_id, {"rnnlab.error": str(error)})
        store.finish(run_id, "FAILED")
        raise
    store.finish(run_id, "FINISHED")
    shutil.rmtree(road.checkpoints(run_id), ignore_errors=True)
    return outcome


def _train_and_record(
    road: Road,
    experiment: Experiment,
    run_id: str,
    name: str,
    listeners: Sequence[Listener],
    *,
    resume: bool,
    warm: WarmLearners | None = None,
) -> Outcome:
    store, splits, plan = road.store, road.splits, road.plan
    padding = padding_waste(splits, experiment.training.batch_size)
    if padding is not None and splits.train.buckets is not None:
        road.say(
            f"padding: {padding['bucketed']:.0%} of an epoch's timesteps ({padding['padding']:.0%} without buckets)"
        )
    about = {"fingerprint": splits.fingerprint, "entry": splits.entry, **({"padding": padding} if padding else {})}
    record_model_facts(store, run_id, splits.source | about, plan)
    system = store.start_system_metrics(run_id)
    try:
        with Recorder(store, run_id) as recorder:
            trained = train_once(
                experiment,
                plan,
                splits,
                initial=road.initial.model if road.initial else None,
                listeners=(recorder, *listeners),
                checkpoints=road.checkpoints(run_id),
                resume=resume,
                warm=warm,
            )
    finally:
        problem = system.stop()
    scores = trained.score(splits.test)
    baselines = {} if road.smoke else fit_baselines(splits, road.say)
    skill = skills(scores, baselines)
    record_outcome(store, run_id, trained, scores, baselines, skill)
    missed = None if road.smoke else missed_baseline(experiment, scores, baselines)
    if missed:
        store.set_tags(run_id, {"rnnlab.missed": f"does not beat {missed}"})
    return Outcome(
        run_id=run_id,
        name=name,
        experiment=experiment.name,
        experiment_id=store.experiment_ids()[experiment.name],
        store=store.uri,
        plan=plan,
        splits=splits,
        result=trained.result,
        scores=scores,
        baselines=baselines,
        skill=skill,
        missed=missed,
        warnings=(*splits.warnings, *trained.result.notes, *([problem] if problem else [])),
    )


def skills(scores: Scores, baselines: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return the skill over each baseline on the test split."""
    key = f"test_{scores.primary}"
    return {name: skill_over(scores.primary, scores.value, found[key]) for name, found in baselines.items()}


def _from(road: Road) -> str:
    """Return which weights the experiment that was looked for starts from."""
    initial = road.initial
    return f"; it starts from the weights of {initial.name} ({initial.run_id[:8]})" if initial else ""


def missed_baseline(experiment: Experiment, scores: Scores, baselines: dict[str, dict[str, float]]) -> str | None:
    """Return the baseline that should have been beaten and was not, or None."""
    name = experiment.expect.beats
    if name is None:
        return None
    baseline = baselines[name][f"test_{scores.primary}"]
    better = scores.value > baseline if scores.primary in SHARES else scores.value < baseline
    return None if better else name

"""`rnnlab run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnnlab.cli.failures import show_diagnostics
from rnnlab.cli.imports import importing, read_ahead
from rnnlab.cli.options import DEFAULT_PORT, File, Json, PluginOption, Set, StoreOption, load_plugins
from rnnlab.cli.terminal import show
from rnnlab.errors import CallError

if TYPE_CHECKING:
    from rnnlab.run.replicates import Replicated
    from rnnlab.run.run import Outcome


def command(
    file: File,
    set_: Set = None,
    plugin: PluginOption = None,
    store: StoreOption = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the interrupted run of this experiment.")
    ] = False,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Try the whole road on one batch of each split; nothing is kept.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Tell the outcome only, not each epoch.")] = False,
    json: Json = False,
) -> None:
    """Train the model of a file and record everything in MLflow.

    Exit code 1 if it fails or misses `expect.beats`, 2 if the file is refused, 130 if interrupted.
    """
    if smoke and (resume or store):
        raise CallError("`--smoke` keeps nothing: leave `--resume` and `--store` out")
    load_plugins(plugin)
    from rnnlab.kernels import COMPILING, compile_ahead
    from rnnlab.plan import check_experiment

    checked = check_experiment(file, overrides=set_ or ())
    _, experiment, plan = checked.require()
    if experiment.dataset is None:
        raise CallError("the file describes an architecture only: add a `dataset:` to train it")
    show_diagnostics(checked.diagnostics)

    from rnnlab.cli.progress import TrainingProgress

    replicated = None
    with TrainingProgress(quiet=quiet) as progress:
        if plan.needs_kernels and compile_ahead():
            progress.say(COMPILING)
        progress.say("loading TensorFlow")
        read_ahead()
        with importing():
            from rnnlab.run.opening import is_replicated
            from rnnlab.run.replicates import run_replicates
            from rnnlab.run.run import run_experiment

        common: dict[str, Any] = {
            "overrides": set_ or (), "store": store, "listeners": (progress,), "say": progress.say,
        }  # fmt: skip
        if is_replicated(experiment) and not smoke:
            replicated = run_replicates(file, resume=resume, **common)
            outcomes = list(replicated.outcomes)
        else:
            outcomes = [run_experiment(file, resume=resume, smoke=smoke, **common)]
    if json:
        from rnnlab.cli.output import print_json

        print_json(_data(outcomes, replicated))
    else:
        _show(outcomes, replicated, smoke=smoke)
    if any(outcome.missed for outcome in outcomes):
        raise typer.Exit(1)


def _data(outcomes: list[Outcome], replicated: Replicated | None) -> dict[str, Any]:
    runs = [
        {
            "run_id": outcome.run_id,
            "name": outcome.name,
            "experiment": outcome.experiment,
            "parameters": outcome.plan.parameters,
            "epochs": len(outcome.result.history),
            "kept_epoch": outcome.result.kept_epoch,
            "stopped_by": outcome.result.stopped_by,
            "test": outcome.scores.metrics,
            "baselines": outcome.baselines,
            "skill": outcome.skill,
            "missed": outcome.missed,
            "warnings": list(outcome.warnings),
        }
        for outcome in outcomes
    ]
    if replicated is None:
        return runs[0]
    intervals = {key: vars(interval) for key, interval in replicated.intervals.items()}
    return {"run_id": replicated.run_id, "name": replicated.name, "replicates": runs, "intervals": intervals}


def _show(outcomes: list[Outcome], replicated: Replicated | None, *, smoke: bool) -> None:
    from rnnlab.track.ui import run_link
    from rnnlab.track.uri import mask_password

    for warning in dict.fromkeys(text for outcome in outcomes for text in outcome.warnings):
        show(f"warning: {warning}")
    if smoke:
        parameters = outcomes[-1].plan.parameters
        show(f"smoke test passed: {parameters:,} parameters, one batch of each split, nothing was kept")
        return
    if replicated:
        _show_replicates(replicated)
    else:
        _show_run(outcomes[-1])
    show(f"store       {mask_password(replicated.store if replicated else outcomes[-1].store)}")
    if outcomes:
        link = run_link(DEFAULT_PORT, outcomes[-1].experiment_id, outcomes[-1].run_id)
        show(f"link        {link} (while `rnnlab ui` runs)")
    show(f"\nnext        {_use(outcomes)}")
    show("            rnnlab compare LAST~1..LAST    what differs between the last two runs")
    show("            rnnlab ui                      curves, figures and comparison in the browser")


def _use(outcomes: list[Outcome]) -> str:
    """Return what the model is there for."""
    head = outcomes[-1].plan.head if outcomes else None
    if head is not None and head.task == "language_model":
        return "rnnlab sample LAST --prompt …  a text that it continues"
    return "rnnlab predict LAST new.csv    answers on new data"


def _show_run(outcome: Outcome) -> None:
    from rnnlab.cli.output import count_of

    result, plan = outcome.result, outcome.plan
    show(f"\n{outcome.experiment} · {outcome.name} ({outcome.run_id[:8]}) FINISHED\n")
    for name, skill in outcome.skill.items():
        value = outcome.baselines[name][f"test_{outcome.scores.primary}"]
        show(f"skill       {skill:+.1%} over {name} ({outcome.scores.primary} {value:.4f})")
    show("test        " + ", ".join(f"{name} {value:.4f}" for name, value in outcome.scores.metrics.items()))
    seconds = sum(epoch.seconds for epoch in result.history)
    why = result.stopped_by.replace("_", " ")
    kept = f"weights of epoch {result.kept_epoch} kept"
    show(f"training    {count_of(len(result.history), 'epoch')} in {seconds:.1f} s, stopped by {why}, {kept}")
    show(f"parameters  {plan.parameters:,} planned = built")
    if outcome.missed:
        show(f"MISSED      does not beat {outcome.missed}, as `expect.beats` demands")


def _show_replicates(replicated: Replicated) -> None:
    show(
        f"\n{replicated.experiment} · {replicated.name} ({replicated.run_id[:8]}), {replicated.replicates} trainings\n"
    )
    for key, interval in replicated.intervals.items():
        show(f"{key:<40} {interval.mean:.4f}  95 % interval {interval.low:.4f} to {interval.high:.4f}")
    for outcome in replicated.outcomes:
        if outcome.missed:
            show(f"MISSED      {outcome.name} does not beat {outcome.missed}, as `expect.beats` demands")

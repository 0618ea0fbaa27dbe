"""`rnnlab sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnnlab.cli.failures import show_diagnostics
from rnnlab.cli.imports import importing
from rnnlab.cli.options import Json, PluginOption, Set, StoreOption, load_plugins
from rnnlab.cli.terminal import show
from rnnlab.errors import CallError

if TYPE_CHECKING:
    from rnnlab.sweep import SweepOutcome


SweepFile = Annotated[
    Path | None, typer.Argument(metavar="EXPERIMENT.yaml", help="The experiment's file.", show_default=False)
]


def command(
    file: SweepFile = None,
    set_: Set = None,
    plugin: PluginOption = None,
    store: StoreOption = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with this file's sweep, up to `trials` in all.")
    ] = False,
    reuse: Annotated[
        bool, typer.Option("--reuse", help="Take the values of the same trainings that are in the store already.")
    ] = False,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="SWEEP", help="Show a sweep, running or not: its id, name, LAST or LAST~N."),
    ] = None,
    census: Annotated[
        bool, typer.Option("--census", help="Train nothing: tell what the space holds, and how long it may take.")
    ] = False,
    storage: Annotated[
        str | None,
        typer.Option(
            "--storage",
            metavar="POSTGRESQL",
            help="Share one study with all who give it: postgresql://USER@HOST/DATABASE; see docs/cluster.md.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Try the places of `sweep.space` with Optuna; record every trial and save the best as a file of its own.

    Trial 0 is the file as written. The best trial is scored on the test split once, at the end.
    """
    if status is not None:
        if file or set_ or resume or reuse or storage:
            raise CallError("`--status` shows a sweep and takes only --store and --json beside it")
        from rnnlab.cli.sweep_status import show_status

        show_status(status, store, as_json=json)
        return
    if census and storage:
        raise CallError("`--census` trains nothing and has no use for --storage")
    if file is None:
        raise CallError("name the experiment's file; or a sweep to look at: `--status LAST`")
    load_plugins(plugin)
    from rnnlab.plan import check_experiment

    checked = check_experiment(file, overrides=set_ or ())
    checked.require()
    show_diagnostics(checked.diagnostics)
    if census:
        from rnnlab.cli.census import give_census

        give_census(checked, store=store, json=json)
        return

    from rnnlab.cli.sweep_table import SweepTable

    with SweepTable() as table:
        table.say("loading Optuna and MLflow")
        with importing():
            from rnnlab.sweep import run_sweep

        outcome = run_sweep(
            file,
            overrides=set_ or (),
            store=store,
            resume=resume,
            reuse=reuse,
            storage=storage,
            listeners=[table],
            say=table.say,
        )
    if json:
        from rnnlab.cli.output import print_json

        print_json(_data(outcome))
    else:
        _show(outcome)
    if outcome.best is None or outcome.failed or outcome.scores.get("missed"):
        raise typer.Exit(1)


def _data(outcome: SweepOutcome) -> dict[str, Any]:
    return {
        "run_id": outcome.run_id,
        "name": outcome.name,
        "objective": outcome.objective,
        "direction": outcome.direction,
        "trials": [
            {
                "number": trial.number,
                "values": trial.values,
                "state": trial.state,
                "value": trial.value,
                "parameters": trial.parameters,
                "epochs": len(trial.history),
                "seconds": trial.seconds,
                "run_id": trial.run_id,
                "message": trial.message,
                "threads": trial.threads,
                "fingerprint": trial.fingerprint,
            }
            for trial in outcome.trials
        ],
        "refused": len(outcome.refused),
        "epochs": sum(len(trial.history) for trial in outcome.trials),
        "epochs_saved_by_pruning": outcome.epochs_saved,
        "failed": outcome.failed,
        "best": outcome.best.number if outcome.best else None,
        "best_config": str(outcome.best_path) if outcome.best_path else None,
        "test": outcome.scores.get("test"),
        "skill": outcome.scores.get("skill"),
    }


def _show(outcome: SweepOutcome) -> None:
    counts = {
        state: sum(trial.state == state for trial in outcome.trials)
        for state in sorted({t.state for t in outcome.trials})
    }
    show(
        f"\nsweep {outcome.name} ({outcome.run_id[:8]}): "
        + ", ".join(f"{count} {state}" for state, count in counts.items())
    )
    if outcome.refused:
        show(f"refused     {len(outcome.refused)} points by the plan; they are no trials")
    if outcome.epochs_saved:
        trained = sum(len(trial.history) for trial in outcome.trials)
        show(f"pruning     saved {outcome.epochs_saved} epochs; {trained} were trained")
    if outcome.failed:
        show("FAILED      more trials failed than `sweep.max_failures`; --resume goes on once that is raised")
    best = outcome.best
    if best is None:
        failures = "\n".join(f"  trial {trial.number}: {trial.state}: {trial.message}" for trial in outcome.trials)
        show(f"no trial completed\n{failures}")
        return
    show(f"best        trial {best.number}: {outcome.objective} {best.value:.4f}, {best.parameters:,} parameters")
    for path, value in best.values.items():
        show(f"            {path} = {value:.4g}" if isinstance(value, float) else f"            {path} = {value}")
    if outcome.scores:
        _show_scores(outcome.scores)
    else:
        show("recorded    by the machine that trained it")
    show(f"\n{outcome.best_config}")
    if outcome.best_path:
        show(f"saved       {outcome.best_path}: `rnnlab run {outcome.best_path}` trains it again")
    recorded = sum(trial.run_id is not None for trial in outcome.trials)
    if recorded > 1:
        back = min(recorded, 4) - 1
        show(f"next        rnnlab compare LAST~{back}..LAST    the last {back + 1} trials side by side")
    show("            rnnlab ui")


def _show_scores(scores: dict[str, Any]) -> None:
    show("test        " + ", ".join(f"{name} {value:.4f}" for name, value in scores["test"].items()))
    for name, skill in scores["skill"].items():
        show(f"skill       {skill:+.1%} over {name}")
    if scores["missed"]:
        show(f"MISSED      does not beat {scores['missed']}, as `expect.beats` demands")

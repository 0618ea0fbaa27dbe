"""`rnnlab sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnlab.cli.failures import show_diagnostics
from rnnlab.cli.imports import importing
from rnnlab.cli.options import Json, PluginOption, Set, StoreOption, load_plugins
from rnnlab.errors import CallError

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
        bool, typer.Option("--census", help="Record nothing: tell what the space holds, and how long trials take.")
    ] = False,
    no_probe: Annotated[
        bool,
        typer.Option(
            "--no-probe", help="With --census: prepare and train nothing; times are those of an earlier probe."
        ),
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
        if file or set_ or resume or reuse or storage or census or no_probe:
            raise CallError("`--status` shows a sweep and takes only --store and --json beside it")
        from rnnlab.cli.sweep_status import show_status

        show_status(status, store, as_json=json)
        return
    if census and (storage or store or resume or reuse):
        raise CallError("`--census` records nothing and takes no --store, --storage, --resume or --reuse")
    if no_probe and not census:
        raise CallError("`--no-probe` belongs to `--census`")
    if file is None:
        raise CallError("name the experiment's file; or a sweep to look at: `--status LAST`")
    load_plugins(plugin)
    from rnnlab.plan import check_experiment

    checked = check_experiment(file, overrides=set_ or ())
    _, experiment, _ = checked.require()
    show_diagnostics(checked.diagnostics)
    if census:
        from rnnlab.cli.census import give_census

        give_census(checked, probing=not no_probe, json=json)
        return

    from rnnlab.cli.sweep_table import SweepTable
    from rnnlab.sweep.ahead import workers_ahead

    with SweepTable() as table, workers_ahead(experiment) as executor:
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
            executor=executor,
            listeners=[table],
            say=table.say,
        )
    from rnnlab.cli.sweep_report import give_report

    give_report(outcome, file, json=json)
    if outcome.best is None or outcome.failed or outcome.scores.get("missed"):
        raise typer.Exit(1)

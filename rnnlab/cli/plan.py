"""`rnnlab plan`."""

from __future__ import annotations

from typing import Annotated

import typer

from rnnlab.cli.failures import show_diagnostics
from rnnlab.cli.options import File, Json, PluginOption, Set, load_plugins
from rnnlab.cli.terminal import say, show


def command(
    file: File,
    set_: Set = None,
    plugin: PluginOption = None,
    data: Annotated[
        bool, typer.Option("--data", help="Prepare the data first, so that lengths and counts are known.")
    ] = False,
    json: Json = False,
) -> None:
    """Show what the model will be: shapes, parameters and their formulas, masks, kernels, FLOPs, memory.

    Nothing is built: the numbers follow from the file alone (and from data that were prepared before).
    """
    load_plugins(plugin)
    from rnnlab.plan import check_experiment, plan_model
    from rnnlab.plan.table import plan_text

    checked = check_experiment(file, overrides=set_ or ())
    _, experiment, plan = checked.require()
    if data and experiment.dataset:
        from rnnlab.data import prepare
        from rnnlab.experiment import target_kind

        splits = prepare(experiment, checked.folder, target=target_kind(experiment), say=say)
        plan = plan_model(experiment, splits.facts)
    if json:
        from rnnlab.cli.output import print_json

        print_json(plan.to_data())
        return
    show_diagnostics(checked.diagnostics)
    show(plan_text(plan), end="")

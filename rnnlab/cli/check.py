"""`rnnlab check`."""

from __future__ import annotations

from typing import Annotated

import typer

from rnnlab.cli.failures import show_diagnostics
from rnnlab.cli.options import File, Json, PluginOption, Set, load_plugins
from rnnlab.cli.terminal import show


def command(
    file: File,
    set_: Set = None,
    plugin: PluginOption = None,
    concise: Annotated[bool, typer.Option("--concise", help="One line per error, for editors and grep.")] = False,
    json: Json = False,
) -> None:
    """Check a file to the letter and plan its model, in a blink and without TensorFlow.

    Every error is told in one pass, with its place, its cause and what to write instead. Exit code 2 if there is one.
    """
    load_plugins(plugin)
    from rnnlab.plan import check_experiment
    from rnnlab.source import diagnostic_to_data

    checked = check_experiment(file, overrides=set_ or ())
    plan = checked.plan
    if json:
        from rnnlab.cli.output import print_json

        found = [diagnostic_to_data(diagnostic) for diagnostic in checked.diagnostics]
        print_json({"ok": plan is not None, "parameters": plan.parameters if plan else None, "diagnostics": found})
    else:
        show_diagnostics(checked.diagnostics, concise=concise)
        if plan:
            from rnnlab.cli.output import count_of

            show(f"{file}: ok, {count_of(len(plan.layers), 'layer')}, {count_of(plan.parameters, 'parameter')}")
    if plan is None:
        raise typer.Exit(2)

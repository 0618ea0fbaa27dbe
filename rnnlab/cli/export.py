"""`rnnlab export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnlab.cli.failures import show_diagnostics
from rnnlab.cli.options import File, PluginOption, Set, load_plugins
from rnnlab.cli.terminal import give, say
from rnnlab.errors import CallError


def command(
    file: File,
    script: Annotated[
        bool, typer.Option("--script", help="The plain Keras script that builds the same model; needs no rnnlab.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="MODEL.py", help="Write the script there instead of printing it."),
    ] = None,
    diagram: Annotated[
        Path | None,
        typer.Option("--diagram", metavar="MODEL.svg|MODEL.png", help="Draw the model there; both may be given."),
    ] = None,
    set_: Set = None,
    plugin: PluginOption = None,
) -> None:
    """Give the model away: as a Keras script, or as a picture.

    The script imports Keras only. It has the layers, weights and seed of the model that `rnnlab run` trains, the
    optimizer, loss and metrics, and says which arrays go in. The picture has a box for each layer with its output
    shape and parameters; dashed arrows are states, a dashed frame means shared weights, a thick one an output.
    Neither needs TensorFlow, data or training.

    Examples: `rnnlab export exp.yaml --script -o model.py`, `rnnlab export exp.yaml --diagram model.svg`
    """
    if not script and diagram is None:
        raise CallError("what to export? Give --script for Python, or --diagram model.svg for a picture, or both")
    if output is not None and not script:
        raise CallError(f"-o {output} is for the script: add --script")
    load_plugins(plugin)
    from rnnlab.plan import check_experiment

    checked = check_experiment(file, overrides=set_ or ())
    _, experiment, plan = checked.require()
    show_diagnostics(checked.diagnostics)
    if diagram is not None:
        from rnnlab.export.diagram import write_diagram

        write_diagram(plan, diagram)
        say(f"wrote {diagram}")
    if script:
        from rnnlab.export import model_script, write_script

        text = model_script(plan, experiment)
        if output is None:
            give(text)
        else:
            write_script(text, output)
            say(f"wrote {output}")

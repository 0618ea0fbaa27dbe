"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_PORT = 5000  # of `rnnlab ui`, as of MLflow's own

File = Annotated[Path, typer.Argument(metavar="EXPERIMENT.yaml", help="The experiment's file.", show_default=False)]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Lay a value over the file, e.g. --set model.layers.rnn.units=64. Repeatable.",
    ),
]
PluginOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="PLUGIN.py",
        help="Cells and layers of your own; the file is executed. Repeatable.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URI|FOLDER",
        help="MLflow store; default: tracking.uri, MLFLOW_TRACKING_URI, ./mlruns.",
    ),
]
RunName = Annotated[
    str,
    typer.Argument(metavar="RUN", help="Id (six characters or more), name, LAST or LAST~N.", show_default=False),
]


def load_plugins(paths: list[Path] | None) -> None:
    """Load the plugins that the command line names, before any file is looked at."""
    if paths:
        from rnnlab.plugging import load_plugin

        for path in paths:
            load_plugin(path)

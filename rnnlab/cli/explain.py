"""`rnnlab explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from rnnlab.cli.options import PluginOption, load_plugins
from rnnlab.cli.terminal import show


def command(
    topic: Annotated[
        str,
        typer.Argument(metavar="CODE|SECTION|LAYER|KIND", help="RL203, training, lstm, adam, …", show_default=False),
    ],
    plugin: PluginOption = None,
) -> None:
    """Explain a code of an error, or list the keys of a section, a layer or a kind."""
    load_plugins(plugin)
    from rnnlab.experiment.explain import explain

    show(explain(topic))

"""`rnnlab explain`."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    topic: Annotated[
        str,
        typer.Argument(metavar="CODE|SECTION|LAYER|KIND", help="RL203, training, lstm, adam, …", show_default=False),
    ],
) -> None:
    """Explain a code of an error, or list the keys of a section, a layer or a kind."""
    from rnnlab.experiment.explain import explain

    print(explain(topic))

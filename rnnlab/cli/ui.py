"""`rnnlab ui`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from rnnlab.cli.options import DEFAULT_PORT, StoreOption
from rnnlab.cli.terminal import say, show

COMPARED = 10  # runs in the link: more curves in one picture cannot be told apart


def command(
    port: Annotated[
        int,
        typer.Option("--port", min=1024, max=65535, help="Wanted port; a free one is used if it is taken."),
    ] = DEFAULT_PORT,
    store: StoreOption = None,
) -> None:
    """Serve MLflow's own UI on this project's store, and print the link that compares its newest runs.

    It listens on 127.0.0.1 only. Ctrl-C ends it.
    """
    from rnnlab.track.store import Store
    from rnnlab.track.ui import compare_link, experiment_link, serve
    from rnnlab.track.uri import resolve_uri

    uri = resolve_uri(store, None, environment=os.environ, folder=Path.cwd())
    opened = Store.open(uri)
    records = [record for record in opened.records() if record.is_training]
    ids = opened.experiment_ids()
    newest = [record for record in records if records and record.experiment == records[-1].experiment][-COMPARED:]

    def ready(used: int) -> None:
        show(f"MLflow UI    http://127.0.0.1:{used}", flush=True)
        if newest:
            experiment = ids[newest[-1].experiment]
            show(f"charts       {experiment_link(used, experiment)}", flush=True)
            show(
                f"comparison   {compare_link(used, [record.run_id for record in newest], [experiment])}",
                flush=True,
            )
        show("Ctrl-C ends it", flush=True)

    say("starting MLflow's UI, which takes some seconds")
    serve(uri, port, say=say, ready=ready)

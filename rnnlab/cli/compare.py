"""`rnnlab compare`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from rnnlab.cli.options import Json, StoreOption
from rnnlab.cli.terminal import give, give_json, say
from rnnlab.errors import CallError


def command(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Ids, names, LAST, LAST~N, or ranges A..B.", show_default=False),
    ],
    format: Annotated[
        Literal["text", "markdown", "csv", "json"], typer.Option("--format", help="How to print.")
    ] = "text",
    figure: Annotated[Path, typer.Option("--figure", help="Where the picture of the validation curves goes.")] = Path(
        "comparison.png"
    ),
    no_figure: Annotated[bool, typer.Option("--no-figure", help="Draw no picture.")] = False,
    store: StoreOption = None,
    json: Json = False,
) -> None:
    """Put runs side by side: what differs in config and in result, and a picture of their validation curves.

    `rnnlab compare LAST~3..LAST` compares the last four.
    """
    from rnnlab.compare import compare_runs
    from rnnlab.track.selectors import select
    from rnnlab.track.store import Store
    from rnnlab.track.uri import resolve_uri

    opened = Store.open(resolve_uri(store, None, environment=os.environ, folder=Path.cwd()))
    found = select(opened.records(), runs, only=lambda record: record.is_training)
    if len(found) < 2:
        raise CallError("comparing needs two runs at least, e.g. `rnnlab compare LAST~1 LAST`")
    comparison = compare_runs([opened.load_curves(record) for record in found])
    forms = {
        "text": comparison.to_text,
        "markdown": comparison.to_markdown,
        "csv": comparison.to_csv,
        "json": comparison.to_json,
    }
    chosen = "json" if json else format
    text = forms[chosen]().rstrip("\n") + "\n"
    if chosen == "json":
        give_json(text)
    else:
        give(text)
    if not no_figure:
        comparison.figure(figure)
        say(f"validation curves: {figure}")

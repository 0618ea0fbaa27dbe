"""`rnnlab evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnlab.cli.options import Json, PluginOption, RunName, StoreOption, load_plugins


def command(
    run: RunName,
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE",
            help="csv, tsv, jsonl or parquet with texts and labels, or with series; a tagged file; ts or npz "
            "of sequences; a text for a language model.",
            show_default=False,
        ),
    ],
    column: Annotated[
        str | None,
        typer.Option("--column", help="The column of texts; that of the training unless given.", show_default=False),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option("--label", help="The column of labels; that of the training unless given.", show_default=False),
    ] = None,
    mistakes: Annotated[int, typer.Option("--mistakes", min=0, help="How many of the worst mistakes to show.")] = 5,
    plugin: PluginOption = None,
    store: StoreOption = None,
    json: Json = False,
) -> None:
    """Score a run's model on a labelled table, and show its most confident mistakes."""
    load_plugins(plugin)
    from rnnlab.prediction import evaluate

    found = evaluate(run, table, column=column, label=label, mistakes=mistakes, store=store)
    if json:
        from rnnlab.cli.output import print_json

        worst = found.mistakes.to_dict(orient="records")
        print_json(
            {
                "run_id": found.record.run_id,
                "samples": found.samples,
                "metrics": found.metrics,
                "mistakes": worst,
            }
        )
        return
    print(f"{found.record.name} ({found.record.run_id[:8]}) on {found.samples} samples")
    print("  ".join(f"{name} {value:.4f}" for name, value in found.metrics.items()))
    if len(found.mistakes):
        print(f"\nworst mistakes\n{found.mistakes.to_string(index=False)}")

"""`rnnlab evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnlab.cli.options import Json, PluginOption, RunName, StoreOption, load_plugins
from rnnlab.cli.terminal import show
from rnnlab.errors import CallError
from rnnlab.source import visible

WIDEST = 48
"""Characters of a text on the terminal."""


def command(
    run: RunName,
    table: Annotated[
        Path | None,
        typer.Argument(
            metavar="TABLE",
            help="csv, tsv, jsonl or parquet with texts and labels, or with series; a tagged file; ts or npz "
            "of sequences; a text for a language model. The run's own test split unless given.",
            show_default=False,
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option("--column", help="The column of texts; that of the training unless given.", show_default=False),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option("--label", help="The column of labels; that of the training unless given.", show_default=False),
    ] = None,
    mistakes: Annotated[int, typer.Option("--mistakes", min=0, help="How many of the worst mistakes to show.")] = 20,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE.csv", help="Write the mistakes into a file too.", show_default=False
        ),
    ] = None,
    plugin: PluginOption = None,
    store: StoreOption = None,
    json: Json = False,
) -> None:
    """Score a run's model on labelled data, and show its worst mistakes: surest wrong answers or largest errors."""
    _check_output(output, table)
    load_plugins(plugin)
    from rnnlab.prediction import evaluate

    found = evaluate(run, table, column=column, label=label, mistakes=mistakes, store=store)
    if output is not None:
        from rnnlab.compare.formats import to_csv

        try:
            output.write_text(to_csv(found.mistakes), encoding="utf-8")
        except OSError as error:
            raise CallError(f"cannot write {output}: {error.strerror}") from error
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
    show(f"{found.record.name} ({found.record.run_id[:8]}) on {found.samples} samples")
    show("  ".join(f"{name} {value:.4f}" for name, value in found.metrics.items()))
    if output is not None:
        show(f"wrote {len(found.mistakes)} mistakes to {output}")
    elif len(found.mistakes):
        shown = found.mistakes.map(lambda cell: _short(visible(cell)) if isinstance(cell, str) else cell)
        show(f"\nworst mistakes\n{shown.to_string(index=False)}")


def _short(text: str) -> str:
    """Return the beginning of a long text: the whole of it is in `--output` and `--json`."""
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _check_output(output: Path | None, table: Path | None) -> None:
    """Refuse a file that cannot be written, or is the table itself, before anything is computed."""
    if output is None:
        return
    if output.suffix != ".csv":
        raise CallError(f"mistakes are a table: end {output.name} in .csv")
    if table is not None and output.resolve() == table.resolve():
        raise CallError(f"{output} is the table itself: name another file")
    if not output.absolute().parent.is_dir():
        raise CallError(f"there is no folder {output.parent} to write {output.name} into")

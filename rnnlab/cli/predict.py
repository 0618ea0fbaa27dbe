"""`rnnlab predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnlab.cli.options import Json, PluginOption, RunName, StoreOption, load_plugins
from rnnlab.errors import CallError


def command(
    run: RunName,
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE",
            help="csv, tsv, jsonl or parquet with raw texts; npz where the model reads arrays or ids.",
            show_default=False,
        ),
    ],
    column: Annotated[
        str | None,
        typer.Option("--column", help="The column of texts; that of the training unless given.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write a csv file instead of printing.", show_default=False),
    ] = None,
    plugin: PluginOption = None,
    store: StoreOption = None,
    json: Json = False,
) -> None:
    """Answer new raw texts with a run's model: label and probability, or the number, as csv."""
    if output is not None and output.resolve() == table.resolve():
        raise CallError(f"{output} is the table itself: name another file")
    if output is not None and not output.absolute().parent.is_dir():
        raise CallError(f"there is no folder {output.parent} to write {output.name} into")
    load_plugins(plugin)
    from rnnlab.compare.formats import to_csv
    from rnnlab.prediction import predict

    answers = predict(run, table, column=column, store=store)
    if json:
        from rnnlab.cli.output import print_json

        print_json(answers.to_dict(orient="records"))
    elif output is None:
        print(to_csv(answers), end="")
    else:
        try:
            output.write_text(to_csv(answers), encoding="utf-8")
        except OSError as error:
            raise CallError(f"cannot write {output}: {error.strerror}") from error
        print(f"wrote {len(answers)} answers to {output}")

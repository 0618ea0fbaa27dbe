"""`rnnlab predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnnlab.cli.options import Json, PluginOption, RunName, StoreOption, load_plugins
from rnnlab.cli.terminal import give, show
from rnnlab.errors import CallError


def command(
    run: RunName,
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE",
            help="csv, tsv, jsonl or parquet with raw texts, ids or series; npz where the model reads arrays or ids; "
            "ts where it was trained from such a file; txt with a text a line.",
            show_default=False,
        ),
    ],
    column: Annotated[
        str | None,
        typer.Option("--column", help="The column of texts; that of the training unless given.", show_default=False),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            metavar="LAYER",
            help="Give what a layer, or a state such as encoder.state_h, gives instead of the answers.",
            show_default=False,
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state",
            metavar="FILE.npz",
            help="Go on with each sequence where the call before left it: states are read from the file and written "
            "to it; zeros at first.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            "-o",
            metavar="FILE",
            help="Write a csv file instead of printing; of --output also .npz.",
            show_default=False,
        ),
    ] = None,
    plugin: PluginOption = None,
    store: StoreOption = None,
    json: Json = False,
) -> None:
    """Answer new raw data with a run's model, as csv: label and probability, the number, the text, or the forecast.

    Series are forecast from the last timestep whose target is known.
    """
    _check_files(table, state, to)
    load_plugins(plugin)
    if to is not None and to.suffix == ".npz":
        if output is None:
            raise CallError("answers are a table: end the file in .csv; .npz is for --output")
        _write_activations(run, table, output, to, column, store)
        return
    from rnnlab.compare.formats import to_csv
    from rnnlab.prediction import predict

    answers = predict(run, table, column=column, output=output, state=state, store=store)
    if json:
        from rnnlab.cli.output import print_json

        print_json(answers.to_dict(orient="records"))
    elif to is None:
        give(to_csv(answers))
    else:
        try:
            to.write_text(to_csv(answers), encoding="utf-8")
        except OSError as error:
            raise CallError(f"cannot write {to}: {error.strerror}") from error
        show(f"wrote {len(answers)} {'answers' if output is None else 'rows'} to {to}")


def _check_files(table: Path, state: Path | None, to: Path | None) -> None:
    """Refuse files that overwrite each other, or cannot be written, before anything is computed."""
    for file in (state, to):
        if file is not None and file.resolve() == table.resolve():
            raise CallError(f"{file} is the table itself: name another file")
        if file is not None and not file.absolute().parent.is_dir():
            raise CallError(f"there is no folder {file.parent} to write {file.name} into")
    if state is not None and to is not None and state.resolve() == to.resolve():
        raise CallError(f"{to} is the file of the states: name another file")


def _write_activations(run: str, table: Path, output: str, to: Path, column: str | None, store: str | None) -> None:
    from rnnlab.prediction import activations, write_arrays

    values = activations(run, table, output, column=column, store=store)
    write_arrays(to, {output: values})
    show(f"wrote `{output}`, {' x '.join(map(str, values.shape))}, to {to}")

"""New raw data for a saved model: the columns of a table, or the arrays of a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnnlab.data import IdVectorizer, Preparation, check_ids, load_arrays, load_sequences, parse_sequences, read_table
from rnnlab.data.array_files import count_samples
from rnnlab.data.files import read_lines
from rnnlab.data.ragged import Ragged, joined
from rnnlab.data.tables import Table
from rnnlab.errors import CallError, DatasetError
from rnnlab.prediction.sequences import read_new_sequences


def read_raw(path: Path, preparation: Preparation, column: str | None) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return raw values for each input that new data must bring, and the names of the samples where they have names.

    Args:
        path: csv, tsv, jsonl, parquet or txt (a text a line) for texts, npz for arrays; any but
            txt for ids; sequences of numbers stand in files such as the training's.
        preparation: of the model.
        column: of the texts, where it is another than in training.

    Returns:
        For each input N texts, N sequences of ids or numbers, or an array.

    Raises:
        DatasetError: RL4xx, the file cannot be used.
        CallError: `column` is given and does not tell which.
    """
    if preparation.sequences:
        refuse_column(column)
        found = read_new_sequences(path, preparation, label=None, targets=False)
        return found.inputs, found.names
    return _read_inputs(path, preparation, column), ()


def refuse_column(column: str | None) -> None:
    """Refuse a column of texts where there are sequences of numbers.

    Raises:
        CallError: one is given.
    """
    if column is not None:
        raise CallError("`--column` is for tables of text; this model reads sequences of numbers")


def _read_inputs(path: Path, preparation: Preparation, column: str | None) -> dict[str, Any]:
    names = preparation.given_inputs
    if preparation.arrays:
        if column is not None:
            raise CallError("`--column` is for tables of text; this model reads the arrays of an .npz file")
        return dict(load_arrays(path, names))
    if path.suffix.lower() == ".txt" and len(names) == 1 and names[0] in preparation.texts:
        if column is not None:
            raise CallError("a txt file has no columns: leave `--column` out")
        lines = read_lines(path, empty="write a text on every line")
        return {names[0]: [line.strip() for line in lines if line.strip()]}
    columns = columns_of(preparation, column)
    if preparation.ids and path.suffix.lower() == ".npz":
        return {
            name: _check_ids(path.name, load_sequences(path, columns[name]), preparation.ids[name]) for name in names
        }
    return read_columns(path, preparation, columns)[0]


def read_columns(
    path: Path, preparation: Preparation, columns: dict[str, str], further: tuple[str, ...] = ()
) -> tuple[dict[str, Any], Table]:
    """Return (raw values for each input, the table) of a csv, tsv, jsonl or parquet file.

    Args:
        path: the file.
        preparation: of the model.
        columns: of each input.
        further: columns of the table that are read, too.

    Raises:
        DatasetError: RL401 to RL406, RL433: the file cannot be used.
    """
    lists = [columns[name] for name in preparation.ids]
    table = read_table(path, (*columns.values(), *further), lists=lists)
    raw: dict[str, Any] = {}
    for name, column in columns.items():
        if name in preparation.ids:
            where = f"{path.name}, column `{column}`"
            raw[name] = _ids(where, table.sequences(column), preparation.ids[name])
        else:
            raw[name] = table.values(column)
    return raw, table


def _ids(where: str, values: Sequence[str | tuple[int, ...]], vectorizer: IdVectorizer) -> Ragged:
    """Return ids of lists, and of texts through the words the model knows; where it knows none, they are numbers."""
    if not vectorizer.words:
        return _check_ids(where, parse_sequences(values, where), vectorizer)
    found = [vectorizer.ids_of(value) if isinstance(value, str) else value for value in values]
    return _check_ids(where, joined(found), vectorizer)


def _check_ids(where: str, sequences: Ragged, vectorizer: IdVectorizer) -> Ragged:
    return check_ids(where, sequences, vectorizer.rows, vectorizer.oov_char)


def columns_of(preparation: Preparation, column: str | None) -> dict[str, str]:
    """Return the column of each input: as in training unless given."""
    names = preparation.given_inputs
    if column is None:
        return {name: preparation.columns.get(name, name) for name in names}
    if len(names) > 1:
        raise CallError(f"the model reads several inputs ({', '.join(names)}): name the table's columns like these")
    return {names[0]: column}


def target_column(preparation: Preparation) -> str:
    """Return the column of the targets: as in training; `label`, or `target` for texts, where that had no columns."""
    if preparation.target.kind == "sequence":
        return preparation.columns.get(preparation.target.reads or "", "target")
    return preparation.target_name if preparation.columns else "label"


def count_of(raw: dict[str, Any]) -> int:
    """Return N.

    Raises:
        DatasetError: RL406, there are no samples, or the inputs have different numbers of them.
    """
    count = count_samples("the file", raw)
    if not count:
        raise DatasetError("RL406", "there are no samples", help="give at least one")
    return count

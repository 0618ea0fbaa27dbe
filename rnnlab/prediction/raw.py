"""New raw data for a saved model: the columns of a table, or the arrays of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rnnlab.data import Preparation, load_arrays, read_table
from rnnlab.errors import CallError, DatasetError


def read_inputs(path: Path, preparation: Preparation, column: str | None) -> dict[str, Any]:
    """Return raw values for each input that new data must bring: N texts, or an array.

    Args:
        path: csv, tsv, jsonl or parquet for texts, npz for arrays; sequences are read by `read_new_sequences`.
        preparation: of the model.
        column: of the texts, where it is another than in training.

    Raises:
        DatasetError: RL401 to RL406, the file cannot be used.
        CallError: `column` is given and does not tell which.
    """
    names = preparation.given_inputs
    if preparation.arrays:
        if column is not None:
            raise CallError("`--column` is for tables of text; this model reads the arrays of an .npz file")
        return dict(load_arrays(path, names))
    columns = columns_of(preparation, column)
    table = read_table(path, tuple(columns.values()))
    return {name: table.values(columns[name]) for name in names}


def columns_of(preparation: Preparation, column: str | None) -> dict[str, str]:
    """Return the column of each input: as in training unless given."""
    names = preparation.given_inputs
    if column is None:
        return {name: preparation.columns.get(name, name) for name in names}
    if len(names) > 1:
        raise CallError(f"the model reads several inputs ({', '.join(names)}): name the table's columns like these")
    return {names[0]: column}


def count_of(raw: dict[str, Any]) -> int:
    """Return N.

    Raises:
        DatasetError: RL406, there are no samples.
    """
    count = len(next(iter(raw.values())))
    if not count:
        raise DatasetError("RL406", "the table has no rows", help="give at least one sample")
    return count
